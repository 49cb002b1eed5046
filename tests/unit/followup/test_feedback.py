"""Feedback as numbers: open forms, weeks, tallies, and that a week is counted once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from schemas.feedback import (
    Answer,
    FeedbackCounted,
    Question,
    SupportKind,
    form_path,
    quarter_of,
)
from services.followup.decider import FEEDBACK
from services.followup.feedback_rules import (
    CountFeedback,
    FeedbackRules,
    batch_of,
    is_open,
    shown_from,
    spans,
    tallied,
)
from services.runtime.policy_files import read_policy_file
from tests.support.given import given

RULES = read_policy_file(FeedbackRules, "feedback", None)
CHICAGO = "America/Chicago"
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def test_a_quarter_is_one_of_the_agencys_calendar() -> None:
    last_evening = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)

    assert quarter_of(last_evening, CHICAGO) == "2026-q1"
    assert quarter_of(last_evening, "UTC") == "2026-q2"
    assert form_path(SupportKind.GROUP, NOW, CHICAGO) == "/feedback/2026-q1/group"
    begins, ends = spans("2026-q1", CHICAGO)
    assert begins == datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
    assert ends == datetime(2026, 4, 1, 5, 0, tzinfo=UTC), "summer time has begun by then"
    assert spans("2025-q4", CHICAGO)[1] == begins


@pytest.mark.parametrize("wrong", ["", "2026", "2026-q5", "2026-q0", "1999-q1", "2026-q1\n", "x"])
def test_what_is_no_quarter_opens_nothing(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no quarter"):
        is_open(wrong, NOW, CHICAGO, RULES)


def test_a_form_is_open_for_its_quarter_and_two_more_weeks() -> None:
    begins, ends = spans("2026-q1", CHICAGO)
    second = timedelta(seconds=1)

    assert not is_open("2026-q1", begins - second, CHICAGO, RULES)
    assert is_open("2026-q1", begins, CHICAGO, RULES)
    assert is_open("2026-q1", ends + timedelta(days=14) - second, CHICAGO, RULES)
    assert not is_open("2026-q1", ends + timedelta(days=14), CHICAGO, RULES)


def test_results_are_told_once_the_last_week_is_recorded() -> None:
    last = spans("2026-q1", CHICAGO)[1] + RULES.open_after
    week_over = last + timedelta(days=7)

    assert shown_from("2026-q1", CHICAGO, RULES) > week_over


def test_weeks_sort_by_their_names_also_over_a_year_of_53() -> None:
    moments = [datetime(2026, 12, 20, 12, tzinfo=UTC) + timedelta(days=7 * n) for n in range(6)]

    weeks = [batch_of(at, CHICAGO) for at in moments]
    assert weeks == sorted(set(weeks))
    assert "2026-w53" in weeks


def test_answers_are_added_up_question_by_question() -> None:
    both = [
        {Question.HELPFUL: Answer.YES, Question.RIGHT_TIME: Answer.NO},
        {Question.HELPFUL: Answer.PARTLY},
    ]

    found = tallied(both)
    assert found[Question.HELPFUL] == {
        Answer.YES: 1,
        Answer.PARTLY: 1,
        Answer.NO: 0,
        Answer.NOT_SAID: 0,
    }
    assert found[Question.RIGHT_TIME][Answer.NOT_SAID] == 1
    assert all(sum(said.values()) == 2 for said in found.values())


def test_a_week_is_counted_once_however_often_it_is_told() -> None:
    command = CountFeedback(
        command_id=UUID(int=1),
        now=NOW,
        actor="timer",
        kind=SupportKind.GROUP,
        quarter="2026-q1",
        batch="2026-w09",
        count=1,
        tallies=tallied([{}]),
        shown_from=NOW,
    )
    case = given(FEEDBACK).when(command)

    assert case.only(FeedbackCounted).count == 1
    case.and_when(command.model_copy(update={"command_id": UUID(int=2)})).then_nothing()
    other = command.model_copy(update={"kind": SupportKind.REQUEST})
    case.and_when(other).then_kinds(FeedbackCounted)


def test_the_event_has_no_id_and_no_time_of_an_answer() -> None:
    assert set(FeedbackCounted.model_fields) == {
        "kind",
        "quarter",
        "batch",
        "count",
        "tallies",
        "shown_from",
    }
