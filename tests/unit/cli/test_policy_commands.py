"""`tailboard policy`: what `check` prints, where, and with which exit code; and every command's help."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from services.cli.__main__ import run
from services.intake.pack.sources import shipped, shipped_packs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TAILBOARD_POLICY", "TAILBOARD_POLICY_FILE", "TAILBOARD_POLICY_OVERRIDES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A copy of the default policy, as an agency would begin its own."""
    path = tmp_path / "ours.yaml"
    path.write_text(shipped("cism"), encoding="utf-8")
    return path


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


class TestLaws:
    """Jurisdictions are packs too: listed, shown and checked with the policies."""

    def test_the_list_marks_what_is_in_force(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TAILBOARD_JURISDICTION", "maine")
        assert run(["policy", "list"]) == 0
        out = capsys.readouterr().out
        assert "cism*: Critical incident stress management" in out
        assert re.search(r"^maine\*  .*not yet$", out, re.MULTILINE)
        assert re.search(r"^california  .*for 7 of them", out, re.MULTILINE)

    def test_one_is_shown_with_its_sources_and_the_notice(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["policy", "show", "us-federal"]) == 0
        out = capsys.readouterr().out
        assert "34 USC 50901" in out
        assert "source: congress.gov S.1502" in out
        assert "Thoughts of suicide alone are no exception" in out
        assert "No lawyer has reviewed this notice yet." in out

    def test_what_is_wrong_in_an_agencys_own_is_named(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        own = tmp_path / "law.yaml"
        own.write_text("code: ours\ntitle: Ours\nstatutes: []\nexceptions: []\nnotice: []\n")
        assert run(["policy", "check", str(own)]) == 2
        err = capsys.readouterr().err
        assert "exceptions: Tuple should have at least 1 item" in err
        assert "reviewed_by_counsel: Field required" in err

    def test_one_that_is_not_there_stops_with_the_names(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TAILBOARD_JURISDICTION", "utah")
        assert run(["policy", "check"]) == 2
        assert "utah: none of this name ships; there are california" in capsys.readouterr().err


class TestCheck:
    def test_the_one_in_force_is_shown_with_a_row_for_every_class(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["policy", "check"]) == 0

        out, err = capsys.readouterr()
        assert err == ""
        assert out.startswith("cism version 2 (policy/cism.yaml): nothing wrong\ndigest ")
        row = next(line for line in out.splitlines() if line.startswith("child_death "))
        assert re.split(r"\s{2,}", row) == [
            *("child_death", "2", "auto_page", "2 peer, 1 mhp"),
            "defusing 12 h, one_on_one 72 h, debriefing 10 d",
        ]

    @pytest.mark.parametrize("name", shipped_packs())
    def test_every_pack_that_ships_holds_together(
        self, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["policy", "check", name]) == 0
        assert capsys.readouterr().err == ""

    def test_the_settings_choose_and_override(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TAILBOARD_POLICY", "stepped-care")
        monkeypatch.setenv("TAILBOARD_POLICY_OVERRIDES", '{"triggers.child_death.tier": 1}')

        assert run(["policy", "check", "--override", "clocks.surplus=2"]) == 0

        out = capsys.readouterr().out
        assert out.startswith("stepped-care version 1")
        assert "forbids: debriefing, defusing" in out
        assert "override: triggers.child_death.tier = 1 (the file: 2)" in out
        assert "override: clocks.surplus = 2 (the file: 1)" in out
        assert re.search(r"^child_death\* +1 ", out, re.MULTILINE)

    def test_a_file_in_force_is_read_whatever_it_is_called(
        self, own: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(own.parent)
        own.rename("ours")
        monkeypatch.setenv("TAILBOARD_POLICY_FILE", "ours")

        assert run(["policy", "check", "--override", "clocks.surplus=2"]) == 0
        assert "cism version 2 (ours)" in capsys.readouterr().out

    def test_problems_go_to_stderr_as_file_line_and_column(
        self, own: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        change(own, "surplus: 1", "surplis: 1")
        change(own, "mode: auto_page", "mode: auto_pgae")

        assert run(["policy", "check", str(own), "stepped-care"]) == 2

        out, err = capsys.readouterr()
        lines = err.splitlines()
        assert len(lines) == 4
        assert all(re.match(rf"{re.escape(str(own))}:\d+:\d+: \S+: .+; .+", li) for li in lines[:3])
        assert lines[3] == f"tailboard: {own}: 3 problems"
        assert out.startswith("stepped-care version 1"), "the good one is shown all the same"

    def test_a_pack_with_the_name_and_number_of_one_that_ships_is_warned_about(
        self, own: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["policy", "check", str(own)]) == 0
        assert capsys.readouterr().err == "", "the same content under the same number is fine"

        change(own, "surplus: 1", "surplus: 3")
        assert run(["policy", "check", str(own)]) == 0
        assert "its content differs" in capsys.readouterr().err

        change(own, "version: 2", "version: 3")
        assert run(["policy", "check", str(own)]) == 0
        assert capsys.readouterr().err == ""

    def test_an_override_makes_no_such_warning(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["policy", "check", "cism", "--override", "clocks.surplus=2"]) == 0
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["check", "steped-care"], "did you mean stepped-care?"),
            (["check", "--override", "clocks.surplus"], "write an override as PATH=VALUE"),
            (["check", "--override", "clocks.surplus=["], "is not a YAML value"),
            (["check", "--override", "clocks.surplis=2"], "override: clocks.surplis: "),
            (["diff", "cism", "nothing-like-it"], "no policy of this name ships"),
            (["explain", "child_deth"], "did you mean child_death"),
            (["explain", "surplus"], "did you mean clocks.surplus?"),
        ],
    )
    def test_bad_input_is_exit_code_2_with_a_remedy(
        self, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["policy", *arguments]) == 2
        out, err = capsys.readouterr()
        assert told in err
        assert out == ""

    def test_settings_that_are_no_json_are_named(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TAILBOARD_POLICY_OVERRIDES", "{")

        assert run(["policy", "check"]) == 2
        assert "TAILBOARD_POLICY_OVERRIDES is not JSON" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "diff", "explain"])
def test_the_help_has_examples_that_can_be_typed(
    command: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run(["policy", command, "--help"]) == 0
    examples = re.findall(r"^ *tailboard (policy .*?) *$", capsys.readouterr().out, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "our-policy.yaml").write_text(shipped("cism"), encoding="utf-8")

    assert examples
    for example in examples:
        assert run(example.split()) in {0, 1}, example
