"""`tailboard post` and `spool` against a real HTTP server: sent once, kept if not, said in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from services.cli.__main__ import run
from services.cli.stop import EXIT_INPUT, EXIT_KEPT, EXIT_REFUSED
from tests.support.fake_api import KEY, FakeApi, Taken, free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

SEATTLE = Path("../shared/data/cad/seattle_fire_realtime911_2017-06_head.csv")
UNAVAILABLE: tuple[int, dict[str, Any], dict[str, str]] = (
    503,
    {"detail": "Nothing was stored."},
    {"Retry-After": "0"},
)
INVALID: tuple[int, dict[str, Any], dict[str, str]] = (
    422,
    {
        "detail": "The request does not fit.",
        "errors": [{"field": "units", "problem": "Input should be a valid array"}],
    },
    {},
)


@dataclass
class Desk:
    """A place to type commands at, with a spool of its own."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    said: str = ""
    warned: str = ""
    options: list[str] = field(default_factory=list)

    def type(self, *words: str | Path) -> int:
        code = run([str(word) for word in words])
        self.said, self.warned = self.capsys.readouterr()
        return code

    def write(self, name: str, *reports: dict[str, Any]) -> Path:
        path = self.folder / name
        path.write_text("".join(f"{json.dumps(report)}\n" for report in reports))
        return path

    @property
    def spooled(self) -> list[Path]:
        return sorted((self.folder / "spool").glob("*.json"))


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    monkeypatch.setenv("TAILBOARD_API_KEY", KEY)
    monkeypatch.setenv("TAILBOARD_SPOOL_DIR", str(tmp_path / "spool"))
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TAILBOARD_URL", f"http://127.0.0.1:{free_port()}")
    return Desk(tmp_path, capsys)


