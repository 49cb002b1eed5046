"""`tailboard explain`: the verdict in plain words, without a server, and with nothing left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schemas.intake import Evidence, Outcome, Screening
from services.cli.explain_shown import _quoted
from services.intake.commands import Report, Told
from services.intake.edge.verdict import _reasons, explain
from services.intake.pack.sources import shipped
from services.intake.policy import parse_pack
from tests.support.desk import a_desk
from tests.support.town import START

if TYPE_CHECKING:
    from tests.support.desk import Desk

EXAMPLES = Path(__file__).parents[2] / "examples"
GRAVE = {"incident_type": "Cardiac arrest", "patients": [{"age_years": 3, "outcome": "died"}]}
ROUTINE = {"incident_type": "Vehicle lockout"}


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    return a_desk(tmp_path, capsys, monkeypatch)


def test_a_grave_report_is_explained_without_a_server(desk: Desk) -> None:
    assert desk.type("explain", EXAMPLES / "pediatric-cpr.json") == 0

    assert desk.said.startswith("CRITICAL  Death of a child")
    assert "The team would be asked by itself." in desk.said
    assert "source: US Coast Guard 1999" in desk.said
    assert "What would change it" in desk.said
    assert "2 x peer" in desk.said
    assert "debriefing" in desk.said
    assert "\x1b" not in desk.said, "no colour codes where there is no terminal"
    assert desk.spooled == []


def test_an_exercise_says_why_nobody_would_be_asked(desk: Desk) -> None:
    assert desk.type("explain", EXAMPLES / "exercise.json") == 0

    assert "this is an exercise" in desk.said
    assert "if a person raises it" in desk.said


def test_an_override_changes_what_would_happen(desk: Desk) -> None:
    path = desk.write("one.json", GRAVE)
    desk.type("explain", path, "--override", "clocks.surplus=7")
    assert "7 more asked at once" in desk.said


def test_lines_get_a_table_and_one_of_them_in_full(desk: Desk) -> None:
    path = desk.write("many.ndjson", ROUTINE, GRAVE)
    assert desk.type("explain", path) == 0
    assert "ROUTINE" in desk.said
    assert "CRITICAL" in desk.said

    assert desk.type("explain", path, "--line", "2") == 0
    assert desk.said.startswith("CRITICAL")
    assert desk.type("explain", path, "--line", "3") == 2


def test_a_line_that_is_no_report_is_named_and_the_others_are_told(desk: Desk) -> None:
    path = desk.write("many.ndjson", ROUTINE, {"incident_type": 1}, GRAVE)
    assert desk.type("explain", path, "--json") == 2

    told: list[dict[str, Any]] = [json.loads(each) for each in desk.said.splitlines()]
    assert [each.get("outcome") for each in told] == ["routine", None, "critical"]
    assert "incident_type" in told[1]["problem"]


@pytest.mark.parametrize("text", ["", "{", "<html/>", '{"incident_type": 1}', "a,b\n1,2"])
def test_what_is_no_report_is_bad_input(desk: Desk, text: str) -> None:
    path = desk.folder / "odd.json"
    path.write_text(text)

    assert desk.type("explain", path) == 2
    assert desk.warned.startswith("tailboard: ")
    assert desk.type("explain", desk.folder / "absent.json") == 2


def test_another_format_is_known_by_its_content(desk: Desk) -> None:
    path = desk.folder / "alert.dat"
    path.write_text(
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>a</identifier>'
        "<sender>b</sender><sent>2026-03-02T03:00:00-00:00</sent><status>Test</status>"
        "<msgType>Alert</msgType><scope>Public</scope><info><category>Rescue</category>"
        "<event>Landslide</event><urgency>Past</urgency><severity>Minor</severity>"
        "<certainty>Observed</certainty></info></alert>"
    )

    assert desk.type("explain", path, "--json") == 0
    assert json.loads(desk.said)["pages"] is False
    assert desk.type("explain", path, "--format", "eido") == 2


def test_the_words_at_a_span_are_quoted_and_marked() -> None:
    pack = parse_pack(shipped("cism"))
    text = "CALLER SAYS\nworking code on a 3 yo in the yard"
    start = text.index("working code")
    evidence = Evidence(
        rule="child-arrest",
        trigger_class="child_critical",
        field="narrative",
        shown="narrative: resuscitation",
        source="TEST",
        span=(start, start + 12),
    )
    screening = Screening(
        outcome=Outcome.CRITICAL, policy="cism", policy_version=1, evidence=(evidence,)
    )
    report = Report(source="test", number=None, incident_type="Medical", narrative=text)
    (reason,) = _reasons(screening, report, pack)

    assert reason.quote == "working code"
    assert reason.span
    shown = _quoted(text, reason.span).plain
    assert shown == "  CALLER SAYS »working code« on a 3 yo in the yard"


def test_a_hazard_alert_pages_nobody_however_grave() -> None:
    pack = parse_pack(shipped("cism"))
    report = Report(
        source="test", number=None, incident_type="x", flags=("mass_casualty",), context_only=True
    )
    verdict = explain(Told(report=report), pack, START)

    assert not verdict.pages
