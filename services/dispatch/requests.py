"""Where requests for a peer and emergencies are taken in, kept and ended. How to call back is only
in the bucket.

Nothing here writes a log line, a counter or an event that could tell one member from another.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from schemas.policy import CaseBrief, Urgency
from schemas.refusals import RefusalCode
from schemas.subjects import Entity, Stream
from services.dispatch.carriers.port import Callback
from services.dispatch.circles import Known
from services.dispatch.commands import CheckCallback, RaiseEmergency, RequestPeer, StopKeeping
from services.dispatch.deadlines import REQUEST_CALLBACK, REQUEST_ERASE
from services.dispatch.decider import REQUESTS
from services.dispatch.ranking import rank_for_emergency, rank_for_request
from services.runtime.clock import new_id
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import TimerDue
    from schemas.requests import EmergencyCategory
    from services.dispatch.circles import Circles
    from services.dispatch.commands import RequestCommand
    from services.dispatch.links import RequestSigner
    from services.dispatch.requested import RequestState
    from services.dispatch.requests_policy import RequestsPolicy
    from services.runtime.bucket import Bucket
    from services.runtime.handle import Handled
    from services.runtime.host import Ports

LONGEST_CALLBACK = 200
"""Characters of a way to call back."""
TRIGGER, TIER = "self_raised", 4
PREFIX = "request-"
"""Of the keys of ways to call back, behind the agency."""
_HOUR = timedelta(hours=1)
_EMERGENCY_SECONDS = 0.5
"""How long an emergency waits for the newest roster."""


class TooMany(Exception):
    """More requests came in an hour than the policy takes. Never raised for an emergency."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a member asks for, in memory only. An emergency waits for no way to call back."""

    callback: str = ""
    emergency: bool = False
    category: EmergencyCategory | None = None
    peer: str | None = None
    discipline: str = ""


