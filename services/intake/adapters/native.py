"""Our own JSON: strict about the types it knows, and counting the fields it does not."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from schemas.envelope import Slug, UtcDatetime
from schemas.intake import IncidentStatus, IncidentType, Unit
from schemas.policy import Crew
from services.intake.adapters.document import BadDocument
from services.intake.commands import (
    CodeSystem,
    IncidentCode,
    Patient,
    PatientOutcome,
    Place,
    Report,
    ResponderOutcome,
    Told,
)

_Flag = Annotated[str, Field(max_length=80)]
_Count = Annotated[int, Field(ge=0, le=1_000_000)]


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
    resuscitated: bool = False
    """CPR was given or attempted."""


class NativeResponder(_Counting):
    """What happened to one of the agency's own people; never who."""

    outcome: ResponderOutcome


class NativeCode(_Counting):
    """One code of a vocabulary, such as `{"system": "apco", "code": "MAYDAY"}`."""

    system: CodeSystem
    code: Annotated[str, Field(min_length=1, max_length=120)]


class NativePlace(_Counting):
    """Where it happened, in degrees (WGS 84): compared with other reports, and dropped."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class NativeReport(_Counting):
    """An incident as a dispatch center tells it.

    Only `incident_type` is needed. Narrative, patients, place and address are read for screening
    and for telling whether two reports are of one incident, and dropped.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "incident_number": "2026-000123",
                    "incident_type": "Vehicle lockout",
                    "occurred_at": "2026-11-23T14:05:00-05:00",
                    "units": ["E12"],
                },
                {
                    "incident_number": "2026-000124",
                    "incident_type": "Cardiac arrest",
                    "codes": [{"system": "mpds", "code": "09-E-01"}],
                    "occurred_at": "2026-11-23T14:20:00-05:00",
                    "told_at": "2026-11-23T14:41:07-05:00",
                    "on_scene_at": "2026-11-23T14:26:30-05:00",
                    "units": ["E12", "M4"],
                    "place": {"latitude": 44.05, "longitude": -92.48},
                    "patients": [{"age_years": 3, "outcome": "died", "resuscitated": True}],
                    "operations_ongoing": True,
                    "exposed": 9,
                    "disciplines": ["fire", "ems"],
                    "crews": [{"agency": "metro", "discipline": "fire", "count": 7}],
                },
            ]
        }
    )

    incident_type: Annotated[IncidentType, Field(min_length=1)]
    source: Slug | None = None
    incident_number: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    incident_code: Annotated[str, Field(max_length=40)] = ""
    codes: Annotated[tuple[NativeCode, ...], Field(max_length=100)] = ()
    occurred_at: UtcDatetime | None = None
    told_at: UtcDatetime | None = None
    """When the sender last touched its record: an older telling never takes back a newer one."""
    status: IncidentStatus = IncidentStatus.ACTIVE
    units: Annotated[tuple[Unit, ...], Field(max_length=200)] = ()
    narrative: Annotated[str, Field(max_length=100_000)] = ""
    place: NativePlace | None = None
    address: Annotated[str, Field(max_length=300)] = ""
    """Street and block, compared with other reports and dropped."""
    patients: Annotated[tuple[NativePatient, ...], Field(max_length=500)] = ()
    responders: Annotated[tuple[NativeResponder, ...], Field(max_length=500)] = ()
    people_hurt: _Count | None = None
    people_killed: _Count | None = None
    """Counts, for a sender that does not list patients."""
    flags: Annotated[tuple[_Flag, ...], Field(max_length=50)] = ()
    exposed: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """About how many responders were there: one peer is asked for every so many."""
    disciplines: Annotated[tuple[Slug, ...], Field(max_length=10)] = ()
    """Of those who were there, such as `fire`: a peer of the same is asked first."""
    crews: Annotated[tuple[Crew, ...], Field(max_length=50)] = ()
    """Who was there by agency and discipline: no group session mixes two of them."""
    operations_ongoing: bool | None = None
    operations_ended_at: UtcDatetime | None = None
    on_scene_at: UtcDatetime | None = None
    """When the first unit arrived."""
    same_as: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=50)
    ] = ()
    """Other numbers that this source gives to the same incident."""
    exercise: bool = False


_MANY = TypeAdapter(tuple[NativeReport, ...])


def read(body: bytes, source: str) -> tuple[Told, ...]:
    """One native report, or a list of them. Raises BadDocument, naming the field."""
    body = body.removeprefix(b"\xef\xbb\xbf")
    many = body.lstrip().startswith(b"[")
    try:
        if many:
            return tuple(told_by(each, source) for each in _MANY.validate_json(body))
        return (told_by(NativeReport.model_validate_json(body), source),)
    except ValidationError as error:
        raise bad_field(error) from error


def bad_field(error: ValidationError) -> BadDocument:
    """The first thing wrong, without the value: it may be personal."""
    first = error.errors(include_input=False, include_url=False)[0]
    if first["type"] == "json_invalid":
        return BadDocument("", "this is not JSON", "send a JSON object, in UTF-8")
    field = ".".join(str(part) for part in first["loc"])
    return BadDocument(field, first["msg"], "correct it, or leave the field out")


def told_by(native: NativeReport, source: str, key: str | None = None) -> Told:
    """The report with what it left behind, under the caller's own idempotency key."""
    return Told(report=to_report(native, source), ignored_fields=native.unknown(), key=key)


def to_report(native: NativeReport, default_source: str) -> Report:
    """The internal report; a feed that does not name itself is called by its key's label."""
    return Report(
        source=native.source or default_source,
        number=native.incident_number,
        incident_type=native.incident_type,
        incident_code=native.incident_code,
        occurred_at=native.occurred_at,
        status=native.status if "status" in native.model_fields_set else None,
        units=native.units,
        codes=tuple(IncidentCode(system=each.system, code=each.code) for each in native.codes),
        narrative=native.narrative,
        place=_place(native.place),
        address=native.address,
        patients=tuple(
            Patient(age_years=each.age_years, outcome=each.outcome, resuscitated=each.resuscitated)
            for each in native.patients
        ),
        responders=tuple(responder.outcome for responder in native.responders),
        flags=native.flags,
        exposed=native.exposed,
        disciplines=native.disciplines,
        crews=native.crews,
        operations_ongoing=native.operations_ongoing,
        operations_ended_at=native.operations_ended_at,
        on_scene_at=native.on_scene_at,
        people_hurt=native.people_hurt,
        people_killed=native.people_killed,
        told_at=native.told_at,
        same_as=native.same_as,
        exercise=native.exercise,
    )


def _place(told: NativePlace | None) -> Place | None:
    return Place(latitude=told.latitude, longitude=told.longitude) if told else None