@pytest.fixture
def api(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    with serving(FakeApi()) as served:
        monkeypatch.setenv("TAILBOARD_URL", served.url)
        yield served


def lockout(number: int, **more: Any) -> dict[str, Any]:
    return {
        "source": "test-center",
        "incident_number": f"T-{number}",
        "incident_type": "Vehicle lockout",
        **more,
    }


def keys(taken: list[Taken]) -> list[str]:
    return [each.key for each in taken]


def test_one_report_answers_in_one_line(api: FakeApi, desk: Desk) -> None:
    assert desk.type("post", "examples/pediatric-cpr.json") == 0
    (case_id,) = api.taken
    assert desk.said == f"{case_id}  routine  created  {api.url}/cases/{case_id}\n"
    assert desk.warned == ""


def test_the_real_program_does_the_same_and_leaks_no_key(api: FakeApi, desk: Desk) -> None:
    command = [sys.executable, "-m", "services.cli", "post", "examples/lodd.json"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "  routine  created  " in done.stdout
    assert KEY not in done.stdout


def test_an_unknown_field_is_sent_and_mentioned(api: FakeApi, desk: Desk) -> None:
    path = desk.write("one.json", lockout(1, x_vendor="9"))
    assert desk.type("post", path) == 0
    assert api.received[0].report["x_vendor"] == "9"
    assert desk.warned == "tailboard: 1 field not known to Tailboard, and ignored\n"


def test_lines_come_in_the_order_of_the_input(api: FakeApi, desk: Desk) -> None:
    path = desk.write("many.ndjson", *(lockout(n) for n in range(60)))
    assert desk.type("post", path) == 0
    by_number = {reports[0]["incident_number"]: case for case, reports in api.taken.items()}
    told = [line.split("  ")[0] for line in desk.said.splitlines()]
    assert told == [by_number[f"T-{n}"] for n in range(60)]


def test_updates_of_one_incident_go_in_order(api: FakeApi, desk: Desk) -> None:
    told = [lockout(number, units=[f"E{turn}"]) for turn in range(12) for number in range(5)]
    assert desk.type("post", desk.write("many.jsonl", *told), "--concurrency", "16") == 0
    orders = [[report["units"][0] for report in reports] for reports in api.taken.values()]
    assert orders == [[f"E{turn}" for turn in range(12)]] * 5


def test_progress_ends_in_a_summary(api: FakeApi, desk: Desk) -> None:
    told = [lockout(1), lockout(1), lockout(1, units=["E1"]), lockout(2, narrative="a child")]
    assert desk.type("post", "--progress", desk.write("four.ndjson", *told)) == 0
    rows = {tuple(part.strip() for part in line.split("│")[1:3]) for line in desk.said.splitlines()}
    assert {("created", "2"), ("updated", "1"), ("duplicate", "1"), ("critical", "1")} <= rows
    assert "4 reports in " in desk.said
    assert "4/4" in desk.warned


def test_every_record_of_a_real_export_is_taken(api: FakeApi, desk: Desk) -> None:
    if not SEATTLE.exists():
        pytest.skip("the public Seattle data set is not beside this checkout")
    assert desk.type("post", "--format", "seattle", "--progress", SEATTLE) == 0
    assert len(api.received) == 4000
    assert len(api.taken) == 3311
    assert not any("location" in each.report for each in api.received)


def test_posting_again_is_a_duplicate_also_without_numbers(api: FakeApi, desk: Desk) -> None:
    mapping = desk.folder / "m.yaml"
    mapping.write_text("source: a\ntime_zone: UTC\ncolumns: {incident_type: type}\n")
    export = desk.folder / "calls.csv"
    export.write_text("type\nFire\nFire\n")
    assert desk.type("post", "--mapping", mapping, export) == 0
    assert desk.type("post", "--mapping", mapping, export) == 0
    assert [line.split("  ")[2] for line in desk.said.splitlines()] == ["duplicate"] * 2
    assert len(api.taken) == 2


def test_a_key_of_ones_own_is_sent(api: FakeApi, desk: Desk) -> None:
    assert desk.type("post", "--idempotency-key", "call-7", "examples/lodd.json") == 0
    assert keys(api.received) == ["call-7"]


def test_a_key_cannot_name_several_reports(api: FakeApi, desk: Desk) -> None:
    path = desk.write("two.ndjson", lockout(1), lockout(2))
    assert desk.type("post", "--idempotency-key", "call-7", path) == EXIT_INPUT
    assert "--idempotency-key names one report" in desk.warned
    assert api.received == []


def test_a_dry_run_sends_nothing_and_finds_what_the_server_would_refuse(
    api: FakeApi, desk: Desk
) -> None:
    path = desk.write("two.ndjson", lockout(1), lockout(2, units="E1"))
    assert desk.type("post", "--dry-run", path) == EXIT_INPUT
    assert json.loads(desk.said) == lockout(1)
    assert "two.ndjson line 2: units: Input should be a valid tuple" in desk.warned
    assert api.received == []


def test_a_refusal_names_the_row_and_the_field(api: FakeApi, desk: Desk) -> None:
    api.answers = [INVALID]
    assert desk.type("post", desk.write("one.json", lockout(1, units="E1"))) == EXIT_REFUSED
    assert desk.warned.count("\n") == 1
    assert "one.json" in desk.warned
    assert "units: Input should be a valid array" in desk.warned
    assert desk.spooled == []


def test_an_unknown_key_stops_everything_in_one_line(
    api: FakeApi, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAILBOARD_API_KEY", "tb_wrong")
    path = desk.write("many.ndjson", *(lockout(n) for n in range(40)))
    assert desk.type("post", path) == EXIT_REFUSED
    assert desk.warned.count("\n") == 1
    assert "check TAILBOARD_API_KEY or --key" in desk.warned
    assert "tb_wrong" not in desk.warned
    assert desk.spooled == []


def test_one_bad_row_is_named_and_the_others_are_taken(api: FakeApi, desk: Desk) -> None:
    path = desk.folder / "calls.ndjson"
    path.write_text(f'{json.dumps(lockout(1))}\n{{"x":\n{json.dumps(lockout(2))}\n')
    assert desk.type("post", path) == EXIT_INPUT
    assert len(api.taken) == 2
    assert "calls.ndjson line 2: not JSON at column 6" in desk.warned


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


@pytest.mark.parametrize(
    ("text", "said"),
    [('{\n "incident_type": "Fire",\n}', "line 3, column 1"), ("3", "a report is a JSON object")],
)
def test_bad_json_is_one_line_and_no_traceback(
    api: FakeApi, desk: Desk, text: str, said: str
) -> None:
    path = desk.folder / "bad.json"
    path.write_text(text)
    assert desk.type("post", path) == EXIT_INPUT
    assert desk.warned.startswith(f"tailboard: {path}")
    assert said in desk.warned
    assert desk.warned.count("\n") == 1
    assert api.received == []