@dataclass(frozen=True, slots=True)
class RequestDesk:
    """Requests on dispatch's ports."""

    ports: Ports
    circles: Circles
    contacts: Bucket
    signer: RequestSigner
    policy: RequestsPolicy
    _lately: deque[Any] = field(default_factory=deque)

    async def ask(self, agency: str, wish: Wish, key: str) -> Entity:
        """Take a request in; the same wish with the same key is the same request, and an emergency
        with the same key is the same whatever else is said of it.

        Raises Transient when it could not be taken, TooMany for a flood without an emergency.
        """
        parts = ("emergency",) if wish.emergency else (wish.callback, wish.peer or "", "False")
        return await self.take(agency, wish, (key, *parts))

    async def take(self, agency: str, wish: Wish, seed: tuple[str, ...]) -> Entity:
        """As `ask`, by the seed that the request's id is made of.

        Whether it is a repeat, an emergency lets the decision itself find out: nothing is looked up
        before it that can be looked up later.
        """
        entity = self.entity(agency, seed)
        if not wish.emergency:
            if (await self.standing(entity)).request is not None:
                return entity
            self._count()
        known = await self._known(entity, emergency=wish.emergency)
        if wish.callback:
            await self.contacts.put(_place(entity), _stored(wish.callback))
        try:
            handled = await handle(
                self.ports.journal, REQUESTS, entity, self._command(entity.id, known, wish)
            )
        except Transient:
            await self._forget_unless_recorded(entity)
            raise
        if handled.state.open_request is None:
            await self.contacts.erase(_place(entity))
        return entity

    def entity(self, agency: str, seed: tuple[str, ...]) -> Entity:
        """The request that a seed stands for."""
        return Entity(Stream.DISPATCH, agency, self.signer.case_id_for(agency, *seed))

    async def standing(self, entity: Entity) -> RequestState:
        """The request as it is now; nothing asked for when there is none. Raises Transient."""
        return REQUESTS.fold(await self.ports.journal.load(entity))

    async def contact(self, entity: Entity) -> str | None:
        """How to call back, until it is erased."""
        stored = await self.contacts.get(_place(entity))
        return Callback.model_validate_json(stored).callback if stored else None

    async def reachable_at(self, entity: Entity, callback: str) -> None:
        """Add how to call back to a request that is open; a newer way takes the older one's place."""
        if (await self.standing(entity)).open_request is not None:
            await self.contacts.put(_place(entity), _stored(callback))

    async def do(
        self, entity: Entity, kind: type[RequestCommand], **fields: Any
    ) -> Handled[RequestState]:
        """One step of a request, as a command. Raises Transient."""
        command = kind.model_validate({**self._shared(entity.id), **fields})
        return await handle(self.ports.journal, REQUESTS, entity, command)

    async def raise_emergency(
        self, entity: Entity, offer_id: UUID | None, category: EmergencyCategory | None = None
    ) -> Handled[RequestState]:
        """A member who took the request, or without an offer the one who asked, wants a
        professional at once."""
        known = await self._known(entity, emergency=True)
        ranking = rank_for_emergency(known.roster, known.asking)
        rule = self.policy.emergency
        return await self.do(
            entity,
            RaiseEmergency,
            offer_id=offer_id,
            category=category,
            response=rule.response,
            candidates=ranking.candidates,
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
            handled = await self._check(due.entity, due_at)
        else:
            handled = await self.do(due.entity, StopKeeping, due_at=due_at)
        if handled.refusal and handled.refusal.code in {
            RefusalCode.UNKNOWN_REQUEST,
            RefusalCode.TIMER_NOT_DUE,
        }:
            raise Transient(handled.refusal.detail, retry_after=1.0)

    async def _check(self, entity: Entity, due_at: datetime) -> Handled[RequestState]:
        """With the roster as it is by now, for who may be paged in the next round."""
        known = await self._known(entity, emergency=True)
        ranking = rank_for_emergency(known.roster, known.asking)
        return await self.do(
            entity,
            CheckCallback,
            due_at=due_at,
            leads_after=self.policy.leads_after,
            page_for=self.policy.page_for,
            candidates=ranking.candidates,
            coordinators=ranking.coordinators,
            program_leads=ranking.program_leads,
        )

    async def _known(self, entity: Entity, *, emergency: bool) -> Known:
        """Whom to ask; an emergency waits no longer than a moment for the newest entry, and then
        takes what is known."""
        book = self.circles.book
        if not emergency:
            policy = self.policy.peer.response
            return await self.circles.for_request(entity.agency, entity.id, policy)
        try:
            async with asyncio.timeout(_EMERGENCY_SECONDS):
                roster = await book.of(entity.agency)
        except (Transient, TimeoutError):
            roster = book.known(entity.agency)
        return Known(roster, self.circles.for_emergency(entity.id))

    def _command(self, case_id: str, known: Known, wish: Wish) -> RequestPeer:
        now = self.ports.clock.now()
        chosen = None if wish.emergency or wish.peer not in known.roster else wish.peer
        if wish.emergency:
            ranking = rank_for_emergency(known.roster, known.asking)
        else:
            ranking = rank_for_request(known.roster, known.asking, chosen, wish.discipline)
        if chosen not in {candidate.member_id for candidate in ranking.candidates}:
            chosen = None
        rule = self.policy.rule(emergency=wish.emergency, chosen=chosen is not None)
        brief = CaseBrief(
            tier=TIER,
            trigger_class=TRIGGER,
            urgency=Urgency.NOW,
            occurred_at=now,
            reported_at=now,
            operations_ongoing=False,
            emergency=wish.emergency,
            policy=rule.response,
        )
        return RequestPeer(
            **self._shared(case_id),
            emergency=wish.emergency,
            category=wish.category,
            chosen=chosen,
            brief=brief,
            candidates=ranking.candidates,
            excluded=ranking.excluded,
            coordinators=ranking.coordinators,
            program_leads=ranking.program_leads,
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
        """What was not taken in leaves nothing behind, as far as the streams let us know; what they do
        not say now, a later round finds out (orphans.py)."""
        with contextlib.suppress(Transient):
            if (await self.standing(entity)).request is None:
                await self.erase(entity)


def _place(entity: Entity) -> str:
    return f"{entity.agency}.{PREFIX}{entity.id}"


def _stored(callback: str) -> bytes:
    return Callback(callback=callback).model_dump_json().encode()
