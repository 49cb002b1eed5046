"""What followup knows of a case, folded from its own events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from schemas.followup import (
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    DeferredIntervention,
    FollowupPlanned,
    GroupWindowsOpened,
    InterventionHeld,
    InterventionMissed,
    InterventionOverdue,
    OperationsEndNoted,
    PlannedCheckIn,
    PlannedIntervention,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from schemas.envelope import Event


class Status(Enum):
    """Where a session or a check-in stands."""

    PLANNED = auto()
    DUE = auto()
    """A session past its target, or a check-in that fell due."""
    DONE = auto()
    MISSED = auto()


@dataclass(frozen=True, slots=True)
class Unplanned:
    """Nothing is planned. An early end of operations is remembered for the plan."""

    operations_ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan and how far each of its items is."""

    peers: tuple[str, ...]
    interventions: dict[str, PlannedIntervention] = field(default_factory=dict)
    check_ins: dict[str, PlannedCheckIn] = field(default_factory=dict)
    deferred: tuple[DeferredIntervention, ...] = ()
    status: dict[str, Status] = field(default_factory=dict)


FollowupState = Unplanned | Planned


def evolve(state: FollowupState, event: Event) -> FollowupState:
    """The state after one more event."""
    match state, event:
        case Unplanned(), FollowupPlanned():
            fresh = Planned(peers=event.peers, deferred=event.deferred)
            return _with(fresh, event.interventions, event.check_ins)
        case Unplanned(), OperationsEndNoted():
            return Unplanned(event.ended_at)
        case Planned(), GroupWindowsOpened():
            return _with(replace(state, deferred=()), event.interventions, ())
        case Planned(), _:
            return _moved(state, event)
        case _:
            return state


def _moved(state: Planned, event: Event) -> Planned:
    match event:
        case InterventionOverdue() | CheckInFellDue():
            return _now(state, event.item, Status.DUE)
        case InterventionHeld() | CheckInCompleted():
            return _now(state, event.item, Status.DONE)
        case InterventionMissed() | CheckInMissed():
            return _now(state, event.item, Status.MISSED)
        case _:
            return state


def _with(
    state: Planned,
    interventions: Iterable[PlannedIntervention],
    check_ins: Iterable[PlannedCheckIn],
) -> Planned:
    sessions = state.interventions | {each.item: each for each in interventions}
    contacts = state.check_ins | {each.item: each for each in check_ins}
    fresh = {item: Status.PLANNED for item in (*sessions, *contacts)}
    return replace(state, interventions=sessions, check_ins=contacts, status=fresh | state.status)


def _now(state: Planned, item: str, status: Status) -> Planned:
    return replace(state, status=state.status | {item: status})
