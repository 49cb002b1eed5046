"""`tailboard post` against a real HTTP server: in order, once, and said in one line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.cli.stop import EXIT_INPUT, EXIT_INTERRUPTED, EXIT_REFUSED
from tests.support.desk import INVALID, UNAVAILABLE, Desk, a_desk, keys, lockout
from tests.support.fake_api import KEY, FakeApi, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

SEATTLE = Path("../shared/data/cad/seattle_fire_realtime911_2017-06_head.csv")


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


def test_many_reports_share_a_request_and_are_told_apart(api: FakeApi, desk: Desk) -> None:
    told = [lockout(number // 2, units=[f"E{number % 2}"]) for number in range(400)]
    assert desk.type("post", desk.write("many.ndjson", *told), "--concurrency", "2") == 0
    assert sum(api.bulks) >= 300, "most went together"
    assert len(api.received) == 400
    assert len(set(keys(api.received))) == 400
    orders = [[report["units"][0] for report in reports] for reports in api.taken.values()]
    assert orders == [["E0", "E1"]] * 200
    assert len(desk.said.splitlines()) == 400


def test_a_line_among_many_that_is_refused_is_named(api: FakeApi, desk: Desk) -> None:
    api.answers = [INVALID]
    path = desk.write("many.ndjson", *(lockout(number) for number in range(100)))
    assert desk.type("post", path, "--concurrency", "1") == EXIT_REFUSED
    assert len(desk.said.splitlines()) == 99
    assert "units: Input should be a valid array" in desk.warned


def test_what_a_bulk_request_leaves_unsure_is_sent_again_with_its_key(
    api: FakeApi, desk: Desk
) -> None:
    api.answers = [UNAVAILABLE, UNAVAILABLE]
    path = desk.write("many.ndjson", *(lockout(number) for number in range(100)))
    assert desk.type("post", path, "--concurrency", "1") == 0
    assert len(desk.said.splitlines()) == 100
    assert len(api.received) == 102
    assert len(set(keys(api.received))) == 100


def test_ctrl_c_sends_what_was_read_and_says_where_it_stopped(api: FakeApi, desk: Desk) -> None:
    path = desk.write("many.ndjson", *(lockout(number) for number in range(100_000)))
    command = [sys.executable, "-m", "services.cli", "post", str(path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    ) as running:
        assert running.stdout
        assert running.stderr
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        said = [first, *running.stdout]
        warned = running.stderr.read()
    stopped = re.search(r"many.ndjson line (\d+) and all behind it was not sent", warned)
    assert running.returncode == EXIT_INTERRUPTED
    assert stopped, warned
    assert len(said) == int(stopped[1]) - 1, "all before it was taken"
