"""`tailboard carriers` and what the doctor says of them, against a real HTTP server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from services.cli.__main__ import run
from services.cli.stop import EXIT_REFUSED
from tests.support.fake_api import KEY, FakeApi, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeApi]:
    with serving(FakeApi()) as running:
        monkeypatch.setenv("TAILBOARD_URL", running.url)
        monkeypatch.setenv("TAILBOARD_API_KEY", KEY)
        monkeypatch.setenv("TAILBOARD_SPOOL_DIR", str(tmp_path / "spool"))
        monkeypatch.setenv("COLUMNS", "160")
        yield running


def _carrier(channel: str, **health: Any) -> dict[str, Any]:
    told = {"sent": 0, "delivered": 0, "refused": 0, "failing": 0, "last_failure": ""} | health
    return {"channel": channel, "form": "mail", "answered": channel == "sms", "health": told}


def test_the_list_shows_how_each_channel_does(
    api: FakeApi, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = "temporary: refused with 503"
    api.carriers = [
        _carrier("email", sent=12, delivered=3),
        _carrier("sms", sent=1, refused=4, failing=4, last_failure=failure),
        _carrier("voice"),
    ]

    assert run(["carriers", "list"]) == 0

    said = capsys.readouterr().out
    assert said.index("email") < said.index("sms") < said.index("voice")
    for words in ("works", "failing (4 in a row)", failure, "not used yet"):
        assert words in said


def test_a_check_says_what_came_of_each_channel(
    api: FakeApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.checked = [
        {"channel": "email", "outcome": "ok", "reason": ""},
        {"channel": "sms", "outcome": "permanent", "reason": "refused with 401"},
    ]

    assert run(["carriers", "check", "--to", "p-07"]) == EXIT_REFUSED

    assert api.wishes == [{"member_id": "p-07", "channel": None}]
    assert capsys.readouterr().out.splitlines() == [
        "ok   email       sent",
        "BAD  sms         permanent: refused with 401",
    ]


def test_a_check_without_a_member_sends_nothing(
    api: FakeApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.checked = [{"channel": "email", "outcome": "ok", "reason": ""}]

    assert run(["carriers", "check", "--channel", "email"]) == 0

    assert api.wishes == [{"member_id": None, "channel": "email"}]
    assert "answers" in capsys.readouterr().out


def test_the_doctor_names_a_channel_that_keeps_failing(
    api: FakeApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.carriers = [_carrier("email", failing=2), _carrier("sms", failing=3, last_failure="x")]

    assert run(["doctor"]) == EXIT_REFUSED

    said = capsys.readouterr().out
    assert "BAD  carriers    failing: sms (x)" in said
    assert "tailboard carriers check" in said
