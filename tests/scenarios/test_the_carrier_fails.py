"""Mail goes down and comes back: nobody is paged twice, and nobody waits for a dead phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.deliveries import DeliveryFailed, DeliveryStarted
from schemas.dispatch import Failure, TeamFormed
from schemas.policy import Role
from tests.scenarios.calls import PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town

_EVERYBODY = ("p-1", "p-2", "p-3", "m-1", "m-2")


async def test_down_for_a_moment_and_back(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)
    for member in _EVERYBODY:
        town.phones.fail(member, Failure.TEMPORARY, Failure.TEMPORARY)
    taken = await town.report(**PEDIATRIC_DEATH)
    assert town.phones.asked() == []

    await town.advance(seconds=10)

    assert town.phones.asked() == sorted(_EVERYBODY)
    for member in ("p-1", "p-2", "m-1"):
        await town.accept(member)
    assert town.events(taken["case_id"], TeamFormed)
    started = town.events(taken["case_id"], DeliveryStarted)
    assert max(each.attempt for each in started if isinstance(each, DeliveryStarted)) == 3


async def test_down_for_longer_asks_others_and_calls_the_coordinator(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)
    for member in _EVERYBODY:
        town.phones.fail(member, *([Failure.TEMPORARY] * 3))
    await town.report(**PEDIATRIC_DEATH)

    await town.advance(minutes=1)

    assert town.phones.asked() == []
    town.phones.expect_text("c-1", "Nobody is left to ask")


async def test_a_dead_phone_is_passed_over_at_once(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)
    for member in ("p-1", "p-2"):
        town.phones.fail(member, Failure.PERMANENT)

    await town.report(**PEDIATRIC_DEATH)

    asked = set(town.phones.asked())
    assert {"p-3", "p-4"} <= asked
    assert not asked & {"p-1", "p-2"}


async def test_a_message_whose_fate_is_unknown_is_not_sent_again(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)
    for member in ("p-1", "p-2", "p-3", "p-4"):
        town.phones.fail(member, Failure.UNCERTAIN)
    taken = await town.report(**PEDIATRIC_DEATH)

    await town.advance(hours=1)

    lost = [
        each.member_id
        for each in town.events(taken["case_id"], DeliveryFailed)
        if isinstance(each, DeliveryFailed)
    ]
    assert sorted(lost) == ["p-1", "p-2", "p-3", "p-4"]
    for member in lost:
        assert town.phones.received[member] == []


async def test_a_busy_coordinators_phone_holds_up_no_other(town: Town) -> None:
    await town.enroll("c-1", Role.COORDINATOR)
    await town.enroll("c-2", Role.COORDINATOR)
    town.phones.fail("c-1", Failure.TEMPORARY)

    await town.report(**PEDIATRIC_DEATH)

    town.phones.assert_silent("c-1")
    town.phones.expect_text("c-2", "Nobody is left to ask")
    await town.advance(seconds=10)
    town.phones.expect_text("c-1", "Nobody is left to ask")
    town.phones.assert_silent()


async def test_a_member_whose_contact_was_erased_is_passed_over(town: Town) -> None:
    await town.enroll_team(peers=2, mhps=1)
    await town.enroll("p-3", Role.PEER, contact={"label": "p-3"})

    await town.report(**PEDIATRIC_DEATH)

    assert town.phones.asked() == ["m-1", "p-1", "p-2"]
