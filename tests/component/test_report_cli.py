"""`tailboard report` against the real services."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from schemas.policy import Role
from services.cli.__main__ import run
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED
from services.runtime.auth import KeyRole, add_key
from tests.support.served import served
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, enrolled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Path]:
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(tmp_path / "nowhere"))
    monkeypatch.chdir(tmp_path)
    desk = Desk.at(tmp_path)
    await enrolled(
        desk.journal, dict.fromkeys(("p-01", "p-02", "p-03"), Role.PEER) | {"h-01": Role.MHP}
    )
    key = add_key(tmp_path / "keys.json", "lead", AGENCY, KeyRole.PROGRAM_LEAD)
    async with desk.running() as app, served(app) as url:
        monkeypatch.setenv("TAILBOARD_API_KEY", key)
        monkeypatch.setenv("TAILBOARD_URL", url)
        yield tmp_path


async def typed(*words: str) -> int:
    return await asyncio.to_thread(run, ["report", *words])


async def test_a_report_is_shown_and_handed_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await typed("training") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "4 of 4 designated members were trained" in said
    assert "1 of them are mental health professionals" in said
    for name in ("trained.csv", "trained.pdf", "trained.json"):
        assert await typed("training", "-o", name) == 0
    assert (folder / "trained.pdf").read_bytes().startswith(b"%PDF-1.7")
    assert json.loads((folder / "trained.json").read_text())["kind"] == "training"
    assert (folder / "trained.csv").read_bytes().startswith(b"\xef\xbb\xbfTraining attestation")
    assert await typed("roi", "--programme-cost", "40000", "--replacement-cost", "50000") == 0
    assert "pays for itself if 0.8 more people stay" in capsys.readouterr().out
    for kind in ("response-times", "impact"):
        assert await typed(kind, "--year", "2026", "--quarter", "1") == 0
    assert await typed("drill", "abcdef12") == EXIT_REFUSED


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["impact", "--quarter", "3"], "--quarter"),
        (["impact", "--year", "2026", "--quarter", "5"], "--quarter"),
        (["impact", "--year", "20260"], "--year"),
        (["response-times", "--month", "2026-13"], "--month"),
        (["response-times", "--month", "2026-10", "--year", "2026"], "--month"),
        (["training", "--on", "yesterday"], "--on"),
        (["impact", "-o", "impact.docx"], "impact.docx"),
    ],
)
async def test_what_does_not_fit_is_one_line(
    words: list[str], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await typed(*words) == EXIT_INPUT
    said = capsys.readouterr()
    assert said.out == ""
    assert name in said.err
    assert said.err.count("\n") == 1
