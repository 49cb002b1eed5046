"""Open activations over HTTP and on the terminal: for programs, for people, live and once."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from schemas.dispatch import AlarmReason, CoordinatorAlarmed
from services.cli.__main__ import run
from tests.support.served import served
from tests.unit.audit import night, people
from tests.unit.audit.desk import Desk
from tests.unit.audit.night import AT, Night
from tests.unit.audit.story import AGENCY, Story, minutes

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import Response


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk.at(tmp_path, demo=True)
    desk.clock.at = AT
    return desk


async def page(desk: Desk, path: str) -> Response:
    async with desk.running() as app, desk.client(app, None) as client:
        return await client.get(path)


async def test_programs_read_the_board_of_their_own_agency(desk: Desk) -> None:
    await night.whole(desk.journal)
    await Story(desk.journal, agency="elsewhere").reported()
    async with desk.running() as app:
        async with desk.client(app) as client:
            told = (await client.get("/v1/activations")).json()
        async with desk.client(app, "elsewhere") as other:
            assert (await other.get("/v1/activations")).json()["activations"] == []
        async with desk.client(app, None) as nobody:
            assert (await nobody.get("/v1/activations")).status_code == 401
    first = told["activations"][0]
    assert (first["phase"], first["trigger"]) == ("stuck", "Line-of-duty death")
    assert first["alarms"][0]["escalated_to"] == ["l-01"]


async def test_the_board_says_what_happens_next_and_who_was_called(desk: Desk) -> None:
    await night.whole(desk.journal)
    text = (await page(desk, "/activations")).text
    assert "<strong>3</strong> open" in text
    assert "and 1 exercise" in text
    assert "<strong>1</strong> needs a person" in text
    assert "the next two peers are asked" in text
    assert "Nobody is left to ask." in text
    assert 'aria-label="Peers: one of 3 taken, two asked"' in text
    assert "EXERCISE" in text
    assert text.index("Line-of-duty death") < text.index("Child death")
    assert text.index("Complete lately") < text.index("Officer-involved shooting")


async def test_alarms_of_the_follow_up_are_one_line_on_the_board(desk: Desk) -> None:
    story = await night.paused(desk.journal)
    search = Night(story)
    await search.tell(minutes(38), search.alarm(minutes(38)))
    for item in ("defusing-responders", "defusing-dispatchers"):
        late = CoordinatorAlarmed(
            alarm_id=story.offer_id(item),
            reason=AlarmReason.INTERVENTION_OVERDUE,
            item=item,
            member_ids=("c-01",),
            answer_by=story.start + minutes(70),
        )
        await search.tell(minutes(40), late)
    board = (await page(desk, "/activations")).text
    assert "<strong>Nobody is left to ask.</strong>" in board
    assert "<strong>2 alarms of the follow-up.</strong>" in board
    assert "Defusing" not in board
    case = (await page(desk, f"/cases/{story.case_id}")).text
    assert "<strong>Intervention overdue: Defusing for responders.</strong>" in case
    assert case.count(">I have it</button>") == 3


async def test_a_quiet_night_says_so(desk: Desk) -> None:
    await Story(desk.journal).reported()
    assert "Nobody is being asked right now." in (await page(desk, "/activations")).text


async def test_many_activations_stay_readable(desk: Desk) -> None:
    for number in range(30):
        await night.asking(desk.journal, f"asking-{number}")
    text = (await page(desk, "/activations")).text
    assert text.count('<li class="act') == 24
    assert ">6 more</h2>" in text
    assert text.count('class="rest"') == 1


async def test_a_case_shows_its_team_the_order_and_who_is_not_asked(desk: Desk) -> None:
    story = await night.asking(desk.journal)
    text = (await page(desk, f"/cases/{story.case_id}")).text
    assert "Still to be asked: peers 22" in text
    assert "<strong>p-09</strong>" in text
    assert "same discipline, carries little, drawn by lot among equals" in text
    assert "Not asked, and why: 14" in text
    assert "Away at this hour <strong>12</strong>" in text
    assert "<strong>p-32</strong> carries enough, muted" in text
    assert "Not asked: 14 members (away at this hour 12" in text, "the timeline has only the counts"
    assert "1 message not delivered" in text, "the other went out on another channel"


async def test_a_case_without_a_search_has_no_team(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    assert 'id="team"' not in (await page(desk, f"/cases/{story.case_id}")).text


async def test_the_roster_is_for_operators(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    await people.whole(desk.journal)
    async with desk.running() as app, desk.client(app, None) as client:
        await client.post("/sign-in", data={"key": desk.keys[AGENCY]})
        answer = await client.get("/roster")
        board = (await client.get("/")).text
    assert answer.status_code == 403
    assert "p-15" not in answer.text
    assert 'href="/roster"' not in board


async def test_the_roster_shows_numbers_and_no_names(desk: Desk) -> None:
    await people.whole(desk.journal)
    text = (await page(desk, "/roster")).text
    assert "training lapsed 12 days ago" in text
    assert re.search(r"muted until <time [^>]*>Tue 3 Mar, 10:00</time>", text)
    assert "no peer with group training is on call" in text
    assert "21 can be asked now, 6 cannot, 3 need something soon" in text


async def test_an_empty_roster_says_how_to_fill_it(desk: Desk) -> None:
    assert "tailboard roster import" in (await page(desk, "/roster")).text


async def test_the_terminal_shows_the_same_board(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await night.whole(desk.journal)
    monkeypatch.setenv("COLUMNS", "220")
    monkeypatch.setenv("TAILBOARD_API_KEY", desk.keys[AGENCY])
    async with desk.running() as app, served(app) as url:
        monkeypatch.setenv("TAILBOARD_URL", url)
        assert await asyncio.to_thread(run, ["activations"]) == 0
        said = capsys.readouterr().out
        assert await asyncio.to_thread(run, ["activations", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
    for words in (
        "Line-of-duty death",
        "Nobody is left to ask: c-01 called 36 min ago; program lead l-01 called 6 min ago",
        "p-08 12 min left (email failed, sms sent)",
        "p-02 said yes, 21 min out",
        "in 9 min: the next two peers are asked",
        "EXERCISE",
        "c-01 has it",
        "●◐◐",
    ):
        assert words in said
    assert len(told["activations"]) == 5


async def test_the_terminal_follows_the_board_until_it_is_interrupted(desk: Desk) -> None:
    env = os.environ | {"TAILBOARD_API_KEY": desk.keys[AGENCY], "COLUMNS": "160"}
    command = (sys.executable, "-u", "-m", "services.cli", "activations", "--watch")
    async with desk.running() as app, served(app) as url:
        watching = await asyncio.create_subprocess_exec(
            *command, "--every", "0.2", "--url", url, env=env, stdout=asyncio.subprocess.PIPE
        )
        assert watching.stdout
        assert await watching.stdout.readline() == b"nobody is being asked right now\n"
        story = await night.drill(desk.journal)
        while story.case_id[:8].encode() not in await watching.stdout.readline():
            continue
        search = Night(story)
        await search.tell(minutes(2), search.alarm(minutes(2)))
        while b"c-01 called" not in await watching.stdout.readline():
            continue
        watching.send_signal(signal.SIGINT)
        assert await watching.wait() == 0


async def test_without_a_server_one_line_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAILBOARD_API_KEY", "tb_test")
    assert await asyncio.to_thread(run, ["activations", "--url", "http://127.0.0.1:9"]) == 1
    assert "cannot be reached" in capsys.readouterr().err
