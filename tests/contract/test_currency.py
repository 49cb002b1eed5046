"""Audit shows and dispatch decides until when training counts: both read one policy, and agree."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.policy import Role
from schemas.roster import Competency, CompetencyKind, MemberEnrolled
from services.audit import currency
from services.dispatch import roster_check
from services.dispatch.roster import Member
from services.dispatch.roster_policy import shipped_rules
from services.dispatch.training import training_ends

TODAY = date(2026, 3, 3)
DAYS = st.dates(TODAY - timedelta(days=2000), TODAY + timedelta(days=2000))
COMPETENCIES = st.lists(
    st.builds(
        Competency,
        kind=st.sampled_from(CompetencyKind),
        earned_on=st.dates(TODAY - timedelta(days=2000), TODAY + timedelta(days=60)),
        valid_until=st.none() | DAYS,
    ),
    max_size=5,
)


@given(
    role=st.sampled_from(Role),
    competencies=COMPETENCIES,
    summary=DAYS,
    confirmed=DAYS,
    later=st.none() | DAYS,
)
def test_both_name_the_same_last_day(
    role: Role,
    competencies: list[Competency],
    summary: date,
    confirmed: date,
    later: date | None,
) -> None:
    entry = MemberEnrolled(
        role=role,
        discipline="fire",
        station="st-1",
        units=(),
        designated_from=TODAY - timedelta(days=3000),
        training_valid_until=summary,
        contact_confirmed_on=confirmed,
        competencies=tuple(competencies),
    )
    row: dict[str, Any] = {
        "role": role.value,
        "training_valid_until": summary,
        "contact_confirmed_on": confirmed,
        "confirmed_on": later,
        "left_on": None,
        "designated_until": None,
        "competencies": [each.model_dump(mode="json") for each in competencies],
    }
    rules, numbers = shipped_rules(), currency.read_numbers(None)
    assert currency.training_ends(row, TODAY, numbers) == training_ends(entry, TODAY, rules)
    member = Member(entry, confirmed_on=later)
    known = {end.what: end.on for end in currency.ends(row, TODAY, numbers)}
    assert known["contact"] == roster_check.fresh_until(member, rules)
    assert numbers.warn_ahead == rules.warn_ahead
