"""Everybody sleeps: all are asked in turn, the coordinator is called, and the plan stands anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import AlarmReason, CoordinatorAlarmed, MemberNotified, RosterExhausted
from schemas.followup import FollowupPlanned
from tests.scenarios.calls import PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town


def _alarms(town: Town, case_id: str) -> list[AlarmReason]:
    return [
        event.reason
        for event in town.events(case_id, CoordinatorAlarmed)
        if isinstance(event, CoordinatorAlarmed)
    ]


async def test_the_coordinator_is_called_and_the_follow_up_is_planned(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=1)
    taken = await town.report(**PEDIATRIC_DEATH)

    await town.advance(minutes=31)

    assert town.phones.asked() == ["m-1", "p-1", "p-2", "p-3", "p-4"]
    assert town.events(taken["case_id"], RosterExhausted)
    for member in town.phones.asked():
        town.phones.expect_text(member, "is needed now")
    town.phones.expect_text("c-1", "Nobody is left to ask")
    (plan,) = town.events(taken["case_id"], FollowupPlanned)
    assert isinstance(plan, FollowupPlanned)
    assert not plan.team_complete


async def test_nobody_on_the_roster_may_be_asked(town: Town) -> None:
    await town.enroll_team(peers=0, mhps=0)

    taken = await town.report(**PEDIATRIC_DEATH)

    town.phones.expect_text("c-1", "Nobody is left to ask")
    town.phones.assert_silent()
    assert town.events(taken["case_id"], FollowupPlanned)


async def test_without_a_coordinator_the_case_shows_a_red_row(town: Town) -> None:
    taken = await town.report(**PEDIATRIC_DEATH)

    (alarm,) = town.events(taken["case_id"], CoordinatorAlarmed)
    assert isinstance(alarm, CoordinatorAlarmed)
    assert alarm.member_ids == ()
    assert town.phones.received == {}


async def test_a_late_yes_is_welcome_and_gets_the_check_ins(town: Town) -> None:
    await town.enroll_team(peers=2, mhps=1)
    taken = await town.report(**PEDIATRIC_DEATH)
    await town.advance(minutes=20)
    assert AlarmReason.ROSTER_EXHAUSTED in _alarms(town, taken["case_id"])

    assert "you are on the team" in await town.accept("p-1")
    assert "you are on the team" in await town.accept("p-2")
    town.phones.look()
    await town.advance(days=3)

    reminded = town.events(taken["case_id"], MemberNotified)
    assert len(reminded) == 2
    assert AlarmReason.CHECK_IN_UNASSIGNED not in _alarms(town, taken["case_id"])


async def test_a_team_that_takes_too_long(town: Town) -> None:
    await town.enroll_team(peers=30, mhps=2)
    taken = await town.report(**PEDIATRIC_DEATH)

    await town.advance(hours=2)

    assert _alarms(town, taken["case_id"]) == [
        AlarmReason.ROSTER_EXHAUSTED,
        AlarmReason.TEAM_OVERDUE,
    ]
    town.phones.expect_text("c-1", "Nobody is left to ask")
    town.phones.expect_text("c-1", "its time has run out")
