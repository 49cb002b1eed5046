"""Intake's events as rows: what happened and why it was, or was not, found critical."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.intake import (
    ActivationRequested,
    ExposureRecorded,
    HoldReason,
    IncidentReported,
    IncidentUpdated,
    OperationsEnded,
    Outcome,
    Screening,
)
from services.audit.folds import decisions
from services.audit.folds.entry import case_row, entries, line
from services.audit.steps import Step
from services.audit.words import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from schemas.envelope import Event, Recorded
    from services.audit.store import Change

UNTOLD = "Kind not told"
_HOLDS = {
    HoldReason.EXERCISE: "Pages nobody: this is an exercise",
    HoldReason.CANCELLED: "Pages nobody: the incident was cancelled or a false alarm",
    HoldReason.TOO_OLD: "Pages nobody: it happened too long ago",
    HoldReason.MODE: "Pages nobody by itself: a person decides",
    HoldReason.CONTEXT: "Pages nobody: a public alert is context, not a call",
}


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of INTAKE."""
    match recorded.event:
        case IncidentUpdated() as event:
            yield case_row(recorded.entity, _own(event), **_told(event), **_named(event))
            yield from entries(recorded, line(Step.UPDATED, _report(event)), _screened(event))
        case IncidentReported() as event:
            begun = {"reported_at": recorded.meta.time, "incident_type": UNTOLD}
            told = {**_own(event), **_told(event), **_named(event)}
            yield case_row(recorded.entity, begun, **told)
            yield from entries(recorded, line(Step.REPORTED, _report(event)), _screened(event))
        case ActivationRequested() as event:
            brief = event.brief
            yield case_row(
                recorded.entity,
                requested_at=recorded.meta.time,
                wanted_trigger=brief.trigger_class,
                wanted_tier=brief.tier,
                stood_down_at=None,
            )
            detail = f"The team is wanted {brief.urgency.value} (tier {brief.tier})"
            policy = f"Policy {brief.policy.policy}, version {brief.policy.version}"
            yield from entries(recorded, line(Step.REQUESTED, detail, lines=[policy]))
        case ExposureRecorded() as event:
            detail = f"Also on the incident: {', '.join(event.units)}; their members are not asked"
            yield from entries(recorded, line(Step.EXPOSED, detail))
        case OperationsEnded():
            yield case_row(recorded.entity, operations_ongoing=False)
            detail = "Work at the incident is over: group sessions may open"
            yield from entries(recorded, line(Step.OPERATIONS_ENDED, detail))
        case _:
            yield from decisions.changes(recorded)


def _own(event: IncidentReported) -> dict[str, Any]:
    """The number that the case goes by: the first one told, whoever tells of it later."""
    return {"source": event.source, "number": event.number}


def _named(event: IncidentReported) -> dict[str, str]:
    """A report that does not say what kind of incident it is takes no known kind away."""
    return {"incident_type": event.incident_type} if event.incident_type else {}


def _told(event: IncidentReported) -> dict[str, Any]:
    screening = event.screening
    return {
        "status": event.status.value,
        "exercise": event.exercise,
        "operations_ongoing": event.operations_ongoing,
        "occurred_at": event.occurred_at,
        "outcome": screening.outcome.value,
        "hold": screening.hold and screening.hold.value,
        "trigger_class": screening.trigger_class,
        "tier": screening.tier,
        "confidence": screening.confidence,
    }


def _report(event: IncidentReported) -> str:
    number = f", number {event.number}" if event.number else ""
    return f"{event.incident_type or UNTOLD} (from {event.source}{number})"


def _screened(event: IncidentReported) -> dict[str, Any]:
    screening = event.screening
    lines = [
        f"Rule {found.rule}: {found.shown} ({plain(found.trigger_class)}). Source: {found.source}"
        for found in screening.evidence
    ]
    if screening.hold and screening.outcome is not Outcome.ROUTINE:
        lines.insert(0, _HOLDS[screening.hold])
    return line(Step.SCREENED, _recommended(screening), lines=lines)


def _recommended(screening: Screening) -> str:
    of = f"{plain(screening.trigger_class or '')}, tier {screening.tier}"
    match screening.outcome:
        case Outcome.CRITICAL:
            return f"Critical: {of}"
        case Outcome.REVIEW:
            return f"For a person to review: {of}"
        case Outcome.ROUTINE:
            return "Routine: no rule of the policy applies, nobody is paged"
