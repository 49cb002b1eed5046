"""Pure: from a fired timer or another service's event to dispatch's own command."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from schemas.dispatch import AlarmReason, Excluded, Exclusion, Purpose
from schemas.followup import (
    CheckInFellDue,
    CheckInMissed,
    InterventionMissed,
    InterventionOverdue,
)
from schemas.subjects import derived_id
from services.dispatch.commands import (
    ActivateTeam,
    AlarmCoordinator,
    ExcludeMembers,
    ExpireOffer,
    NotifyMember,
    ReportTeamOverdue,
)
from services.dispatch.deadlines import OFFER_EXPIRY, TEAM_OVERDUE
from services.dispatch.ranking import rank
from services.dispatch.roster import rode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from schemas.envelope import Event, Recorded, TimerDue
    from schemas.intake import ActivationRequested, ExposureRecorded
    from services.dispatch.roster import Member

_REASONS: dict[type[Event], AlarmReason] = {
    CheckInFellDue: AlarmReason.CHECK_IN_UNASSIGNED,
    CheckInMissed: AlarmReason.CHECK_IN_MISSED,
    InterventionMissed: AlarmReason.INTERVENTION_MISSED,
    InterventionOverdue: AlarmReason.INTERVENTION_OVERDUE,
}

FollowupNews = CheckInFellDue | CheckInMissed | InterventionMissed | InterventionOverdue


def when_activation_requested(
    told: Recorded[ActivationRequested], roster: Mapping[str, Member], now: datetime
) -> ActivateTeam:
    """Rank the agency's roster for this case."""
    brief = told.event.brief
    candidates, excluded, coordinators = rank(
        roster, told.entity.id, told.event.units, brief.occurred_at.date(), now.date()
    )
    return ActivateTeam(
        command_id=derived_id(told.meta.event_id, "activate"),
        now=now,
        actor="intake",
        trace=told.meta.trace,
        case_id=told.entity.id,
        brief=brief,
        candidates=candidates,
        excluded=excluded,
        coordinators=coordinators,
    )


def when_exposure_recorded(
    told: Recorded[ExposureRecorded], roster: Mapping[str, Member], now: datetime
) -> ExcludeMembers:
    """Exclude whose unit joined the incident."""
    units = told.event.units
    found = [member_id for member_id, member in sorted(roster.items()) if rode(member, units)]
    return ExcludeMembers(
        command_id=derived_id(told.meta.event_id, "exclude"),
        now=now,
        actor="intake",
        trace=told.meta.trace,
        case_id=told.entity.id,
        excluded=tuple(
            Excluded(member_id=member_id, reasons=(Exclusion.INVOLVED,)) for member_id in found
        ),
    )


def when_due(due: TimerDue, now: datetime) -> ExpireOffer | ReportTeamOverdue:
    """What a fired timer asks for. Raises ValueError for a timer that dispatch never sets."""
    timer = due.timer
    command_id = derived_id(due.entity.prefix, timer.kind, timer.key, timer.due_at.isoformat())
    shared = {
        "command_id": command_id,
        "now": now,
        "actor": "timer",
        "trace": due.trace,
        "case_id": due.entity.id,
    }
    match timer.kind:
        case kind if kind == OFFER_EXPIRY:
            return ExpireOffer.model_validate({**shared, "offer_id": UUID(timer.key)})
        case kind if kind == TEAM_OVERDUE:
            return ReportTeamOverdue.model_validate(shared)
        case _:
            raise ValueError(f"dispatch sets no timer {timer.kind!r}")


def when_followup_news(
    told: Recorded[FollowupNews], now: datetime
) -> AlarmCoordinator | NotifyMember:
    """A reminder to the peer when a check-in falls due, an alarm when something is late or missed."""
    shared = {
        "command_id": derived_id(told.meta.event_id, "tell"),
        "now": now,
        "actor": "followup",
        "trace": told.meta.trace,
        "case_id": told.entity.id,
        "item": told.event.item,
    }
    match told.event:
        case CheckInFellDue(peer=str() as peer):
            purpose = Purpose.CHECK_IN_DUE
            return NotifyMember.model_validate({**shared, "member_id": peer, "purpose": purpose})
        case CheckInFellDue() | CheckInMissed() | InterventionMissed() | InterventionOverdue():
            reason = _REASONS[type(told.event)]
            return AlarmCoordinator.model_validate({**shared, "reason": reason})
