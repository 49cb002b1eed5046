"""`tailboard policy diff` and `explain`: each change with its meaning, each value with its source."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from services.cli.__main__ import run
from services.intake.pack.sources import shipped

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


class TestDiff:
    def test_the_same_is_exit_code_0(self, own: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["policy", "diff", "cism", str(own)]) == 0
        assert "say the same" in capsys.readouterr().out
        assert run(["policy", "diff", "cism", str(own), "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == []

    @pytest.mark.parametrize(
        ("before", "after", "line"),
        [
            (
                "closes_after: PT12H",
                "closes_after: PT24H",
                "interventions.defusing.closes_after: PT12H -> P1D "
                "(defusing closes after 12 h -> 24 h)",
            ),
            (
                "surplus: 1",
                "surplus: 2",
                "clocks.surplus: 1 -> 2 "
                "(members asked at once beyond the places still open, per role 1 -> 2)",
            ),
            (
                "rest_after_tier1: PT48H",
                "rest_after_tier1: P3D",
                "caps.rest_after_tier1: P2D -> P3D "
                "(a member rests after taking a place in a tier 1 response 48 h -> 72 h)",
            ),
            (
                "auto_page: PT15M",
                "auto_page: PT10M",
                "clocks.reply_within.auto_page: PT15M -> PT10M "
                "(an urgent offer stays open 15 min -> 10 min)",
            ),
            (
                "mode: auto_page",
                "mode: auto_plan",
                "triggers.line_of_duty_death.mode: auto_page -> auto_plan (line of duty death: "
                "asks the team at once, as urgent -> asks the team for today)",
            ),
            (
                "{role: peer, count: 3}, {role: mhp",
                "{role: peer, count: 4}, {role: mhp",
                "triggers.line_of_duty_death.team.peer: 3 -> 4 "
                "(line of duty death: asked as peer 3 -> 4)",
            ),
            (
                "    - {after: P3D",
                '    - {after: P2D, source: "ours"}\n    - {after: P3D',
                "check_ins.standard.P2D: (not there) -> ours "
                "(one more check-in, 48 h after the incident)",
            ),
            (
                "debriefing, one_on_one, family_support, chap",
                "one_on_one, family_support, chap",
                "triggers.line_of_duty_death.interventions: ",
            ),
        ],
    )
    def test_a_value_is_told_with_what_it_means(
        self, own: Path, before: str, after: str, line: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        change(own, before, after)

        assert run(["policy", "diff", "cism", str(own)]) == 1

        told = capsys.readouterr().out.splitlines()
        assert len(told) == 1, "one change is one line"
        assert told[0].startswith(line)

    def test_json_has_whole_parts_that_came_or_went(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["policy", "diff", "cism", "stepped-care", "--json"]) == 1

        changes = {c["path"]: c for c in json.loads(capsys.readouterr().out)}
        assert changes["interventions.debriefing"]["old"]["closes_after"] == "P10D"
        assert changes["interventions.debriefing"]["new"] is None
        assert changes["interventions.after_action_time_out"]["old"] is None
        planned = changes["triggers.child_death.interventions"]
        assert planned["meaning"] == (
            "planned for child death: also after_action_time_out; no longer defusing, debriefing"
        )
        assert not any(path.startswith(("rules", "signals", "clocks")) for path in changes)

    def test_without_b_it_is_the_one_in_force_with_its_overrides(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TAILBOARD_POLICY_OVERRIDES", '{"clocks.surplus": 2}')

        assert run(["policy", "diff", "cism"]) == 1
        assert capsys.readouterr().out.startswith("clocks.surplus: 1 -> 2 ")

    def test_the_problems_of_both_are_told(
        self, own: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        change(own, "surplus: 1", "surplus: 99")

        assert run(["policy", "diff", str(own), "no-such"]) == 2
        err = capsys.readouterr().err
        assert f"{own}: 1 problem; no-such: 1 problem" in err


class TestExplain:
    def test_without_a_class_it_lists_them(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["policy", "explain"]) == 0

        rows = capsys.readouterr().out.splitlines()
        assert any(row.startswith("coworker_suicide") and "until a person" in row for row in rows)

    def test_a_class_is_told_with_people_clocks_windows_and_sources(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["policy", "explain", "child_death", "--policy", "cism"]) == 0

        out = capsys.readouterr().out
        assert "Death of a child (child_death), tier 2: cism version 2" in out
        assert "asks the team at once, as urgent (auto_page)" in out
        assert "2 peers, 1 mental health professional; 1 more of each role" in out
        assert "An offer stays open 15 min" in out
        assert "stand within 2 h" in out
        assert "10 min without an answer, and everyone who could answer after 30 min" in out
        rows = [re.split(r"\s{2,}", line) for line in out.splitlines()]
        expert = "mental health professional"
        assert ["debriefing", "24 h", "72 h", "10 d", expert, "yes"] in [row[:6] for row in rows]
        assert ["72 h", "Several days after (Triangle CISM, TNOnline)"] in rows
        assert "child-died" in {row[0] for row in rows}

    def test_overrides_are_marked_with_what_the_file_says(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TAILBOARD_POLICY_OVERRIDES", '{"clocks.surplus": 2}')
        given = ["--override", "interventions.defusing.closes_after=PT24H"]

        assert run(["policy", "explain", "child_death", *given]) == 0

        out = capsys.readouterr().out
        assert "2 more of each role is\n  asked at once, so that a decline costs no time " in out
        assert "[override; the file: 1]" in out
        assert re.search(r"^defusing\* +at once +8 h +24 h ", out, re.MULTILINE)
        assert "override: interventions.defusing.closes_after = PT24H (the file: PT12H)" in out

    def test_a_value_is_told_with_the_source_beside_it_and_its_line(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        line = next(
            number
            for number, text in enumerate(shipped("cism").splitlines(), start=1)
            if text.strip().startswith("surplus:")
        )

        assert run(["policy", "explain", "clocks.surplus"]) == 0

        assert capsys.readouterr().out.splitlines() == [
            "clocks.surplus = 1",
            "  members asked at once beyond the places still open, per role",
            "  source: PROPOSAL: one more than needed is asked at once, per role",
            f"  written at policy/cism.yaml:{line}:12",
        ]

    def test_an_overridden_value_is_told_as_the_agencys_own(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["policy", "explain", "clocks.surplus", "--override", "clocks.surplus=2"]) == 0

        out = capsys.readouterr().out
        assert "clocks.surplus = 2\n" in out
        assert "source: an override of your own" in out
        assert "the file says 1 at policy/cism.yaml:" in out

    def test_a_part_is_told_value_by_value_with_the_source_of_its_entry(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["policy", "explain", "interventions.defusing"]) == 0

        out = capsys.readouterr().out
        assert "interventions.defusing.closes_after = PT12H (12 h)\n" in out
        assert "source: US Coast Guard 1999: ideally within 8 h" in out
        assert "interventions.defusing.opens_after = PT0S (0 s)\n" in out
        assert "left to its default in the part at policy/cism.yaml:" in out

    def test_a_request_is_told_where_its_numbers_are(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["policy", "explain", "self_raised"]) == 0
        assert "policy/requests.yaml" in capsys.readouterr().out

    def test_nothing_is_coloured_in_a_pipe(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")

        assert run(["policy", "explain", "child_death"]) == 0
        assert run(["policy", "check"]) == 0

        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert not any(line.endswith(" ") for line in out.splitlines())
