"""`tailboard private` against the real services: holds keep, the glass tells, and status names nobody."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from schemas.dispatch import MemberNotified, Purpose
from schemas.one_on_ones import GlassBroken, OneOnOneErased
from services.cli.__main__ import run
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED
from tests.component.test_one_on_ones import NAME, NUMBER, Page, everything, page_of, recorded
from tests.support.served import served
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CASE = "6b8e3d1c-0000-5000-8000-000000000001"


@dataclass
class Typed:
    """Commands typed against the town behind a real port, and what they said last."""

    town: Town
    folder: Path
    capsys: pytest.CaptureFixture[str]
    said: str = ""
    warned: str = ""

    async def type(self, *words: str) -> int:
        self.capsys.readouterr()
        code = await asyncio.to_thread(run, ["private", *words])
        self.said, self.warned = self.capsys.readouterr()
        await self.town.settle()
        return code

    async def page(self, member_id: str) -> Page:
        return await page_of(self.town, member_id)


@pytest.fixture
async def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Typed]:
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(tmp_path / "nowhere"))
    monkeypatch.chdir(tmp_path)
    async with a_town(tmp_path) as town, served(town.app) as url:
        key = town.http.headers["Authorization"].removeprefix("Bearer ")
        monkeypatch.setenv("TAILBOARD_API_KEY", key)
        monkeypatch.setenv("TAILBOARD_URL", url)
        await town.enroll_team(peers=3, mhps=1)
        yield Typed(town, tmp_path, capsys)


async def test_a_hold_keeps_until_it_is_lifted_and_then_what_is_overdue_goes(
    terminal: Typed,
) -> None:
    town, page = terminal.town, await terminal.page("p-1")
    one, other = await page.begin(case=CASE), await page.begin(call_them="Marmalade")
    assert await terminal.type("hold", "--case", CASE, "--reason", "subpoena") == 0, terminal.warned
    (hold_id,) = re.findall(r"lift ([0-9a-f-]{36})", terminal.said)
    refused = await page.post(f"/{one}/details", call_them="Other", reach_at=NUMBER)
    assert refused.status_code == 422
    assert "legal hold" in refused.text
    for each in (one, other):
        await page.post(f"/{each}/close", outcome="no_further")

    await town.advance(days=40)
    shown = (await page.get()).text
    assert NAME in shown, "it is held"
    assert "Marmalade" not in shown, "the other one comes from no case"
    assert await terminal.type("status") == 0
    assert "on hold  1 that would be erased" in terminal.said
    assert f"{hold_id}  case {CASE}  subpoena" in terminal.said

    assert await terminal.type("lift", hold_id, "--reason", "released") == 0, terminal.warned
    assert NAME not in (await page.get()).text
    assert len(recorded(town, OneOnOneErased)) == 2
    assert await terminal.type("lift", hold_id, "--reason", "released") == EXIT_REFUSED
    assert "lifted already" in terminal.warned


async def test_what_is_typed_wrongly_is_named_with_the_remedy(terminal: Typed) -> None:
    assert await terminal.type("hold", "--reason", "subpoena") == EXIT_INPUT
    assert "--agency, --case ID or --one-on-one ID" in terminal.warned
    assert await terminal.type("hold", "--agency", "--reason", "because") == EXIT_REFUSED
    assert "reason" in terminal.warned
    nobody = ("break-glass", "o-6b8e3d1c-0000-4000-8000-00000000000a", "--for", "m-1")
    assert await terminal.type(*nobody, "--reason", "safety") == EXIT_REFUSED
    assert "no such one-on-one" in terminal.warned
    one = await (await terminal.page("p-1")).begin()
    assert await terminal.type("break-glass", one, "--for", "p-2", "--reason", "safety") == 1
    assert "mental health professional" in terminal.warned
    unknown = ("--reason", "safety", "--hand-over-to", "p-9")
    assert await terminal.type("break-glass", one, "--for", "m-1", *unknown) == EXIT_REFUSED
    assert recorded(terminal.town, GlassBroken) == []


async def test_the_glass_is_broken_on_record_and_its_owner_is_told_at_once(
    terminal: Typed,
) -> None:
    town, page = terminal.town, await terminal.page("p-1")
    one = await page.begin()
    assert await terminal.type("status", "--peer", "p-1") == 0
    assert one in terminal.said
    assert NAME not in terminal.said
    broken = ("break-glass", one, "--for", "m-1", "--reason", "safety")
    assert await terminal.type(*broken) == 0, terminal.warned
    assert NAME in terminal.said
    assert NUMBER in terminal.said
    assert "A one-on-one of yours was opened" in town.phones.expect_text("p-1", "of yours")
    for _ in range(2):
        assert await terminal.type(*broken, "--json") == 0
        assert json.loads(terminal.said)["call_them"] == NAME
    assert await terminal.type(*broken) == EXIT_REFUSED
    assert "Too many records" in terminal.warned
    assert NAME not in terminal.said
    assert len(recorded(town, GlassBroken)) == 3
    assert NAME not in everything(town)


async def test_a_peer_who_left_is_replaced_without_a_look_at_the_record(terminal: Typed) -> None:
    town, page, other = terminal.town, await terminal.page("p-1"), await terminal.page("p-2")
    one = await page.begin()
    await town.http.post("/v1/roster/members/p-1/leave", json={"on": "2026-03-02"})
    await town.settle()
    handed = ("--reason", "peer_left", "--hand-over-to", "p-2")
    assert await terminal.type("break-glass", one, "--for", "m-1", *handed) == 0, terminal.warned
    assert NAME not in terminal.said
    town.phones.expect_text("p-2", "A colleague asks you")
    assert NAME in (await other.post(f"/{one}/take")).text
    told = [each for each in recorded(town, MemberNotified) if isinstance(each, MemberNotified)]
    assert {(each.member_id, each.purpose) for each in told} == {
        ("c-1", Purpose.ONE_ON_ONE_ORPHANED),
        ("p-1", Purpose.GLASS_BROKEN),
        ("p-2", Purpose.HAND_OVER_OFFERED),
    }


async def test_after_a_rekey_everything_opens_with_the_new_master(terminal: Typed) -> None:
    page = await terminal.page("p-1")
    one = await page.begin()
    before = (terminal.folder / "private-master").read_text()
    assert await terminal.type("rekey") == 0, terminal.warned
    assert "1 keys" in terminal.said
    assert (terminal.folder / "private-master").read_text() != before
    assert NUMBER in (await page.get(f"/{one}")).text


async def test_a_dispatch_centers_key_opens_nothing(terminal: Typed) -> None:
    for method, path in (
        ("GET", "/v1/private/status"),
        ("POST", "/v1/private/rekey"),
        ("POST", "/v1/private/holds"),
    ):
        body = {"scope": "agency", "reason": "other"} if path.endswith("holds") else None
        bare = {"Authorization": "Bearer nobody"}
        answer = await terminal.town.http.request(method, path, json=body, headers=bare)
        assert answer.status_code == 401
