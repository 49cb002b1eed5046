"""What people decide: raise, lower, answer a review. Screening only recommends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.intake import (
    CaseLowered,
    CaseRaised,
    ChangeReason,
    DeactivationRequested,
    Outcome,
    RecommendationChanged,
    ReviewAnswer,
    ReviewAnswered,
    ReviewEscalated,
    ReviewKind,
    ReviewOverdue,
)
from schemas.refusals import Refusal, RefusalCode
from services.intake.decide.follow import activation, moot
from services.intake.state import Review, Seen, Unseen, evolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Command, Event
    from services.intake.commands import (
        AnswerReview,
        EscalateReview,
        LowerCase,
        RaiseCase,
        ReportReviewOverdue,
    )
    from services.intake.policy import Pack

_ANSWERED = Refusal(RefusalCode.ITEM_ALREADY_SETTLED, "This question was answered already.")


def raise_case(pack: Pack, command: RaiseCase, state: Seen | Unseen) -> Sequence[Event] | Refusal:
    """Bring the team in, for an incident that no feed reported too; a graver class widens it."""
    if command.trigger_class not in pack.triggers:
        known = ", ".join(sorted(pack.triggers))
        return Refusal(
            RefusalCode.UNKNOWN_TRIGGER, f"The policy has no such trigger class; it has {known}."
        )
    occurred_at = command.occurred_at or command.now
    if isinstance(state, Seen):
        occurred_at = state.occurred_at
    raised = CaseRaised(
        trigger_class=command.trigger_class,
        occurred_at=min(occurred_at, command.now),
        units=command.units,
    )
    after = evolve(state, raised)
    assert isinstance(after, Seen)  # noqa: S101 - a raised case is seen
    events: list[Event] = [raised, *moot(after)]
    if isinstance(state, Seen) and state.screening:
        events.append(
            _told_otherwise(state, Outcome.CRITICAL, command.trigger_class, ChangeReason.RAISED)
        )
    wanted = state.wanted if isinstance(state, Seen) else None
    tier = pack.triggers[command.trigger_class].tier
    if wanted is None or tier < wanted.tier:
        events.append(activation(pack, after, command.trigger_class, command.now, after.units))
    return tuple(events)


def lower_case(command: LowerCase, state: Seen) -> Sequence[Event] | Refusal:
    """No team: what was asked of members is taken back with thanks."""
    lowered = CaseLowered(reason=command.reason)
    changed = _told_otherwise(state, Outcome.ROUTINE, None, ChangeReason.LOWERED)
    events: list[Event] = [lowered, changed, *moot(state)]
    if state.wanted is not None:
        events.append(DeactivationRequested(reason=command.reason))
    return tuple(events)


def answer(pack: Pack, command: AnswerReview, state: Seen) -> Sequence[Event] | Refusal:
    """The first answer counts."""
    review = state.review
    if review is None or review.review_id != command.review_id:
        return _ANSWERED
    answered = ReviewAnswered(review_id=review.review_id, answer=command.answer)
    declined = command.answer is ReviewAnswer.DECLINE
    match review.kind:
        case ReviewKind.ACTIVATE if declined:
            changed = _told_otherwise(state, Outcome.ROUTINE, None, ChangeReason.LOWERED)
            return (answered, changed)
        case ReviewKind.ACTIVATE:
            return (answered, *_brought_in(pack, command, state, review))
        case ReviewKind.STAND_DOWN if declined:
            return (answered, DeactivationRequested(reason="not_needed"))
        case ReviewKind.STAND_DOWN:
            return (answered,)


def escalate(command: EscalateReview, state: Seen) -> Sequence[Event] | Refusal:
    """The time for the first answer is over."""
    review = _waiting(command.review_id, state)
    if isinstance(review, Refusal):
        return review
    if command.now < review.backup_at:
        return Refusal(RefusalCode.TIMER_NOT_DUE, "The coordinator still has time.")
    return () if review.escalated else (ReviewEscalated(review_id=review.review_id),)


def overdue(command: ReportReviewOverdue, state: Seen) -> Sequence[Event] | Refusal:
    """The time for any answer is over; the question stays open."""
    review = _waiting(command.review_id, state)
    if isinstance(review, Refusal):
        return review
    if command.now < review.answer_by:
        return Refusal(RefusalCode.TIMER_NOT_DUE, "There still is time to answer.")
    return () if review.overdue else (ReviewOverdue(review_id=review.review_id),)


def _waiting(review_id: object, state: Seen) -> Review | Refusal:
    review = state.review
    if review is None or review.review_id != review_id:
        return Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This question was answered.")
    return review


def _brought_in(pack: Pack, command: Command, state: Seen, review: Review) -> Sequence[Event]:
    trigger = review.trigger_class
    return (
        _told_otherwise(state, Outcome.CRITICAL, trigger, ChangeReason.RAISED),
        activation(pack, state, trigger, command.now, state.units),
    )


def _told_otherwise(
    state: Seen, after: Outcome, trigger: str | None, reason: ChangeReason
) -> RecommendationChanged:
    before = state.recommended[0] or Outcome.ROUTINE
    return RecommendationChanged(before=before, after=after, trigger_class=trigger, reason=reason)
