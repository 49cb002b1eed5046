"""Asks when members are free and does what needs to know it: propose, confirm, schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from schemas.sessions import FreeAsked, FreeTold
from schemas.subjects import Entity, Stream, derived_id
from services.followup.commands import Availability, ItemTimer
from services.followup.decider import FOLLOWUP
from services.followup.slots import PROPOSED
from services.followup.state import OPEN, Planned
from services.runtime.errors import Transient
from services.runtime.handle import Handled, handle
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.followup.commands import FollowupCommand
    from services.followup.session_book import SessionBook
    from services.followup.state import FollowupState
    from services.runtime.host import Ports

TimerT = TypeVar("TimerT", bound=ItemTimer)
_PATIENCE_SECONDS = 2.0
"""Then times are proposed without dispatch's word, and marked so."""


@dataclass(frozen=True, slots=True)
class SessionDesk:
    """Followup's sessions, on its ports and its book."""

    ports: Ports
    book: SessionBook

    async def known(self, of: Entity, item: str) -> Availability:
        """When the team of a case is busy between now and the end of an item's window."""
        zone = self.ports.settings.time_zone
        state = await self.state(of)
        session = state.interventions.get(item) if isinstance(state, Planned) else None
        if not isinstance(state, Planned) or session is None:
            return Availability(zone=zone)
        members = tuple(each.member_id for each in state.members)
        elsewhere = dict(self.book.elsewhere(of.agency, of.id, members))
        asked = FreeAsked(
            member_ids=members,
            starts_at=self.ports.clock.now(),
            ends_at=session.extends_to or session.closes_at,
        )
        told = await self._free(of.agency, asked)
        busy = told.busy if told else {}
        return Availability(zone=zone, busy=busy, elsewhere=elsewhere, unsure=told is None)

    async def state(self, of: Entity) -> FollowupState:
        """The plan as it is now."""
        entity = Entity(Stream.FOLLOWUP, of.agency, of.id)
        return FOLLOWUP.fold(await self.ports.journal.load(entity))

    async def handle(self, of: Entity, command: FollowupCommand) -> Handled[FollowupState]:
        """Decide and record; the book knows it at once."""
        entity = Entity(Stream.FOLLOWUP, of.agency, of.id)
        if isinstance(command, ItemTimer):
            command = of_this_plan(command, await self.state(of))
        handled = await handle(self.ports.journal, FOLLOWUP, entity, command)
        self.book.note(entity, handled.events)
        return handled

    async def needs_times(self, of: Entity) -> Sequence[str]:
        """The items of a case whose window is open and that a change of the team concerns: those
        without a time, and those that somebody was to hold who has left."""
        state = await self.state(of)
        if not isinstance(state, Planned):
            return ()
        there = {each.member_id for each in state.members}
        found = []
        for item, session in state.interventions.items():
            known = state.sessions.get(item)
            time = known.time if known else None
            if session.kind not in PROPOSED or state.status[item] not in OPEN:
                continue
            if session.opens_at > self.ports.clock.now():
                continue
            if time is None or not set(time.facilitators) <= there:
                found.append(item)
        return found

    async def _free(self, agency: str, asked: FreeAsked) -> FreeTold | None:
        """What dispatch says; None when it does not answer, or not so that we understand it."""
        question: dict[str, Any] = {"agency": agency, "members": len(asked.member_ids)}
        try:
            body = asked.model_dump_json().encode()
            answer = await self.ports.ask(f"dispatch.{agency}.free", body, _PATIENCE_SECONDS)
            return FreeTold.model_validate_json(answer)
        except (Transient, ValueError) as trouble:
            log.warning("free_times_not_known", reason=type(trouble).__name__, **question)
            return None


def of_this_plan(command: TimerT, state: FollowupState) -> TimerT:
    """A case that was called off and comes again has items of the same names and the same times: a
    timer of its second plan is not that of the first which fired before."""
    if state.plans <= 1:
        return command
    anew = derived_id(command.command_id, "plan", state.plans)
    return command.model_copy(update={"command_id": anew})
