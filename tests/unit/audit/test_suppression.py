"""No count under five is told, nor one that lets somebody work such a one out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.feedback import Answer, Question, SupportKind
from services.audit.suppression import FEWEST, shown, shown_parts
from services.audit.views.feedback import of_a_kind


def test_small_and_none_look_the_same() -> None:
    assert [shown(count) for count in (0, 1, 4, 5, 40)] == [None, None, None, 5, 40]


def test_a_single_small_part_takes_another_one_with_it() -> None:
    assert shown_parts({"a": 30, "b": 9, "c": 2}) == {"a": 30, "b": None, "c": None}
    assert shown_parts({"a": 30, "b": 3, "c": 3}) == {"a": 30, "b": None, "c": None}
    assert shown_parts({"a": 30, "b": 0, "c": 0}) == {"a": 30, "b": None, "c": None}
    assert shown_parts({"a": 6, "b": 1}) == {"a": None, "b": None}


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30)))
def test_what_is_hidden_together_is_no_small_number(counts: dict[str, int]) -> None:
    told = shown_parts(counts)

    assert told.keys() == counts.keys()
    assert all(count is None or count == counts[part] >= FEWEST for part, count in told.items())
    hidden = sum(counts.values()) - sum(count or 0 for count in told.values())
    assert hidden == 0 or hidden >= FEWEST or not any(told.values())


@given(st.lists(st.tuples(*[st.sampled_from(Answer)] * len(Question)), max_size=25))
def test_no_table_of_feedback_gives_a_small_count_away(
    forms: list[tuple[Answer, ...]],
) -> None:
    weeks = [
        (1, {q.value: {a.value: 1} for q, a in zip(Question, form, strict=True)}) for form in forms
    ]

    told = of_a_kind(SupportKind.GROUP, weeks)
    if len(forms) < FEWEST:
        assert told.count is None
        assert told.questions == ()
        return
    assert told.count == len(forms)
    for asked in told.questions:
        counts = [count for count in asked.answers.values() if count is not None]
        assert all(count >= FEWEST for count in counts)
        assert told.count - sum(counts) == 0 or told.count - sum(counts) >= FEWEST
