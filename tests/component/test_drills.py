"""Exercises over HTTP, on the console and at the command line: what is taken and what is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.drills import DrillPlanned
from schemas.subjects import Stream
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED
from services.runtime.auth import KeyRole, add_key
from tests.support.console import Console
from tests.support.terminal import Terminal
from tests.support.town import START, Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

HOUR = timedelta(hours=1)


def at(delta: timedelta) -> str:
    return (START + delta).isoformat()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    for role in (KeyRole.DISPATCH_CENTER, KeyRole.MEMBER):
        (tmp_path / role).write_text(add_key(tmp_path / "keys.json", role, "metro", role))
    async with a_town(tmp_path) as running:
        await running.enroll_team(peers=4, mhps=2)
        yield running


@pytest.fixture
def terminal(
    town: Town,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    key = town.http.headers["Authorization"].removeprefix("Bearer ")
    monkeypatch.setenv("TAILBOARD_API_KEY", key)
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TZ", "UTC")
    return Terminal(town, tmp_path, capsys, monkeypatch)


def planned(town: Town) -> list[DrillPlanned]:
    told = (each.event for each in town.journal.all(Stream.INTAKE))
    return [event for event in told if isinstance(event, DrillPlanned)]


MISFITS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"at": at(-HOUR)}, "at"),
    ({"at": at(timedelta(days=400))}, "at"),
    ({"between": {"earliest": at(2 * HOUR), "latest": at(HOUR)}}, "between"),
    ({"between": {"earliest": at(-HOUR), "latest": at(HOUR)}}, "between"),
    ({"between": {"earliest": at(HOUR)}}, "between.latest"),
    ({"at": at(HOUR), "between": {"earliest": at(HOUR), "latest": at(2 * HOUR)}}, "at"),
    ({"at": "tomorrow"}, "at"),
    ({"roles": ["cook"]}, "roles.0"),
    ({"surprise": 1}, "surprise"),
)


async def test_what_does_not_fit_names_its_field(town: Town) -> None:
    for told, field in MISFITS:
        answer = await town.http.post("/v1/drills", json=told)
        assert answer.status_code == 422, told
        assert [each["field"] for each in answer.json()["errors"]] == [field], told
    assert planned(town) == []


async def test_what_the_policy_does_not_have_says_what_it_has(town: Town) -> None:
    for told, word in (
        ({"trigger_class": "picnic"}, "child_death"),
        ({"roles": ["chaplain"]}, "mhp"),
    ):
        answer = await town.http.post("/v1/drills", json=told)
        assert answer.status_code == 422
        assert word in answer.json()["detail"]
    assert planned(town) == []


async def test_only_an_operator_holds_looks_and_cancels(town: Town, tmp_path: Path) -> None:
    case_id = (await town.http.post("/v1/drills", json={"at": at(HOUR)})).json()["case_id"]
    console = Console(town, tmp_path, {"demo": False})
    for role, status in ((KeyRole.DISPATCH_CENTER, 403), (KeyRole.MEMBER, 403), (None, 401)):
        key = {"Authorization": f"Bearer {(tmp_path / role).read_text()}" if role else ""}
        assert (await town.http.post("/v1/drills", headers=key)).status_code == status
        path = f"/v1/drills/{case_id}"
        assert (await town.http.delete(path, headers=key)).status_code == status
        for look in ("/v1/drills", path):
            assert (await console.get(look, **key)).status_code == status


async def test_the_same_key_is_the_same_exercise(town: Town) -> None:
    ids = set()
    for _ in range(2):
        answer = await town.http.post("/v1/drills", headers={"Idempotency-Key": "quarterly"})
        ids.add(answer.json()["case_id"])
    await town.settle()
    assert len(ids) == len(planned(town)) == 1


async def test_an_exercise_that_is_unknown_cannot_be_cancelled(town: Town) -> None:
    real = (await town.report(incident_type="Vehicle lockout"))["case_id"]
    for case_id in ("11111111-1111-5111-8111-111111111111", real):
        assert (await town.http.delete(f"/v1/drills/{case_id}")).status_code == 404


async def test_the_console_shows_windows_and_never_a_moment(town: Town, tmp_path: Path) -> None:
    between = {"earliest": at(HOUR), "latest": at(timedelta(days=9))}
    await town.http.post("/v1/drills", json={"between": between})
    console = Console(town, tmp_path)

    listed = await console.page("/drills")
    assert "Unannounced, between" in listed
    due = town.journal.next_due()
    assert due
    assert f"{due:%H:%M}" not in listed.partition("As of")[0]
    told = (await console.get("/v1/drills", **town.http.headers)).text
    assert due.isoformat()[:16] not in told

    case_id = planned(town) and json.loads(told)["drills"][0]["case_id"]
    assert "Nobody has been asked" in await console.page(f"/drills/{case_id}")
    assert "no such exercise" in (await console.get("/drills/123456")).text


async def test_the_console_tells_how_one_went(town: Town, tmp_path: Path) -> None:
    case_id = (await town.http.post("/v1/drills")).json()["case_id"]
    await town.settle()
    await town.accept("m-1")
    console = Console(town, tmp_path)

    running = await console.page(f"/drills/{case_id}")
    assert "EXERCISE: Child death" in running
    assert "Running" in running
    assert "not yet" in running
    assert "Still have time" in running
    assert "m-1" not in running
    board = await console.page("/")
    assert case_id[:8] not in board
    assert "No open case" in board
    await town.advance(hours=4)
    over = await console.page(f"/drills/{case_id}")
    assert "its time was over" in over
    assert "missed" in over
    assert "Still have time" not in over
    assert "EXERCISE" in await console.page(f"/cases/{case_id}")


async def test_an_exercise_is_handed_on_as_a_report(town: Town, tmp_path: Path) -> None:
    case_id = (await town.http.post("/v1/drills")).json()["case_id"]
    await town.settle()
    await town.accept("m-1")
    await town.advance(hours=4)
    console = Console(town, tmp_path)
    answer = await console.get(f"/v1/reports/drill?case_id={case_id[:8]}", **town.http.headers)
    told = answer.json()
    assert told["about"] == f"exercise {case_id[:8]}"
    measures = {row[0]: row[3] for row in told["tables"][0]["rows"]}
    assert measures["Team complete"] == "missed"
    assert {fact["label"]: fact["value"] for fact in told["facts"]}["Accepted"] == "1"
    assert "m-1" not in answer.text
    assert told["lead"] in await console.page(f"/reports/drill?case_id={case_id}")


async def test_an_exercise_is_held_listed_reported_and_cancelled(
    town: Town, terminal: Terminal
) -> None:
    assert await terminal.type("drill", "list") == 0
    assert "no exercises yet" in terminal.said
    assert await terminal.type("drill", "run", "--trigger", "Child death", "--role", "mhp") == 0
    assert "members are being asked" in terminal.said
    assert town.phones.asked() == ["m-1", "m-2"]
    await town.accept("m-2")

    assert await terminal.type("drill", "list", "--json") == 0
    (drill,) = json.loads(terminal.said)["drills"]
    assert drill["state"] == "over"
    short = drill["case_id"][:8]
    assert await terminal.type("drill", "report", short) == 0
    for words in ("EXERCISE", "Answered in time", "Team complete", "met", "1 said yes"):
        assert words in terminal.said
    assert await terminal.type("drill", "report", short, "--json") == 0
    assert json.loads(terminal.said)["accepted"] == 1
    assert await terminal.type("drill", "cancel", short) == EXIT_REFUSED
    assert "over" in terminal.warned
    assert await terminal.type("drill", "list") == 0
    assert short in terminal.said


async def test_one_is_planned_and_taken_back(town: Town, terminal: Terminal) -> None:
    window = ("2026-03-03T08:00+00:00", "2026-03-13T18:00+00:00")
    assert await terminal.type("drill", "schedule", "--between", *window) == 0
    assert "at a moment that nobody is told" in terminal.said
    short = terminal.said.rstrip()[-8:]
    assert await terminal.type("drill", "cancel", short) == 0
    assert "nobody is asked" in terminal.said
    assert await terminal.type("drill", "schedule", "--at", "2026-03-02T09:00+00:00") == 0
    await town.advance(hours=7)
    assert town.phones.asked()
    assert [e.earliest == e.latest for e in planned(town)].count(True) == 1
    assert await terminal.type("drill", "list") == 0
    assert "running" in terminal.said


async def test_what_is_typed_wrong_is_one_line(terminal: Terminal) -> None:
    for words, said in (
        (("schedule",), "either --at TIME, or --between FROM TO"),
        (("schedule", "--at", "soon"), "--at: 'soon' is not a time"),
        (("schedule", "--between", "soon", "later"), "--between: 'soon' is not a time"),
        (("run", "--role", "cook"), "no role 'cook'"),
        (("run", "--trigger", "child_deth"), "did you mean child_death"),
    ):
        assert await terminal.type("drill", *words) == EXIT_INPUT
        assert said in terminal.warned
        assert terminal.warned.count("\n") == 1
