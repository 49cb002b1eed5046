"""Where requests for a peer are taken in, kept and ended. How to call back is only in the bucket.

Nothing here writes a log line, a counter or an event that could tell one member from another.
"""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from schemas.policy import CaseBrief, Urgency
from schemas.refusals import RefusalCode
from schemas.subjects import Entity, Stream
from services.dispatch.carriers.port import Callback
from services.dispatch.commands import CheckCallback, RaiseEmergency, RequestPeer, StopKeeping
from services.dispatch.deadlines import REQUEST_CALLBACK, REQUEST_ERASE
from services.dispatch.decider import REQUESTS
from services.dispatch.ranking import rank_for_emergency, rank_for_request
from services.runtime.clock import new_id
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from schemas.envelope import TimerDue
    from services.dispatch.book import RosterBook
    from services.dispatch.commands import RequestCommand
    from services.dispatch.links import RequestSigner
    from services.dispatch.requested import RequestState
    from services.dispatch.requests_policy import RequestsPolicy
    from services.dispatch.roster import Member
    from services.runtime.bucket import Bucket
    from services.runtime.handle import Handled
    from services.runtime.host import Ports

TRIGGER, TIER = "self_raised", 4
_HOUR = timedelta(hours=1)


class TooMany(Exception):
    """More requests came in an hour than the policy takes. Never raised for an emergency."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a member asks for, in memory only."""

    callback: str
    emergency: bool = False
    peer: str | None = None
    discipline: str = ""


@dataclass(frozen=True, slots=True)
class RequestDesk:
    """Requests on dispatch's ports."""

    ports: Ports
    book: RosterBook
    contacts: Bucket
    signer: RequestSigner
    policy: RequestsPolicy
    _lately: deque[Any] = field(default_factory=deque)

    async def ask(self, agency: str, wish: Wish, key: str) -> Entity:
        """Take a request in; the same wish with the same key is the same request.

        Raises Transient when it could not be taken, TooMany for a flood without an emergency.
        """
        case_id = self.signer.case_id_for(
            agency, key, wish.callback, wish.peer or "", str(wish.emergency)
        )
        entity = Entity(Stream.DISPATCH, agency, case_id)
        if (await self.standing(entity)).request is not None:
            return entity
        if not wish.emergency:
            self._count()
        roster = await self.book.of(agency)
        await self.contacts.put(_place(entity), _stored(wish.callback))
        try:
            handled = await handle(
                self.ports.journal, REQUESTS, entity, self._command(case_id, roster, wish)
            )
        except Transient:
            await self._forget_unless_recorded(entity)
            raise
        if handled.state.open_request is None:
            await self.contacts.erase(_place(entity))
        return entity

    async def standing(self, entity: Entity) -> RequestState:
        """The request as it is now; nothing asked for when there is none. Raises Transient."""
        return REQUESTS.fold(await self.ports.journal.load(entity))

    async def contact(self, entity: Entity) -> str | None:
        """How to call back, until it is erased."""
        stored = await self.contacts.get(_place(entity))
        return Callback.model_validate_json(stored).callback if stored else None

    async def do(
        self, entity: Entity, kind: type[RequestCommand], **fields: Any
    ) -> Handled[RequestState]:
        """One step of a request, as a command. Raises Transient."""
        command = kind.model_validate({**self._shared(entity.id), **fields})
        return await handle(self.ports.journal, REQUESTS, entity, command)

    async def raise_emergency(self, entity: Entity, offer_id: UUID) -> Handled[RequestState]:
        """A member who took the request wants a professional at once."""
        roster = await self.book.of(entity.agency)
        candidates, _, _ = rank_for_emergency(roster, entity.id, self.ports.clock.now().date())
        rule = self.policy.emergency
        return await self.do(
            entity,
            RaiseEmergency,
            offer_id=offer_id,
            response=rule.response,
            candidates=candidates,
            callback_within=rule.callback_within,
        )

    async def erase(self, entity: Entity) -> None:
        """Nothing can read how to call back any more."""
        await self.contacts.erase(_place(entity))

    async def on_due(self, due: TimerDue) -> None:
        """Call for help when nobody took it, end what was kept long enough, erase what is over."""
        due_at = due.timer.due_at
        if due.timer.kind == REQUEST_ERASE:
            await self.erase(due.entity)
            return
        if due.timer.kind == REQUEST_CALLBACK:
            again = self.policy.page_again
            handled = await self.do(due.entity, CheckCallback, due_at=due_at, page_again=again)
        else:
            handled = await self.do(due.entity, StopKeeping, due_at=due_at)
        if handled.refusal and handled.refusal.code in {
            RefusalCode.UNKNOWN_REQUEST,
            RefusalCode.TIMER_NOT_DUE,
        }:
            raise Transient(handled.refusal.detail, retry_after=1.0)

    def _command(self, case_id: str, roster: Mapping[str, Member], wish: Wish) -> RequestPeer:
        now = self.ports.clock.now()
        chosen = None if wish.emergency or wish.peer not in roster else wish.peer
        if wish.emergency:
            candidates, excluded, coordinators = rank_for_emergency(roster, case_id, now.date())
        else:
            candidates, excluded, coordinators = rank_for_request(
                roster, case_id, now.date(), chosen, wish.discipline
            )
        if chosen not in {candidate.member_id for candidate in candidates}:
            chosen = None
        rule = self.policy.rule(emergency=wish.emergency, chosen=chosen is not None)
        brief = CaseBrief(
            tier=TIER,
            trigger_class=TRIGGER,
            urgency=Urgency.NOW,
            occurred_at=now,
            reported_at=now,
            operations_ongoing=False,
            policy=rule.response,
        )
        return RequestPeer(
            **self._shared(case_id),
            emergency=wish.emergency,
            chosen=chosen,
            brief=brief,
            candidates=candidates,
            excluded=excluded,
            coordinators=coordinators,
            callback_within=rule.callback_within,
            keep_for=self.policy.keep_for,
        )

    def _shared(self, case_id: str) -> dict[str, Any]:
        return {
            "command_id": new_id(),
            "now": self.ports.clock.now(),
            "actor": "request",
            "trace": trace_from(None),
            "case_id": case_id,
        }

    def _count(self) -> None:
        now = self.ports.clock.now()
        while self._lately and self._lately[0] <= now - _HOUR:
            self._lately.popleft()
        if len(self._lately) >= self.policy.hourly_limit:
            raise TooMany
        self._lately.append(now)

    async def _forget_unless_recorded(self, entity: Entity) -> None:
        """What was not taken in leaves nothing behind, as far as the streams let us know."""
        with contextlib.suppress(Transient):
            if (await self.standing(entity)).request is None:
                await self.erase(entity)


def _place(entity: Entity) -> str:
    return f"{entity.agency}.request-{entity.id}"


def _stored(callback: str) -> bytes:
    return Callback(callback=callback).model_dump_json().encode()
