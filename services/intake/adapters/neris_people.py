"""Who came to harm, in a NERIS record: patients, our own people, and the flags that follow.

Of a person only age and outcome are read; rank, years of service, gender and race never are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.intake.adapters.eido_parts import Object, objects, word, words
from services.intake.adapters.neris_times import age_at
from services.intake.commands import Patient, PatientOutcome, ResponderOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

ARREST = "MEDICAL||ILLNESS||CARDIAC_ARREST"
_HAZMAT = "HAZSIT||HAZARDOUS_MATERIALS"
_MODIFIERS = {
    "ACTIVE_ASSAILANT": "active_assailant",
    "MCI": "mass_casualty",
    "VIOLENCE_AGAINST_RESPONDER": "violence_against_responder",
    "FEDERAL_DECLARED_DISASTER": "declared_disaster",
    "STATE_DECLARED_DISASTER": "declared_disaster",
    "COUNTY_LOCAL_DECLARED_DISASTER": "declared_disaster",
    "URBAN_CONFLAGRATION": "declared_disaster",
}
"""type_special_modifier; a burning town is a disaster before anybody declares it one."""
_EVENTS = {
    "ACTIVE SHOOTER": "active_assailant",
    "VIOLENCE AGAINST RESPONDER": "violence_against_responder",
    "SEXUAL VIOLENCE AGAINST RESPONDER": "sexual_violence_against_responder",
    "PEDIATRIC CPR": "pediatric_cpr",
    "DANGER THREAT TO LIFE": "threat_to_life",
    "DISASTER RESPONSE": "declared_disaster",
    "MASS CASUALTY INCIDENT": "mass_casualty",
}
"""type_traumatic_event of the secondary module."""
_EVENTS_TO_PATIENTS = frozenset({"NON-FIREFIGHTER FATALITY", "HOMICIDE SUICIDE VIOLENT DEATH"})
_EVENTS_TO_OUR_OWN = {
    "FIREFIGHTER FATALITY": ResponderOutcome.KILLED,
    "FIREFIGHTER NON-FATAL INJURY": ResponderOutcome.SERIOUSLY_INJURED,
    "FIREFIGHTER NEAR MISS": ResponderOutcome.NEAR_MISS,
}
"""An injury that somebody names a traumatic event is no sprain."""
_GRAVE_CAUSES = frozenset(
    {"CAUGHT_TRAPPED_BY_FIRE_EXPLOSION", "CAUGHT_TRAPPED_BY_OBJECT", "COLLAPSE"}
)
"""PROPOSAL: NERIS tells no severity, and these of type_casualty_cause are never slight."""
_CARE = "PATIENT_EVALUATED_CARE_PROVIDED"
_OF_EVALUATION = {
    "PATIENT_DEAD_ON_ARRIVAL": PatientOutcome.DIED,
    "PATIENT_EVALUATED_NO_CARE_REQUIRED": PatientOutcome.UNHURT,
}
_OF_CASUALTY = {
    "INJURED_FATAL": PatientOutcome.DIED,
    "INJURED_NONFATAL": PatientOutcome.INJURED,
    "UNINJURED": PatientOutcome.UNHURT,
}


@dataclass(frozen=True, slots=True)
class People:
    """Everyone the record tells of, and what their harm says of the incident."""

    patients: tuple[Patient, ...]
    responders: tuple[ResponderOutcome, ...]
    flags: tuple[str, ...]

    @property
    def harmed(self) -> bool:
        """Whether anything befell anybody: then an incident is neither false nor merely cancelled."""
        unhurt = {PatientOutcome.UNHURT, PatientOutcome.UNKNOWN}
        return (
            bool(self.flags)
            or any(each is not ResponderOutcome.UNHURT for each in self.responders)
            or any(each.outcome not in unhurt for each in self.patients)
        )


@dataclass(frozen=True, slots=True)
class _Casualty:
    """One entry of `casualty_rescues`."""

    ours: bool
    injury: str
    cause: str
    mayday: bool
    by_rit: bool
    recovered: bool
    """Brought out dead: the mode of the rescue was RECOVERY."""
    born: object


def people(
    incident: Object, types: Sequence[str], modifiers: Sequence[str], at: datetime | None
) -> People:
    """The people of an incident payload; `at` is the incident's time, for ages."""
    casualties = [_casualty(each) for each in objects(incident.get("casualty_rescues"))]
    events = traumatic_events(incident)
    patients = [_patient(each, at) for each in casualties if not each.ours]
    patients += _of_medical(objects(incident.get("medical_details")), types)
    if _EVENTS_TO_PATIENTS & set(events) and not _any_died(patients):
        patients.append(Patient(outcome=PatientOutcome.DIED))
    return People(
        tuple(patients),
        _our_own([_outcome(each) for each in casualties if each.ours], events),
        tuple(sorted(_flags(casualties, types, modifiers, events))),
    )


