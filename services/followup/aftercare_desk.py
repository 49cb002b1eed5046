"""What follows a member's own request, on followup's ports: planned from dispatch's news, kept in time.

Nothing here knows who asked: the request's id and who took it are all that dispatch tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from schemas.candidates import Candidate
from schemas.requests import CallbackMade, FollowupWaived, RequestClosed, RequestEnd
from schemas.subjects import Entity, Stream, derived_id
from services.followup.aftercare_commands import (
    AftercareCloses,
    AftercareDue,
    AftercareUnanswered,
    DeclineAftercare,
    ExplainAftercare,
    PlanAftercare,
)
from services.followup.deadlines import AFTERCARE_CLOSES, AFTERCARE_DUE, AFTERCARE_UNANSWERED
from services.followup.decider import AFTERCARE
from services.runtime.clock import new_id
from services.runtime.handle import handle

if TYPE_CHECKING:
    from schemas.dispatch import OfferAccepted
    from schemas.envelope import Recorded, TimerDue
    from schemas.followup import MissReason
    from schemas.refusals import Refusal
    from services.followup.aftercare_book import AftercareBook
    from services.followup.aftercare_commands import AftercareCommand
    from services.followup.aftercare_policy import AftercareRules
    from services.followup.aftercare_state import Aftercare
    from services.runtime.handle import Handled
    from services.runtime.host import Ports

_TIMES_UP: dict[str, type[AftercareDue | AftercareCloses | AftercareUnanswered]] = {
    AFTERCARE_DUE: AftercareDue,
    AFTERCARE_CLOSES: AftercareCloses,
    AFTERCARE_UNANSWERED: AftercareUnanswered,
}
OF_AFTERCARE = frozenset(_TIMES_UP)
"""The timers that are for this desk."""
RequestNews = CallbackMade | RequestClosed | FollowupWaived


@dataclass(frozen=True, slots=True)
class AftercareDesk:
    """Plans, reminds and closes."""

    ports: Ports
    rules: AftercareRules
    book: AftercareBook

    async def on_taken(self, told: Recorded[OfferAccepted]) -> None:
        """Somebody took an emergency: the next day's check-in waits for no other tap of theirs."""
        event = told.event
        if told.entity.is_request and event.emergency:
            taker = Candidate(member_id=event.member_id, role=event.role)
            await self._plan(told, (taker,), emergency=True, adds=True)

    async def on_request_news(self, told: Recorded[RequestNews]) -> None:
        """They spoke, or it is over, or the one who asked wants no follow-up."""
        event = told.event
        match event:
            case FollowupWaived() | RequestClosed(reason=RequestEnd.CANCELLED):
                await self.do(told.entity, DeclineAftercare(**self._about(told, "decline")))
            case CallbackMade() | RequestClosed():
                await self._plan(told, event.takers, emergency=event.emergency)

    async def on_due(self, due: TimerDue) -> Refusal | None:
        """A check-in falls due, its grace time is over, or nobody saw to the missed one."""
        timer = due.timer
        about = {
            "command_id": derived_id(
                due.entity.prefix, timer.kind, timer.key, timer.due_at.isoformat()
            ),
            "now": self.ports.clock.now(),
            "actor": "timer",
            "trace": due.trace,
            "item": timer.key,
            "due_at": timer.due_at,
        }
        if timer.kind == AFTERCARE_CLOSES:
            about["answer_within"] = self.rules.answer_within
        command = _TIMES_UP[timer.kind].model_validate(about)
        return (await self.do(due.entity, command)).refusal

    async def by_a_member(
        self, agency: str, request_id: str, kind: type[AftercareCommand], **fields: Any
    ) -> Refusal | None:
        """What the peer who took it says on their own page."""
        command = kind.model_validate(
            {
                "command_id": new_id(),
                "now": self.ports.clock.now(),
                "actor": "member-page",
                **fields,
            }
        )
        entity = Entity(Stream.FOLLOWUP, agency, request_id)
        return (await self.do(entity, command)).refusal

    async def by_a_coordinator(
        self, agency: str, request_id: str, item: str, reason: MissReason, actor: str
    ) -> Refusal | None:
        """A coordinator spoke with the peer, and says why it was missed."""
        command = ExplainAftercare(
            command_id=new_id(),
            now=self.ports.clock.now(),
            actor=actor,
            item=item,
            reason=reason,
        )
        return (await self.do(Entity(Stream.FOLLOWUP, agency, request_id), command)).refusal

    async def do(self, of: Entity, command: AftercareCommand) -> Handled[Aftercare]:
        """Record a step, and know it at once."""
        entity = Entity(Stream.FOLLOWUP, of.agency, of.id)
        handled = await handle(self.ports.journal, AFTERCARE, entity, command)
        self.book.note(entity, handled.events)
        return handled

    async def _plan(
        self,
        told: Recorded[Any],
        takers: tuple[Candidate, ...],
        *,
        emergency: bool,
        adds: bool = False,
    ) -> None:
        command = PlanAftercare(
            **self._about(told, "aftercare"),
            emergency=emergency,
            takers=takers,
            adds=adds,
            since=told.meta.time,
            rules=self.rules,
        )
        await self.do(told.entity, command)

    def _about(self, told: Recorded[Any], purpose: str) -> dict[str, Any]:
        return {
            "command_id": derived_id(told.meta.event_id, purpose),
            "now": self.ports.clock.now(),
            "actor": "dispatch",
            "trace": told.meta.trace,
        }
