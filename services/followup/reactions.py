"""Pure: from another service's event or a fired timer to followup's own command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.dispatch import RosterExhausted, TeamFormed
from schemas.steps import GroupSessionsApproved, GroupSessionsRefused
from schemas.subjects import derived_id
from services.followup.commands import (
    AskOutcome,
    CancelFollowup,
    CloseWindow,
    ConfirmByPolicy,
    FallDue,
    MissCheckIn,
    NoteApproval,
    OpenGroupWindows,
    PassTarget,
    PlanFollowup,
    ProposeTimes,
    RemindFacilitators,
    SetCrews,
    WarnOfClosing,
)
from services.followup.deadlines import (
    CHECK_IN_CLOSES,
    CHECK_IN_DUE,
    PROPOSE,
    REMINDERS,
    SESSION_CLOSES,
    SESSION_CONFIRM,
    SESSION_OVER,
    SESSION_TARGET,
    WINDOW_CLOSING,
)

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.envelope import Recorded, TimerDue
    from schemas.followup import FollowupWidened, TeamNoted
    from schemas.intake import DeactivationRequested, IncidentUpdated, OperationsEnded
    from services.followup.commands import Availability

Asked = (
    PassTarget
    | CloseWindow
    | FallDue
    | MissCheckIn
    | ProposeTimes
    | ConfirmByPolicy
    | RemindFacilitators
    | WarnOfClosing
    | AskOutcome
)
_ASKS: dict[str, Any] = {
    SESSION_TARGET: PassTarget,
    SESSION_CLOSES: CloseWindow,
    CHECK_IN_DUE: FallDue,
    CHECK_IN_CLOSES: MissCheckIn,
    PROPOSE: ProposeTimes,
    SESSION_CONFIRM: ConfirmByPolicy,
    SESSION_OVER: AskOutcome,
    WINDOW_CLOSING: WarnOfClosing,
    **dict.fromkeys(REMINDERS.values(), RemindFacilitators),
}
_AHEAD = {kind: ahead for ahead, kind in REMINDERS.items()}
NEED_TO_KNOW = frozenset({PROPOSE, SESSION_CONFIRM})
"""Timers that need to know when members are free."""


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


def when_team_changed(
    told: Recorded[TeamNoted] | Recorded[FollowupWidened],
    item: str,
    known: Availability,
    now: datetime,
) -> ProposeTimes:
    """Other members are free at other times: propose anew."""
    return ProposeTimes(
        command_id=derived_id(told.meta.event_id, "propose", item),
        now=now,
        actor="rule:team_changed",
        trace=told.meta.trace,
        item=item,
        known=known,
    )


def when_due(due: TimerDue, now: datetime, known: Availability | None = None) -> Asked:
    """What a fired timer asks for, with what is known of when members are free where it needs it.

    Raises KeyError for a timer that followup never sets."""
    timer = due.timer
    fields: dict[str, Any] = {
        "command_id": derived_id(
            due.entity.prefix, timer.kind, timer.key, timer.due_at.isoformat()
        ),
        "now": now,
        "actor": "timer",
        "trace": due.trace,
        "item": timer.key,
        "due_at": timer.due_at,
    }
    if known is not None:
        fields["known"] = known
    if timer.kind in _AHEAD:
        fields["ahead"] = _AHEAD[timer.kind]
    asked: Asked = _ASKS[timer.kind].model_validate(fields)
    return asked
