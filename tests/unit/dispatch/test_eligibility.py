"""Who may be asked: every reason by itself, all of them at once, and what an emergency looks past."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from schemas.candidates import Exclusion
from schemas.policy import LoadCaps
from schemas.roster import Competency, CompetencyKind
from services.dispatch.duty import Duty
from services.dispatch.eligibility import eligible, touched
from services.dispatch.load import Load
from services.dispatch.roster import Member
from tests.unit.dispatch.cases import NOW
from tests.unit.dispatch.members import DAY, HOUR, TODAY, asking, entry, member

if TYPE_CHECKING:
    from services.dispatch.eligibility import Asking

CAPS = LoadCaps()
CAPPED = Load(one_on_ones=CAPS.open_one_on_ones)
RESTED = CAPS.rest_after_tier1


def reasons(whom: Member, known: Asking | None = None) -> tuple[Exclusion, ...]:
    return eligible("p-1", whom, known or asking(units=frozenset({"E9"})))


def test_a_valid_member_may_be_asked() -> None:
    assert reasons(member()) == ()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"units": ("E9",)}, Exclusion.INVOLVED),
        ({"supervises": ("e 9",)}, Exclusion.SUPERVISOR),
        ({"close_to": ("E9", "E4")}, Exclusion.CLOSE_TO),
        ({"designated_from": TODAY + DAY}, Exclusion.NOT_DESIGNATED),
        ({"designated_until": TODAY - DAY}, Exclusion.DESIGNATION_ENDED),
        ({"training_valid_until": TODAY - DAY}, Exclusion.TRAINING_LAPSED),
        ({"contact_confirmed_on": TODAY - 91 * DAY}, Exclusion.CONTACT_STALE),
        ({"stood_down": True}, Exclusion.STOOD_DOWN),
        ({"muted_until": NOW + HOUR}, Exclusion.MUTED),
    ],
)
def test_each_reason_of_the_roster_by_itself(fields: dict[str, Any], reason: Exclusion) -> None:
    assert reasons(member(**fields)) == (reason,)


def test_a_member_without_the_training_of_their_role_is_untrained() -> None:
    qpr = Competency(kind=CompetencyKind.QPR, earned_on=TODAY - DAY)

    assert reasons(member(competencies=(qpr,))) == (Exclusion.UNTRAINED,)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"duty": Duty(away=frozenset({"p-1"}))}, Exclusion.AWAY),
        ({"loads": {"p-1": CAPPED}}, Exclusion.CAPPED),
        ({"loads": {"p-1": Load(sessions=(NOW - 6 * DAY, NOW - DAY))}}, Exclusion.CAPPED),
        ({"loads": {"p-1": Load(tier1_at=NOW - RESTED + HOUR)}}, Exclusion.RESTING),
    ],
)
def test_each_reason_of_duty_and_load_by_itself(known: dict[str, Any], reason: Exclusion) -> None:
    assert reasons(member(), asking(**known)) == (reason,)
    assert eligible("p-2", member(), asking(**known)) == (), "it is p-1's alone"


@pytest.mark.parametrize(
    "known",
    [
        {"loads": {"p-1": Load(sessions=(NOW - 8 * DAY, NOW - DAY))}},
        {"loads": {"p-1": Load(one_on_ones=CAPS.open_one_on_ones - 1)}},
        {"loads": {"p-1": Load(tier1_at=NOW - RESTED)}},
        {"duty": Duty(on_call={"p-1": 1})},
    ],
)
def test_what_is_over_or_below_the_cap_holds_nobody_back(known: dict[str, Any]) -> None:
    assert reasons(member(), asking(**known)) == ()


def test_a_mute_that_has_ended_holds_nobody_back() -> None:
    assert reasons(member(muted_until=NOW)) == ()


def test_the_caps_are_those_of_the_policy() -> None:
    strict = asking(loads={"p-1": Load(one_on_ones=1)}, caps=LoadCaps(open_one_on_ones=1))

    assert reasons(member(), strict) == (Exclusion.CAPPED,)


@pytest.mark.parametrize(
    ("incident_on", "expected"),
    [
        (date(2025, 12, 31), (Exclusion.NOT_DESIGNATED,)),
        (date(2026, 1, 1), ()),
        (date(2026, 3, 1), ()),
    ],
)
def test_the_day_of_the_incident_decides_on_the_designation(
    incident_on: date, expected: tuple[Exclusion, ...]
) -> None:
    joined = member(designated_from=date(2026, 1, 1))

    assert reasons(joined, asking(incident_on=incident_on)) == expected


def test_one_who_has_left_since_the_incident_is_not_asked() -> None:
    left = replace(member(), left_on=TODAY - DAY)

    assert reasons(left, asking(incident_on=TODAY - 5 * DAY)) == (Exclusion.DESIGNATION_ENDED,)


EVERYTHING: dict[str, Any] = {
    "units": ("E9",),
    "supervises": ("E9",),
    "close_to": ("E9",),
    "training_valid_until": TODAY - DAY,
    "contact_confirmed_on": TODAY - 91 * DAY,
    "stood_down": True,
    "muted_until": NOW + HOUR,
}
LADEN: dict[str, Any] = {
    "units": frozenset({"E9"}),
    "duty": Duty(away=frozenset({"p-1"})),
    "loads": {"p-1": replace(CAPPED, tier1_at=NOW)},
}


def test_all_reasons_are_told_at_once_the_gravest_first() -> None:
    assert reasons(member(**EVERYTHING), asking(**LADEN)) == (
        Exclusion.INVOLVED,
        Exclusion.SUPERVISOR,
        Exclusion.CLOSE_TO,
        Exclusion.TRAINING_LAPSED,
        Exclusion.CONTACT_STALE,
        Exclusion.STOOD_DOWN,
        Exclusion.MUTED,
        Exclusion.AWAY,
        Exclusion.CAPPED,
        Exclusion.RESTING,
    )


def test_an_emergency_leaves_nobody_in_peace_and_lifts_no_other_bar() -> None:
    assert reasons(member(**EVERYTHING), asking(**LADEN, emergency=True)) == (
        Exclusion.INVOLVED,
        Exclusion.SUPERVISOR,
        Exclusion.CLOSE_TO,
        Exclusion.TRAINING_LAPSED,
        Exclusion.CONTACT_STALE,
        Exclusion.STOOD_DOWN,
    )
    assert reasons(member(muted_until=NOW + HOUR), asking(**LADEN, emergency=True)) == ()


def test_units_that_join_later_touch_who_rides_supervises_or_is_close_to_them() -> None:
    whom = Member(entry(units=("E1",), supervises=("E2",), close_to=("E3",)))

    assert touched(whom, ("E4",)) == ()
    assert touched(whom, ()) == ()
    assert touched(whom, ("e 1", "E2", "e3")) == (
        Exclusion.INVOLVED,
        Exclusion.SUPERVISOR,
        Exclusion.CLOSE_TO,
    )
