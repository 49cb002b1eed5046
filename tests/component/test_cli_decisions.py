"""`tailboard reviews`, `raise`, `lower`, `merge` and `split` against the real services."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from schemas.dispatch import TeamStoodDown
from schemas.intake import CaseLowered, CaseMerged, CaseRaised, CaseSplit, ReviewAnswered
from services.cli.__main__ import run
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED
from services.runtime.auth import KeyRole, add_key
from tests.support.terminal import Terminal
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PRESS: dict[str, Any] = {
    "incident_number": "26-000400",
    "incident_type": "Structure [fire]",
    "flags": ["media_interest"],
    "units": ["E12"],
}
ROUTINE: dict[str, Any] = {"incident_number": "26-000500", "incident_type": "Vehicle lockout"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    center = add_key(tmp_path / "keys.json", "center", "metro", KeyRole.DISPATCH_CENTER)
    (tmp_path / "center-key").write_text(center)
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=4, mhps=2)
        yield town


@pytest.fixture
def terminal(
    town: Town,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    key = town.http.headers["Authorization"].removeprefix("Bearer ")
    monkeypatch.setenv("TAILBOARD_API_KEY", key)
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("COLUMNS", "220")
    monkeypatch.setenv("TZ", "UTC")
    return Terminal(town, tmp_path, capsys, monkeypatch)


async def test_what_waits_is_listed_with_its_clock_and_answered(
    town: Town, terminal: Terminal
) -> None:
    assert await terminal.type("reviews") == 0
    assert terminal.said == "nothing waits for a decision\n"
    case_id = (await town.report(**PRESS))["case_id"]
    for words in (["reviews"], ["reviews", "list"]):
        assert await terminal.type(*words) == 0
        assert case_id[:8] in terminal.said
        assert "2 h left" in terminal.said
        assert "Structure [fire] 26-000400" in terminal.said
        assert "quite sure (" in terminal.said
    assert await terminal.type("case", case_id[:8]) == 0
    assert f"tailboard reviews answer {case_id[:8]} raise|decline" in terminal.said

    assert await terminal.type("reviews", "answer", case_id[:8], "raise") == 0
    assert terminal.said == f"case {case_id[:8]} is decided: the team comes\n"
    assert town.phones.asked()
    assert await terminal.type("reviews", "answer", case_id[:8], "decline") == EXIT_REFUSED
    assert "it was decided, or never asked" in terminal.warned
    assert len(town.events(case_id, ReviewAnswered)) == 1


async def test_a_question_is_answered_by_its_own_id_too(town: Town, terminal: Terminal) -> None:
    case_id = (await town.report(**PRESS))["case_id"]
    assert await terminal.type("reviews", "list", "--json") == 0
    (told,) = json.loads(terminal.said)["reviews"]
    assert await terminal.type("reviews", "answer", told["review_id"], "decline") == 0
    assert terminal.said == f"case {case_id[:8]} is decided: no team comes\n"
    assert not town.phones.asked()


async def test_a_new_incident_is_raised(town: Town, terminal: Terminal) -> None:
    at = "2026-03-02T01:30-01:00"
    words = ("raise", "--trigger", "Suicide of a coworker", "--units", "e12,M4", "--at", at)
    assert await terminal.type(*words) == 0
    first, link = terminal.said.splitlines()
    assert first.endswith("is raised as coworker_suicide: the team is wanted")
    (told,) = town.events(link.rpartition("/")[2], CaseRaised)
    assert isinstance(told, CaseRaised)
    assert told.units == ("E12", "M4")
    assert told.occurred_at.isoformat() == "2026-03-02T02:30:00+00:00"
    assert town.phones.asked()


async def test_a_reported_case_is_raised_and_lowered(town: Town, terminal: Terminal) -> None:
    case_id = (await town.report(**ROUTINE))["case_id"]
    assert await terminal.type("raise", case_id[:8], "--trigger", "child-death") == 0
    assert terminal.said.startswith(f"case {case_id[:8]} is raised as child_death")
    assert await terminal.type("lower", case_id[:8], "--reason", "false_alarm") == 0
    assert terminal.said == f"case {case_id[:8]} is lowered: no team is wanted (false alarm)\n"
    assert [event.reason for event in town.events(case_id, CaseLowered)] == ["false_alarm"]  # type: ignore[attr-defined]
    assert town.events(case_id, TeamStoodDown)


async def test_two_cases_are_merged_and_split(town: Town, terminal: Terminal) -> None:
    one = (await town.report(**ROUTINE))["case_id"]
    two = (await town.report(**PRESS))["case_id"]
    assert await terminal.type("merge", one[:8], two[:8]) == 0
    gone = next(case for case in (one, two) if town.events(case, CaseMerged))
    stays = two if gone == one else one
    assert terminal.said.startswith(f"case {gone[:8]} is case {stays[:8]} now")
    assert await terminal.type("case", stays[:8]) == 0
    assert f"Also told as case {gone[:8]} (a person merged them)" in terminal.said
    assert await terminal.type("split", gone[:8]) == 0
    assert town.events(gone, CaseSplit)
    assert await terminal.type("split", gone[:8]) == EXIT_REFUSED
    assert "not merged into another" in terminal.warned


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("child_deth", "did you mean child_death"),
        ("suicide of coworker", "did you mean coworker_suicide"),
        ("zzz", "the policy has active_assailant, "),
    ],
)
async def test_a_misspelt_trigger_is_told_the_near_ones(
    town: Town, terminal: Terminal, typed: str, said: str
) -> None:
    assert await terminal.type("raise", "--trigger", typed) == EXIT_INPUT
    assert said in terminal.warned
    assert not town.phones.asked()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["raise", "ffffff", "--trigger", "child_death"], EXIT_REFUSED, "There is no such case"),
        (["lower", "ffffff"], EXIT_REFUSED, "There is no such case"),
        (["merge", "ffffff", "eeeeee"], EXIT_REFUSED, "There is no such case"),
        (["split", "ffffff"], EXIT_REFUSED, "There is no such case"),
        (["reviews", "answer", "ffffff", "raise"], EXIT_REFUSED, "no question 'ffffff' waits"),
        (["reviews", "answer", "ff", "raise"], EXIT_INPUT, "too short"),
        (["reviews", "answer", "ffffff", "perhaps"], EXIT_INPUT, "raise"),
        (["raise", "--trigger", "child_death", "--at", "soon"], EXIT_INPUT, "is not a time"),
        (["raise", "--trigger", "child_death", "--units", "E" * 33], EXIT_INPUT, "longer than"),
        (["raise"], EXIT_INPUT, "--trigger"),
        (["lower", "ffffff", "--reason", "because"], EXIT_INPUT, "not_needed"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
async def test_what_cannot_be_done_is_one_line_with_a_reason(
    town: Town, terminal: Terminal, words: list[str], code: int, said: str
) -> None:
    assert await terminal.type(*words) == code
    assert said in terminal.warned
    assert len(terminal.warned.splitlines()) == 1
    assert not town.phones.asked()


async def test_a_key_that_only_reports_decides_nothing(
    town: Town, terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = (tmp_path / "center-key").read_text()
    monkeypatch.setenv("TAILBOARD_API_KEY", key)
    assert await terminal.type("raise", "--trigger", "child_death") == EXIT_REFUSED
    assert "this key may not do that: A dispatch center key may not decide" in terminal.warned
    assert key not in terminal.warned
    assert not town.phones.asked()


@pytest.mark.parametrize(
    "words",
    [
        ["reviews"],
        ["reviews", "list"],
        ["reviews", "answer"],
        *([each] for each in ("raise", "lower", "merge", "split")),
    ],
    ids=" ".join,
)
def test_every_command_explains_itself(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*words, "--help"]) == 0
    said = capsys.readouterr().out
    assert " ".join(["tailboard", *words]) in said
    assert "Example" in said
