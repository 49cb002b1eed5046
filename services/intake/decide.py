"""Intake's rules: open a case, take an update, know a repeat, ask for the team once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.intake import (
    ActivationRequested,
    ExposureRecorded,
    IncidentReported,
    IncidentStatus,
    IncidentUpdated,
    OperationsEnded,
)
from schemas.policy import CaseBrief
from services.intake.screening.screen import screen, wants_team
from services.intake.state import IntakeState, Seen, Unseen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.intake import Screening
    from schemas.refusals import Refusal
    from services.intake.commands import Report, ReportIncident
    from services.intake.policy import Pack


def decide(pack: Pack, command: ReportIncident, state: IntakeState) -> Sequence[Event] | Refusal:
    """What follows from a report. A repeat of what we know already is no event at all."""
    match state:
        case Unseen():
            return _first(pack, command)
        case Seen() if command.fingerprint in state.fingerprints:
            return ()
        case Seen():
            return _again(pack, command, state)


def _first(pack: Pack, command: ReportIncident) -> Sequence[Event]:
    incident = _incident(command, command.now, ongoing_before=False, ended_before=None)
    screening = screen(command.report, pack, incident.occurred_at, command.now)
    told = _told(IncidentReported, command, incident, screening)
    return (told, *_activation(pack, command, incident, screening, command.report.units))


def _again(pack: Pack, command: ReportIncident, state: Seen) -> Sequence[Event]:
    incident = _incident(
        command,
        state.occurred_at,
        ongoing_before=state.operations_ongoing,
        ended_before=state.operations_ended_at,
    )
    screening = screen(command.report, pack, incident.occurred_at, command.now)
    events: list[Event] = [_told(IncidentUpdated, command, incident, screening)]
    if state.operations_ongoing and incident.ended_at is not None:
        events.append(OperationsEnded(ended_at=incident.ended_at))
    units = tuple(dict.fromkeys((*state.units, *command.report.units)))
    if not state.activated:
        events.extend(_activation(pack, command, incident, screening, units))
    elif joined := units[len(state.units) :]:
        events.append(ExposureRecorded(units=joined))
    return tuple(events)


@dataclass(frozen=True, slots=True)
class _Incident:
    """What is known of the incident's own times after this report."""

    occurred_at: datetime
    ongoing: bool
    ended_at: datetime | None


def _incident(
    command: ReportIncident,
    occurred_before: datetime,
    *,
    ongoing_before: bool,
    ended_before: datetime | None,
) -> _Incident:
    """A dispatch center's clock that runs ahead cannot put anything into the future."""
    report, now = command.report, command.now
    occurred_at = min(report.occurred_at or occurred_before, now)
    if _is_ongoing(report, before=ongoing_before):
        return _Incident(occurred_at, ongoing=True, ended_at=None)
    told = report.operations_ended_at or ended_before or (now if ongoing_before else None)
    return _Incident(occurred_at, ongoing=False, ended_at=told and min(told, now))


def _is_ongoing(report: Report, *, before: bool) -> bool:
    """What the report says; silence changes nothing, unless the incident itself is over."""
    if report.operations_ongoing is not None:
        return report.operations_ongoing
    is_over = report.status is not IncidentStatus.ACTIVE or report.operations_ended_at is not None
    return before and not is_over


def _told(
    kind: type[IncidentReported],
    command: ReportIncident,
    incident: _Incident,
    screening: Screening,
) -> IncidentReported:
    """What is kept of a report: no narrative, no patient, no place."""
    report = command.report
    return kind(
        source=report.source,
        number=report.number,
        incident_type=report.incident_type,
        occurred_at=incident.occurred_at,
        status=report.status,
        units=report.units,
        exercise=report.exercise,
        operations_ongoing=incident.ongoing,
        operations_ended_at=incident.ended_at,
        fingerprint=command.fingerprint,
        ignored_fields=command.ignored_fields,
        screening=screening,
    )


def _activation(
    pack: Pack,
    command: ReportIncident,
    incident: _Incident,
    screening: Screening,
    units: tuple[str, ...],
) -> Sequence[Event]:
    trigger = screening.trigger_class
    if trigger is None or screening.tier is None or not wants_team(screening):
        return ()
    brief = CaseBrief(
        tier=screening.tier,
        trigger_class=trigger,
        urgency=pack.urgency(trigger),
        occurred_at=incident.occurred_at,
        reported_at=command.now,
        operations_ongoing=incident.ongoing,
        operations_ended_at=incident.ended_at,
        policy=pack.snapshot(trigger),
    )
    return (ActivationRequested(brief=brief, units=units),)
