"""Commands about a question that waits for a person."""

from __future__ import annotations

from uuid import UUID

from schemas.dispatch import ReviewQuestion, ReviewStage
from schemas.envelope import MemberId
from schemas.intake import ReviewAnswer
from services.dispatch.commands.case import CaseCommand


class AskReviewers(CaseCommand):
    """Ask these members to decide a review; the question comes with the first asking."""

    review_id: UUID
    stage: ReviewStage
    question: ReviewQuestion | None
    member_ids: tuple[MemberId, ...]


class GiveReviewAnswer(CaseCommand):
    """A member decides."""

    review_id: UUID
    answer: ReviewAnswer
    member_id: MemberId


class CloseReview(CaseCommand):
    """Nobody needs to answer any more."""

    review_id: UUID


ReviewCommand = AskReviewers | GiveReviewAnswer | CloseReview
