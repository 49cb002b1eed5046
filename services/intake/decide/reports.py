"""Reports: open a case, take an update, know a repeat; what follows is in `decide/follow.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from schemas.intake import (
    CaseAbsorbed,
    CaseMerged,
    ExposureRecorded,
    IncidentReported,
    IncidentStatus,
    IncidentUpdated,
    OperationsEnded,
)
from services.intake.decide.follow import follow
from services.intake.decide.news import only_news, settled, told_fields
from services.intake.screening.kinds import kind_of
from services.intake.screening.screen import screen
from services.intake.state import Seen, Unseen, evolve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.intake import Screening, Shown
    from services.intake.commands import Report, ReportIncident
    from services.intake.policy import Pack


ReportedT = TypeVar("ReportedT", bound=IncidentReported)


def first(pack: Pack, command: ReportIncident) -> Sequence[Event]:
    """The first telling: one event for the routine case. One that joins another case is recorded
    and brings nobody in: its incident is handled there."""
    told = _first_told(pack, command)
    if joins := command.joins:
        merged = CaseMerged(into=joins.case_id, matched_by=joins.matched_by, why=joins.why)
        return (told, merged)
    return (told, *follow(pack, command, Unseen(), _after(Unseen(), told)))


def again(pack: Pack, command: ReportIncident, state: Seen) -> Sequence[Event]:
    """A later telling, screened together with what was told before."""
    if command.fingerprint in state.fingerprints:
        return ()
    told = _told_again(pack, command, state)
    events: list[Event] = [*_absorbed(command, state), told]
    if state.operations_ongoing and told.operations_ended_at is not None:
        events.append(OperationsEnded(ended_at=told.operations_ended_at))
    joined = dict.fromkeys(unit for unit in told.units if unit not in state.units)
    if state.activated and joined:
        events.append(ExposureRecorded(units=tuple(joined)))
    return (*events, *follow(pack, command, state, _after(state, *events)))


def aside(pack: Pack, command: ReportIncident, before: Seen | Unseen) -> Sequence[Event]:
    """A telling of a case that is another one now: kept here, so that a split would lose nothing."""
    if isinstance(before, Unseen):
        return (_first_told(pack, command),)
    if command.fingerprint in before.fingerprints:
        return ()
    return (_told_again(pack, command, before),)


def _first_told(pack: Pack, command: ReportIncident) -> IncidentReported:
    report = settled(command.report, IncidentStatus.ACTIVE, exercise=False)
    fields = told_fields(command.report)
    told_at = report.told_at or command.now  # an old record told late did not happen just now
    incident = _incident(report, command.now, told_at, ongoing_before=False, ended_before=None)
    screening = screen(report, pack, incident.occurred_at, command.now)
    return _told(IncidentReported, command, report, incident, screening, fields)


def _told_again(pack: Pack, command: ReportIncident, state: Seen) -> IncidentUpdated:
    told_at = command.report.told_at or command.now
    news = only_news(command.report, state.told, told_at)
    fields = told_fields(news)
    report = settled(news, state.status, exercise=state.exercise)
    if command.absorbs:  # the case keeps its own time: another feed's clock may differ
        report = report.model_copy(update={"occurred_at": None})
    incident = _incident(
        report,
        command.now,
        state.occurred_at,
        ongoing_before=state.operations_ongoing,
        ended_before=state.operations_ended_at,
    )
    screening = screen(
        report,
        pack,
        incident.occurred_at,
        command.now,
        earlier=state.shown.get(report.source, ()),
        beside=_of_others(state, report.source),
    )
    return _told(IncidentUpdated, command, report, incident, screening, fields)


def _of_others(state: Seen, source: str) -> tuple[Shown, ...]:
    others = (shown for name, shown in state.shown.items() if name != source)
    return tuple(each for shown in others for each in shown)


def _absorbed(command: ReportIncident, state: Seen) -> Sequence[Event]:
    """Said once per case that comes in."""
    other = command.absorbs
    if other is None or other.case_id in state.absorbed:
        return ()
    return (CaseAbsorbed(other=other.case_id, matched_by=other.matched_by),)


def _after(state: Seen | Unseen, *events: Event) -> Seen:
    for event in events:
        folded = evolve(state, event)
        assert isinstance(folded, Seen)  # noqa: S101 - a report leaves a seen case
        state = folded
    assert isinstance(state, Seen)  # noqa: S101 - there is at least one event
    return state


@dataclass(frozen=True, slots=True)
class _Incident:
    """What is known of the incident's own times after this report."""

    occurred_at: datetime
    ongoing: bool
    ended_at: datetime | None


def _incident(
    report: Report,
    now: datetime,
    occurred_before: datetime,
    *,
    ongoing_before: bool,
    ended_before: datetime | None,
) -> _Incident:
    """A dispatch center's clock that runs ahead cannot put anything into the future."""
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
    kind: type[ReportedT],
    command: ReportIncident,
    report: Report,
    incident: _Incident,
    screening: Screening,
    fields: tuple[str, ...],
) -> ReportedT:
    """What is kept of a report: no narrative, no patient, no place that could be read."""
    assert report.status is not None  # noqa: S101 - settled before
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
        told_at=report.told_at or command.now,
        told_fields=fields,
        kind=kind_of(report),
        whereabouts=command.whereabouts,
        context_only=report.context_only,
        exposed=report.exposed,
        disciplines=report.disciplines,
        crews=report.crews,
        screening=screening,
    )
