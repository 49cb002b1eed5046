"""The training gate: what counts for how long, for which role, on which day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st

from schemas.policy import Role
from schemas.roster import Competency, CompetencyKind, MemberEnrolled
from services.dispatch.roster import Member, trained
from services.dispatch.roster_policy import shipped_rules
from services.dispatch.training import in_months, lapses_after, training_ends
from tests.support.builders import an

RULES = shipped_rules()
DAY = timedelta(days=1)
TODAY = date(2026, 3, 2)
SERVING = [Role.PEER, Role.MHP, Role.CHAPLAIN, Role.CLINICAL_DIRECTOR]
days = st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 12, 31))


def did(kind: str, earned_on: date, valid_until: date | None = None) -> Competency:
    return Competency(kind=CompetencyKind(kind), earned_on=earned_on, valid_until=valid_until)


def member(*competencies: Competency, **fields: Any) -> Member:
    return Member(an(MemberEnrolled, competencies=competencies, **fields))


FRESH = did("in_service", TODAY - 30 * DAY)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
        (date(2024, 5, 1), 36, date(2027, 5, 1)),
        (date(9999, 6, 1), 36, date.max),
    ],
)
def test_months_are_calendar_months(start: date, months: int, end: date) -> None:
    assert in_months(start, months) == end


@for_all(start=days, months=st.integers(1, 120))
def test_months_go_forward_and_keep_the_day_where_there_is_one(start: date, months: int) -> None:
    end = in_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end + DAY).day == 1


@for_all(first=days, second=days, months=st.integers(1, 60))
def test_who_trained_later_lapses_no_earlier(first: date, second: date, months: int) -> None:
    assume(first <= second)
    assert in_months(first, months) <= in_months(second, months)


@pytest.mark.parametrize("role", SERVING)
def test_without_competencies_the_summary_date_decides(role: Role) -> None:
    old = member(role=role, training_valid_until=TODAY)
    assert trained(old, TODAY, RULES)
    assert not trained(old, TODAY + DAY, RULES)


@pytest.mark.parametrize("role", SERVING)
@pytest.mark.parametrize("core", ["icisf_group", "icisf_individual"])
def test_one_core_training_and_a_fresh_skill_are_enough(role: Role, core: str) -> None:
    able = member(did(core, date(2024, 3, 1)), FRESH, role=role, training_valid_until=date.min)
    assert trained(able, TODAY, RULES)


@pytest.mark.parametrize("role", SERVING)
@pytest.mark.parametrize("kinds", [("qpr",), ("asist",), ("in_service",), ("qpr", "asist")])
def test_no_other_training_stands_in_for_the_core(role: Role, kinds: tuple[str, ...]) -> None:
    other = member(*(did(kind, TODAY) for kind in kinds), role=role, training_valid_until=date.max)
    assert training_ends(other.entry, TODAY, RULES) is None
    assert not trained(other, TODAY, RULES)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.PROGRAM_LEAD])
def test_who_is_only_called_needs_no_training(role: Role) -> None:
    assert trained(member(did("qpr", date(2010, 1, 1)), role=role), TODAY, RULES)


def test_the_core_counts_three_years_to_the_day() -> None:
    earned = date(2023, 3, 3)
    core = member(did("icisf_group", earned), FRESH)
    assert trained(core, date(2026, 3, 2), RULES)
    assert not trained(core, date(2026, 3, 3), RULES)


def test_skills_perish_after_a_year_without_in_service() -> None:
    rusty = member(did("icisf_group", date(2024, 3, 1)), did("in_service", date(2025, 3, 3)))
    assert trained(rusty, TODAY, RULES)
    assert not trained(rusty, TODAY + DAY, RULES)


def test_the_core_training_itself_keeps_current_for_a_year() -> None:
    new = member(did("icisf_individual", date(2025, 3, 3)))
    assert trained(new, TODAY, RULES)
    assert not trained(new, TODAY + DAY, RULES)


@pytest.mark.parametrize("until", [TODAY - DAY, TODAY + 2000 * DAY])
def test_a_certificate_that_names_its_last_day_is_believed(until: date) -> None:
    named = did("icisf_group", TODAY - 100 * DAY, until)
    assert lapses_after(named, RULES) == until
    assert trained(member(named), TODAY, RULES) is (until >= TODAY)


def test_the_newest_of_a_kind_counts() -> None:
    refreshed = member(
        did("icisf_group", date(2019, 1, 1)), did("icisf_group", date(2025, 6, 1)), FRESH
    )
    assert trained(refreshed, TODAY, RULES)


def test_a_training_counts_from_the_day_on_which_it_was_earned() -> None:
    """Who was trained on a day of the past is asked in court; later learning does not help."""
    later = member(did("icisf_group", TODAY))
    assert not trained(later, TODAY - DAY, RULES)
    assert trained(later, TODAY, RULES)


@for_all(
    kinds=st.lists(st.tuples(st.sampled_from(CompetencyKind), days), min_size=1, max_size=6),
    day=days,
)
def test_training_ends_on_the_last_day_on_which_it_holds(
    kinds: list[tuple[CompetencyKind, date]], day: date
) -> None:
    someone = member(*(did(kind.value, earned) for kind, earned in kinds))
    ends = training_ends(someone.entry, day, RULES)
    assert trained(someone, day, RULES) is (ends is not None and day <= ends)
    if ends is not None and day <= ends:
        assert trained(someone, ends, RULES)


@for_all(
    kinds=st.lists(st.tuples(st.sampled_from(CompetencyKind), days), max_size=5),
    more=st.tuples(st.sampled_from(CompetencyKind), days),
    day=days,
)
def test_learning_more_never_shuts_anybody_out(
    kinds: list[tuple[CompetencyKind, date]], more: tuple[CompetencyKind, date], day: date
) -> None:
    assume(kinds)
    before = member(*(did(kind.value, earned) for kind, earned in kinds))
    after = member(*(did(kind.value, earned) for kind, earned in [*kinds, more]))
    assert trained(after, day, RULES) or not trained(before, day, RULES)
