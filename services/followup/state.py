"""What followup knows of a case, folded from its own events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from schemas.candidates import Candidate
from schemas.followup import (
    ApprovalGiven,
    ApprovalWithdrawn,
    CaseClosed,
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    CrewsSet,
    DeferredIntervention,
    FollowupCancelled,
    FollowupPlanned,
    FollowupWidened,
    GroupWindowsOpened,
    InterventionAdded,
    InterventionDeclined,
    InterventionHeld,
    InterventionMissed,
    InterventionOverdue,
    MissExplained,
    OperationsEndNoted,
    PlannedCheckIn,
    PlannedIntervention,
    TeamNoted,
    WindowsMoved,
)
from schemas.policy import Role
from schemas.sessions import InterventionCancelled, WindowExtended
from services.followup.session_state import Session, SessionEvent, session_after

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.policy import CaseBrief, Crew, InterventionKind


class Status(Enum):
    """Where a session or a check-in stands."""

    PLANNED = auto()
    DUE = auto()
    """A session past its target, or a check-in that fell due."""
    DONE = auto()
    DECLINED = auto()
    CANCELLED = auto()
    MISSED = auto()


OPEN = frozenset({Status.PLANNED, Status.DUE})


@dataclass(frozen=True, slots=True)
class Unplanned:
    """Nothing is planned. An early end of operations is remembered for the plan."""

    operations_ended_at: datetime | None = None
    cancelled_at: datetime | None = None
    """A plan for a wish from before is settled, however late it arrives."""
    crews: tuple[Crew, ...] = ()
    approved: frozenset[InterventionKind] = frozenset()
    """A professional may say yes before the team is complete; it is remembered for the plan."""
    sessions: dict[str, Session] = field(default_factory=dict)
    """Of an earlier plan: what is scheduled anew goes on counting where that ended."""
    plans: int = 0
    """How many plans this case has had."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan and how far each of its items is."""

    members: tuple[Candidate, ...]
    brief: CaseBrief
    interventions: dict[str, PlannedIntervention] = field(default_factory=dict)
    check_ins: dict[str, PlannedCheckIn] = field(default_factory=dict)
    deferred: tuple[DeferredIntervention, ...] = ()
    status: dict[str, Status] = field(default_factory=dict)
    explained: frozenset[str] = frozenset()
    """What was missed and why is known."""
    closed: bool = False
    approved: frozenset[InterventionKind] = frozenset()
    sessions: dict[str, Session] = field(default_factory=dict)
    """How far the scheduling of each item is; an item that is not named has not begun."""
    reminded: dict[str, str] = field(default_factory=dict)
    """The peer who was reminded of each check-in that fell due."""
    plans: int = 1
    """How many plans this case has had, with this one: a case that was called off can come again."""

    def awaits_approval(self, session: PlannedIntervention) -> bool:
        """Whether a mental health professional of the team has still to agree to it."""
        gated = session.kind in self.brief.policy.kinds_to_approve()
        return gated and session.kind not in self.approved

    @property
    def peers(self) -> tuple[str, ...]:
        """The peers of the team, who take the check-ins in turn."""
        return tuple(m.member_id for m in self.members if m.role is Role.PEER)

    def whose_turn(self, item: str) -> str | None:
        """The peer whose turn a check-in is; None when the team has no peer."""
        peers = self.peers
        return peers[list(self.check_ins).index(item) % len(peers)] if peers else None

    def holders(self, item: str) -> tuple[str, ...]:
        """Who is down for an item: who holds a session, or is free at a time proposed for it. A
        check-in is the peer's whose turn it is, or who was reminded of it; of one who has left, it is
        any peer's, as dispatch reminds one of them by lot."""
        if item in self.check_ins:
            return self._who_checks_in(item)
        known = self.sessions.get(item, Session())
        if known.time:
            return known.time.facilitators
        return tuple(dict.fromkeys(name for slot in known.slots for name in slot.facilitators))

    def _who_checks_in(self, item: str) -> tuple[str, ...]:
        if self.status[item] is Status.PLANNED:
            peer = self.whose_turn(item)
            return (peer,) if peer else ()
        reminded = self.reminded.get(item)
        return (reminded,) if reminded in self.peers else self.peers

    def unsettled(self) -> tuple[str, ...]:
        """What keeps the case open: what is still to come, and what was missed without a reason."""
        waiting = (each.item for each in self.deferred)
        known = (
            item
            for item, status in self.status.items()
            if status in OPEN or (status is Status.MISSED and item not in self.explained)
        )
        return (*waiting, *known)


FollowupState = Unplanned | Planned


def evolve(state: FollowupState, event: Event) -> FollowupState:
    """The state after one more event."""
    if isinstance(event, ApprovalGiven):
        return replace(state, approved=state.approved | set(event.kinds))
    if isinstance(event, ApprovalWithdrawn):
        return replace(state, approved=state.approved - set(event.kinds))
    match state:
        case Unplanned():
            return _before_the_plan(state, event)
        case Planned():
            return _planned(state, event)


