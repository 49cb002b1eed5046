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
    FollowupCancelled,
    FollowupPlanned,
    FollowupWidened,
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
    from schemas.policy import CaseBrief


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
    cancelled_at: datetime | None = None
    """A plan for a wish from before is settled, however late it arrives."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan and how far each of its items is."""

    peers: tuple[str, ...]
    brief: CaseBrief
    interventions: dict[str, PlannedIntervention] = field(default_factory=dict)
    check_ins: dict[str, PlannedCheckIn] = field(default_factory=dict)
    deferred: tuple[DeferredIntervention, ...] = ()
    status: dict[str, Status] = field(default_factory=dict)


FollowupState = Unplanned | Planned


def evolve(state: FollowupState, event: Event) -> FollowupState:
    """The state after one more event."""
    match state:
        case Unplanned():
            return _before_the_plan(state, event)
        case Planned():
            return _planned(state, event)


def _before_the_plan(state: Unplanned, event: Event) -> FollowupState:
    match event:
        case FollowupPlanned():
            fresh = Planned(peers=event.peers, brief=event.brief, deferred=event.deferred)
            return _with(fresh, event.interventions, event.check_ins)
        case OperationsEndNoted():
            return replace(state, operations_ended_at=event.ended_at)
        case FollowupCancelled():
            return replace(state, cancelled_at=event.decided_at)
        case _:
            return state


def _planned(state: Planned, event: Event) -> FollowupState:
    match event:
        case FollowupCancelled():
            return Unplanned(state.brief.operations_ended_at, event.decided_at)
        case FollowupWidened():
            deferred = (*state.deferred, *event.deferred)
            wider = replace(state, brief=event.brief, peers=event.peers, deferred=deferred)
            return _with(wider, event.interventions, event.check_ins)
        case GroupWindowsOpened():
            return _with(replace(state, deferred=()), event.interventions, ())
        case _:
            return _moved(state, event)


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
