"""What followup knows of the time after a request for a peer, folded from its own events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from schemas.aftercare import (
    AftercareDeclined,
    AftercareEscalated,
    AftercarePlanned,
    AftercareTakenOver,
)
from schemas.followup import (
    CaseClosed,
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    MissExplained,
)
from schemas.policy import Role
from services.followup.state import OPEN, Status

if TYPE_CHECKING:
    from schemas.aftercare import AftercareContact
    from schemas.candidates import Candidate
    from schemas.envelope import Event

_BECAME: dict[type[Event], Status] = {
    CheckInFellDue: Status.DUE,
    CheckInCompleted: Status.DONE,
    CheckInMissed: Status.MISSED,
}


@dataclass(frozen=True, slots=True)
class Aftercare:
    """The check-ins after one request, and how far each of them is."""

    takers: tuple[Candidate, ...] = ()
    emergency: bool = False
    check_ins: dict[str, AftercareContact] = field(default_factory=dict)
    status: dict[str, Status] = field(default_factory=dict)
    explained: frozenset[str] = frozenset()
    answer_by: dict[str, datetime] = field(default_factory=dict)
    """Until when somebody has to see to what was missed."""
    escalated: frozenset[str] = frozenset()
    declined: bool = False
    closed: bool = False

    @property
    def peer(self) -> str | None:
        """Whose the check-ins are: who took it first, in an emergency the first professional."""
        if not self.takers:
            return None
        professionals = [each for each in self.takers if each.role is Role.MHP]
        first = professionals[0] if self.emergency and professionals else self.takers[0]
        return first.member_id

    def unsettled(self) -> tuple[str, ...]:
        """What is still to come, and what was missed without a reason."""
        return tuple(
            item
            for item, status in self.status.items()
            if status in OPEN or (status is Status.MISSED and item not in self.explained)
        )


def tended(state: Aftercare, event: Event) -> Aftercare:
    """The time after a request, after one more event."""
    match event:
        case AftercarePlanned():
            return _planned(state, event)
        case AftercareTakenOver():
            return replace(state, takers=event.takers)
        case AftercareDeclined():
            still_open = {item: Status.DECLINED for item in state.unsettled()}
            return replace(state, declined=True, status=state.status | still_open)
        case MissExplained():
            return replace(state, explained=state.explained | {event.item})
        case CaseClosed():
            return replace(state, closed=True)
        case _:
            return _became(state, event)


def _became(state: Aftercare, event: Event) -> Aftercare:
    """What became of one check-in."""
    match event:
        case AftercareEscalated():
            return replace(state, escalated=state.escalated | {event.item})
        case CheckInMissed(answer_by=datetime() as by):
            missed = state.status | {event.item: Status.MISSED}
            return replace(state, status=missed, answer_by=state.answer_by | {event.item: by})
        case CheckInFellDue() | CheckInCompleted() | CheckInMissed():
            return replace(state, status=state.status | {event.item: _BECAME[type(event)]})
        case _:
            return state


def _planned(state: Aftercare, event: AftercarePlanned) -> Aftercare:
    fresh = {each.item: each for each in event.check_ins}
    return replace(
        state,
        takers=event.takers,
        emergency=event.emergency,
        check_ins=state.check_ins | fresh,
        status=dict.fromkeys(fresh, Status.PLANNED) | state.status,
        closed=state.closed and not fresh,
    )
