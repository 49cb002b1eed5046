"""One incident under several numbers: follows merged cases to the one that goes on, and merges.

Every step is a command of its own; a stop in the middle is mended by doing it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import Entity, Stream, derived_id
from services.intake.commands import AbsorbCase, Match, MergeCase, SplitCase
from services.intake.state import IntakeState, Merged, Seen
from services.runtime.clock import new_id
from services.runtime.handle import Handled, handle
from services.runtime.telemetry import log, trace_from

if TYPE_CHECKING:
    from schemas.envelope import Command
    from schemas.intake import MatchedBy
    from services.intake.book import CaseBook
    from services.intake.commands import IntakeCommand
    from services.runtime.handle import Decider
    from services.runtime.host import Ports

_NOBODY_WANTED, _NEVER_REPORTED = 8, 9
_UNKNOWN = Refusal(RefusalCode.UNKNOWN_CASE, "There is no such case.")


@dataclass(frozen=True, slots=True)
class Joining:
    """Cases that are one incident."""

    ports: Ports
    decider: Decider[IntakeState, IntakeCommand]
    book: CaseBook

    async def record(
        self, entity: Entity, command: IntakeCommand, *, is_new: bool = False
    ) -> Handled[IntakeState]:
        """Decide and record; what came of it is known to the book at once."""
        handled = await handle(self.ports.journal, self.decider, entity, command, is_new=is_new)
        self.book.note(entity.agency, entity.id, handled.events)
        return handled

    async def going_on(self, entity: Entity) -> tuple[Entity, IntakeState]:
        """The case that an incident is handled in now: the one itself, or what it was merged into.

        Two who merge two cases in the same instant could merge them in a circle: it is opened again
        at its smallest id.
        """
        passed: set[str] = set()
        while True:
            state = self.decider.fold(await self.ports.journal.load(entity))
            if not isinstance(state, Merged):
                return entity, state
            if entity.id in passed:
                return await self._opened(Entity(Stream.INTAKE, entity.agency, min(passed)))
            passed.add(entity.id)
            entity = Entity(Stream.INTAKE, entity.agency, state.into)

    async def _opened(self, entity: Entity) -> tuple[Entity, IntakeState]:
        split = SplitCase(
            command_id=new_id(), now=self.ports.clock.now(), actor="intake", trace=trace_from(None)
        )
        handled = await self.record(entity, split)
        log.warning("merged_in_a_circle", case_id=entity.id)
        return entity, handled.state

    async def unite(
        self, one: Entity, other: Entity, by: MatchedBy, cause: Command
    ) -> Entity | Refusal:
        """Make two cases one. The graver goes on, or else the earlier; a number that was never
        reported only points to it from now on."""
        gone, gone_state = await self.going_on(one)
        stays, stays_state = await self.going_on(other)
        if gone.id == stays.id:
            return stays
        if _standing(gone_state, gone) < _standing(stays_state, stays):
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


def _standing(state: IntakeState, entity: Entity) -> tuple[int, float, str]:
    """Less goes on: the graver case, then the earlier, then the smaller id; so that two who merge
    the same cases at once merge them in the same direction."""
    if not isinstance(state, Seen):
        return (_NEVER_REPORTED, 0.0, entity.id)
    tier = state.wanted.tier if state.wanted else _NOBODY_WANTED
    return (tier, state.occurred_at.timestamp(), entity.id)
