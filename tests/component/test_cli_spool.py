"""Reports that cannot be sent: kept, in order, and sent later exactly once under the same key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from services.cli.stop import EXIT_KEPT, EXIT_REFUSED
from tests.support.desk import INVALID, UNAVAILABLE, Desk, a_desk, keys, lockout
from tests.support.fake_api import FakeApi, free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    return a_desk(tmp_path, capsys, monkeypatch)


@pytest.fixture
def api(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    with serving(FakeApi()) as served:
        monkeypatch.setenv("TAILBOARD_URL", served.url)
        yield served


def test_a_short_outage_is_waited_out(api: FakeApi, desk: Desk) -> None:
    api.answers = [UNAVAILABLE, UNAVAILABLE]
    assert desk.type("post", "examples/lodd.json") == 0
    assert len(api.received) == 3
    assert len(set(keys(api.received))) == 1
    assert desk.spooled == []


def test_a_kept_report_is_sent_later_once_under_the_same_key(api: FakeApi, desk: Desk) -> None:
    api.always = UNAVAILABLE
    assert desk.type("post", desk.write("one.json", {"incident_type": "Fire"})) == EXIT_KEPT
    assert f"Kept 1 report in {desk.folder / 'spool'}" in desk.warned
    assert "`tailboard spool send` or the next `tailboard post` sends it" in desk.warned
    tried = set(keys(api.received))

    api.always = None
    assert desk.type("spool", "send") == 0
    assert desk.said == f"1 report sent to {api.url}\n"
    assert set(keys(api.received)) == tried
    assert desk.spooled == []
    count = len(api.received)
    assert desk.type("spool", "send") == 0
    assert len(api.received) == count
    assert len(api.taken) == 1


def test_the_next_post_sends_what_is_kept_first(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("TAILBOARD_URL", f"http://127.0.0.1:{port}")
    assert desk.type("post", desk.write("old.json", lockout(1, units=["E1"]))) == EXIT_KEPT
    with serving(FakeApi(), port) as api:
        assert desk.type("post", desk.write("new.json", lockout(1, units=["E2"]))) == 0
        assert [each.report["units"] for each in api.received] == [["E1"], ["E2"]]
    assert desk.said.split("  ")[2] == "updated"
    assert "1 report from the spool went to" in desk.warned
    assert desk.spooled == []


def test_without_a_server_everything_is_kept_in_order_and_quickly(desk: Desk) -> None:
    path = desk.write("many.ndjson", *(lockout(n % 3, units=[f"E{n}"]) for n in range(30)))
    assert desk.type("post", path) == EXIT_KEPT
    assert "cannot be reached: is `tailboard up` running there?" in desk.warned
    assert len(desk.spooled) == 30
    told = [json.loads(path.read_text())["report"] for path in desk.spooled]
    for number in range(3):
        units = [report["units"] for report in told if report["incident_number"] == f"T-{number}"]
        assert units == [[f"E{n}"] for n in range(number, 30, 3)]


def test_an_update_never_overtakes_a_report_that_was_kept(api: FakeApi, desk: Desk) -> None:
    api.answers = [(500, {}, {})] * 4
    told = [lockout(1, units=["E1"]), lockout(1, units=["E2"]), lockout(2)]
    assert desk.type("post", "--concurrency", "1", desk.write("a.ndjson", *told)) == EXIT_KEPT
    assert [json.loads(path.read_text())["report"] for path in desk.spooled] == told[:2]
    assert api.received[-1].report == told[2]
    assert desk.type("spool", "send") == 0
    assert [each.report for each in api.received[-2:]] == told[:2]


def test_a_kept_report_that_the_server_refuses_is_set_aside(api: FakeApi, desk: Desk) -> None:
    api.always = UNAVAILABLE
    assert desk.type("post", desk.write("one.json", lockout(1, units="E1"))) == EXIT_KEPT
    api.always = INVALID
    assert desk.type("spool", "send") == EXIT_REFUSED
    assert "units: Input should be a valid array" in desk.warned
    assert desk.spooled == []
    (aside,) = (desk.folder / "spool" / "refused").glob("*.json")
    assert json.loads(aside.read_text())["report"]["incident_number"] == "T-1"


def test_an_unknown_key_leaves_the_spool_as_it_is(
    api: FakeApi, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.always = UNAVAILABLE
    assert desk.type("post", "examples/lodd.json") == EXIT_KEPT
    monkeypatch.setenv("TAILBOARD_API_KEY", "tb_wrong")
    assert desk.type("spool", "send") == EXIT_REFUSED
    assert len(desk.spooled) == 1


def test_a_report_for_another_server_stays_until_it_is_asked_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.type("post", "examples/lodd.json") == EXIT_KEPT
    with serving(FakeApi()) as api:
        monkeypatch.setenv("TAILBOARD_URL", api.url)
        assert desk.type("spool", "send") == 0
        assert "1 report in the spool waits for http://127.0.0.1" in desk.warned
        assert api.received == []
        assert desk.type("spool", "send", "--any-address") == 0
        assert len(api.received) == 1


def test_the_list_shows_ids_and_ages_and_no_contents(desk: Desk) -> None:
    assert desk.type("post", "examples/lodd.json") == EXIT_KEPT
    assert desk.type("spool", "list") == 0
    assert desk.spooled[0].stem in desk.said
    assert "1 waiting" in desk.said
    assert "fire" not in desk.said.lower()


def test_a_page_of_something_else_is_no_answer(api: FakeApi, desk: Desk) -> None:
    api.always = (200, {"welcome": "to the guest network"}, {})
    assert desk.type("post", "examples/lodd.json") == EXIT_KEPT
    assert "is not Tailboard" in desk.warned
    assert len(desk.spooled) == 1
