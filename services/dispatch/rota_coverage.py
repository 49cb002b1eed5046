"""What is known of an agency's gaps: when they are looked for next, and which are open. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemas.envelope import Timer
from schemas.rota import CoordinatorWarned, CoverageChecked, CoverageCheckPlanned, Gap, GapKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event

COVERAGE = "_coverage"
"""The id of an agency's one entity of this kind; no rota can be called so."""
_REMEMBERED = 500
CHECK = "coverage-check"
HOLES = frozenset(
    {GapKind.NOBODY, GapKind.NOBODY_PAGEABLE, GapKind.NO_ROLE, GapKind.NO_GROUP_TRAINING}
)
"""Gaps of which coordinators are warned; the others are shown to whoever looks."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The state of looking for gaps."""

    due_at: datetime | None = None
    open: tuple[Gap, ...] = ()
    """Those that the last look found."""
    told: tuple[tuple[UUID, str], ...] = ()
    """Which warnings have gone out to whom lately."""

    def knows(self, gap: Gap) -> bool:
        """Whether this gap, or what there was of it then, was open at the last look."""
        return any(
            (known.kind, known.role) == (gap.kind, gap.role)
            and known.starts <= gap.ends
            and gap.starts <= known.ends
            for known in self.open
        )


def evolve(state: Coverage, event: Event) -> Coverage:
    """The state after one more event."""
    match event:
        case CoverageCheckPlanned():
            return replace(state, due_at=event.due_at)
        case CoverageChecked():
            return replace(state, due_at=event.next_at, open=event.gaps)
        case CoordinatorWarned():
            told = (*state.told, (event.warning_id, event.member_id))
            return replace(state, told=told[-_REMEMBERED:])
        case _:
            return state


def deadlines(event: Event) -> Sequence[Timer]:
    """The next look; one that is planned anew takes the place of the one before."""
    match event:
        case CoverageCheckPlanned(due_at=at) | CoverageChecked(next_at=at) if at:
            return (Timer(kind=CHECK, key="all", due_at=at),)
        case _:
            return ()
