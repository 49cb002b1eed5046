"""Intake's rules: open a case, take an update, know a repeat, ask for the team once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.intake import ActivationRequested, IncidentReported, IncidentUpdated, OperationsEnded
from schemas.policy import CaseBrief
from services.intake.screening.screen import screen, wants_team
from services.intake.state import IntakeState, Seen, Unseen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.intake import Screening
    from schemas.refusals import Refusal
    from services.intake.commands import ReportIncident
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
    occurred_at = _occurred_at(command, command.now)
    screening = screen(command.report, pack, occurred_at, command.now)
    told = _told(IncidentReported, command, occurred_at, screening)
    return (told, *_activation(pack, command, occurred_at, screening))


def _again(pack: Pack, command: ReportIncident, state: Seen) -> Sequence[Event]:
    occurred_at = min(state.occurred_at, _occurred_at(command, state.occurred_at))
    screening = screen(command.report, pack, occurred_at, command.now)
    events: list[Event] = [_told(IncidentUpdated, command, occurred_at, screening)]
    if state.operations_ongoing and not command.report.operations_ongoing:
        ended_at = command.report.operations_ended_at or command.now
        events.append(OperationsEnded(ended_at=min(ended_at, command.now)))
    if not state.activated:
        events.extend(_activation(pack, command, occurred_at, screening))
    return tuple(events)


def _occurred_at(command: ReportIncident, otherwise: datetime) -> datetime:
    """The incident's own time; a dispatch center's clock that runs ahead cannot make it future."""
    return min(command.report.occurred_at or otherwise, command.now)


def _told(
    kind: type[IncidentReported],
    command: ReportIncident,
    occurred_at: datetime,
    screening: Screening,
) -> IncidentReported:
    """What is kept of a report: no narrative, no patient, no place."""
    report = command.report
    return kind(
        source=report.source,
        number=report.number,
        incident_type=report.incident_type,
        occurred_at=occurred_at,
        status=report.status,
        units=report.units,
        exercise=report.exercise,
        operations_ongoing=report.operations_ongoing,
        operations_ended_at=report.operations_ended_at,
        fingerprint=command.fingerprint,
        ignored_fields=command.ignored_fields,
        screening=screening,
    )


def _activation(
    pack: Pack, command: ReportIncident, occurred_at: datetime, screening: Screening
) -> Sequence[Event]:
    trigger = screening.trigger_class
    if trigger is None or screening.tier is None or not wants_team(screening):
        return ()
    report = command.report
    brief = CaseBrief(
        tier=screening.tier,
        trigger_class=trigger,
        urgency=pack.urgency(trigger),
        occurred_at=occurred_at,
        reported_at=command.now,
        operations_ongoing=report.operations_ongoing,
        operations_ended_at=report.operations_ended_at,
        policy=pack.snapshot(trigger),
    )
    return (ActivationRequested(brief=brief, units=report.units),)
