"""Labelled incidents: the shared set (real feeds and reports) and our own narratives."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.intake import Outcome, Screening
from services.intake.commands import Report
from services.intake.policy import parse_pack, shipped
from services.intake.screening.screen import screen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.intake.policy import Pack

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data" / "incidents" / "labelled.jsonl"
OWN = ROOT / "tests" / "data" / "narratives.jsonl"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One incident with what people say it is."""

    id: str
    source: str
    report: Report
    label: Outcome
    acceptable: frozenset[Outcome]
    part: str


def shared() -> list[Labelled]:
    """The 165 incidents of the shared set; none when it is not there."""
    if not SHARED.exists():
        return []
    rows = (json.loads(line) for line in SHARED.read_text(encoding="utf-8").splitlines())
    return [
        Labelled(
            id=row["id"],
            source=_family(row["source"]),
            report=Report(
                source="labelled",
                number=row["id"][:80],
                incident_type=row["call_type_text"][:120],
                incident_code=row["code"] or "",
                narrative=row["narrative_or_description"],
                occurred_at=NOW,
                context_only="CAP" in row["source"],
            ),
            label=Outcome(row["label"]),
            acceptable=frozenset(Outcome(each) for each in row["acceptable"]),
            part="shared",
        )
        for row in rows
    ]


def own() -> list[Labelled]:
    """Our own narratives; docs/explanation/screening.md says which part was looked at when."""
    rows = (json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines())
    return [
        Labelled(
            id=row["id"],
            source=f"own: {row['domain']}",
            report=Report(
                source="labelled",
                number=row["id"],
                incident_type=row["incident_type"][:120],
                narrative=row["narrative"],
                occurred_at=NOW,
            ),
            label=Outcome(row["label"]),
            acceptable=frozenset({Outcome(row["label"])}),
            part=row["part"],
        )
        for row in rows
    ]


def default_pack() -> Pack:
    """The pack that ships as the default."""
    return parse_pack(shipped("cism"))


def screened(each: Labelled, pack: Pack) -> Screening:
    """What screening recommends for it."""
    return screen(each.report, pack, NOW, NOW)


@dataclass(frozen=True, slots=True)
class Score:
    """How a set was screened; shares are of the incidents with that label, None without any."""

    incidents: int
    critical_found: float | None
    """Labelled critical and recommended critical."""
    critical_seen: float | None
    """Labelled critical and recommended critical or review: nobody was forgotten."""
    review_seen: float | None
    """Labelled review and recommended review or critical."""
    routine_called_critical: float | None
    routine_called_review: float | None
    acceptable: float
    """Recommended one of the outcomes that the labellers hold to be right."""


def score(outcomes: Iterable[tuple[Labelled, Outcome]]) -> Score:
    """The shares over some incidents."""
    rows = list(outcomes)
    seen = frozenset({Outcome.CRITICAL, Outcome.REVIEW})

    def share(label: Outcome, told: frozenset[Outcome]) -> float | None:
        of = [outcome for each, outcome in rows if each.label is label]
        return sum(outcome in told for outcome in of) / len(of) if of else None

    return Score(
        incidents=len(rows),
        critical_found=share(Outcome.CRITICAL, frozenset({Outcome.CRITICAL})),
        critical_seen=share(Outcome.CRITICAL, seen),
        review_seen=share(Outcome.REVIEW, seen),
        routine_called_critical=share(Outcome.ROUTINE, frozenset({Outcome.CRITICAL})),
        routine_called_review=share(Outcome.ROUTINE, frozenset({Outcome.REVIEW})),
        acceptable=sum(o in each.acceptable for each, o in rows) / max(1, len(rows)),
    )


def _family(source: str) -> str:
    return "NPS Morning Reports" if source.startswith("NPS") else source.partition(" (")[0]