def _before_the_plan(state: Unplanned, event: Event) -> FollowupState:
    match event:
        case FollowupPlanned():
            fresh = Planned(
                _members(event),
                event.brief,
                deferred=event.deferred,
                approved=state.approved,
                sessions=state.sessions,
                plans=state.plans + 1,
            )
            return _with(fresh, event.interventions, event.check_ins)
        case OperationsEndNoted():
            return replace(state, operations_ended_at=event.ended_at)
        case CrewsSet():
            return replace(state, crews=event.crews)
        case FollowupCancelled():
            return replace(state, cancelled_at=event.decided_at)
        case _:
            return state


def _members(event: FollowupPlanned | FollowupWidened) -> tuple[Candidate, ...]:
    """Events of the first version name the peers only."""
    peers = (Candidate(member_id=peer, role=Role.PEER) for peer in event.peers)
    return event.members or tuple(peers)


_BECAME: dict[type[Event], Status] = {
    InterventionOverdue: Status.DUE,
    CheckInFellDue: Status.DUE,
    InterventionHeld: Status.DONE,
    CheckInCompleted: Status.DONE,
    InterventionDeclined: Status.DECLINED,
    InterventionCancelled: Status.CANCELLED,
    InterventionMissed: Status.MISSED,
    CheckInMissed: Status.MISSED,
}


def _planned(  # noqa: PLR0911 - one line per event
    state: Planned, event: Event
) -> FollowupState:
    match event:
        case FollowupCancelled():
            return Unplanned(
                state.brief.operations_ended_at,
                event.decided_at,
                state.brief.crews,
                sessions=state.sessions,
                plans=state.plans,
            )
        case FollowupWidened():
            deferred = (*state.deferred, *event.deferred)
            wider = replace(state, brief=event.brief, members=_members(event), deferred=deferred)
            return _with(wider, event.interventions, event.check_ins)
        case GroupWindowsOpened() | WindowsMoved():
            return _opened(state, event)
        case OperationsEndNoted():
            return replace(state, brief=ended(state.brief, event.ended_at))
        case CrewsSet():
            return _regrouped(state, event)
        case InterventionAdded():
            return _with(state, (event.intervention,), ())
        case _:
            return _moved(state, event)


def _moved(  # noqa: PLR0911 - one line per event
    state: Planned, event: Event
) -> Planned:
    match event:
        case CheckInFellDue(item=item, peer=str() as peer):
            due = _now(state, event, Status.DUE)
            return replace(due, reminded=state.reminded | {item: peer})
        case MissExplained():
            return replace(state, explained=state.explained | {event.item})
        case TeamNoted():
            return replace(state, members=event.members)
        case CaseClosed():
            return replace(state, closed=True)
        case WindowExtended():
            return _kept_open(state, event)
        case _ if isinstance(event, SessionEvent):
            known = session_after(state.sessions.get(event.item, Session()), event)
            return replace(state, sessions=state.sessions | {event.item: known})
        case _:
            became = _BECAME.get(type(event))
            return state if became is None else _now(state, event, became)


def _opened(state: Planned, event: GroupWindowsOpened | WindowsMoved) -> Planned:
    """What had passed its old target has a new one to come."""
    brief = ended(state.brief, event.ended_at) if event.ended_at else state.brief
    again = {each.item: Status.PLANNED for each in event.interventions}
    over = replace(state, brief=brief, deferred=(), status=state.status | again)
    return _with(over, event.interventions, ())


def _regrouped(state: Planned, event: CrewsSet) -> Planned:
    gone = set(event.dropped)
    kept = replace(
        state,
        brief=state.brief.model_copy(update={"crews": event.crews}),
        interventions={k: v for k, v in state.interventions.items() if k not in gone},
        status={k: v for k, v in state.status.items() if k not in gone},
        deferred=event.deferred,
    )
    return _with(kept, event.interventions, ())


def ended(brief: CaseBrief, at: datetime) -> CaseBrief:
    """The brief once it is known when operations ended."""
    return brief.model_copy(update={"operations_ongoing": False, "operations_ended_at": at})


def _with(
    state: Planned,
    interventions: Iterable[PlannedIntervention],
    check_ins: Iterable[PlannedCheckIn],
) -> Planned:
    sessions = state.interventions | {each.item: each for each in interventions}
    contacts = state.check_ins | {each.item: each for each in check_ins}
    fresh = {item: Status.PLANNED for item in (*sessions, *contacts)}
    grown = replace(state, interventions=sessions, check_ins=contacts, status=fresh | state.status)
    return replace(grown, closed=state.closed and not grown.unsettled())


def _kept_open(state: Planned, event: WindowExtended) -> Planned:
    longer = state.interventions[event.item].model_copy(update={"closes_at": event.closes_at})
    session = replace(state.sessions.get(event.item, Session()), warned=False)
    return replace(
        state,
        interventions=state.interventions | {event.item: longer},
        sessions=state.sessions | {event.item: session},
    )


def _now(state: Planned, event: Event, status: Status) -> Planned:
    item: str = getattr(event, "item")  # noqa: B009 - all that `_BECAME` names have one
    deferred = tuple(each for each in state.deferred if each.item != item)
    return replace(state, status=state.status | {item: status}, deferred=deferred)
