"""Where the commands talk to: what was named, else what `tailboard up` left; keys stay at home."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from services.cli.connection import connection
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from pathlib import Path

LEFT = {"url": "http://127.0.0.1:8911", "api_key": "tb_left", "console": "http://127.0.0.1:8911"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "connection.json").write_text(json.dumps(LEFT))
    return tmp_path


def test_what_up_left_is_used(folder: Path) -> None:
    found = connection(None, None, folder)
    assert (found.url, found.key) == ("http://127.0.0.1:8911", "tb_left")
    assert "tb_left" not in repr(found)


def test_what_was_named_wins_and_loses_its_last_slash(folder: Path) -> None:
    found = connection("https://cism.example/", "tb_named", folder)
    assert (found.url, found.key) == ("https://cism.example", "tb_named")


def test_the_key_that_up_left_is_never_sent_to_another_server(folder: Path) -> None:
    assert connection("http://127.0.0.1:8911/", None, folder).key == "tb_left"
    with pytest.raises(Stop, match=r"no key for https://cism\.example"):
        connection("https://cism.example", None, folder)


def test_without_anything_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="run `tailboard up` first, or set TAILBOARD_URL") as stop:
        connection(None, None, tmp_path)
    assert stop.value.code == EXIT_INPUT


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": "http://x"}', '{"url": 1, "api_key": 2}'])
def test_a_damaged_connection_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "connection.json").write_text(text)
    with pytest.raises(Stop) as stop:
        connection(None, None, tmp_path)
    assert stop.value.code == EXIT_INPUT


@pytest.mark.parametrize("url", ["localhost:8911", "ftp://x", "http://", "http://x:99999", "nope"])
def test_an_address_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(Stop, match="is not an address: write it as http://HOST:PORT"):
        connection(url, "tb_key", tmp_path)


def test_a_password_in_the_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        connection("http://user:hunter2@x", "tb_key", tmp_path)
    assert "hunter2" not in str(stop.value)


def test_a_key_with_a_line_break_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(Stop) as stop:
        connection("http://x", "tb_se\ncret", tmp_path)
    assert "cret" not in str(stop.value)


@pytest.mark.parametrize(
    ("url", "proxied"),
    [("http://127.0.0.1:1", False), ("http://localhost", False), ("http://x", True)],
)
def test_no_proxy_is_asked_for_this_machine(url: str, proxied: bool, tmp_path: Path) -> None:
    assert connection(url, "tb_key", tmp_path).trust_env is proxied
