"""Pure: from a fired timer or another service's event to dispatch's own command."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from schemas.candidates import Excluded
from schemas.dispatch import AlarmReason, Purpose, ReviewQuestion, ReviewStage
from schemas.followup import (
    CheckInFellDue,
    CheckInMissed,
    InterventionMissed,
    InterventionOverdue,
)
from schemas.intake import ReviewEscalated, ReviewOpened, ReviewOverdue
from schemas.policy import Role
from schemas.subjects import derived_id, lent_id
from services.dispatch.commands import (
    ActivateTeam,
    AlarmCoordinator,
    AskReviewers,
    CloseReview,
    EscalateAlarm,
    ExcludeMembers,
    ExpireOffer,
    NotifyMember,
    ReportTeamOverdue,
    StandTeamDown,
    TryNextChannel,
)
from services.dispatch.composition import composed
from services.dispatch.deadlines import (
    ALARM_UNANSWERED,
    NEXT_CHANNEL,
    OFFER_EXPIRY,
    TEAM_OVERDUE,
)
from services.dispatch.eligibility import touched
from services.dispatch.ranking import deciders

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from schemas.drills import DrillEnded
    from schemas.envelope import Event, Recorded, TimerDue
    from schemas.intake import (
        ActivationRequested,
        DeactivationRequested,
        ExposureRecorded,
        ReviewAnswered,
    )
    from services.dispatch.ranking import Ranking
    from services.dispatch.roster import Member

_REASONS: dict[type[Event], AlarmReason] = {
    CheckInFellDue: AlarmReason.CHECK_IN_UNASSIGNED,
    CheckInMissed: AlarmReason.CHECK_IN_MISSED,
    InterventionMissed: AlarmReason.INTERVENTION_MISSED,
    InterventionOverdue: AlarmReason.INTERVENTION_OVERDUE,
}

_COORDINATORS = (Role.COORDINATOR,)
_BACKUP = (Role.MHP, Role.CLINICAL_DIRECTOR)
_STAGES: dict[type[Event], tuple[ReviewStage, tuple[Role, ...]]] = {
    ReviewOpened: (ReviewStage.COORDINATOR, _COORDINATORS),
    ReviewEscalated: (ReviewStage.BACKUP, _BACKUP),
    ReviewOverdue: (ReviewStage.EVERYONE, (*_COORDINATORS, *_BACKUP)),
}

ReviewNews = ReviewOpened | ReviewEscalated | ReviewOverdue
TimesUp = ExpireOffer | ReportTeamOverdue | EscalateAlarm | TryNextChannel
FollowupNews = CheckInFellDue | CheckInMissed | InterventionMissed | InterventionOverdue


def when_activation_requested(
    told: Recorded[ActivationRequested], ranking: Ranking, now: datetime
) -> ActivateTeam:
    """Ask these members for a team that is large enough for those who were there."""
    return ActivateTeam(
        command_id=derived_id(told.meta.event_id, "activate"),
        now=now,
        actor="intake",
        trace=told.meta.trace,
        case_id=told.entity.id,
        brief=composed(told.event.brief),
        candidates=ranking.candidates,
        excluded=ranking.excluded,
        coordinators=ranking.coordinators,
        program_leads=ranking.program_leads,
        neighbours=ranking.neighbours,
    )


def when_exposure_recorded(
    told: Recorded[ExposureRecorded],
    roster: Mapping[str, Member],
    neighbours: Mapping[str, Mapping[str, Member]],
    now: datetime,
) -> ExcludeMembers:
    """Exclude whom the units that joined the incident make one of those who were there, or too near
    to them; members whom neighbours lend as well."""
    everybody = dict(roster) | {
        lent_id(agency, member_id): member
        for agency, members in neighbours.items()
        for member_id, member in members.items()
    }
    found = {name: touched(everybody[name], told.event.units) for name in sorted(everybody)}
    return ExcludeMembers(
        command_id=derived_id(told.meta.event_id, "exclude"),
        now=now,
        actor="intake",
        trace=told.meta.trace,
        case_id=told.entity.id,
        excluded=tuple(
            Excluded(member_id=name, reasons=reasons) for name, reasons in found.items() if reasons
        ),
    )


def when_deactivation_requested(
    told: Recorded[DeactivationRequested], now: datetime
) -> StandTeamDown:
    """Thank those who were asked."""
    return StandTeamDown(
        command_id=derived_id(told.meta.event_id, "stand-down"),
        now=now,
        actor="intake",
        trace=told.meta.trace,
        case_id=told.entity.id,
        reason=told.event.reason,
        decided_at=told.meta.time,
    )


def when_drill_ended(told: Recorded[DrillEnded], now: datetime) -> StandTeamDown:
    """Thank everybody who was asked."""
    return StandTeamDown(
        command_id=derived_id(told.meta.event_id, "stand-down"),
        now=now,
        actor="intake",
        trace=told.meta.trace,
        case_id=told.entity.id,
        reason=told.event.reason,
        decided_at=told.event.ended_at,
    )


def when_review_moves(
    told: Recorded[ReviewNews], roster: Mapping[str, Member], now: datetime
) -> AskReviewers:
    """Who is asked at this stage: coordinators, then the MHPs, then all of them."""
    stage, roles = _STAGES[type(told.event)]
    event = told.event
    question = None
    if isinstance(event, ReviewOpened):
        question = ReviewQuestion(
            kind=event.kind,
            trigger_class=event.trigger_class,
            tier=event.tier,
            incident_type=event.incident_type,
            occurred_at=event.occurred_at,
            evidence=event.evidence,
            answer_by=event.answer_by,
        )
    return AskReviewers(
        command_id=derived_id(told.meta.event_id, "ask"),
        now=now,
        actor="intake",
        trace=told.meta.trace,
        case_id=told.entity.id,
        review_id=event.review_id,
        stage=stage,
        question=question,
        member_ids=deciders(roster, roles),
    )


def when_review_answered(told: Recorded[ReviewAnswered], now: datetime) -> CloseReview:
    """Nobody else needs to answer."""
    return CloseReview(
        command_id=derived_id(told.meta.event_id, "close"),
        now=now,
        actor="intake",
        trace=told.meta.trace,
        case_id=told.entity.id,
        review_id=told.event.review_id,
    )


def when_due(due: TimerDue, now: datetime) -> TimesUp:
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
            also = tuple(UUID(key) for key in due.also)
            return ExpireOffer.model_validate({**shared, "offer_id": UUID(timer.key), "also": also})
        case kind if kind == NEXT_CHANNEL:
            return TryNextChannel.model_validate({**shared, "delivery_id": UUID(timer.key)})
        case kind if kind == TEAM_OVERDUE:
            return ReportTeamOverdue.model_validate({**shared, "due_at": timer.due_at})
        case kind if kind == ALARM_UNANSWERED:
            return EscalateAlarm.model_validate({**shared, "alarm_id": UUID(timer.key)})
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
            named = {"member_id": peer, "purpose": purpose, "card": told.event.card}
            return NotifyMember.model_validate({**shared, **named})
        case InterventionOverdue(awaits_approval=True):
            reason, detail = AlarmReason.APPROVAL_MISSING, told.event.closes_at.isoformat()
            return AlarmCoordinator.model_validate({**shared, "reason": reason, "detail": detail})
        case InterventionOverdue():
            reason, detail = _REASONS[InterventionOverdue], told.event.closes_at.isoformat()
            return AlarmCoordinator.model_validate({**shared, "reason": reason, "detail": detail})
        case CheckInFellDue() | CheckInMissed() | InterventionMissed():
            reason = _REASONS[type(told.event)]
            return AlarmCoordinator.model_validate({**shared, "reason": reason})
