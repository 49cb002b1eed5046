"""The purge clock: what is held and until when, what a legal hold keeps, and who may look."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from services.cli.__main__ import run
from services.cli.stop import EXIT_REFUSED
from services.runtime.auth import KeyRole, add_key
from tests.component.test_one_on_ones import page_of
from tests.support.console import Console
from tests.support.served import served
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@dataclass
class Typed:
    """`tailboard retention` against a town with its audit, behind a real port."""

    town: Town
    console: Console
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    said: str = ""
    warned: str = ""

    async def type(self, *words: str) -> int:
        self.capsys.readouterr()
        async with self.console.running() as app, served(app) as url:
            self.monkeypatch.setenv("TAILBOARD_URL", url)
            code = await asyncio.to_thread(run, ["retention", *words])
        self.said, self.warned = self.capsys.readouterr()
        await self.town.settle()
        return code


@pytest.fixture
async def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Typed]:
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(tmp_path / "nowhere"))
    monkeypatch.chdir(tmp_path)
    async with a_town(tmp_path) as town:
        key = town.http.headers["Authorization"].removeprefix("Bearer ")
        monkeypatch.setenv("TAILBOARD_API_KEY", key)
        await town.enroll_team(peers=7, mhps=1)
        yield Typed(town, Console(town, tmp_path), capsys, monkeypatch)


async def leave(town: Town, member_id: str) -> None:
    day = town.clock.now().date().isoformat()
    path = f"/v1/roster/members/{member_id}/leave"
    assert (await town.http.post(path, json={"on": day})).is_success


async def test_contacts_of_who_left_are_shown_held_and_purged(terminal: Typed) -> None:
    town = terminal.town
    assert await terminal.type() == 0
    assert "contacts of members who left                0              0  90 days" in terminal.said
    await leave(town, "p-1")
    await town.advance(days=30)
    await leave(town, "p-2")
    await town.advance(days=2)
    assert await terminal.type() == 0
    assert "p-1 left 2026-03-02, erase from " in terminal.said
    assert "overdue" not in terminal.said.partition("\n")[2]
    assert await terminal.type("purge", "--yes") == 0
    assert terminal.said == "no contact is due\n"

    await town.advance(days=60)
    hold = await town.post("/v1/private/holds", scope="agency", reason="subpoena")
    assert await terminal.type() == 0
    assert "p-1 left 2026-03-02, erase from kept by a legal hold" in terminal.said
    assert "hold over agency: subpoena, since " in terminal.said
    assert await terminal.type("purge", "--yes") == EXIT_REFUSED
    assert "a legal hold over the agency keeps every contact" in terminal.warned
    assert "kept by a legal hold" in await terminal.console.page("/record")

    over = {"reason": "released"}
    await town.http.post(f"/v1/private/holds/{hold['hold_id']}/lift", json=over)
    assert "overdue" in (await terminal.console.page("/record"))
    assert await terminal.type("purge", "--yes") == 0
    assert terminal.said == "the contact of p-1 is erased\n", "p-2 is not due yet"
    assert await terminal.type() == 0
    assert "p-1" not in terminal.said
    assert "p-2 left 2026-04-01" in terminal.said
    refused = await town.http.post("/v1/roster/members/p-1/return")
    assert refused.status_code == 409, "nothing can reach them any more"


async def test_of_one_on_ones_and_requests_no_small_count_and_no_time_is_told(
    terminal: Typed,
) -> None:
    town = terminal.town
    for number in range(1, 7):
        page = await page_of(town, f"p-{number}")
        one = await page.begin()
        await page.post(f"/{one}/close", outcome="no_further")
        assert await terminal.type("--json") == 0
        told = json.loads(terminal.said)
        clocks = {each["what"]: each for each in told["clocks"]}
        clock, way_back = clocks["one_on_ones"], clocks["way_back"]
        assert (clock["after_days"], way_back["after_days"]) == (30, 7)
        assert (clock["held"], way_back["held"]) == (number if number >= 5 else None, None)
        assert (clock["next_at"] is None) is (number < 5)
        assert way_back["next_at"] is None
    page_of_record = await terminal.console.page("/record")
    assert "30 days after it was closed" in page_of_record
    assert "fewer than 5" in page_of_record
    await town.advance(days=31)
    assert await terminal.type("--json") == 0
    (clock,) = (e for e in json.loads(terminal.said)["clocks"] if e["what"] == "one_on_ones")
    assert (clock["held"], clock["overdue"]) == (None, None), "they went by themselves"


async def test_only_an_operator_looks_at_the_record(terminal: Typed, tmp_path: Path) -> None:
    center = add_key(tmp_path / "keys.json", "cad", "metro", KeyRole.DISPATCH_CENTER)
    for path in ("/v1/retention", "/v1/checkpoints"):
        for key, status in ((center, 403), ("tb_unknown", 401)):
            answer = await terminal.console.get(path, Authorization=f"Bearer {key}")
            assert answer.status_code == status, path
    terminal.console.options = {"demo": False}
    assert (await terminal.console.get("/record")).headers["location"] == "/sign-in?next=/record"
