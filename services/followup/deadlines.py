"""From followup's own events to the timers that they need; a timer's key is its item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.envelope import Timer
from schemas.followup import (
    CrewsSet,
    FollowupPlanned,
    FollowupWidened,
    GroupWindowsOpened,
    InterventionAdded,
    WindowsMoved,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemas.envelope import Event
    from schemas.followup import PlannedIntervention

SESSION_TARGET = "session-target"
SESSION_CLOSES = "session-closes"
CHECK_IN_DUE = "check-in-due"
CHECK_IN_CLOSES = "check-in-closes"


def deadlines(event: Event) -> Sequence[Timer]:
    """The timers that one event sets."""
    match event:
        case FollowupPlanned() | FollowupWidened():
            contacts = [
                timer
                for each in event.check_ins
                for timer in (
                    Timer(kind=CHECK_IN_DUE, key=each.item, due_at=each.due_at),
                    Timer(kind=CHECK_IN_CLOSES, key=each.item, due_at=each.closes_at),
                )
            ]
            return (*_sessions(event.interventions), *contacts)
        case GroupWindowsOpened() | WindowsMoved() | CrewsSet():
            return tuple(_sessions(event.interventions))
        case InterventionAdded():
            return tuple(_sessions((event.intervention,)))
        case _:
            return ()


def _sessions(interventions: Iterable[PlannedIntervention]) -> Iterator[Timer]:
    for each in interventions:
        yield Timer(kind=SESSION_TARGET, key=each.item, due_at=each.target_at)
        yield Timer(kind=SESSION_CLOSES, key=each.item, due_at=each.closes_at)
