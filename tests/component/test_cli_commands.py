"""The other commands against a real HTTP server, and what happens to what is mistyped."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from services.cli.__main__ import run
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED
from tests.support.fake_api import KEY, FakeApi, free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CASE = "1b671a64-40d5-491e-99b0-da01ff1f3341"
CASES: list[dict[str, Any]] = [
    {
        "case_id": CASE,
        "state": "asking",
        "state_label": "Asking",
        "outcome": "critical",
        "trigger": "Death of a child",
        "incident_type": "Cardiac [arrest]",
        "number": "T-1",
        "reported_at": "2026-03-02T03:00:00Z",
        "next": {"at": "2026-03-02T03:15:00Z", "what": "the next is asked", "distance": "in 5 min"},
        "marks": ["Team not complete in time"],
    },
    {"case_id": "22222222-0000", "state": "routine", "state_label": "Routine"},
]
ROWS: list[dict[str, Any]] = [
    {
        "id": 1,
        "case_id": CASE,
        "at": "2026-03-02T03:00:00Z",
        "step": "reported",
        "label": "Reported",
        "detail": "Cardiac [arrest]",
        "lines": [],
        "state": "info",
    },
    {
        "id": 2,
        "case_id": CASE,
        "at": "2026-03-02T05:30:00Z",
        "step": "team_formed",
        "label": "Team formed",
        "detail": "2 peers",
        "lines": ["Source: PROPOSAL"],
        "target_at": "2026-03-02T05:00:00Z",
        "distance": "30 min late",
        "state": "late",
    },
]
COMMANDS = [
    [],
    *(["up"], ["post"], ["case"], ["cases"], ["done"], ["watch"], ["doctor"]),
    *(["spool"], ["spool", "list"], ["spool", "send"]),
    ["roster"],
    *(["roster", name] for name in ("import", "export", "template", "list", "check", "who")),
    *(["roster", name] for name in ("mute", "unmute", "confirm", "stand-down", "return")),
    *(["roster", name] for name in ("leave", "invite", "erase")),
    ["rota"],
    *(["rota", name] for name in ("set", "show", "who", "gaps", "override", "swap", "end")),
    *(["rota", name] for name in ("import", "export", "feed", "calendar", "hours")),
    *(["intake"], ["intake", "learn"]),
    *(["refer"], ["resources"], ["exception"]),
    *(["resources", name] for name in ("list", "import", "export", "confirm", "remove")),
    *(["exception", name] for name in ("law", "record", "show", "told", "sent", "notice")),
    *(["deadletters"], ["deadletters", "list"], ["deadletters", "replay"]),
]


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAILBOARD_SPOOL_DIR", str(tmp_path / "spool"))
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("TAILBOARD_URL", "TAILBOARD_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    with serving(FakeApi(cases=CASES, timeline=ROWS)) as served:
        monkeypatch.setenv("TAILBOARD_URL", served.url)
        monkeypatch.setenv("TAILBOARD_API_KEY", KEY)
        yield served


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--help"]) == 0
    said = capsys.readouterr().out
    assert " ".join(["tailboard", *words]) in said
    groups = ["spool", "roster", "rota", "intake", "resources", "exception", "deadletters"]
    if words and words not in [[group] for group in groups]:
        assert "Example" in said


def test_help_and_version_import_no_service() -> None:
    script = (
        "import sys; from services.cli.__main__ import run; run(['--help']); run(['--version']);"
        "print([m for m in ('fastapi', 'faststream', 'sqlalchemy', 'httpx') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("[]\n")
    assert "\ntailboard " in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pst"], "No such command 'pst'. Did you mean 'post'? See `tailboard --help`."),
        (["post"], "Missing argument 'FILE...'. See `tailboard post --help`."),
        (["post", "x.json", "--fromat", "seattle"], "No such option: --fromat"),
        (["post", "x.json", "--concurrency", "many"], "Invalid value for '--concurrency'"),
        (["cases"], "no Tailboard to talk to: run `tailboard up` first, or set TAILBOARD_URL"),
        (["deadletters", "replay"], "name one letter, as in `deadletters replay 12`, or use --all"),
        (["post", "none.json"], "none.json cannot be read: No such file or directory"),
        (["post", "x.csv", "--format", "atlantis"], "no format 'atlantis': use montgomery"),
    ],
)
def test_a_mistake_is_answered_in_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == EXIT_INPUT
    warned = capsys.readouterr().err
    assert said in warned
    assert warned.startswith("tailboard: ")
    assert warned.count("\n") == 1


def test_without_a_server_the_other_commands_say_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAILBOARD_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("TAILBOARD_API_KEY", KEY)
    for words in (["cases"], ["case", "1b671a"], ["watch"], ["roster", "list"]):
        assert run(words) == EXIT_REFUSED
        assert capsys.readouterr().err.endswith("is `tailboard up` running there?\n")


def test_the_connection_that_up_left_is_found(
    api: FakeApi,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("TAILBOARD_URL")
    monkeypatch.delenv("TAILBOARD_API_KEY")
    (tmp_path / "data").mkdir()
    left = json.dumps({"url": api.url, "api_key": KEY, "console": api.url})
    (tmp_path / "data" / "connection.json").write_text(left)
    assert run(["cases"]) == 0
    assert CASE[:8] in capsys.readouterr().out


def test_a_timeline_says_in_words_what_it_says_in_colour(
    api: FakeApi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["case", "1b671a"]) == 0
    said = capsys.readouterr().out
    assert f"Case {CASE}" in said
    assert "! Team not complete in time" in said
    assert "Cardiac [arrest]" in said
    assert all(part in said for part in ("Mon 2 Mar", "03:00:00", "05:30:00"))
    assert "late: 30 min late" in said
    assert "05:00:00" in said, "the target itself, too"


def test_many_reasons_are_shown_to_whoever_asks_for_them(
    capsys: pytest.CaptureFixture[str], api: FakeApi
) -> None:
    api.timeline = [ROWS[0] | {"lines": [f"Reason {number}" for number in range(5)]}]
    assert run(["case", "1b671a"]) == 0
    short = capsys.readouterr().out
    assert "Reason 1" in short
    assert "Reason 2" not in short
    assert "and 3 lines more: --full" in short
    assert run(["case", "1b671a", "--full"]) == 0
    assert "Reason 4" in capsys.readouterr().out


def test_a_case_as_json_is_the_server_s(api: FakeApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["case", CASE, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"case": CASES[0], "timeline": ROWS}


def test_an_unknown_case_is_one_line(api: FakeApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["case", "ffffff"]) == EXIT_REFUSED
    assert capsys.readouterr().err == "tailboard: There is no such case.\n"


def test_the_open_cases_or_all(api: FakeApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cases"]) == 0
    some = capsys.readouterr().out
    assert run(["cases", "--all"]) == 0
    everything = capsys.readouterr().out
    assert "in 5 min: the next is asked" in some
    assert "22222222" not in some
    assert "22222222" in everything


def test_done_finds_the_whole_id(api: FakeApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["done", "1b671a64", "defusing-responders"]) == 0
    assert api.done == [f"{CASE}/defusing-responders"]
    assert capsys.readouterr().out == "defusing-responders of case 1b671a64 is recorded as done\n"


def test_watch_goes_on_where_the_connection_broke(
    api: FakeApi, capsys: pytest.CaptureFixture[str]
) -> None:
    api.feeds = [[("1", ROWS[0])], [("2", ROWS[1])]]
    assert run(["watch"]) == EXIT_REFUSED  # the third connection is answered with a no
    lines = capsys.readouterr().out.splitlines()
    assert api.resumed_at == [None, "1", "2"]
    assert lines[0] == "Mon 02 Mar 03:00:00 UTC  1b671a64  Reported  Cardiac [arrest]"
    assert lines[1].endswith("Team formed  2 peers / Source: PROPOSAL  late: 30 min late")
    assert len(lines) == 2


def test_ctrl_c_ends_watch_without_a_word(
    api: FakeApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(_row: dict[str, Any]) -> str:
        raise KeyboardInterrupt

    api.feeds = [[("1", ROWS[0])]]
    monkeypatch.setattr("services.cli.watch.line", pressed)
    assert run(["watch"]) == 0
    assert capsys.readouterr() == ("", "")


def test_dead_letters_are_listed_and_handed_back(
    api: FakeApi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["deadletters", "list"]) == 0
    assert capsys.readouterr().out == "no dead letters\n"
    letter = {"service": "dispatch", "listener": "on_activation_requested", "reason": "poison"}
    api.letters = [{"sequence": n, "at": "2026-03-02T03:00:00Z", **letter} for n in (7, 3)]
    assert run(["deadletters", "list"]) == 0
    assert "on_activation_requested" in capsys.readouterr().out
    assert run(["deadletters", "replay", "7"]) == 0
    assert run(["deadletters", "replay", "--all"]) == 0
    assert api.replayed == [7, 3, 7]


def test_the_doctor_finds_nothing_wrong(api: FakeApi, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    said = capsys.readouterr().out
    assert [line.split()[:2] for line in said.splitlines()] == [
        ["ok", name]
        for name in ("connection", "key", "streams", "carriers", "letters", "clock", "spool")
    ]


def test_the_doctor_names_what_is_wrong_and_the_remedy(
    api: FakeApi, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAILBOARD_API_KEY", "tb_wrong")
    assert run(["doctor"]) == EXIT_REFUSED
    said = capsys.readouterr().out
    assert "BAD  key" in said
    assert "-> `tailboard up` prints the key" in said
    assert "tb_wrong" not in said


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({}, "ok   record      not verified yet: `tailboard verify` does it now"),
        (
            {"verified": [True, 3]},
            "ok   record      clean; the newest checkpoint that was verified is 3 h old",
        ),
        (
            {"verified": [False, 0]},
            "BAD  record      NOT clean; the newest checkpoint that was verified is less",
        ),
        ({"blocked": "the stream was cut off"}, "-> the stream was cut off"),
    ],
)
def test_the_doctor_says_when_the_record_was_last_verified(
    api: FakeApi, capsys: pytest.CaptureFixture[str], told: dict[str, Any], line: str
) -> None:
    seals: dict[str, Any] = {"as_of": "2026-03-02T12:00:00Z", "streams": [], **told}
    if verified := told.get("verified"):
        at = f"2026-03-02T{12 - verified[1]:02}:00:00Z"
        seals["verified"] = {"clean": verified[0], "at": at, "checkpoint_at": at}
    api.checkpoints = seals
    assert run(["doctor"]) == (0 if line.startswith("ok") else EXIT_REFUSED)
    assert line in capsys.readouterr().out
