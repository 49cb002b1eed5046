"""What keeps members from being asked, shown before it bites; and the roles that run short."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given as for_all
from hypothesis import strategies as st

from schemas.candidates import Exclusion
from schemas.policy import Role
from schemas.roster import Competency, CompetencyKind, MemberEnrolled
from services.dispatch.roster import Member, contact_fresh, designated_on
from services.dispatch.roster_check import (
    WarningKind,
    fresh_until,
    has_left,
    lapses,
    not_pageable,
    too_few,
    warnings,
)
from services.dispatch.roster_policy import BadRosterPolicy, read_roster_policy, shipped_rules
from tests.support.builders import NOW, after, an

RULES = shipped_rules()
DAY = timedelta(days=1)
TODAY = NOW.date()


def member(**fields: Any) -> Member:
    own = {name: fields.pop(name) for name in set(fields) & set(Member.__slots__)}
    told = {
        "designated_from": date(2020, 1, 1),
        "training_valid_until": date(2030, 1, 1),
        "contact_confirmed_on": TODAY,
    }
    return Member(an(MemberEnrolled, **(told | fields)), **own)


def told(someone: Member) -> list[tuple[str, int]]:
    found = warnings(someone, TODAY, RULES)
    return [(each.kind.value, each.days) for each in found if each.kind != "contact_goes_stale"]


@pytest.mark.parametrize("days", [0, 1, 60])
def test_the_end_of_training_is_told_two_months_ahead(days: int) -> None:
    assert told(member(training_valid_until=TODAY + days * DAY)) == [("training_ends", days)]


@pytest.mark.parametrize("days", [-1, 61])
def test_what_has_ended_or_is_far_off_is_no_warning(days: int) -> None:
    assert told(member(training_valid_until=TODAY + days * DAY)) == []


def test_the_end_of_a_designation_is_told_however_it_was_set() -> None:
    until = TODAY + 5 * DAY
    assert told(member(designated_until=until)) == [("designation_ends", 5)]
    assert told(member(left_on=until)) == [("designation_ends", 5)]


def test_competencies_are_warned_about_by_the_policys_months() -> None:
    core = Competency(kind=CompetencyKind.ICISF_GROUP, earned_on=date(2023, 4, 2))
    fresh = Competency(kind=CompetencyKind.IN_SERVICE, earned_on=TODAY)
    assert told(member(competencies=(core, fresh))) == [("training_ends", 30)]


def test_a_contact_is_warned_about_before_its_ninety_days_are_over() -> None:
    stale = member(contact_confirmed_on=TODAY - 80 * DAY)
    found = warnings(stale, TODAY, RULES)
    assert [(each.kind, each.days) for each in found] == [(WarningKind.CONTACT_GOES_STALE, 10)]
    assert found[0].on == fresh_until(stale, RULES)


@for_all(age=st.integers(0, 400))
def test_a_contact_is_fresh_to_the_day_that_the_warning_names(age: int) -> None:
    someone = member(contact_confirmed_on=TODAY - age * DAY)
    assert contact_fresh(someone, fresh_until(someone, RULES), RULES)
    assert not contact_fresh(someone, fresh_until(someone, RULES) + DAY, RULES)


@for_all(training=st.integers(-100, 100), contact=st.integers(0, 200), until=st.integers(-100, 100))
def test_whatever_bites_was_warned_about_before(training: int, contact: int, until: int) -> None:
    """Let a day pass: what is a reason tomorrow, and none today, is a warning of today."""
    someone = member(
        training_valid_until=TODAY + training * DAY,
        contact_confirmed_on=TODAY - contact * DAY,
        designated_until=TODAY + until * DAY,
    )
    today = set(not_pageable(someone, NOW, TODAY, RULES))
    tomorrow = set(not_pageable(someone, NOW, TODAY + DAY, RULES))
    names = {
        Exclusion.TRAINING_LAPSED: WarningKind.TRAINING_ENDS,
        Exclusion.CONTACT_STALE: WarningKind.CONTACT_GOES_STALE,
        Exclusion.DESIGNATION_ENDED: WarningKind.DESIGNATION_ENDS,
    }
    fresh = {names[reason] for reason in tomorrow - today}
    last_day = {each.kind for each in warnings(someone, TODAY, RULES) if each.days == 0}
    assert fresh == last_day


def test_the_soonest_warning_comes_first() -> None:
    someone = member(training_valid_until=TODAY + 9 * DAY, designated_until=TODAY + 3 * DAY)
    assert told(someone) == [("designation_ends", 3), ("training_ends", 9)]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"designated_from": TODAY + DAY}, Exclusion.NOT_DESIGNATED),
        ({"designated_until": TODAY - DAY}, Exclusion.DESIGNATION_ENDED),
        ({"left_on": TODAY - DAY}, Exclusion.DESIGNATION_ENDED),
        ({"training_valid_until": TODAY - DAY}, Exclusion.TRAINING_LAPSED),
        ({"contact_confirmed_on": TODAY - 91 * DAY}, Exclusion.CONTACT_STALE),
        ({"stood_down": True}, Exclusion.STOOD_DOWN),
        ({"muted_until": after(hours=1)}, Exclusion.MUTED),
        (
            {"competencies": (Competency(kind=CompetencyKind.QPR, earned_on=TODAY),)},
            Exclusion.UNTRAINED,
        ),
    ],
)
def test_each_reason_not_to_page_is_shown(fields: dict[str, Any], reason: Exclusion) -> None:
    assert not_pageable(member(**fields), NOW, TODAY, RULES) == (reason,)


def test_a_mute_that_is_over_is_no_reason() -> None:
    assert not_pageable(member(muted_until=NOW), NOW, TODAY, RULES) == ()


def test_a_wish_to_rest_is_nothing_to_mend() -> None:
    resting = member(stood_down=True, muted_until=after(hours=1))
    assert lapses(resting, TODAY, RULES) == ()


def test_who_left_has_nothing_to_mend() -> None:
    left = member(left_on=TODAY - DAY, training_valid_until=TODAY - DAY)
    assert has_left(left, TODAY)
    assert lapses(left, TODAY, RULES) == ()
    expired = member(designated_until=TODAY - DAY)
    assert lapses(expired, TODAY, RULES) == (Exclusion.DESIGNATION_ENDED,)


def test_a_role_that_runs_short_is_named_with_its_numbers() -> None:
    team = [member(role=Role.PEER) for _ in range(4)] + [member(role=Role.COORDINATOR)]
    short = too_few(team, NOW, TODAY, RULES)
    assert [(each.role, each.pageable, each.wanted) for each in short] == [(Role.MHP, 0, 2)]


@pytest.mark.parametrize(
    "fields",
    [{"stood_down": True}, {"training_valid_until": TODAY - DAY}, {"left_on": TODAY - DAY}],
)
def test_who_cannot_be_asked_does_not_count(fields: dict[str, Any]) -> None:
    team = [member(role=Role.MHP), member(role=Role.MHP, **fields)]
    assert (Role.MHP, 1) in [(s.role, s.pageable) for s in too_few(team, NOW, TODAY, RULES)]


def test_an_alarm_reaches_a_coordinator_whose_training_lapsed() -> None:
    lapsed = member(role=Role.COORDINATOR, training_valid_until=TODAY - DAY)
    assert Role.COORDINATOR not in {s.role for s in too_few([lapsed], NOW, TODAY, RULES)}


def test_designated_on_follows_the_present_entry() -> None:
    someone = member(designated_from=TODAY, designated_until=TODAY + DAY)
    assert [designated_on(someone, TODAY + n * DAY) for n in (-1, 0, 1, 2)] == [
        False,
        True,
        True,
        False,
    ]


def changed(folder: Path, **values: Any) -> Path:
    shipped = yaml.safe_load(Path("policy/roster.yaml").read_text(encoding="utf-8"))
    file = folder / "roster.yaml"
    file.write_text(yaml.safe_dump(shipped | values), encoding="utf-8")
    return file


def test_an_agencys_own_rules_take_the_place_of_the_shipped_ones(tmp_path: Path) -> None:
    own = read_roster_policy(changed(tmp_path, contact_fresh_for="P30D"))
    assert own.contact_fresh_for == timedelta(days=30)
    assert not contact_fresh(member(contact_confirmed_on=TODAY - 31 * DAY), TODAY, own)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"contact_fresh_for": "soon"}, "contact_fresh_for"),
        ({"valid_months": {"qpr": 12}}, "no months for icisf_group"),
        ({"roles": {"peer": {"one_of": []}}}, "roles.peer.one_of"),
        ({"roles": {"friend": {"one_of": ["qpr"]}}}, "roles.friend"),
        ({"least_pageable": {"peer": 0}}, "least_pageable.peer"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_rules_that_do_not_fit_are_named(
    tmp_path: Path, values: dict[str, Any], named: str
) -> None:
    with pytest.raises(BadRosterPolicy, match=named):
        read_roster_policy(changed(tmp_path, **values))


def test_every_number_that_ships_says_where_it_comes_from() -> None:
    lines = Path("policy/roster.yaml").read_text(encoding="utf-8").splitlines()
    numbers = [line for line in lines if any(c.isdigit() for c in line.partition("#")[0])]
    assert len(numbers) >= 10
    silent = [line for line in numbers if "#" not in line and not line.startswith("version")]
    assert silent == []
