"""A case's timeline: what happened and what is to come, each with its distance to its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.dispatch import OfferAccepted
from schemas.policy import Role
from services.audit.steps import RowState, Step
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, Story, hours, minutes

if TYPE_CHECKING:
    from pathlib import Path

    from services.audit.reader import CasePage
    from services.audit.views.timeline import TimelineRow


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


async def read(desk: Desk, story: Story) -> CasePage:
    async with desk.reading() as reader:
        page, _file = await reader.case(AGENCY, story.case_id)
        return page


def of(page: CasePage, step: Step) -> list[TimelineRow]:
    return [row for row in page.timeline if row.step is step]


async def test_every_step_is_told_in_order(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    desk.clock.at = START + minutes(32)
    page = await read(desk, story)
    past = [row.step.value for row in page.timeline if row.at]
    assert past == [
        *("reported", "screened", "activation_requested", "team_activated"),
        *["offer_extended"] * 4,
        *["delivery_sent"] * 3,
        "delivery_failed",
        *("offer_accepted", "offer_declined", "offer_expired", "offer_extended"),
        *("offer_accepted", "offer_accepted", "offer_withdrawn", "team_formed"),
        "followup_planned",
    ]
    times = [row.at for row in page.timeline if row.at]
    assert times == sorted(times)


async def test_the_screening_says_why(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    (row,) = of(await read(desk, story), Step.SCREENED)
    assert row.detail == "Critical: child critical, tier 2"
    assert row.lines == (
        "Rule child-arrest: patient_age: below 18; incident_type: cpr (child critical). "
        "Source: NERIS PEDIATRIC CPR",
    )


async def test_members_who_may_not_be_asked_are_named_with_the_reason(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    await story.activated()
    (row,) = of(await read(desk, story), Step.ACTIVATED)
    assert row.detail == "Looking for 2 peers and 1 mental health professional"
    assert "Not asked: p-07 (involved)" in row.lines
    assert "Not asked: p-09 (training lapsed and stood down)" in row.lines


async def test_what_happened_is_measured_by_its_own_time(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    desk.clock.at = START + hours(5)
    page = await read(desk, story)
    (formed,) = of(page, Step.FORMED)
    assert (formed.state, formed.distance) == (RowState.ON_TIME, "1 h 30 min before target")
    assert formed.distance_seconds == -90 * 60
    accepted = {row.detail: row for row in of(page, Step.ACCEPTED)}
    assert accepted["Peer p-01 said yes"].distance == "12 min before target"
    late = accepted["Peer p-03 said yes"]
    assert (late.state, late.distance) == (RowState.LATE, "15 min late")
    (silent,) = of(page, Step.EXPIRED)
    assert silent.state is RowState.MISSED


async def test_what_is_to_come_is_measured_from_now(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    desk.clock.at = START + minutes(33)
    page = await read(desk, story)
    coming = [row for row in page.timeline if row.at is None]
    assert coming[0].detail == "Defusing for dispatchers, led by a peer"
    assert coming[0].distance == "in 7 h 15 min"
    assert coming[0].item == "defusing-dispatchers"
    assert coming[0].state is RowState.COMING
    assert [row.target_at for row in coming] == sorted(row.target_at for row in coming)
    assert len(coming) == 14


async def test_a_plan_becomes_late_and_then_missed_while_nobody_says_so(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    desk.clock.at = START + hours(8.3)
    (late, *_) = of(await read(desk, story), Step.SESSION_COMING)
    assert (late.state, late.distance) == (RowState.LATE, "30 min overdue")
    desk.clock.at = START + hours(12)
    (missed, *_) = of(await read(desk, story), Step.SESSION_COMING)
    assert missed.state is RowState.MISSED


async def test_sessions_and_check_ins_show_what_became_of_them(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    await story.lived()
    desk.clock.at = START + hours(73)
    page = await read(desk, story)
    (held,) = of(page, Step.HELD)
    assert (held.detail, held.state) == ("Defusing for responders: held", RowState.ON_TIME)
    assert held.distance == "1 h 48 min before target"
    (missed,) = of(page, Step.SESSION_MISSED)
    assert missed.state is RowState.MISSED
    assert [row.state for row in of(page, Step.FELL_DUE)] == [RowState.ON_TIME] * 2
    assert of(page, Step.FELL_DUE)[0].distance == "on the dot"
    waiting = [row for row in of(page, Step.CHECK_IN_COMING) if "reminded" in row.detail]
    assert len(waiting) == 2


async def test_open_offers_and_the_team_are_to_come_until_they_are_settled(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    await story.activated()
    desk.clock.at = START + minutes(11)
    page = await read(desk, story)
    assert [row.distance for row in of(page, Step.ANSWER_DUE)] == ["in 5 min"] * 4
    assert [row.distance for row in of(page, Step.TEAM_DUE)] == ["in 1 h 50 min"]
    await story.answered(OfferAccepted, "p-01", Role.PEER, minutes(11))
    assert len(of(await read(desk, story), Step.ANSWER_DUE)) == 3


async def test_a_roster_without_coordinators_makes_red_rows(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    await story.activated(coordinators=())
    await story.exhausted(coordinators=())
    page = await read(desk, story)
    assert [row.state for row in of(page, Step.EXHAUSTED)] == [RowState.MISSED]
    (alarm,) = of(page, Step.ALARMED)
    assert alarm.state is RowState.MISSED
    assert alarm.detail.startswith("Nobody to call: no coordinator is on the roster")
