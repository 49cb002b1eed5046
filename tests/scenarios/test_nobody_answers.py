"""Everybody sleeps: all are asked in turn, the coordinator is called, and the plan stands anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import (
    AlarmEscalated,
    AlarmReason,
    CoordinatorAlarmed,
    MemberNotified,
    RosterExhausted,
)
from schemas.followup import FollowupPlanned
from schemas.policy import Role
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


async def test_no_coordinator_answers_either_and_the_program_lead_is_called(town: Town) -> None:
    await town.enroll_team(peers=0, mhps=0, l_1=Role.PROGRAM_LEAD)
    taken = await town.report(**PEDIATRIC_DEATH)
    town.phones.expect_text("c-1", "Nobody is left to ask")

    await town.advance(minutes=29)
    town.phones.assert_silent("l-1")
    await town.advance(minutes=1)

    town.phones.expect_text("l-1", "No coordinator has answered")
    assert "You have it" in await town.have_it("l-1")
    assert "Somebody has it" in await town.have_it("c-1")
    await town.advance(hours=1)
    assert len(town.events(taken["case_id"], AlarmEscalated)) == 1
    town.phones.assert_silent("l-1")


async def test_a_coordinator_who_has_it_keeps_the_program_lead_asleep(town: Town) -> None:
    await town.enroll_team(peers=0, mhps=0, l_1=Role.PROGRAM_LEAD)
    taken = await town.report(**PEDIATRIC_DEATH)

    assert "You have it" in await town.have_it("c-1")
    await town.advance(minutes=90)

    assert town.events(taken["case_id"], AlarmEscalated) == []
    town.phones.assert_silent("l-1")


async def test_without_a_coordinator_the_program_lead_is_called_at_once(town: Town) -> None:
    await town.enroll("l-1", Role.PROGRAM_LEAD)
    await town.report(**PEDIATRIC_DEATH)

    town.phones.expect_text("l-1", "Nobody is left to ask")


async def test_a_team_that_is_complete_in_time_calls_no_program_lead(town: Town) -> None:
    await town.enroll_team(peers=2, mhps=1, l_1=Role.PROGRAM_LEAD)
    taken = await town.report(**PEDIATRIC_DEATH)
    await town.advance(minutes=16)
    assert AlarmReason.ROSTER_EXHAUSTED in _alarms(town, taken["case_id"])

    for member in ("p-1", "p-2", "m-1"):
        await town.accept(member)
    await town.advance(hours=1)

    assert town.events(taken["case_id"], AlarmEscalated) == []
