"""`tailboard doctor` against a real Tailboard: would an incident posted now reach people?"""

from __future__ import annotations

import asyncio
import shutil
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest

from schemas.policy import Role
from services.cli import doctor_reach
from services.cli.__main__ import run
from services.cli.stop import EXIT_REFUSED
from tests.support.console import Console
from tests.support.nats_server import patiently
from tests.support.served import served
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

Usage = namedtuple("Usage", "total used free")  # as shutil gives it


@pytest.fixture
async def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TAILBOARD_SPOOL_DIR", str(tmp_path / "spool"))
    async with (
        a_town(tmp_path) as town,
        Console(town, tmp_path).running() as app,
        served(app) as url,
    ):
        key = town.http.headers["Authorization"].removeprefix("Bearer ")
        monkeypatch.setenv("TAILBOARD_API_KEY", key)
        monkeypatch.setenv("TAILBOARD_URL", url)
        yield town


async def doctor(
    town: Town, capsys: pytest.CaptureFixture[str], able: int
) -> tuple[int, dict[str, str]]:
    """Its exit code, and its lines by what they are about, each with its remedy, once the views know of
    so many who can be asked."""
    async for attempt in patiently(AssertionError):
        with attempt:
            shown = (await town.http.get("/v1/cases")).json()["roster"]
            assert sum(each["available"] for each in shown) == able
    capsys.readouterr()
    code = await asyncio.to_thread(run, ["doctor"])
    said: dict[str, str] = {}
    name = ""
    for line in capsys.readouterr().out.splitlines():
        name = line[5:16].strip() or name
        said[name] = f"{said.get(name, '')} {line}".strip()
    return code, said


async def test_a_team_that_can_be_asked_is_good(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    await town.enroll_team(peers=3, mhps=1)
    _, said = await doctor(town, capsys, 5)
    assert said["team"] == (
        "ok   team        can be asked: 3 peers, 1 mental health professional, 1 coordinator"
    )
    assert said["training"].startswith("ok   training    nothing lapsed")
    assert said["on call"].startswith("ok")
    assert said["disk"].startswith("ok   disk")


async def test_nobody_to_ask_is_bad_and_says_where_to_look(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    await town.enroll("p-1", Role.PEER)
    code, said = await doctor(town, capsys, 1)
    assert code == EXIT_REFUSED
    assert "BAD  team" in said["team"]
    assert "1 peer, 0 mental health professionals, 0 coordinators" in said["team"]
    assert "-> `tailboard roster check`" in said["team"]


async def test_what_lapses_is_named_before_and_after(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    await town.enroll_team(peers=3, mhps=1)
    today = town.clock.now().date()
    await town.enroll("p-8", Role.PEER, training_valid_until=str(today.replace(day=1)))
    await town.enroll("p-9", Role.PEER, training_valid_until=str(today.replace(day=28)))
    _, said = await doctor(town, capsys, 7)
    assert said["training"].startswith("soon training")
    assert "cannot be asked: p-8 (training lapsed)" in said["training"]
    assert "p-9 (training ends in" in said["training"]
    assert "-> `tailboard roster check`" in said["training"]
    assert "BAD" not in said["training"]
    assert "can be asked: 4 peers" in said["team"], "p-8 is not counted"
    assert "phones.invalid" not in str(said), "no address is shown"


@pytest.mark.parametrize(
    ("total", "free", "good"),
    [(100e9, 20e9, True), (100e9, 4e9, False), (10e9, 0.9e9, False), (1e9, 1e9, True)],
)
def test_a_disk_that_is_nearly_full_is_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: float, free: float, *, good: bool
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(total, total - free, free))
    found = doctor_reach.disk(tmp_path)
    assert found.good is good
    assert f"{free / 1e9:.1f} GB free" in found.what
