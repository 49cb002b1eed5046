"""Our own JSON: strict about the types it knows, and counting the fields it does not."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.envelope import Slug, UtcDatetime
from schemas.intake import IncidentStatus, IncidentType, Unit
from services.intake.commands import Patient, PatientOutcome, Report, ResponderOutcome


class _Counting(BaseModel):
    """Keeps unknown fields just long enough to count them."""

    model_config = ConfigDict(frozen=True, extra="allow")

    def unknown(self) -> int:
        """How many fields, here and below, are not part of the format."""
        count = len(self.model_extra or {})
        for name in type(self).model_fields:
            value = getattr(self, name)
            for item in value if isinstance(value, tuple) else (value,):
                count += item.unknown() if isinstance(item, _Counting) else 0
        return count


class NativePatient(_Counting):
    """A patient, for screening only: used and dropped."""

    age_years: Annotated[float, Field(ge=0, le=130)] | None = None
    outcome: PatientOutcome = PatientOutcome.UNKNOWN


class NativeResponder(_Counting):
    """What happened to one of the agency's own people; never who."""

    outcome: ResponderOutcome


class NativeReport(_Counting):
    """An incident as a dispatch center tells it.

    Only `incident_type` is needed. Narrative and patients are read for screening and dropped.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "incident_number": "2026-000123",
                    "incident_type": "Vehicle lockout",
                    "occurred_at": "2026-11-23T14:05:00-05:00",
                    "units": ["E12"],
                }
            ]
        }
    )

    incident_type: Annotated[IncidentType, Field(min_length=1)]
    source: Slug | None = None
    incident_number: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    incident_code: Annotated[str, Field(max_length=40)] = ""
    occurred_at: UtcDatetime | None = None
    status: IncidentStatus = IncidentStatus.ACTIVE
    units: Annotated[tuple[Unit, ...], Field(max_length=200)] = ()
    narrative: Annotated[str, Field(max_length=100_000)] = ""
    patients: Annotated[tuple[NativePatient, ...], Field(max_length=500)] = ()
    responders: Annotated[tuple[NativeResponder, ...], Field(max_length=500)] = ()
    flags: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    operations_ongoing: bool | None = None
    operations_ended_at: UtcDatetime | None = None
    exercise: bool = False


def to_report(native: NativeReport, default_source: str) -> Report:
    """The internal report; a feed that does not name itself is called by its key's label."""
    return Report(
        source=native.source or default_source,
        number=native.incident_number,
        incident_type=native.incident_type,
        incident_code=native.incident_code,
        occurred_at=native.occurred_at,
        status=native.status,
        units=native.units,
        narrative=native.narrative,
        patients=tuple(
            Patient(age_years=patient.age_years, outcome=patient.outcome)
            for patient in native.patients
        ),
        responders=tuple(responder.outcome for responder in native.responders),
        flags=native.flags,
        operations_ongoing=native.operations_ongoing,
        operations_ended_at=native.operations_ended_at,
        exercise=native.exercise,
    )
