"""What people decide: reviews with a clock, raising, lowering; and what a feed cannot take back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.intake import (
    ActivationRequested,
    CaseLowered,
    CaseRaised,
    ChangeReason,
    DeactivationRequested,
    IncidentReported,
    IncidentUpdated,
    Outcome,
    RecommendationChanged,
    ReviewAnswer,
    ReviewAnswered,
    ReviewEscalated,
    ReviewOpened,
    ReviewOverdue,
)
from schemas.refusals import RefusalCode
from schemas.subjects import derived_id
from services.intake.commands import (
    AnswerReview,
    EscalateReview,
    LowerCase,
    RaiseCase,
    ReportReviewOverdue,
)
from services.intake.deadlines import REVIEW_BACKUP, REVIEW_OVERDUE, deadlines
from tests.support.given import Outcome as Decided
from tests.support.given import given
from tests.unit.intake.reports import CHILD_DIED, DECIDER, NOW, pack, telling

if TYPE_CHECKING:
    from uuid import UUID

LATER = NOW + timedelta(minutes=10)
MEDIA: dict[str, Any] = {"incident_type": "Call", "flags": ("media_interest",)}


def about(name: str, **also: Any) -> dict[str, Any]:
    base = {"command_id": derived_id(name, also), "now": LATER, "actor": "member:c-01"}
    return {**base, **also}


def asked(**fields: Any) -> tuple[Decided[Any, Any], UUID]:
    """A case that waits for a person."""
    outcome = given(DECIDER).when(telling(**(MEDIA | fields)))
    outcome.then_kinds(IncidentReported, ReviewOpened)
    return outcome, outcome.only(ReviewOpened).review_id


def answer(review_id: UUID, word: ReviewAnswer) -> AnswerReview:
    return AnswerReview(**about("answer", review_id=review_id, answer=word))


def test_what_a_person_must_decide_has_a_clock_of_the_policy() -> None:
    outcome, review_id = asked()

    question = outcome.only(ReviewOpened)
    backup_after, answer_within = pack().review_clock("media_interest")
    assert question.backup_at == NOW + backup_after
    assert question.answer_by == NOW + answer_within
    timers = {(each.kind, each.due_at) for each in deadlines(question)}
    assert timers == {(REVIEW_BACKUP, question.backup_at), (REVIEW_OVERDUE, question.answer_by)}
    assert {each.key for each in deadlines(question)} == {str(review_id)}


def test_what_a_policy_answers_only_on_request_rings_nobody() -> None:
    given(DECIDER).when(telling(incident_type="Cardiac arrest")).then_kinds(IncidentReported)


def test_the_same_question_is_asked_once() -> None:
    outcome, _ = asked()

    outcome.and_when(telling(**MEDIA, now=LATER, units=("E12", "M4"))).then_kinds(IncidentUpdated)


def test_one_tap_brings_the_team_in() -> None:
    outcome, review_id = asked()

    raised = outcome.and_when(answer(review_id, ReviewAnswer.RAISE))

    raised.then_kinds(ReviewAnswered, RecommendationChanged, ActivationRequested)
    assert raised.only(RecommendationChanged).reason is ChangeReason.RAISED
    assert raised.only(ActivationRequested).brief.trigger_class == "media_interest"


def test_the_first_answer_counts() -> None:
    outcome, review_id = asked()
    declined = outcome.and_when(answer(review_id, ReviewAnswer.DECLINE))

    late = declined.and_when(answer(review_id, ReviewAnswer.RAISE))

    late.then_refused(RefusalCode.ITEM_ALREADY_SETTLED)


def test_what_was_declined_is_not_asked_again_until_something_new_shows() -> None:
    outcome, review_id = asked()
    declined = outcome.and_when(answer(review_id, ReviewAnswer.DECLINE))

    same = declined.and_when(telling(**MEDIA, now=LATER, units=("M4",)))
    same.then_kinds(IncidentUpdated)

    new = same.and_when(telling(now=LATER, **(MEDIA | CHILD_DIED)))
    assert new.all(ActivationRequested)


def test_a_critical_report_makes_the_question_moot() -> None:
    outcome, review_id = asked()

    critical = outcome.and_when(telling(now=LATER, **(MEDIA | CHILD_DIED)))

    critical.then_kinds(IncidentUpdated, RecommendationChanged, ReviewAnswered, ActivationRequested)
    assert critical.only(ReviewAnswered).answer is None
    critical.and_when(answer(review_id, ReviewAnswer.DECLINE)).then_refused(
        RefusalCode.ITEM_ALREADY_SETTLED
    )


def test_a_call_that_was_cancelled_makes_the_question_moot() -> None:
    outcome, _ = asked()

    cancelled = outcome.and_when(telling(**MEDIA, now=LATER, status="cancelled"))

    assert cancelled.only(ReviewAnswered).answer is None
    assert not cancelled.all(ActivationRequested)


def test_unanswered_the_backup_is_told_and_then_everyone() -> None:
    outcome, review_id = asked()
    question = outcome.only(ReviewOpened)

    early = EscalateReview(**about("early", review_id=review_id, now=NOW))
    outcome.and_when(early).then_refused(RefusalCode.TIMER_NOT_DUE)
    told = outcome.and_when(
        EscalateReview(**about("backup", review_id=review_id, now=question.backup_at))
    )
    told.then(ReviewEscalated(review_id=review_id))
    last = told.and_when(
        ReportReviewOverdue(**about("late", review_id=review_id, now=question.answer_by))
    )
    last.then(ReviewOverdue(review_id=review_id))

    assert last.and_when(answer(review_id, ReviewAnswer.RAISE)).all(ActivationRequested)


def test_an_answered_question_escalates_to_nobody() -> None:
    outcome, review_id = asked()
    answered = outcome.and_when(answer(review_id, ReviewAnswer.DECLINE))

    for kind in (EscalateReview, ReportReviewOverdue):
        late = kind(**about("late", review_id=review_id, now=NOW + timedelta(days=1)))
        answered.and_when(late).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def stand_down_question() -> tuple[Decided[Any, Any], UUID]:
    wanted = given(DECIDER).when(telling(**CHILD_DIED))
    cancelled = wanted.and_when(telling(**CHILD_DIED, now=LATER, status="cancelled"))
    return cancelled, cancelled.only(ReviewOpened).review_id


def test_a_cancelled_call_stands_nobody_down_until_a_person_says_so() -> None:
    cancelled, review_id = stand_down_question()
    assert not cancelled.all(DeactivationRequested)

    down = cancelled.and_when(answer(review_id, ReviewAnswer.DECLINE))

    down.then_kinds(ReviewAnswered, DeactivationRequested)


def test_a_team_that_a_person_keeps_is_not_questioned_again() -> None:
    cancelled, review_id = stand_down_question()
    kept = cancelled.and_when(answer(review_id, ReviewAnswer.RAISE)).then_kinds(ReviewAnswered)

    again = kept.and_when(telling(**CHILD_DIED, now=LATER, status="false_alarm"))

    assert not again.all(ReviewOpened)
    assert not again.all(DeactivationRequested)


def raising(**also: Any) -> RaiseCase:
    return RaiseCase(**about("raise", **({"trigger_class": "line_of_duty_death"} | also)))


def test_a_person_raises_what_no_feed_has_told() -> None:
    raised = given(DECIDER).when(raising(units=("E7",)))

    raised.then_kinds(CaseRaised, ActivationRequested)
    wish = raised.only(ActivationRequested)
    assert (wish.brief.tier, wish.units) == (1, ("E7",))


def test_a_feed_that_comes_later_joins_what_was_raised_and_takes_nothing_back() -> None:
    raised = given(DECIDER).when(raising())

    told = raised.and_when(telling())

    assert told.only(IncidentUpdated).screening.outcome is Outcome.ROUTINE
    assert not told.all(ReviewOpened)
    assert not told.all(DeactivationRequested)


def test_a_person_raises_a_routine_case() -> None:
    raised = given(DECIDER).when(telling()).and_when(raising())

    raised.then_kinds(CaseRaised, RecommendationChanged, ActivationRequested)
    assert raised.only(ActivationRequested).brief.occurred_at == NOW


def test_raising_what_is_wanted_already_calls_nobody_twice() -> None:
    wanted = given(DECIDER).when(telling(**CHILD_DIED))

    same = wanted.and_when(raising(trigger_class="child_death"))
    assert not same.all(ActivationRequested)

    graver = wanted.and_when(raising())
    assert graver.only(ActivationRequested).brief.tier == 1


def test_a_trigger_that_the_policy_does_not_have_is_refused_with_those_it_has() -> None:
    refused = given(DECIDER).when(raising(trigger_class="bad_day"))

    refused.then_refused(RefusalCode.UNKNOWN_TRIGGER)
    assert refused.refusal is not None
    assert "child_death" in refused.refusal.detail


def lowering() -> LowerCase:
    return LowerCase(**about("lower", reason="not_needed"))


def test_a_person_lowers_and_the_team_stands_down() -> None:
    lowered = given(DECIDER).when(telling(**CHILD_DIED)).and_when(lowering())

    lowered.then_kinds(CaseLowered, RecommendationChanged, DeactivationRequested)


def test_what_a_person_lowered_stays_so_until_something_new_shows() -> None:
    lowered = given(DECIDER).when(telling(**CHILD_DIED)).and_when(lowering())

    same = lowered.and_when(telling(**CHILD_DIED, now=LATER, units=("M4",)))
    assert not same.all(ActivationRequested)

    new = same.and_when(telling(**CHILD_DIED, now=LATER, responders=("killed",)))
    assert new.only(ActivationRequested).brief.tier == 1


@pytest.mark.parametrize("command", [lowering(), answer(derived_id("none"), ReviewAnswer.RAISE)])
def test_nothing_is_decided_of_a_case_that_is_not_there(command: Any) -> None:
    given(DECIDER).when(command).then_refused(RefusalCode.UNKNOWN_CASE)
