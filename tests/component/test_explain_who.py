"""Who would be asked: told by the server to operators, without a case, a message or an event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from schemas.policy import Role
from schemas.subjects import Stream
from services.runtime.auth import KeyRole, add_key
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.terminal import Terminal
from tests.support.town import Town, a_town
from tests.unit.dispatch.cases import brief

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
def center(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A dispatch center's key; an operator's is in the environment."""
    keys = tmp_path / "keys.json"
    monkeypatch.setenv("TAILBOARD_API_KEY", add_key(keys, "lead", "metro", KeyRole.OPERATOR))
    return add_key(keys, "center", "metro", KeyRole.DISPATCH_CENTER)


@pytest.fixture
async def town(tmp_path: Path, center: str) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=4, mhps=2)
        await town.enroll("p-5", Role.PEER, units=["E12"])
        yield town


async def test_explaining_with_the_roster_names_who_would_be_asked(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps(PEDIATRIC_DEATH | {"units": ["E12"]}))
    terminal = Terminal(town, tmp_path, capsys, monkeypatch)
    before = len(town.journal.all(Stream.INTAKE)) + len(town.journal.all(Stream.DISPATCH))

    assert await terminal.type("explain", str(report), "--roster") == 0, terminal.warned

    assert "at once: " in terminal.said
    assert terminal.said.count("(peer)") == 4
    assert terminal.said.count("(mhp)") == 2
    assert "not asked: p-5, involved" in terminal.said
    after = len(town.journal.all(Stream.INTAKE)) + len(town.journal.all(Stream.DISPATCH))
    assert after == before
    assert town.phones.received == {}


async def test_who_would_be_asked_is_who_is_asked(town: Town, tmp_path: Path) -> None:
    answer = await town.http.post("/v1/screenings", json=PEDIATRIC_DEATH)
    wanted = sum(place["count"] + 1 for place in answer.json()["would_happen"]["places"])
    taken = await town.report(**PEDIATRIC_DEATH)

    assert taken["activated"]
    assert len(town.phones.asked()) == wanted


async def test_a_routine_report_asks_the_server_nothing(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"incident_type": "Vehicle lockout"}))
    terminal = Terminal(town, tmp_path, capsys, monkeypatch)

    assert await terminal.type("explain", str(report), "--roster") == 0
    assert "at once" not in terminal.said


async def test_only_operators_are_told(town: Town, center: str) -> None:
    need = {"brief": brief().model_dump(mode="json"), "units": ["E12"]}
    for headers, status in (
        ({}, 200),
        ({"Authorization": ""}, 401),
        ({"Authorization": f"Bearer {center}"}, 403),
    ):
        answer = await town.http.post("/v1/roster/would-be-asked", json=need, headers=headers)
        assert answer.status_code == status
        assert ("p-1" in answer.text) is (status == 200)
