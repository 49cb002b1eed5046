"""`tailboard emergency`: the crisis lines first, one page, and the way to be reached after it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from schemas.requests import EmergencyCategory, PeerRequested
from schemas.subjects import Stream
from services.cli.stop import EXIT_INPUT
from tests.support.desk import a_desk
from tests.support.terminal import Terminal
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

WORDS = "station 4, back door"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, alone=True) as running:
        await running.enroll_team(peers=1, mhps=2)
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
    return Terminal(town, tmp_path, capsys, monkeypatch)


@pytest.mark.parametrize("typed", [f"{WORDS}\n", "\n", ""])
async def test_it_pages_and_then_takes_how_to_be_reached(
    town: Town, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))

    assert await terminal.type("emergency", "suicide_risk") == 0

    for words in ("988", "911", "Stay with the person"):
        assert words in terminal.warned
    assert "are being paged" in terminal.said
    assert WORDS not in terminal.said
    assert town.phones.asked() == ["m-1", "m-2"]
    told = [e.event for e in town.journal.all(Stream.DISPATCH)]
    (raised,) = (event for event in told if isinstance(event, PeerRequested))
    assert raised.category is EmergencyCategory.SUICIDE_RISK
    shown = await town.accept("m-1")
    assert (WORDS in shown) == bool(typed.strip())


async def test_a_kind_that_there_is_not_is_one_line(terminal: Terminal) -> None:
    assert await terminal.type("emergency", "boredom") == EXIT_INPUT
    assert "suicide_risk" in terminal.warned


def test_when_nothing_answers_the_lines_are_still_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{WORDS}\n"))
    desk = a_desk(tmp_path, capsys, monkeypatch)
    assert desk.type("emergency") != 0
    assert desk.warned.startswith("Call 911")
    assert WORDS not in desk.warned + desk.said
