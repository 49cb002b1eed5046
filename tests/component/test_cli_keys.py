"""`tailboard keys` on a data folder whose services are running: made, shown once, listed, taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from services.cli.__main__ import run
from services.cli.stop import EXIT_INPUT
from services.runtime.auth import Keyring, KeyRole, Principal, add_key
from tests.support.doors import LONG_AGO, Address, all_doors

if TYPE_CHECKING:
    from pathlib import Path

NIGHT = Principal(label="night-desk", agency="metro", role=KeyRole.COORDINATOR)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AGENCY", "KEYS_FILE", "DATA_DIR"):
        monkeypatch.delenv(f"TAILBOARD_{name}", raising=False)
    add_key(tmp_path / "keys.json", "operator", "metro", KeyRole.OPERATOR)
    return tmp_path


def keys(folder: Path, *words: str) -> int:
    return run(["keys", *words, "--data-dir", str(folder)])


def made(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    assert keys(folder, "add", *words) == 0
    return capsys.readouterr().out.strip()


def test_a_key_is_shown_once_and_kept_as_a_digest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = made(folder, capsys, "night-desk", "--role", "coordinator")
    assert key.startswith("tb_")
    assert Keyring.read(folder / "keys.json").find(key) == NIGHT
    assert key not in (folder / "keys.json").read_text()
    assert (folder / "keys.json").stat().st_mode & 0o077 == 0
    assert keys(folder, "list") == 0
    shown = capsys.readouterr().out
    assert key not in shown
    assert "night-desk" in shown
    assert "coordinator" in shown
    assert keys(folder, "list", "--json") == 0
    (one,) = [e for e in json.loads(capsys.readouterr().out) if e["label"] == "night-desk"]
    assert one == NIGHT.model_dump(mode="json") | {"expires_at": None}


async def test_running_services_notice_a_new_key_and_one_that_was_taken_back(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases, board = Address("GET", "/v1/cases"), Address("GET", "/activations")
    async with all_doors(folder) as doors:
        named = ("night-desk", "--role", "coordinator", "--agency", "metro")
        key = made(folder, capsys, *named)
        assert (await doors.send(cases, key)).status_code == 200
        async with doors.client(board) as browser:
            await browser.post("/sign-in", data={"key": key})
            assert (await browser.get("/activations")).status_code == 200
            assert keys(folder, "remove", "night-desk") == 0
            assert (await doors.send(cases, key)).status_code == 401
            answer = await browser.get("/activations")
            assert answer.headers["location"] == "/sign-in?next=/activations"


def test_a_key_that_ran_out_opens_nothing_and_says_so_in_the_list(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "keys.json"
    old = add_key(path, "old", "metro", KeyRole.AUDITOR, LONG_AGO)
    new = made(folder, capsys, "new", "--role", "auditor", "--expires", "2999-01-31")
    ring = Keyring.read(path)
    assert ring.find(old) is None
    assert ring.find(new) == Principal(label="new", agency="metro", role=KeyRole.AUDITOR)
    assert keys(folder, "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if "EXPIRED" in line] == ["old"]
    assert any("until 2999-01-31 23:59" in line for line in lines)


def test_a_damaged_file_leaves_in_force_what_was_read_before(folder: Path) -> None:
    path = folder / "keys.json"
    key = add_key(path, "desk", "metro", KeyRole.AUDITOR)
    ring = Keyring.read(path)
    path.write_text("[{")
    assert ring.find(key) is not None
    assert keys(folder, "list") == EXIT_INPUT


def test_a_file_of_an_older_version_opens_as_before(folder: Path) -> None:
    path = folder / "keys.json"
    key = add_key(path, "center", "metro", KeyRole.DISPATCH_CENTER)
    kept = json.loads(path.read_text())
    assert "expires_at" not in kept[-1], "an older version reads what this one writes"
    assert Keyring.read(path).find(key) is not None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "x", "--role", "chief"), "use one of dispatch_center, coordinator"),
        (("add", "operator", "--role", "operator"), "has a key operator already"),
        (("add", "Night Desk", "--role", "auditor"), "LABEL: lower case"),
        (("add", "x", "--role", "auditor", "--expires", "soon"), "write 2027-01-31"),
        (("add", "x", "--role", "auditor", "--expires", "2020-01-01"), "is over already"),
        (("remove", "nobody"), "there is no key nobody"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    before = (folder / "keys.json").read_bytes()
    assert keys(folder, *words) == EXIT_INPUT
    warned = capsys.readouterr().err
    assert said in warned
    assert len(warned.splitlines()) == 1
    assert (folder / "keys.json").read_bytes() == before


def test_with_two_agencies_it_must_be_said_whose_key_it_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_key(folder / "keys.json", "operator", "county", KeyRole.OPERATOR)
    assert keys(folder, "add", "x", "--role", "auditor") == EXIT_INPUT
    assert "one of county, metro" in capsys.readouterr().err
    assert keys(folder, "remove", "operator") == EXIT_INPUT
    assert "several agencies" in capsys.readouterr().err
    assert keys(folder, "remove", "operator", "--agency", "county") == 0


def test_the_roles_are_told_with_what_each_may(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["keys", "roles"]) == 0
    told = capsys.readouterr().out
    assert "command\n  read counts" in told
