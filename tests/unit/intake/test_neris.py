"""NERIS: both payloads as one incident, what became of people, and values of versions to come."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.intake import IncidentStatus
from services.intake.adapters import neris
from services.intake.adapters.document import BadDocument
from services.intake.adapters.neris_times import age_at, instant
from services.intake.commands import (
    CodeSystem,
    PatientOutcome,
    Place,
    Report,
    ResponderOutcome,
    Told,
)
from services.intake.screening.kinds import kind_of

from .mutations import TREES, grafted, mangled

VALUE_SETS = Path(__file__).parents[3] / "../shared/data/neris"
needs_value_sets = pytest.mark.skipif(
    not VALUE_SETS.is_dir(), reason="the shared NERIS value sets are absent"
)
AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ARREST = "MEDICAL||ILLNESS||CARDIAC_ARREST"
DISPATCH: dict[str, Any] = {
    "center_id": "0042",
    "incident_number": "26-000123",
    "determinant_code": "9-e-1",
    "incident_code": "ALS2",
    "call_arrival": "2026-03-01T21:00:00-05:00",
    "call_answered": "2026-03-01T21:00:04-05:00",
    "call_create": "2026-03-01T21:00:30-05:00",
    "location": {
        "number": 12,
        "street_prefix_direction": "W",
        "street": "Main",
        "street_postfix": "STREET",
        "incorporated_municipality": "Springfield",
    },
    "point": {"crs": 4326, "geometry": {"type": "Point", "coordinates": [-75.3, 40.1]}},
    "comments": [
        {"comment": "caller says not breathing", "timestamp": "2026-03-01T21:00:40-05:00"},
        "CPR in progress",
    ],
    "unit_responses": [
        {
            "reported_unit_id": "E12",
            "staffing": 4,
            "dispatch": "2026-03-01T21:01:00-05:00",
            "on_scene": "2026-03-01T21:08:00-05:00",
        },
        {"reported_unit_id": "M7", "on_scene": 1772417220},
        {"unit_neris_id": "FD24027000S001U002", "canceled_enroute": "2026-03-01T21:05:00-05:00"},
    ],
}
INCIDENT: dict[str, Any] = {
    "base": {
        "department_neris_id": "FD24027000",
        "incident_number": "26-000123",
        "outcome_narrative": "patient left with the medic unit",
        "location": {"street": "Main"},
    },
    "incident_types": [{"type": "RESCUE||OUTSIDE||TRENCH"}, {"primary": True, "type": ARREST}],
    "dispatch": DISPATCH,
    "medical_details": [{"patient_care_evaluation": "PATIENT_EVALUATED_CARE_PROVIDED"}],
}


def read(*records: dict[str, Any]) -> tuple[Told, ...]:
    return neris.read(json.dumps(records[0] if len(records) == 1 else records).encode(), "rms")


def dispatch(**changed: Any) -> Report:
    (only,) = read(_without_none(DISPATCH | changed))
    return only.report


def incident(**changed: Any) -> Report:
    (only,) = read(_without_none(INCIDENT | changed))
    return only.report


def _without_none(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value is not None}


def casualty(kind: str, injury: str = "", born: str = "", **rescue: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "casualty": {"injury_or_noninjury": {"type": injury}} if injury else None,
        "rescue": rescue or None,
        "birth_month_year": born or None,
        "rank": "Captain",
    }


def unit(name: str = "E12", **times: int) -> dict[str, Any]:
    """Times in minutes after the call."""
    at = {key: AT.timestamp() + 60 * minutes for key, minutes in times.items()}
    return {"reported_unit_id": name, **at}


def test_a_dispatch_record_is_a_running_call() -> None:
    report = dispatch()
    assert report.number == "26-000123"
    assert report.incident_type == report.incident_code == "ALS2"
    assert report.occurred_at == AT
    assert report.on_scene_at == datetime(2026, 3, 2, 2, 7, tzinfo=UTC)
    assert report.status is IncidentStatus.ACTIVE
    assert report.operations_ongoing is True
    assert report.narrative == "caller says not breathing\nCPR in progress"
    assert report.place == Place(latitude=40.1, longitude=-75.3)
    assert report.address == "12 W Main STREET"
    assert {(each.system, each.code) for each in report.codes} == {
        (CodeSystem.MPDS, "9-E-1"),
        (CodeSystem.LOCAL, "ALS2"),
    }


def test_an_incident_record_has_the_same_number_and_says_more() -> None:
    report = incident()
    assert report.number == dispatch().number
    assert report.same_as == ()
    assert report.incident_type == "Cardiac arrest (medical, illness)"
    assert kind_of(report) == "medical"
    assert report.narrative.endswith("patient left with the medic unit")
    codes = [each.code for each in report.codes]
    assert codes[:2] == [f"type:{ARREST}", "type:RESCUE||OUTSIDE||TRENCH"]


def test_a_number_of_the_departments_own_is_another_name_of_the_incident() -> None:
    base = INCIDENT["base"] | {"incident_number": "IN20260301"}
    report = incident(base=base)
    assert (report.number, report.same_as) == ("26-000123", ("IN20260301",))
    alone = incident(base=base, dispatch=None)
    assert (alone.number, alone.same_as) == ("IN20260301", ())


def test_an_answer_of_the_api_is_read_too() -> None:
    answer = INCIDENT | {
        "neris_id": "FD24027000|26-000123|1772416830",
        "last_modified": "2026-03-02T05:00:00+00:00",
        "special_modifiers": [{"type": "MCI", "neris_uid": 3}],
    }
    (told,) = neris.read(json.dumps({"incidents": [answer], "next_cursor": None}).encode(), "rms")
    assert told.report.number == "26-000123"
    assert told.report.told_at == datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
    assert told.report.flags == ("mass_casualty",)
    assert told.ignored_fields == 0


def test_records_come_alone_in_an_array_and_under_a_key() -> None:
    several = read(DISPATCH, INCIDENT)
    assert [each.report.number for each in several] == ["26-000123"] * 2
    listed = neris.read(json.dumps({"incidents": [INCIDENT, DISPATCH]}).encode(), "rms")
    assert len(listed) == 2


def test_an_undetermined_type_says_nothing_and_an_unknown_one_is_kept() -> None:
    waiting = incident(incident_types=[{"type": "UNDETERMINED"}])
    assert waiting.incident_type == "ALS2"
    assert not [each for each in waiting.codes if each.system is CodeSystem.NERIS]
    later = incident(incident_types=[{"type": "FIRE||SPACE_FIRE||ORBITAL"}])
    assert later.incident_type == "Orbital (fire, space fire)"
    assert later.codes[0].code == "type:FIRE||SPACE_FIRE||ORBITAL"


@pytest.mark.parametrize(
    ("modifier", "flags"),
    [
        ("ACTIVE_ASSAILANT", ("active_assailant",)),
        ("MCI", ("mass_casualty",)),
        ("VIOLENCE_AGAINST_RESPONDER", ("violence_against_responder",)),
        ("FEDERAL_DECLARED_DISASTER", ("declared_disaster",)),
        ("STATE_DECLARED_DISASTER", ("declared_disaster",)),
        ("COUNTY_LOCAL_DECLARED_DISASTER", ("declared_disaster",)),
        ("URBAN_CONFLAGRATION", ("declared_disaster",)),
        ("WORLD_CUP_2026", ()),
    ],
)
def test_special_modifiers(modifier: str, flags: tuple[str, ...]) -> None:
    report = incident(special_modifiers=[modifier])
    assert report.flags == flags
    assert f"modifier:{modifier}" in {each.code for each in report.codes}


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        ("ACTIVE SHOOTER", "active_assailant"),
        ("NON-FIREFIGHTER FATALITY", PatientOutcome.DIED),
        ("FIREFIGHTER FATALITY", ResponderOutcome.KILLED),
        ("FIREFIGHTER NON-FATAL INJURY", ResponderOutcome.SERIOUSLY_INJURED),
        ("FIREFIGHTER NEAR MISS", ResponderOutcome.NEAR_MISS),
        ("VIOLENCE AGAINST RESPONDER", "violence_against_responder"),
        ("PEDIATRIC CPR", "pediatric_cpr"),
        ("HOMICIDE SUICIDE VIOLENT DEATH", PatientOutcome.DIED),
        ("DANGER THREAT TO LIFE", "threat_to_life"),
        ("SEXUAL VIOLENCE AGAINST RESPONDER", "sexual_violence_against_responder"),
        ("DISASTER_RESPONSE", "declared_disaster"),
        ("MASS_CASUALTY_INCIDENT", "mass_casualty"),
    ],
)
def test_a_traumatic_event_of_the_secondary_module(event: str, shown: str) -> None:
    for report in (incident(traumatic_event=event), incident(type_traumatic_event=[event])):
        outcomes = {each.outcome for each in report.patients}
        assert shown in {*report.flags, *report.responders, *outcomes}
        code = f"traumatic_event:{event.replace('_', ' ')}"
        assert code in {each.code for each in report.codes}


@needs_value_sets
def test_every_traumatic_event_of_the_framework_is_covered() -> None:
    with (VALUE_SETS / "type_traumatic_event.csv").open(encoding="utf-8-sig") as lines:
        events = [row["value"] for row in csv.DictReader(lines)]
    assert len(events) == 12
    for event in events:
        report = incident(traumatic_event=event, medical_details=None)
        assert report.flags or report.patients or report.responders, event


@needs_value_sets
def test_every_incident_type_of_the_framework_is_read() -> None:
    with (VALUE_SETS / "type_incident.csv").open(encoding="utf-8-sig") as lines:
        rows = [
            [row[key] for key in ("value_1", "value_2", "value_3") if row[key]]
            for row in csv.DictReader(lines)
        ]
    assert len(rows) == 128
    for parts in rows:
        report = incident(incident_types=[{"type": "||".join(parts)}])
        assert report.codes[0].code == f"type:{'||'.join(parts)}"
        assert report.incident_type


@pytest.mark.parametrize(
    ("told", "responder", "flags"),
    [
        (casualty("FF", "INJURED_FATAL"), ResponderOutcome.KILLED, ()),
        (casualty("FF", "INJURED_NONFATAL"), ResponderOutcome.INJURED, ()),
        (casualty("FF", "UNINJURED"), ResponderOutcome.UNHURT, ()),
        (
            casualty("FF", "UNINJURED", mayday={"mayday": True}),
            ResponderOutcome.NEAR_MISS,
            ("mayday",),
        ),
        (
            casualty("FF", "INJURED_NONFATAL", mayday={"rit_activated": True}),
            ResponderOutcome.SERIOUSLY_INJURED,
            ("mayday",),
        ),
        (
            casualty("FF", mayday={"mayday": False}, type="SELF_EVACUATION"),
            ResponderOutcome.UNHURT,
            (),
        ),
        (
            casualty("FF", ffrescue_or_nonffrescue={"type": "RESCUED_BY_FF_RIT"}),
            ResponderOutcome.NEAR_MISS,
            (),
        ),
        (
            casualty("FF", ffrescue_or_nonffrescue={"removal_or_nonremoval": {"type": "RECOVERY"}}),
            ResponderOutcome.KILLED,
            ("failed_rescue",),
        ),
    ],
)
def test_what_befell_a_firefighter(
    told: dict[str, Any], responder: ResponderOutcome, flags: tuple[str, ...]
) -> None:
    report = incident(casualty_rescues=[told])
    assert report.responders == (responder,)
    assert report.flags == flags
    assert len(report.patients) == 1  # the medical patient, not the firefighter


def test_to_be_caught_or_buried_is_never_slight() -> None:
    told = {"injury_or_noninjury": {"type": "INJURED_NONFATAL", "cause": "COLLAPSE"}}
    report = incident(casualty_rescues=[{"type": "FF", "casualty": told}])
    assert report.responders == (ResponderOutcome.SERIOUSLY_INJURED,)


def test_exposure_at_a_spill_is_a_hazmat_exposure_of_our_own() -> None:
    told = {"injury_or_noninjury": {"type": "INJURED_NONFATAL", "cause": "EXPOSURE"}}
    spill = [{"type": "HAZSIT||HAZARDOUS_MATERIALS||FUEL_SPILL_ODOR"}]
    ours = incident(casualty_rescues=[{"type": "FF", "casualty": told}], incident_types=spill)
    assert ours.flags == ("hazmat_exposure",)
    theirs = incident(casualty_rescues=[{"type": "NONFF", "casualty": told}], incident_types=spill)
    assert theirs.flags == ()


def test_a_child_that_died_is_a_young_patient_that_died() -> None:
    told = [casualty("NONFF", "INJURED_FATAL", "03/2023"), casualty("NONFF", "INJURED_NONFATAL")]
    child, other, _medical = incident(casualty_rescues=told).patients
    assert child.outcome is PatientOutcome.DIED
    assert child.age_years == pytest.approx(35 / 12)
    assert (other.age_years, other.outcome) == (None, PatientOutcome.INJURED)


def test_a_civilian_recovered_dead_is_a_failed_rescue() -> None:
    mode = {"removal_or_nonremoval": {"type": "RECOVERY"}, "type": "RESCUED_BY_FIREFIGHTER"}
    report = incident(casualty_rescues=[casualty("NONFF", ffrescue_or_nonffrescue=mode)])
    assert report.patients[0].outcome is PatientOutcome.DIED
    assert report.flags == ("failed_rescue",)


@pytest.mark.parametrize(
    ("evaluation", "outcome", "resuscitated"),
    [
        ("PATIENT_DEAD_ON_ARRIVAL", PatientOutcome.DIED, False),
        ("PATIENT_EVALUATED_CARE_PROVIDED", PatientOutcome.CRITICAL, True),
        ("PATIENT_EVALUATED_NO_CARE_REQUIRED", PatientOutcome.UNHURT, False),
        ("A_VALUE_TO_COME", PatientOutcome.UNKNOWN, False),
    ],
)
def test_the_patient_of_a_cardiac_arrest(
    evaluation: str, outcome: PatientOutcome, resuscitated: bool
) -> None:
    (patient,) = incident(medical_details=[{"patient_care_evaluation": evaluation}]).patients
    assert (patient.outcome, patient.resuscitated) == (outcome, resuscitated)


def test_among_several_patients_nobody_is_taken_for_the_one_in_arrest() -> None:
    details = [{"patient_care_evaluation": "PATIENT_EVALUATED_CARE_PROVIDED"}] * 2
    outcomes = {each.outcome for each in incident(medical_details=details).patients}
    assert outcomes == {PatientOutcome.UNKNOWN}


@pytest.mark.parametrize(
    ("born", "years"),
    [
        ("03/2008", 215 / 12),  # turns 18 this month: the younger of the two ages
        ("02/2008", 18.0),
        ("04/2008", 214 / 12),
        ("03/2026", 0.0),
        ("02/2026", 0.0),
        ("01/2026", 1 / 12),
        ("04/2026", 0.0),
        ("05/2026", None),
        ("3/2016", 119 / 12),
        ("10-14", 10.0),
        ("85+", 85.0),
        ("13/2008", None),
        ("00/2008", None),
        ("01/1800", None),
        ("2008", None),
        ("", None),
        (None, None),
        (2008, None),
    ],
)
def test_a_month_of_birth_is_an_age_on_the_day(born: object, years: float | None) -> None:
    assert age_at(born, AT) == years


def test_without_the_incidents_time_a_month_of_birth_tells_no_age() -> None:
    assert age_at("03/2023", None) is None
    assert age_at("10-14", None) == 10


@pytest.mark.parametrize(
    "told",
    [
        "2026-03-01T21:00:00-05:00",
        "2026-03-02T02:00:00Z",
        1772416800,
        1772416800.0,
        1772416800000,
        "1772416800",
        "1772416800.0",
        "1772416800000",
    ],
)
def test_an_instant_in_every_notation(told: object) -> None:
    assert instant(told) == AT


@pytest.mark.parametrize(
    "told",
    [
        None, True, "", "soon", "2026-03-01", "2026-03-01T21:00:00", -5, 0, 10**300, 10**15 - 1,
        float("inf"), "0001-01-01T00:00:00+14:00", [], {},
    ],
)  # fmt: skip
def test_what_is_no_instant(told: object) -> None:
    assert instant(told) is None


def test_a_unit_cancelled_before_it_arrived_is_not_on_the_incident() -> None:
    assert dispatch().units == ("E12", "M7")
    turned_back = unit("T9", dispatch=1, on_scene=9, canceled_enroute=4)
    never_went = {"reported_unit_id": "X1", "unable_to_dispatch": True}
    assert dispatch(unit_responses=[turned_back, never_went]).units == ("T9",)


def test_both_payloads_units_are_the_same_units() -> None:
    later = [unit("M7", unit_clear=30), unit("B2", on_scene=20)]
    assert incident(unit_responses=later).units == ("E12", "M7", "B2")


@pytest.mark.parametrize(
    ("crews", "exposed"),
    [
        ([{}], None),
        ([{"staffing": 4}], 4),
        ([{"staffing": 4}, {"staffing": 2}, {}], 6),
        ([{"staffing": 4}, {"staffing": 3, "on_scene": None}], 4),
        ([{"staffing": "4"}, {"staffing": True}, {"staffing": -1}, {"staffing": 4000}], None),
    ],
)
def test_how_many_were_there_is_counted_from_the_crews_that_arrived(
    crews: list[dict[str, Any]], exposed: int | None
) -> None:
    units = [unit(f"E{n}", on_scene=8) | crew for n, crew in enumerate(crews)]

    told = dispatch(unit_responses=units)

    assert told.exposed == exposed
    assert told.disciplines == ("fire",)


def test_a_crew_that_both_payloads_tell_is_counted_once() -> None:
    later = [unit("E12", on_scene=8) | {"staffing": 5}]

    assert incident(unit_responses=later).exposed == 5


@pytest.mark.parametrize(
    ("units", "clear", "status", "ongoing", "ended"),
    [
        ([unit(on_scene=8)], None, IncidentStatus.ACTIVE, True, None),
        ([unit(on_scene=8)], 50, IncidentStatus.CLOSED, False, 50),
        ([unit(on_scene=8, unit_clear=40)], None, IncidentStatus.CLOSED, False, 40),
        ([unit(on_scene=8, unit_clear=40)], 50, IncidentStatus.CLOSED, False, 50),
        ([unit(on_scene=8, unit_clear=40), unit("B2", dispatch=2)], None, "active", None, None),
        ([unit(dispatch=1)], None, IncidentStatus.ACTIVE, None, None),
        ([unit(dispatch=1, canceled_enroute=3)], None, IncidentStatus.CANCELLED, False, None),
        ([unit(dispatch=1, canceled_enroute=3)], 5, IncidentStatus.CANCELLED, False, 5),
        ([], None, None, None, None),
        ([], 5, IncidentStatus.CLOSED, False, 5),
    ],
)
def test_how_far_the_incident_is(
    units: list[dict[str, Any]],
    clear: int | None,
    status: str | None,
    ongoing: bool | None,
    ended: int | None,
) -> None:
    at = clear and AT.timestamp() + 60 * clear
    report = dispatch(unit_responses=units, incident_clear=at)
    assert report.status == status
    assert report.operations_ongoing is ongoing
    minutes = report.operations_ended_at and (report.operations_ended_at - AT).seconds // 60
    assert minutes == ended


NOACTION = {"action_noaction": {"type": "NOACTION", "noaction_type": "CANCELLED"}}
FALSE_ALARM = [{"type": "NOEMERG||FALSE_ALARM||MALFUNCTIONING_ALARM"}]


def test_false_alarms_and_cancelled_calls_are_told_as_such() -> None:
    nobody = {"medical_details": None}
    false = incident(incident_types=FALSE_ALARM, **nobody)
    assert false.status is IncidentStatus.FALSE_ALARM
    assert incident(actions_tactics=NOACTION, **nobody).status is IncidentStatus.CANCELLED
    cancelled = incident(incident_types=[{"type": "NOEMERG||CANCELLED"}], **nobody)
    assert cancelled.status is IncidentStatus.CANCELLED
    mixed = incident(incident_types=[*FALSE_ALARM, {"type": ARREST}], **nobody)
    assert mixed.status is IncidentStatus.ACTIVE


def test_a_false_alarm_that_cost_a_firefighters_life_is_no_false_alarm() -> None:
    died = [casualty("FF", "INJURED_FATAL")]
    for changed in ({"incident_types": FALSE_ALARM}, {"actions_tactics": NOACTION}):
        assert incident(casualty_rescues=died, **changed).status is IncidentStatus.ACTIVE


def test_of_persons_nothing_but_age_and_outcome_is_taken() -> None:
    person = casualty("FF", "INJURED_NONFATAL", "07/1971") | {
        "rank": "PRIVATE",
        "years_of_service": 17.25,
        "gender": "PRIVATE",
        "race": "PRIVATE",
        "name": "PRIVATE",
    }
    details = [{"patient_care_report_id": "PRIVATE", "patient_care_evaluation": "PRIVATE"}]
    kept = incident(casualty_rescues=[person], medical_details=details).model_dump_json()
    assert "PRIVATE" not in kept
    assert "17.25" not in kept
    assert "1971" not in kept


def test_unknown_keys_are_counted_wherever_they_stand() -> None:
    (known,) = read(INCIDENT | {"casualty_rescues": [casualty("FF")]})
    assert known.ignored_fields == 0
    changed = INCIDENT | {
        "new": 1,
        "base": INCIDENT["base"] | {"new": 1, "newer": 2},
        "dispatch": DISPATCH | {"new": 1, "unit_responses": [{"new": 1}]},
        "casualty_rescues": [{"new": 1}],
    }
    (told,) = read(changed)
    assert told.ignored_fields == 6


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "document"),
        (b"not json", "document"),
        (b"3", "document"),
        (b"[]", "document"),
        (b'{"incidents": []}', "document"),
        (b"{}", "incident_number"),
        (b'{"incident_types": []}', "incident_number"),
        (b'[{"incident_number": "1"}, {}]', "1.incident_number"),
        (b'[{"incident_number": "1"}, 2]', "1"),
        (b"[" + b"{}," * 1000 + b"{}]", "document"),
        (b"[" * 100_000, "document"),
    ],
)
def test_what_is_no_record_is_said_clearly(body: bytes, field: str) -> None:
    with pytest.raises(BadDocument) as problem:
        neris.read(body, "rms")
    assert problem.value.field == field
    assert problem.value.problem
    assert problem.value.remedy


def read_or_refuse(body: bytes) -> None:
    try:
        told = neris.read(body, "rms")
    except BadDocument as problem:
        assert problem.problem  # noqa: PT017 - either outcome is fine
        return
    assert told
    assert all(each.report.number for each in told)


RICH = INCIDENT | {
    "special_modifiers": ["MCI"],
    "casualty_rescues": [
        casualty("FF", "INJURED_NONFATAL", mayday={"mayday": True, "rit_activated": True}),
        casualty("NONFF", "INJURED_FATAL", "03/2023"),
    ],
    "actions_tactics": NOACTION,
    "traumatic_event": "PEDIATRIC CPR",
}


@settings(max_examples=300, deadline=None)
@given(grafted(RICH))
def test_any_value_in_any_place_is_read_or_refused(record: dict[str, Any]) -> None:
    read_or_refuse(json.dumps(record).encode())


@settings(max_examples=200, deadline=None)
@given(mangled([json.dumps(RICH).encode(), json.dumps([DISPATCH, INCIDENT]).encode()]))
def test_a_damaged_document_is_read_or_refused(body: bytes) -> None:
    read_or_refuse(body)


@settings(max_examples=100, deadline=None)
@given(st.one_of(TREES, st.lists(TREES, max_size=3)))
def test_any_json_is_read_or_refused(told: object) -> None:
    read_or_refuse(json.dumps(told).encode())
