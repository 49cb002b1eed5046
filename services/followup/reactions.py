"""Pure: from another service's event or a fired timer to followup's own command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import RosterExhausted, TeamFormed
from schemas.steps import GroupSessionsApproved, GroupSessionsRefused
from schemas.subjects import derived_id
from services.followup.commands import (
    CancelFollowup,
    CloseWindow,
    FallDue,
    MissCheckIn,
    NoteApproval,
    OpenGroupWindows,
    PassTarget,
    PlanFollowup,
    SetCrews,
)
from services.followup.deadlines import (
    CHECK_IN_CLOSES,
    CHECK_IN_DUE,
    SESSION_CLOSES,
    SESSION_TARGET,
)

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.envelope import Recorded, TimerDue
    from schemas.intake import DeactivationRequested, IncidentUpdated, OperationsEnded

Asked = PassTarget | CloseWindow | FallDue | MissCheckIn
_ASKS: dict[str, type[PassTarget] | type[CloseWindow] | type[FallDue] | type[MissCheckIn]] = {
    SESSION_TARGET: PassTarget,
    SESSION_CLOSES: CloseWindow,
    CHECK_IN_DUE: FallDue,
    CHECK_IN_CLOSES: MissCheckIn,
}


def when_team_settled(
    told: Recorded[TeamFormed] | Recorded[RosterExhausted], now: datetime
) -> PlanFollowup:
    """Plan once the team stands; and also when it cannot: those who were there still need it."""
    return PlanFollowup(
        command_id=derived_id(told.meta.event_id, "plan"),
        now=now,
        actor="dispatch",
        trace=told.meta.trace,
        brief=told.event.brief,
        members=told.event.members,
        team_complete=isinstance(told.event, TeamFormed),
    )


def when_operations_ended(told: Recorded[OperationsEnded], now: datetime) -> OpenGroupWindows:
    """Open the windows that waited."""
    return OpenGroupWindows(
        command_id=derived_id(told.meta.event_id, "open"),
        now=now,
        actor="intake",
        trace=told.meta.trace,
        ended_at=told.event.ended_at,
    )


def when_incident_updated(told: Recorded[IncidentUpdated], now: datetime) -> SetCrews:
    """Who was there, as another report tells it."""
    return SetCrews(
        command_id=derived_id(told.meta.event_id, "crews"),
        now=now,
        actor="rule:reports",
        trace=told.meta.trace,
        crews=told.event.crews,
        adds=True,
    )


def when_deactivation_requested(
    told: Recorded[DeactivationRequested], now: datetime
) -> CancelFollowup:
    """Take the plan back."""
    return CancelFollowup(
        command_id=derived_id(told.meta.event_id, "cancel"),
        now=now,
        actor="intake",
        trace=told.meta.trace,
        decided_at=told.meta.time,
    )


def when_sessions_decided(
    told: Recorded[GroupSessionsApproved] | Recorded[GroupSessionsRefused], now: datetime
) -> NoteApproval:
    """Remember which kinds of session may be held."""
    return NoteApproval(
        command_id=derived_id(told.meta.event_id, "approval"),
        now=now,
        actor="dispatch",
        trace=told.meta.trace,
        kinds=told.event.kinds,
        approved=isinstance(told.event, GroupSessionsApproved),
    )


def when_due(due: TimerDue, now: datetime) -> Asked:
    """What a fired timer asks for. Raises KeyError for a timer that followup never sets."""
    timer = due.timer
    return _ASKS[timer.kind](
        command_id=derived_id(due.entity.prefix, timer.kind, timer.key, timer.due_at.isoformat()),
        now=now,
        actor="timer",
        trace=due.trace,
        item=timer.key,
        due_at=timer.due_at,
    )
