"""`tailboard intake learn`: from an export to a mapping that `tailboard post` takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from services.cli.__main__ import run
from services.cli.stop import EXIT_INPUT

if TYPE_CHECKING:
    from pathlib import Path

EXPORT = """Incident Number;Nature;Received;Units;Caller Name;[bold]
26-0001;Structure fire;28/01/2026 10:00;E1 L2;a caller;x
26-0002;Traffic collision;29/01/2026 23:59;M4;a caller;x
"""
ZONE = ("--time-zone", "America/Chicago")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "Our CAD.csv"
    path.write_text(EXPORT)
    return path


def test_what_is_learnt_posts_the_same_file(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "our-cad.yaml"
    assert run(["intake", "learn", str(export), *ZONE, "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert f"tailboard post --mapping {out} --dry-run FILE" in said.out
    assert "tried: it reads 2 of the file's 2 records" in said.err
    assert run(["post", "--mapping", str(out), "--dry-run", str(export)]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "source": "our-cad",
        "incident_number": "26-0001",
        "incident_type": "Structure fire",
        "occurred_at": "2026-01-28T10:00:00-06:00",
        "units": ["E1", "L2"],
    }
    assert second["occurred_at"] == "2026-01-29T23:59:00-06:00"


def test_the_mapping_goes_to_stdout_and_the_reasons_to_stderr(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["intake", "learn", str(export), "--source", "metro"]) == 0
    said = capsys.readouterr()
    assert 'source: "metro"' in said.out
    assert "time_zone: UTC" in said.out
    assert "no --time-zone: UTC is written" in said.err
    assert "day first: a 29 can only be a day" in said.err
    assert "people's details are never sent: Caller Name" in said.err
    assert "[bold]" in said.err
    assert "a caller" not in said.out + said.err


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the file is empty: its first line must name the columns"),
        (b"a\n1\n", "it has one column"),
        (EXPORT.encode("utf-16"), "is UTF-16: save it as UTF-8"),
        (EXPORT.encode("utf-16-le"), "is no text, or UTF-16: save it as UTF-8"),
        (b"Nature;Units\nFire;E1\n", "no column holds the times of calls"),
    ],
)
def test_what_cannot_be_learnt_from_is_one_line(
    export: Path, body: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    export.write_bytes(body)
    assert run(["intake", "learn", str(export), *ZONE]) == EXIT_INPUT
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_what_is_mistyped_is_one_line(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = str(tmp_path / "away" / "x.yaml")
    for words, said in (
        ([str(tmp_path / "none.csv")], "cannot be read: No such file"),
        ([str(export), "--time-zone", "Gotham"], "'Gotham' is not an IANA time zone"),
        ([str(export), "--source", "Our CAD"], "source: String should match pattern"),
        ([str(export), *ZONE, "--out", away], "cannot be written: No such file"),
    ):
        assert run(["intake", "learn", *words]) == EXIT_INPUT
        assert said in capsys.readouterr().err


def test_windows_1252_is_read_and_said(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export.write_bytes(EXPORT.replace("Structure fire", "Café fire").encode("cp1252"))
    assert run(["intake", "learn", str(export), *ZONE]) == 0
    said = capsys.readouterr()
    assert "was read as Windows-1252" in said.err
    mapping = export.with_suffix(".yaml")
    mapping.write_text(said.out)
    assert run(["post", "--mapping", str(mapping), "--dry-run", str(export)]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["incident_type"] == "Café fire"


def test_a_file_in_utf_16_is_not_posted_as_something_else(
    export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = tmp_path / "our-cad.yaml"
    assert run(["intake", "learn", str(export), *ZONE, "--out", str(mapping)]) == 0
    export.write_bytes(EXPORT.encode("utf-16"))
    assert run(["post", "--mapping", str(mapping), "--dry-run", str(export)]) == EXIT_INPUT
    assert "is UTF-16: save it as UTF-8" in capsys.readouterr().err


def test_records_that_the_proposal_cannot_read_are_counted(
    export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export.write_text(EXPORT + "26-0003;Fire\n")
    assert run(["intake", "learn", str(export), *ZONE]) == 0
    said = capsys.readouterr().err
    assert "1 of the records could not be read" in said
    assert "reads 2 of the file's 3 records; the first other is number 4" in said
