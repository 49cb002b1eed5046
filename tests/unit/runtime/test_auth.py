"""Keys and secrets of a data folder: digests only, and for the owner's eyes only."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from services.runtime.auth import Keyring, KeyRole, add_key, secret_of, write_private

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_found_by_itself_and_kept_as_a_digest(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    center = add_key(file, "center", "metro", KeyRole.DISPATCH_CENTER)
    operator = add_key(file, "lead", "county", KeyRole.OPERATOR)

    ring = Keyring.read(file)

    found = ring.find(center)
    assert found
    assert (found.label, found.agency, found.role) == ("center", "metro", KeyRole.DISPATCH_CENTER)
    other = ring.find(operator)
    assert other
    assert other.agency == "county"
    assert center not in file.read_text()
    assert operator not in file.read_text()


@pytest.mark.parametrize("wrong", ["", "tb_", "tb_almost", "é"])
def test_no_other_key_is_found(tmp_path: Path, wrong: str) -> None:
    key = add_key(tmp_path / "keys.json", "center", "metro", KeyRole.OPERATOR)
    ring = Keyring.read(tmp_path / "keys.json")
    assert ring.find(wrong) is None
    assert ring.find(key[:-1]) is None


def test_no_file_is_no_keys_and_a_damaged_one_is_an_error(tmp_path: Path) -> None:
    assert Keyring.read(tmp_path / "none.json").find("tb_x") is None
    (tmp_path / "keys.json").write_text('[{"label": 1}]')
    with pytest.raises(ValueError, match="label"):
        Keyring.read(tmp_path / "keys.json")


def test_a_private_file_is_its_owners_alone(tmp_path: Path) -> None:
    write_private(tmp_path / "below" / "secret", "one")
    write_private(tmp_path / "below" / "secret", "two")
    file = tmp_path / "below" / "secret"
    assert file.read_text() == "two"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret"]


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    first = secret_of(tmp_path / "secret")
    assert first == secret_of(tmp_path / "secret")
    assert first != secret_of(tmp_path / "another")
    assert len(first) > 40
