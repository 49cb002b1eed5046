"""How a case stands: its state, its red marks and what happens next by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.dispatch import TeamStoodDown
from schemas.followup import CheckInCompleted, CheckInMissed, InterventionHeld
from schemas.intake import HoldReason, Outcome
from schemas.policy import Role
from schemas.subjects import Stream
from services.audit.views.open_work import CaseSummary, Which
from services.audit.views.standing import CaseState
from tests.unit.audit.decided import to_review
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, Story, enrolled, hours, minutes

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from services.audit.reader import CaseList


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


async def board(desk: Desk, which: Which = Which.OPEN) -> CaseList:
    async with desk.reading() as reader:
        return await reader.cases(AGENCY, which, 100)


async def summary(desk: Desk) -> CaseSummary:
    (found,) = (await board(desk, Which.ALL)).cases
    return found


async def test_a_case_goes_from_asking_to_a_running_follow_up(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    assert (await summary(desk)).state is CaseState.ASKING
    await story.activated()
    desk.clock.at = START + minutes(2)
    asking = await summary(desk)
    assert asking.next
    assert asking.next.distance == "in 14 min"
    assert asking.next.what == (
        "no other peer or mental health professional is left to ask: the coordinator is called"
    )
    await story.formed()
    assert (await summary(desk)).state is CaseState.TEAM_FORMED
    await story.planned()
    running = await summary(desk)
    assert (running.state, running.marks) == (CaseState.FOLLOWUP_RUNNING, ())
    assert running.next
    assert running.next.at == START + hours(8) - minutes(12)


@pytest.mark.parametrize("after", [minutes(17), minutes(122)])
async def test_a_team_that_cannot_be_completed_needs_the_coordinator(
    desk: Desk, after: timedelta
) -> None:
    story = Story(desk.journal)
    await story.reported()
    await story.activated()
    if after < hours(1):
        await story.exhausted()
    desk.clock.at = START + after
    found = await summary(desk)
    assert found.state is CaseState.COORDINATOR_NEEDED
    expected = (
        "Nobody left to ask: 1 mental health professional missing"
        if after < hours(1)
        else "Team not complete in time"
    )
    assert found.marks == (expected,)


async def test_a_late_yes_takes_the_red_mark_away(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    await story.activated()
    await story.exhausted()
    await story.formed(after=minutes(40))
    desk.clock.at = START + minutes(41)
    found = await summary(desk)
    assert (found.state, found.marks) == (CaseState.TEAM_FORMED, ())


async def test_trouble_is_marked_in_red(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    await story.activated(coordinators=())
    await story.delivered("p-01", fails=True)
    await story.formed()
    await story.planned()
    await story.lived()
    desk.clock.at = START + hours(23)
    assert (await summary(desk)).marks == (
        "No coordinator on the roster",
        "1 session missed",
        "1 message not delivered",
    )


async def test_a_case_is_complete_when_everything_is_settled(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    async with desk.reading() as reader:
        items = list((await reader.find(AGENCY, story.case_id)).planned.values())
    last = "check-in-4-responders"
    for item in items:
        held = InterventionHeld(item=item.item, held_at=START + hours(1))
        done = CheckInMissed(item=last) if item.item == last else CheckInCompleted(item=item.item)
        await story.tell(Stream.FOLLOWUP, hours(1), held if item.kind == "session" else done)
    found = await summary(desk)
    assert (found.state, found.marks) == (
        CaseState.COMPLETE,
        ("1 check-in missed", "1 message not delivered"),
    )
    listed = await board(desk)
    assert listed.cases == ()
    assert (listed.counts.open, listed.counts.complete) == (0, 1)


async def test_a_team_that_dispatch_alone_stood_down_is_wanted_no_more(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    await story.activated()
    down = TeamStoodDown(reason="not_needed", decided_at=START + minutes(9))
    await story.tell(Stream.DISPATCH, minutes(9), down)
    assert (await summary(desk)).state is CaseState.STOOD_DOWN
    listed = await board(desk)
    assert (listed.cases, listed.counts.open, listed.counts.complete) == ((), 0, 1)
    await story.tell(Stream.INTAKE, minutes(20), story.wanted())
    assert (await summary(desk)).state is CaseState.ASKING
    assert len((await board(desk)).cases) == 1


async def test_only_what_needs_somebody_is_on_the_board(desk: Desk) -> None:
    await Story(desk.journal, number="1").reported(Outcome.ROUTINE)
    await to_review(desk.journal, "2")
    await Story(desk.journal, number="3").reported(Outcome.CRITICAL, HoldReason.EXERCISE)
    await Story(desk.journal, number="4").reported(Outcome.CRITICAL, HoldReason.TOO_OLD)
    await Story(desk.journal, number="5").reported()
    listed = await board(desk)
    assert [case.state for case in listed.cases] == [CaseState.SCREENED, CaseState.ASKING]
    counts = listed.counts
    assert (counts.open, counts.routine, counts.set_aside, counts.complete) == (2, 1, 2, 0)
    assert [case.number for case in (await board(desk, Which.ROUTINE)).cases] == ["1"]
    assert len((await board(desk, Which.ALL)).cases) == 5


async def test_the_most_urgent_case_comes_first(desk: Desk) -> None:
    running = Story(desk.journal, number="running")
    await running.whole()
    asking = Story(desk.journal, number="asking")
    await asking.reported()
    stuck = Story(desk.journal, number="stuck")
    await stuck.reported()
    await stuck.activated()
    await stuck.exhausted()
    desk.clock.at = START + minutes(40)
    assert [case.number for case in (await board(desk)).cases] == ["stuck", "asking", "running"]


async def test_the_roster_is_counted_by_role(desk: Desk) -> None:
    await enrolled(desk.journal, {"p-01": Role.PEER, "p-02": Role.PEER, "h-01": Role.MHP})
    roster = {each.role: each.available for each in (await board(desk)).roster}
    assert roster == {Role.PEER: 2, Role.MHP: 1, Role.COORDINATOR: 0}
