"""Open questions to people, as dispatch knows them: who was asked, and whether somebody decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemas.dispatch import ReviewAnswerGiven, ReviewClosed, ReviewersAsked

if TYPE_CHECKING:
    from uuid import UUID

    from schemas.dispatch import ReviewQuestion, ReviewStage
    from schemas.intake import ReviewAnswer


@dataclass(frozen=True, slots=True)
class Review:
    """A question to the coordinators, and what they were told of it."""

    question: ReviewQuestion
    stages: frozenset[ReviewStage]
    asked: frozenset[str]
    answer: ReviewAnswer | None = None
    is_open: bool = True


def reviewed(
    reviews: dict[UUID, Review], event: ReviewersAsked | ReviewAnswerGiven | ReviewClosed
) -> dict[UUID, Review]:
    """The questions after one more event."""
    before = reviews.get(event.review_id)
    match event:
        case ReviewersAsked():
            fresh = before or Review(event.question, frozenset(), frozenset())
            asked = replace(
                fresh,
                stages=fresh.stages | {event.stage},
                asked=fresh.asked | set(event.member_ids),
            )
            return reviews | {event.review_id: asked}
        case ReviewAnswerGiven() if before:
            return reviews | {event.review_id: replace(before, answer=event.answer, is_open=False)}
        case ReviewClosed() if before:
            return reviews | {event.review_id: replace(before, is_open=False)}
        case _:
            return reviews
