"""Pure: from a fired timer or a decision on a phone to intake's own command."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from schemas.subjects import derived_id
from services.intake.commands import (
    AnswerReview,
    EscalateReview,
    LowerCase,
    ReportReviewOverdue,
)
from services.intake.deadlines import REVIEW_BACKUP, REVIEW_OVERDUE

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.dispatch import ReviewAnswerGiven, TeamStoodDown
    from schemas.envelope import Recorded, TimerDue

_ASKS: dict[str, type[EscalateReview] | type[ReportReviewOverdue]] = {
    REVIEW_BACKUP: EscalateReview,
    REVIEW_OVERDUE: ReportReviewOverdue,
}


def when_due(due: TimerDue, now: datetime) -> EscalateReview | ReportReviewOverdue:
    """What a fired timer asks for. Raises KeyError for a timer that intake never sets."""
    timer = due.timer
    return _ASKS[timer.kind](
        command_id=derived_id(due.entity.prefix, timer.kind, timer.key, timer.due_at.isoformat()),
        now=now,
        actor="timer",
        trace=due.trace,
        review_id=UUID(timer.key),
    )


def when_review_answer_given(told: Recorded[ReviewAnswerGiven], now: datetime) -> AnswerReview:
    """Take the decision from the phone."""
    return AnswerReview(
        command_id=derived_id(told.meta.event_id, "answer"),
        now=now,
        actor=f"member:{told.event.member_id}",
        trace=told.meta.trace,
        review_id=told.event.review_id,
        answer=told.event.answer,
    )


def when_team_stood_down(told: Recorded[TeamStoodDown], now: datetime) -> LowerCase | None:
    """A coordinator wants no team any more: so it is decided here too, and nothing is followed up.
    None when intake asked for it itself."""
    if told.event.by is None or told.entity.is_request:
        return None
    return LowerCase(
        command_id=derived_id(told.meta.event_id, "lower"),
        now=now,
        actor=told.event.by,
        trace=told.meta.trace,
        reason=told.event.reason,
    )
