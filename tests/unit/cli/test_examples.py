"""The shipped examples: each is a report as intake takes it, and screens as its README says."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from schemas.intake import HoldReason, Outcome, Screening
from services.intake.adapters.native import NativeReport, to_report
from services.intake.policy import parse_pack
from services.intake.screening.screen import screen, wants_team

EXAMPLES = Path("examples")
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def native(name: str) -> NativeReport:
    return NativeReport.model_validate_json((EXAMPLES / f"{name}.json").read_text())


def screened(name: str) -> Screening:
    pack = parse_pack((files("policy") / "cism.yaml").read_text(encoding="utf-8"), {})
    return screen(to_report(native(name), "test"), pack, NOW, NOW)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_an_example_is_marked_as_invented_and_fits(path: Path) -> None:
    report = native(path.stem)
    assert report.unknown() == 0
    assert report.narrative.startswith("INVENTED EXAMPLE.")
    assert path.name in (EXAMPLES / "README.md").read_text()


@pytest.mark.parametrize(
    ("name", "outcome", "trigger"),
    [
        ("pediatric-cpr", Outcome.CRITICAL, "child_death"),
        ("lodd", Outcome.CRITICAL, "line_of_duty_death"),
        ("vehicle-lockout", Outcome.ROUTINE, None),
        ("fire-with-press", Outcome.REVIEW, "media_interest"),
    ],
)
def test_an_example_screens_as_told(name: str, outcome: Outcome, trigger: str | None) -> None:
    found = screened(name)
    assert (found.outcome, found.trigger_class) == (outcome, trigger)
    assert wants_team(found) is (outcome is Outcome.CRITICAL)


def test_the_exercise_is_screened_like_the_real_thing_and_held() -> None:
    found = screened("exercise")
    assert found.outcome is Outcome.CRITICAL
    assert found.hold is HoldReason.EXERCISE
    assert not wants_team(found)
