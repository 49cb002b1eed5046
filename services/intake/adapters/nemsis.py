"""NEMSIS 3.5 (NHTSA v3.5.1): patient care reports, hours after the call, as a late word on it.

Of the patient only age and outcome are taken, of the crew only what befell them; no name, address of
a person, birth date, identifier or narrative is ever read.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from services.intake.adapters import nemsis_codes as codes
from services.intake.adapters.document import BadDocument
from services.intake.adapters.eido_parts import when
from services.intake.adapters.nemsis_record import PatientCareReport, taken_from
from services.intake.adapters.neris_place import place_of
from services.intake.adapters.plain_text import number_of
from services.intake.adapters.safe_xml import children, descendants, local_name, parse_xml
from services.intake.commands import (
    CodeSystem,
    IncidentCode,
    Patient,
    PatientOutcome,
    Report,
    ResponderOutcome,
    Told,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Set
    from xml.etree.ElementTree import Element

_RECORD = "PatientCareReport"
MOST_RECORDS = 1_000
_ADULT = 18
_OLDEST = 130


def read(body: bytes, source: str) -> tuple[Told, ...]:
    """One report for each patient care report of an EMSDataSet, in any namespace or in none.

    Raises BadDocument, and nothing else.
    """
    root = parse_xml(body)
    return tuple(_told(taken_from(each), source) for each in _records(root))


def _records(root: Element) -> list[Element]:
    """The patient care reports; a document with the sections of just one is that one."""
    found = list(descendants(root, _RECORD))
    if not found and (children(root, "eResponse") or children(root, "eDispatch")):
        found = [root]
    if not found:
        is_demographic = local_name(root) in {"DEMDataSet", "StateDataSet"}
        raise BadDocument(
            _RECORD,
            "there is none" + (": this is a description of an agency" if is_demographic else ""),
            "post an EMSDataSet with at least one patient care report",
        )
    if len(found) > MOST_RECORDS:
        problem = f"there are more than {MOST_RECORDS:,}"
        raise BadDocument(_RECORD, problem, "post them in several documents")
    return found


def _told(record: PatientCareReport, source: str) -> Told:
    number, same_as = _numbers(record)
    try:
        report = Report(source=source, number=number, same_as=same_as, **_fields(record))
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise BadDocument(place, "cannot be taken as it is", "correct it and post again") from None
    key = None if number else _key(record)
    return Told(report=report, ignored_fields=record.unknown, key=key)


def _numbers(record: PatientCareReport) -> tuple[str | None, tuple[str, ...]]:
    """The incident's number, and the other one that the dispatch system gave.

    eResponse.03 names the incident, the same for every unit; eDispatch.06 names one unit's response,
    and in some systems the care report itself (then it is eRecord.01 again, and is left out).
    """
    own = record.first("eRecord.01")
    told = [
        record.first("eResponse.03"),
        *(each for each in [record.first("eDispatch.06")] if each != own),
    ]
    named = list(dict.fromkeys(number_of(each) for each in told if each))
    return (named[0], tuple(named[1:])) if named else (None, ())


def _key(record: PatientCareReport) -> str:
    """Makes a repeat of a report without an incident number harmless; nobody can read it back."""
    own = record.first("eRecord.01", "eDispatch.06")
    if not own:
        raise BadDocument(
            "eResponse.03",
            "neither an incident number nor a record number is told",
            "fill eResponse.03, which says what incident the care report is of",
        )
    return f"nemsis-{hashlib.sha256(own.encode()).hexdigest()[:40]}"


def _fields(record: PatientCareReport) -> dict[str, Any]:
    """No status, no end of operations and no time of telling: one unit's record speaks for neither
    the others at the scene nor for another patient's record of the same incident."""
    told = record.codes
    cancelled = codes.CANCELLED_ON_THE_WAY in told
    if cancelled:  # it saw nothing of what it was sent to
        told = tuple(each for each in told if not each.startswith("eDispatch.01:"))
    patient = _patient(record, frozenset(told))
    unit = record.first("eResponse.14", "eResponse.13")[:32].rstrip()
    times = (when(record.first(name)) for name in ("eTimes.01", "eTimes.02", "eTimes.03"))
    reason = "" if cancelled else record.first("eDispatch.01")
    return {
        "incident_type": codes.REASONS.get(reason, ""),
        "occurred_at": next((at for at in times if at), None),
        "units": (unit,) if unit and not cancelled else (),
        "disciplines": ("ems",),
        "codes": tuple(IncidentCode(system=CodeSystem.NEMSIS, code=each) for each in told),
        "place": place_of(record.first("eScene.11")),
        "address": record.first("eScene.15"),
        "patients": (patient,) if patient else (),
        "responders": tuple(each for crew in record.crew if (each := _gravest(crew))),
        "flags": tuple(sorted(_flags(record, told, patient))),
        "on_scene_at": when(record.first("eTimes.06")),
    }


def _patient(record: PatientCareReport, told: Set[str]) -> Patient | None:
    """The patient, when the record tells anything of one."""
    age = _age(record.first("ePatient.15"), record.first("ePatient.16"))
    outcome = _outcome(told)
    resuscitated = bool(codes.RESUSCITATED & told) or any(
        each.startswith(codes.CPR_GIVEN) for each in told
    )
    if age is None and outcome is PatientOutcome.UNKNOWN and not resuscitated:
        return None
    return Patient(age_years=age, outcome=outcome, resuscitated=resuscitated)


def _outcome(told: Set[str]) -> PatientOutcome:
    is_last_told = any(each.startswith("eDisposition.19:") for each in told)
    if codes.DIED & told:
        return PatientOutcome.DIED
    if codes.CRITICAL & told or (codes.FIRST_CRITICAL in told and not is_last_told):
        return PatientOutcome.CRITICAL
    if codes.UNHURT in told:
        return PatientOutcome.UNHURT
    return PatientOutcome.INJURED if codes.INJURED in told else PatientOutcome.UNKNOWN


def _age(number: str, unit: str) -> float | None:
    """Years. A number without its unit counts only where every unit would make it a child's age."""
    if not number.isascii() or not number.isdigit() or len(number) > 4:
        return None
    if unit not in codes.AGE_UNITS:
        return float(number) if int(number) < _ADULT else None
    years = int(number) / codes.AGE_UNITS[unit]
    return years if years <= _OLDEST else None


def _gravest(crew: Iterable[str]) -> ResponderOutcome | None:
    came_to = {codes.OUR_OWN[each] for each in crew if each in codes.OUR_OWN}
    return next((each for each in codes.GRAVEST if each in came_to), None)


def _flags(record: PatientCareReport, told: Iterable[str], patient: Patient | None) -> set[str]:
    harm = frozenset[str]().union(*record.crew)
    is_child = patient and patient.age_years is not None and patient.age_years < _ADULT
    seen = {
        "mass_casualty": codes.MASS_CASUALTY in told,
        "active_assailant": f"eDispatch.01:{codes.ACTIVE_SHOOTER}" in told,
        "hazmat_exposure": bool(harm & codes.EXPOSED),
        "violence_against_responder": bool(harm & codes.VIOLENCE),
        "sexual_violence_against_responder": bool(harm & codes.SEXUAL_VIOLENCE),
        "pediatric_cpr": bool(patient and is_child and patient.resuscitated),
    }
    return {flag for flag, is_shown in seen.items() if is_shown}
