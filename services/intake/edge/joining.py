"""One incident under several numbers: follows merged cases to the one that goes on, and merges.

Every step is a command of its own; a stop in the middle is mended by doing it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import Entity, Stream, derived_id
from services.intake.commands import AbsorbCase, Match, MergeCase
from services.intake.state import IntakeState, Merged, Seen, Unseen
from services.runtime.errors import Transient
from services.runtime.handle import Handled, handle

if TYPE_CHECKING:
    from schemas.envelope import Command
    from schemas.intake import MatchedBy
    from services.intake.book import CaseBook
    from services.intake.commands import IntakeCommand
    from services.runtime.handle import Decider
    from services.runtime.host import Ports

_LONGEST_CHAIN = 8
_NOBODY_WANTED = 99
_UNKNOWN = Refusal(RefusalCode.UNKNOWN_CASE, "There is no such case.")


@dataclass(frozen=True, slots=True)
class Joining:
    """Cases that are one incident."""

    ports: Ports
    decider: Decider[IntakeState, IntakeCommand]
    book: CaseBook

    async def record(self, entity: Entity, command: IntakeCommand) -> Handled[IntakeState]:
        """Decide and record; what came of it is known to the book at once."""
        handled = await handle(self.ports.journal, self.decider, entity, command)
        self.book.note(entity.agency, entity.id, handled.events)
        return handled

    async def going_on(self, entity: Entity) -> tuple[Entity, IntakeState]:
        """The case that an incident is handled in now: the one itself, or what it was merged into.

        Raises Transient for a chain that leads nowhere.
        """
        for _ in range(_LONGEST_CHAIN):
            state = self.decider.fold(await self.ports.journal.load(entity))
            if not isinstance(state, Merged):
                return entity, state
            entity = Entity(Stream.INTAKE, entity.agency, state.into)
        raise Transient("these cases are merged in a circle")

    async def unite(
        self, one: Entity, other: Entity, by: MatchedBy, cause: Command
    ) -> Entity | Refusal:
        """Make two cases one. The graver goes on, `other` when they are equal; a number that was
        never reported only points to it from now on."""
        gone, gone_state = await self.going_on(one)
        stays, stays_state = await self.going_on(other)
        if gone.id == stays.id:
            return stays
        if isinstance(stays_state, Unseen) or _tier(gone_state) < _tier(stays_state):
            gone, gone_state, stays, stays_state = stays, stays_state, gone, gone_state
        if not isinstance(stays_state, Seen):
            return _UNKNOWN
        about = {"now": cause.now, "actor": cause.actor, "trace": cause.trace}
        wanted = stays_state.wanted
        merge = MergeCase.model_validate(
            {
                **about,
                "command_id": derived_id(cause.command_id, "merge", gone.id),
                "into": Match(case_id=stays.id, matched_by=by),
                "into_tier": wanted and wanted.tier,
            }
        )
        handled = await self.record(gone, merge)
        if handled.refusal:
            return handled.refusal
        absorb = AbsorbCase.model_validate(
            {
                **about,
                "command_id": derived_id(cause.command_id, "absorb", gone.id),
                "other": Match(case_id=gone.id, matched_by=by),
                "units": gone_state.units if isinstance(gone_state, Seen) else (),
            }
        )
        handled = await self.record(stays, absorb)
        return handled.refusal or stays


def _tier(state: IntakeState) -> int:
    if isinstance(state, Seen) and state.wanted:
        return state.wanted.tier
    return _NOBODY_WANTED
