"""Dispatch centers name units as they go: who turns out to have been there must not be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.dispatch import (
    CoordinatorAlarmed,
    MemberExcluded,
    OfferAccepted,
    OfferExtended,
    OfferWithdrawn,
)
from schemas.intake import ActivationRequested
from tests.scenarios.calls import LOCKOUT, PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town


def with_units(*units: str) -> dict[str, Any]:
    return PEDIATRIC_DEATH | {"units": list(units)}


async def test_one_who_was_asked_and_was_there_is_stood_down_and_the_next_is_asked(
    town: Town,
) -> None:
    await town.enroll_team(peers=5, mhps=2)
    taken = await town.report(**with_units())
    asked = [m for m in town.phones.asked() if m.startswith("p-")]
    there, *others = asked
    assert len(asked) == 3
    town.phones.look()

    await town.report(**with_units(f"X{there[2:]}"))

    case = taken["case_id"]
    excluded = town.events(case, MemberExcluded)
    assert [event.member_id for event in excluded] == [there]  # type: ignore[attr-defined]
    withdrawn = town.events(case, OfferWithdrawn)
    assert [(e.member_id, e.reason) for e in withdrawn] == [(there, "involved")]  # type: ignore[attr-defined]
    town.phones.expect_text(there, "You are not asked to serve this time")
    fresh = [m for m in town.phones.asked() if m.startswith("p-") and m not in asked]
    assert len(fresh) == 1
    town.phones.expect_text(fresh[0], "a peer is needed now")
    town.phones.assert_silent(*others)


async def test_one_who_has_accepted_stays_until_the_coordinator_decides(town: Town) -> None:
    await town.enroll_team(peers=5, mhps=2)
    taken = await town.report(**with_units())
    there = next(m for m in town.phones.asked() if m.startswith("p-"))
    await town.accept(there)
    town.phones.look()

    await town.report(**with_units(f"X{there[2:]}"))

    alarm = town.events(taken["case_id"], CoordinatorAlarmed)[-1]
    assert (alarm.reason, alarm.item) == ("member_involved", there)  # type: ignore[attr-defined]
    town.phones.expect_text("c-1", "A member of the team may not serve in this case")
    town.phones.assert_silent(there)


async def test_one_who_was_silent_and_was_there_cannot_come_late(town: Town) -> None:
    await town.enroll_team(peers=5, mhps=2)
    taken = await town.report(**with_units())
    there = next(m for m in town.phones.asked() if m.startswith("p-"))
    await town.advance(minutes=16)

    await town.report(**with_units(f"X{there[2:]}"))
    page = await town.accept(there)

    assert "Thank you: you are on the team" not in page
    accepted = [e.member_id for e in town.events(taken["case_id"], OfferAccepted)]  # type: ignore[attr-defined]
    assert there not in accepted


async def test_a_unit_without_members_changes_nothing(town: Town) -> None:
    await town.enroll_team(peers=5, mhps=2)
    taken = await town.report(**with_units())
    town.phones.look()

    await town.report(**with_units("Z99"))
    await town.report(**with_units("Z99", "Z98"))

    assert not town.events(taken["case_id"], MemberExcluded)
    town.phones.assert_silent()


async def test_units_of_earlier_reports_count_when_the_case_becomes_critical(town: Town) -> None:
    await town.enroll_team(peers=5, mhps=2)
    number = {"incident_number": PEDIATRIC_DEATH["incident_number"]}
    await town.report(**(LOCKOUT | number | {"units": ["X1"]}))

    taken = await town.report(**with_units("X2"))

    wanted = town.events(taken["case_id"], ActivationRequested)[0]
    assert wanted.units == ("X1", "X2")  # type: ignore[attr-defined]
    asked = {e.member_id for e in town.events(taken["case_id"], OfferExtended)}  # type: ignore[attr-defined]
    assert not asked & {"p-1", "p-2"}
