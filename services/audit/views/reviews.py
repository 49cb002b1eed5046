"""The questions that wait for a person, the most urgent first, each with its clock; decides none."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from schemas.envelope import Frozen
from schemas.intake import HoldReason, ReviewKind
from services.audit import tables
from services.audit.folds.decisions import QUESTIONS
from services.audit.views import case_file
from services.audit.words import span, sureness, title

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from services.audit.views.case_file import Case, CaseFile, Review

_C = tables.cases.c


class OpenReview(Frozen):
    """One question. `seconds_left` is negative once the time to answer is over."""

    review_id: str
    case_id: str
    kind: ReviewKind
    question: str
    trigger_class: str
    trigger: str
    tier: int
    source: str | None
    number: str | None
    incident_type: str
    occurred_at: datetime
    reasons: tuple[str, ...]
    """What the reports showed, in the policy's words: why a team may be wanted."""
    news: str
    """What has come since and may take the reasons away; empty when the team is not yet there."""
    confidence: float | None
    """How sure screening is, from 0 to 1; null when no feed has told the incident."""
    sureness: str
    """The same in words, such as `fairly sure`."""
    opened_at: datetime
    backup_at: datetime
    """When the mental health professionals are asked too."""
    answer_by: datetime
    seconds_left: float
    distance: str
    """Such as `12 min left` or `5 min overdue`."""
    is_overdue: bool


class Reviews(Frozen):
    """The open questions of an agency at one moment, the most urgent first."""

    as_of: datetime
    reviews: tuple[OpenReview, ...]


def waiting(connection: Connection, agency: str, now: datetime) -> tuple[OpenReview, ...]:
    """Every open question, by the time that is left, then by tier, then the surest first."""
    query = select(tables.cases).where(_C.agency == agency, _C.review_open.is_(True))
    files = case_file.files(connection, agency, case_file.cases(connection, query))
    found = [shown for file in files if (shown := of(file, now))]
    return tuple(sorted(found, key=_urgency))


def _urgency(each: OpenReview) -> tuple[datetime, int, float, str]:
    return each.answer_by, each.tier, -(each.confidence or 0.0), each.case_id


def count(connection: Connection, agency: str) -> int:
    """How many questions wait."""
    query = select(func.count()).where(_C.agency == agency, _C.review_open.is_(True))
    return int(connection.execute(query).scalar_one())


def of(file: CaseFile, now: datetime) -> OpenReview | None:
    """The open question of a case; None when nobody needs to decide."""
    review = file.review
    return None if review is None else _shown(file, review, now)


def _news(case: Case) -> str:
    match case.hold:
        case HoldReason.CANCELLED:
            return "The incident was called off, or was a false alarm"
        case HoldReason.EXERCISE:
            return "It is told to be an exercise"
        case _:
            return "What is told of it now shows no reason for a team"


def _shown(file: CaseFile, review: Review, now: datetime) -> OpenReview:
    case = file.case
    kind = ReviewKind(review.kind)
    left = review.answer_by - now
    is_overdue = left.total_seconds() <= 0
    return OpenReview(
        review_id=review.review_id,
        case_id=case.case_id,
        kind=kind,
        question=QUESTIONS[kind],
        trigger_class=review.trigger_class,
        trigger=title(review.trigger_class),
        tier=review.tier,
        source=case.source,
        number=case.number,
        incident_type=case.incident_type or review.incident_type,
        occurred_at=review.occurred_at,
        reasons=tuple(review.reasons),
        news=_news(file.case) if kind is ReviewKind.STAND_DOWN else "",
        confidence=case.confidence,
        sureness=sureness(case.confidence),
        opened_at=review.opened_at,
        backup_at=review.backup_at,
        answer_by=review.answer_by,
        seconds_left=left.total_seconds(),
        distance=f"{span(left)} {'overdue' if is_overdue else 'left'}",
        is_overdue=is_overdue,
    )
