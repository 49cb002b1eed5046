"""What intake is asked to do."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.envelope import Command, Frozen, Slug, UtcDatetime
from schemas.intake import IncidentStatus, IncidentType, Unit


class PatientOutcome(StrEnum):
    """What became of a patient, as far as the dispatch center knows."""

    DIED = "died"
    CRITICAL = "critical"
    INJURED = "injured"
    UNHURT = "unhurt"
    UNKNOWN = "unknown"


class ResponderOutcome(StrEnum):
    """What happened to one of our own."""

    KILLED = "killed"
    SERIOUSLY_INJURED = "seriously_injured"
    INJURED = "injured"
    ASSAULTED = "assaulted"
    NEAR_MISS = "near_miss"
    UNHURT = "unhurt"


class Patient(Frozen):
    """One patient: read for screening, never stored."""

    age_years: float | None = None
    outcome: PatientOutcome = PatientOutcome.UNKNOWN


class Report(Frozen):
    """One telling of an incident, whatever format it came in. It lives in memory only."""

    source: Slug
    number: str | None
    incident_type: IncidentType
    incident_code: str = ""
    occurred_at: UtcDatetime | None = None
    status: IncidentStatus = IncidentStatus.ACTIVE
    units: tuple[Unit, ...] = ()
    narrative: str = ""
    patients: tuple[Patient, ...] = ()
    responders: tuple[ResponderOutcome, ...] = ()
    flags: tuple[str, ...] = ()
    operations_ongoing: bool | None = None
    """None says nothing about it: what was known stays, because silence ends no operations."""
    operations_ended_at: UtcDatetime | None = None
    exercise: bool = False


class ReportIncident(Command):
    """Take in a report: the first of its incident, an update, or a repeat."""

    report: Report
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    ignored_fields: int = 0


IntakeCommand = ReportIncident
