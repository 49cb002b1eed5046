"""What in a report is news: an older telling never takes back what a newer one said."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from schemas.intake import IncidentStatus
    from services.intake.commands import Report

_EMPTY: dict[str, object] = {
    "incident_type": "",
    "incident_code": "",
    "status": None,
    "codes": (),
    "narrative": "",
    "patients": (),
    "responders": (),
    "flags": (),
    "people_hurt": None,
    "people_killed": None,
    "operations_ongoing": None,
    "operations_ended_at": None,
}
"""The fields that a later report can say anew, each with the value that says nothing."""


def told_fields(report: Report) -> tuple[str, ...]:
    """The fields that a report says something about."""
    return tuple(name for name, empty in _EMPTY.items() if getattr(report, name) != empty)


def only_news(report: Report, told: Mapping[tuple[str, str], datetime], at: datetime) -> Report:
    """The report without the fields that the same source has told since; so that updates lead to
    the same in whatever order they arrive."""
    stale = {
        name: empty
        for name, empty in _EMPTY.items()
        if (known := told.get((report.source, name))) is not None and known > at
    }
    return report.model_copy(update=stale) if stale else report


def settled(report: Report, status: IncidentStatus, *, exercise: bool) -> Report:
    """The report with what was known before where it is silent: a drill stays a drill."""
    known = {"status": report.status or status, "exercise": report.exercise or exercise}
    return report.model_copy(update=known)
