"""`tailboard verify` and `tailboard export` when there is nothing to verify, or nothing to write to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from services.cli.__main__ import run
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED
from tests.unit.audit.test_verifier import KEY, bundle, edited

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(tmp_path / "nowhere"))
    monkeypatch.delenv("TAILBOARD_NATS_URL", raising=False)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["verify"], EXIT_INPUT, "is not the data folder of a Tailboard: name it with --data-dir"),
        (["verify", "--export", "none.zip"], EXIT_INPUT, "none.zip cannot be read as an export"),
        (["verify", "--public-key", "abc"], EXIT_INPUT, "give 64 hexadecimal letters, or a file"),
        (["export", "--verify-bundle", "a/b/c.zip"], EXIT_INPUT, "the folder of a/b/c.zip is not"),
    ],
)
def test_a_mistake_is_one_line_with_the_remedy(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_server_that_is_away_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAILBOARD_NATS_URL", "nats://127.0.0.1:1")
    for words in (["verify"], ["export", "--verify-bundle", str(tmp_path / "x.zip")]):
        assert run(words) == EXIT_REFUSED
        assert "nats://127.0.0.1:1 cannot be reached" in capsys.readouterr().err
    assert not (tmp_path / "x.zip").exists()


def test_an_export_is_not_written_over_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there.zip"
    there.write_bytes(b"kept")
    assert run(["export", "--verify-bundle", str(there)]) == EXIT_INPUT
    assert "use --force" in capsys.readouterr().err
    assert there.read_bytes() == b"kept"


def test_an_export_is_verified_with_a_noted_key_and_told_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = str(bundle(tmp_path, lambda _lines: None))
    noted = tmp_path / "noted.txt"
    noted.write_text(f"{KEY.public}\nnoted on paper too\n")
    assert run(["verify", "--export", clean, "--public-key", str(noted)]) == 0
    assert "CLEAN" in capsys.readouterr().out
    changed = str(bundle(tmp_path, edited(lambda lines: lines[1:])))
    assert run(["verify", "--export", changed, "--json"]) == EXIT_REFUSED
    told = json.loads(capsys.readouterr().out)
    assert told["clean"] is False
    assert told["found"][0]["kind"] == "removed"
    assert told["streams"][0]["events"] == 9
