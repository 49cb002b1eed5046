"""Response times as a program lead reads them, over HTTP and on the console."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.dispatch import OfferExpired
from schemas.followup import InterventionHeld
from schemas.intake import Outcome
from schemas.policy import Role
from schemas.subjects import Stream
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, Story, hours, minutes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk.at(tmp_path)
    desk.clock.at = START + timedelta(days=20)
    return desk


async def told(desk: Desk, span: str = "2026-03") -> dict[str, Any]:
    async with desk.running() as app, desk.client(app, AGENCY) as client:
        answer = await client.get(f"/v1/response-times?span={span}")
        assert answer.status_code == 200, answer.text
        return {each["clock"]: each for each in answer.json()["clocks"]}


async def test_each_clock_of_a_case_is_measured(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    await story.lived()
    clocks = await told(desk)
    assert list(clocks) == [
        "first_offer", "team", "professional", "defusing", "one_on_one", "debriefing", "check_in",
    ]  # fmt: skip
    team = clocks["team"]
    assert (team["total"]["p50"], team["total"]["target"]) == (31 * 60, 121 * 60)
    assert (team["total"]["within"], team["reasons"]) == (1, {})
    assert clocks["professional"]["total"]["p50"] == 20 * 60
    assert clocks["first_offer"]["total"]["p50"] == 60
    assert list(team["by_trigger"]) == ["child_critical"]
    defusing = clocks["defusing"]
    assert (defusing["total"]["within"], defusing["total"]["late"]) == (1, 1)
    assert defusing["reasons"] == {"not_marked": 1}
    assert clocks["check_in"]["total"]["late"] == 6, "14 days are over; the fourth is yet to come"
    assert clocks["check_in"]["total"]["running"] == 2


async def test_a_team_that_nobody_completed_is_late_and_says_why(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    await story.activated()
    await story.answered(OfferExpired, "h-01", Role.MHP, minutes(16))
    team = (await told(desk))["team"]
    assert (team["total"]["late"], team["total"]["p50"]) == (1, None)
    assert team["reasons"] == {"no_answer": 1}

    await story.exhausted()
    assert (await told(desk))["team"]["reasons"] == {"nobody_left": 1}


async def test_a_session_that_was_held_late_is_late(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    held_at = START + hours(10)
    held = InterventionHeld(item="defusing-responders", held_at=held_at)
    await story.tell(Stream.FOLLOWUP, hours(10), held)
    defusing = (await told(desk))["defusing"]
    assert defusing["reasons"] == {"held_late": 1, "not_marked": 1}
    assert defusing["total"]["p50"] == (hours(10) + minutes(12)).total_seconds()


async def test_routine_incidents_and_other_agencies_count_for_nothing(desk: Desk) -> None:
    await Story(desk.journal, number="F1").reported(Outcome.ROUTINE)
    await Story(desk.journal, number="F2", agency="elsewhere").whole()
    assert await told(desk) == {}


async def test_another_month_is_another_span(desk: Desk) -> None:
    await Story(desk.journal).whole()
    assert await told(desk, "2026-04") == {}
    assert "team" in await told(desk, "2026-q1")


async def test_a_span_that_is_none_is_refused_with_what_to_give(desk: Desk) -> None:
    async with desk.running() as app, desk.client(app, AGENCY) as client:
        answer = await client.get("/v1/response-times?span=lately")
        assert answer.status_code == 422
        assert "2026-q3" in answer.json()["detail"]


async def test_the_page_shows_the_numbers_the_reasons_and_a_chart(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path, demo=True)
    for number, month in enumerate((START, START + timedelta(days=31))):
        story = Story(desk.journal, number=f"F{number}", start=month)
        await story.whole()
    desk.clock.at = START + timedelta(days=60)
    async with desk.running() as app, desk.client(app, AGENCY) as client:
        page = (await client.get("/response-times?span=2026-q2")).text
        assert "Team complete" in page
        assert "<svg" not in page.partition("c-team")[2].partition("</section>")[0], (
            "one month only"
        )
        page = (await client.get("/response-times")).text
        team = page.partition('id="c-team"')[2].partition("</section>")[0]
        assert "31 min" in team
        assert "100 %" in team
        assert 'aria-label="Team complete by month' in team
        assert "March 2026" in team
        defusing = page.partition('id="c-defusing"')[2].partition("</section>")[0]
        assert "nobody marked it done in time <strong>4</strong>" in defusing
        assert (await client.get("/response-times?span=x")).status_code == 422
