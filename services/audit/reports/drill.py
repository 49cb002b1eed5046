"""The report of an exercise, from what its page tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.audit.reports.model import Fact, Kind, Report, Table
from services.audit.words import plain

if TYPE_CHECKING:
    from services.audit.views.drill_report import DrillReport, Lacking, Measure

_MET = {True: "met", False: "missed", None: "not judged"}


def drill(told: DrillReport, agency: str) -> Report:
    """How one exercise went, beside its targets."""
    judged = [each for each in told.measures if each.met is not None]
    met = sum(bool(each.met) for each in judged)
    counts = (
        ("Asked", told.asked),
        ("Reached", told.reached),
        ("Accepted", told.accepted),
        ("Declined", told.declined),
        ("Silent", told.silent),
    )
    tables = (
        Table(
            title="Against the targets",
            columns=("Measure", "Result", "Target", "Judged"),
            rows=tuple(_row(each) for each in told.measures),
        ),
        _lacking("Not reached", told.not_reached),
        _lacking("Could not be asked", told.not_asked),
    )
    return Report(
        kind=Kind.DRILL,
        title="Exercise",
        about=f"exercise {told.drill.case_id[:8]}",
        agency=agency,
        as_of=told.as_of,
        since=told.drill.begun_at,
        until=told.drill.ended_at,
        lead=f"EXERCISE: {met} of {len(judged)} targets were met."
        if judged
        else "EXERCISE: nothing can be judged yet.",
        facts=tuple(Fact(label=label, value=str(count)) for label, count in counts),
        tables=tuple(table for table in tables if table.rows),
        notes=("It counts members of the team, and never says who.",),
    )


def _row(each: Measure) -> tuple[str, ...]:
    return (each.label, each.shown, each.wanted or "none", _MET[each.met])


def _lacking(title: str, some: tuple[Lacking, ...]) -> Table:
    return Table(
        title=title,
        columns=("Role", "Because", "Count"),
        rows=tuple((plain(each.role), each.words, str(each.count)) for each in some),
    )