def traumatic_events(incident: Object) -> list[str]:
    """Values of type_traumatic_event, with a space between words however they were joined."""
    keys = ("traumatic_event", "traumatic_events", "type_traumatic_event")
    return [told.replace("_", " ") for key in keys for told in typed(incident.get(key))]


def typed(value: object) -> list[str]:
    """Codes that stand as texts, or as objects with a `type`, alone or in a list."""
    named = [word(each.get("type")) for each in objects(value)]
    return [each.upper() for each in (*words(value), *named) if each]


def _casualty(told: Object) -> _Casualty:
    casualty = _inner(told.get("casualty"))
    injury = _inner(casualty.get("injury_or_noninjury")) or casualty
    rescue = _inner(told.get("rescue"))
    way = _inner(rescue.get("ffrescue_or_nonffrescue")) or rescue
    return _Casualty(
        ours=word(told.get("type")).upper() == "FF",
        injury=word(injury.get("type")).upper(),
        cause=word(injury.get("cause")).upper(),
        mayday=_called_mayday(rescue.get("mayday")),
        by_rit=word(way.get("type")).upper() == "RESCUED_BY_FF_RIT"
        or _is_true(_inner(rescue.get("mayday")).get("rit_activated")),
        recovered=word(_inner(way.get("removal_or_nonremoval")).get("type")).upper() == "RECOVERY",
        born=told.get("birth_month_year"),
    )


def _inner(value: object) -> Object:
    return value if isinstance(value, dict) else {}


def _called_mayday(told: object) -> bool:
    """The module is only there when one was called; its own `mayday` may say otherwise."""
    if isinstance(told, dict):
        return bool(told) and _is_true(told.get("mayday", True))
    return _is_true(told)


def _is_true(value: object) -> bool:
    return value is True or word(value).lower() == "true"


def _outcome(told: _Casualty) -> ResponderOutcome:
    if told.injury == "INJURED_FATAL" or (told.recovered and not told.injury):
        return ResponderOutcome.KILLED
    if told.injury == "INJURED_NONFATAL":
        grave = told.cause in _GRAVE_CAUSES or told.mayday or told.by_rit
        return ResponderOutcome.SERIOUSLY_INJURED if grave else ResponderOutcome.INJURED
    return ResponderOutcome.NEAR_MISS if told.mayday or told.by_rit else ResponderOutcome.UNHURT


def _our_own(told: list[ResponderOutcome], events: Sequence[str]) -> tuple[ResponderOutcome, ...]:
    """A traumatic event adds somebody only when no casualty already tells it."""
    wanted = (_EVENTS_TO_OUR_OWN[each] for each in events if each in _EVENTS_TO_OUR_OWN)
    return (*told, *(each for each in dict.fromkeys(wanted) if each not in told))


def _patient(told: _Casualty, at: datetime | None) -> Patient:
    lost = told.recovered and not told.injury
    outcome = _OF_CASUALTY.get(told.injury, PatientOutcome.UNKNOWN)
    return Patient(
        age_years=age_at(told.born, at), outcome=PatientOutcome.DIED if lost else outcome
    )


def _of_medical(details: list[Object], types: Sequence[str]) -> list[Patient]:
    """Care for the only patient of a cardiac arrest was an attempt to resuscitate."""
    told = [word(each.get("patient_care_evaluation")).upper() for each in details]
    if ARREST in types and told == [_CARE]:
        return [Patient(outcome=PatientOutcome.CRITICAL, resuscitated=True)]
    return [Patient(outcome=_OF_EVALUATION.get(each, PatientOutcome.UNKNOWN)) for each in told]


def _any_died(patients: list[Patient]) -> bool:
    return any(each.outcome is PatientOutcome.DIED for each in patients)


def _flags(
    casualties: list[_Casualty],
    types: Sequence[str],
    modifiers: Sequence[str],
    events: Sequence[str],
) -> set[str]:
    flags = {_MODIFIERS[each] for each in modifiers if each in _MODIFIERS}
    flags |= {_EVENTS[each] for each in events if each in _EVENTS}
    if "sexual_violence_against_responder" in flags:
        flags.add("violence_against_responder")
    if any(each.mayday for each in casualties):
        flags.add("mayday")
    if any(each.recovered for each in casualties):
        flags.add("failed_rescue")
    exposed = any(each.ours and each.cause == "EXPOSURE" for each in casualties)
    if exposed and any(each.startswith(_HAZMAT) for each in types):
        flags.add("hazmat_exposure")
    return flags
