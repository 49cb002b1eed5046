"""Who may be asked by the roster alone, with every reason shown; and what changes a member."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from schemas.candidates import Exclusion
from schemas.policy import Role
from schemas.refusals import RefusalCode
from schemas.roster import MemberEnrolled, MemberReturned, MemberStoodDown
from services.dispatch.commands import EnrollMember, ReturnMember, StandMemberDown
from services.dispatch.decider import ROSTER
from services.dispatch.roster import Member, exclusions
from services.dispatch.roster_policy import shipped_rules
from tests.support.given import given
from tests.unit.dispatch.cases import COMMAND, NOW

TODAY = NOW.date()
DAY = timedelta(days=1)
CONTACT_FRESH_FOR = shipped_rules().contact_fresh_for


def entry(role: Role = Role.PEER, **fields: Any) -> MemberEnrolled:
    base = {
        "role": role,
        "discipline": "fire",
        "station": "st-1",
        "units": ("E1",),
        "designated_from": date(2020, 1, 1),
        "training_valid_until": TODAY,
        "contact_confirmed_on": TODAY - CONTACT_FRESH_FOR,
    }
    return MemberEnrolled.model_validate(base | fields)


def reasons(member: Member, *units: str) -> tuple[Exclusion, ...]:
    return exclusions(member, units, TODAY, TODAY)


def test_a_valid_member_may_be_asked_to_the_last_day() -> None:
    assert reasons(Member(entry()), "E2", "E12") == ()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"designated_from": TODAY + DAY}, Exclusion.NOT_DESIGNATED),
        ({"training_valid_until": TODAY - DAY}, Exclusion.TRAINING_LAPSED),
        ({"contact_confirmed_on": TODAY - CONTACT_FRESH_FOR - DAY}, Exclusion.CONTACT_STALE),
    ],
)
def test_each_reason_is_shown(fields: dict[str, Any], reason: Exclusion) -> None:
    assert reasons(Member(entry(**fields))) == (reason,)


@pytest.mark.parametrize("unit", ["E1", "e1", "E 1", " E1 "])
def test_who_rode_a_unit_that_was_there_took_part(unit: str) -> None:
    """However two systems write the same unit."""
    assert reasons(Member(entry()), "M4", unit) == (Exclusion.INVOLVED,)


def test_a_member_who_was_stood_down_is_not_asked_until_they_return() -> None:
    assert reasons(Member(entry(), stood_down=True)) == (Exclusion.STOOD_DOWN,)


def test_all_reasons_are_shown_at_once() -> None:
    lapsed = entry(training_valid_until=TODAY - DAY)

    assert set(reasons(Member(lapsed, stood_down=True), "E1")) == {
        Exclusion.INVOLVED,
        Exclusion.TRAINING_LAPSED,
        Exclusion.STOOD_DOWN,
    }


def enrolling(**fields: Any) -> EnrollMember:
    told = entry(**fields).model_dump() | {"command_id": COMMAND, "now": NOW, "actor": "key:test"}
    return EnrollMember.model_validate(told)


def standing_down() -> StandMemberDown:
    return StandMemberDown(command_id=COMMAND, now=NOW, actor="key:test", reason="rest")


def returning() -> ReturnMember:
    return ReturnMember(command_id=COMMAND, now=NOW, actor="key:test")


def test_an_entry_is_recorded_once_and_replaced_as_a_whole() -> None:
    enrolled = given(ROSTER).when(enrolling()).then(entry())

    enrolled.and_when(enrolling()).then_nothing()
    enrolled.and_when(enrolling(station="st-9")).then(entry(station="st-9"))


def test_standing_down_and_returning_happen_once() -> None:
    down = given(ROSTER, entry()).when(standing_down()).then(MemberStoodDown(reason="rest"))
    down.and_when(standing_down()).then_nothing()

    back = down.and_when(returning()).then(MemberReturned())
    back.and_when(returning()).then_nothing()


@pytest.mark.parametrize("change", [standing_down(), returning()])
def test_a_stranger_cannot_be_changed(change: StandMemberDown | ReturnMember) -> None:
    given(ROSTER).when(change).then_refused(RefusalCode.NOT_ENROLLED)


def test_correcting_an_entry_does_not_bring_back_who_was_stood_down() -> None:
    down = given(ROSTER, entry(), MemberStoodDown(reason="leave"))

    corrected = down.when(enrolling(station="st-9")).after.state

    assert isinstance(corrected, Member)
    assert corrected.stood_down
