"""Asking people to decide a recommendation: coordinators, then MHPs, then everyone. One answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import ReviewAnswerGiven, ReviewClosed, ReviewersAsked
from schemas.refusals import Refusal, RefusalCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.dispatch.commands import AskReviewers, CloseReview, GiveReviewAnswer
    from services.dispatch.state import DispatchState

_UNKNOWN = Refusal(RefusalCode.UNKNOWN_REVIEW, "There is no such question.")
_ANSWERED = Refusal(RefusalCode.ITEM_ALREADY_SETTLED, "This was decided already. Thank you.")


def ask(command: AskReviewers, state: DispatchState) -> Sequence[Event] | Refusal:
    """Ask once per stage, for as long as nobody has decided."""
    review = state.reviews.get(command.review_id)
    question = review.question if review else command.question
    if question is None:
        return _UNKNOWN
    if review and (not review.is_open or command.stage in review.stages):
        return ()
    return (
        ReviewersAsked(
            review_id=command.review_id,
            stage=command.stage,
            question=question,
            member_ids=command.member_ids,
        ),
    )


def give_answer(command: GiveReviewAnswer, state: DispatchState) -> Sequence[Event] | Refusal:
    """The first answer counts; it may come late, as long as nobody else has decided."""
    review = state.reviews.get(command.review_id)
    if review is None or command.member_id not in review.asked:
        return _UNKNOWN
    if not review.is_open:
        return _ANSWERED
    return (
        ReviewAnswerGiven(
            review_id=command.review_id, answer=command.answer, member_id=command.member_id
        ),
    )


def close(command: CloseReview, state: DispatchState) -> Sequence[Event] | Refusal:
    """Decided elsewhere, or moot. One that was not even asked yet is refused, to come again."""
    review = state.reviews.get(command.review_id)
    if review is None:
        return _UNKNOWN
    return (ReviewClosed(review_id=command.review_id),) if review.is_open else ()
