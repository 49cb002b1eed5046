"""What a report shows: structured fields first, then whole-word phrases of the policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.intake.commands import Report
    from services.intake.policy import Pack
    from services.intake.rules import Signal

_WORDS = re.compile(r"[^a-z0-9]+")
_YEARS = re.compile(r" (\d{1,3}) ?(?:y o|yo|yoa|yr old|yrs old|year old|years old)(?= )")
_MONTHS = re.compile(r" \d{1,2} ?(?:m o|mo old|months? old|weeks? old|days? old)(?= )")


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a signal was seen. `what` is the policy's phrase or a structured value."""

    field: str
    what: str


def shown_by(report: Report, pack: Pack) -> dict[str, Shown]:
    """Every signal of the pack that the report shows, with the first place that shows it."""
    texts = {
        "incident_type": _normal(f"{report.incident_type} {report.incident_code}"),
        "narrative": _normal(report.narrative),
    }
    found: dict[str, Shown] = {}
    for name, signal in pack.signals.items():
        first = next(_places(signal, report, texts), None)
        if first is not None:
            found[name] = first
    return found


def _places(signal: Signal, report: Report, texts: dict[str, str]) -> Iterator[Shown]:
    structured = {
        "flags": (signal.flags, report.flags),
        "responders": (signal.responder_outcomes, [r.value for r in report.responders]),
        "patients": (signal.patient_outcomes, [p.outcome.value for p in report.patients]),
    }
    for field, (wanted, told) in structured.items():
        yield from (Shown(field, value) for value in told if value in wanted)
    if signal.patient_age_below is not None:
        yield from _young(signal.patient_age_below, report, texts)
    for field, text in texts.items():
        yield from (Shown(field, phrase) for phrase in signal.phrases if _normal(phrase) in text)


def _young(limit: int, report: Report, texts: dict[str, str]) -> Iterator[Shown]:
    below = f"age below {limit}"
    if any(p.age_years is not None and p.age_years < limit for p in report.patients):
        yield Shown("patients", below)
    for field, text in texts.items():
        if any(int(years) < limit for years in _YEARS.findall(text)) or _MONTHS.search(text):
            yield Shown(field, below)


def _normal(text: str) -> str:
    """Lower case, words parted by one space, a space at both ends: so phrases match whole words."""
    return f" {_WORDS.sub(' ', text.lower()).strip()} "
