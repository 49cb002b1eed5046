"""What every report is made of, so that page, PDF, CSV, JSON and terminal say the same. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from schemas.envelope import Frozen


class Kind(StrEnum):
    """The reports that there are; the value is their address."""

    RESPONSE_TIMES = "response-times"
    IMPACT = "impact"
    TRAINING = "training"
    DRILL = "drill"
    ROI = "roi"


class Fact(Frozen):
    """One figure that stands alone, already as it reads."""

    label: str
    value: str


class Table(Frozen):
    """Rows under their columns, already as they read; every row has a cell for each column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Report(Frozen):
    """One report. `since` is its first moment and `until` the first behind it; null where a report
    is about no span."""

    kind: Kind
    title: str
    about: str
    """What it is about: a span, a day, an exercise."""
    agency: str
    as_of: datetime
    since: datetime | None = None
    until: datetime | None = None
    lead: str
    """The one sentence that may be quoted alone."""
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    """How to read it, and what it does not show."""
    sources: tuple[str, ...] = ()
    """Where figures that are not the agency's own come from."""


def file_name(report: Report, ending: str) -> str:
    """A name for the file: plain ASCII, without the agency."""
    about = "".join(c if c.isascii() and c.isalnum() else "-" for c in report.about.lower())
    parts = "-".join(part for part in about.split("-") if part)
    return f"tailboard-{report.kind.value}-{parts[:60].rstrip('-')}.{ending}"
