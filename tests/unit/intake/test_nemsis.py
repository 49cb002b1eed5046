"""NEMSIS: what a late care report tells of the incident, and that it tells of nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.adapters import nemsis
from services.intake.adapters.document import BadDocument
from services.intake.adapters.nemsis_codes import CODED, REASONS, TOLD
from services.intake.commands import (
    CodeSystem,
    PatientOutcome,
    Place,
    Report,
    ResponderOutcome,
    Told,
)

from .mutations import mangled
from .nemsis_documents import PRIVATE, ROUTINE, care_report, document, not_told

FULL = document(
    care_report(
        crew=(("4506001",), ("4506021", "4506035")),
        eScene_07="9923003",
        eScene_11="40.1,-75.3",
        eScene_15="12 W Main Street",
        eArrest_01="3001003",
        eArrest_03=("3003005", "3003001"),
        eArrest_18="3018003",
    ),
    care_report(eResponse_14="E12"),
)


def told(*raw: str, **changed: Any) -> Told:
    (only,) = nemsis.read(document(care_report(*raw, **changed)), "epcr")
    return only


def report(*raw: str, **changed: Any) -> Report:
    return told(*raw, **changed).report


def outcome(**changed: Any) -> PatientOutcome:
    (patient,) = report(**changed).patients
    return patient.outcome


def test_a_routine_record_tells_number_times_unit_and_codes() -> None:
    read = report()
    assert read.number == "26-000123"
    assert read.source == "epcr"
    assert read.incident_type == "Breathing problem"
    assert read.occurred_at == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    assert read.on_scene_at == datetime(2026, 3, 2, 2, 8, tzinfo=UTC)
    assert read.units == ("M7",)
    codes = {each.code for each in read.codes}
    assert {"eDispatch.01:2301013", "eScene.07:9923001", "eDisposition.27:4227001"} <= codes
    assert {each.system for each in read.codes} == {CodeSystem.NEMSIS}
    assert read.flags == read.responders == ()


def test_one_units_record_says_nothing_of_how_far_the_incident_is() -> None:
    read = report()
    assert read.status is None
    assert read.operations_ongoing is read.operations_ended_at is read.told_at is None


@pytest.mark.parametrize("namespace", ["http://www.nemsis.org", "urn:other", ""])
def test_any_namespace_and_every_record_of_a_document(namespace: str) -> None:
    body = document(care_report(), care_report(eResponse_14="E12"), namespace=namespace)
    assert [each.report.units for each in nemsis.read(body, "epcr")] == [("M7",), ("E12",)]


def test_a_prefix_and_a_record_alone_are_read() -> None:
    record = care_report().replace("<PatientCareReport", '<n:PatientCareReport xmlns:n="urn:n"')
    record = record.replace("</PatientCareReport", "</n:PatientCareReport")
    (read,) = nemsis.read(record.encode(), "epcr")
    assert read.report.number == "26-000123"


def test_sections_without_a_record_around_them_are_one_record() -> None:
    body = b"<EMSDataSet><eResponse><eResponse.03>1-2-3</eResponse.03></eResponse></EMSDataSet>"
    (read,) = nemsis.read(body, "epcr")
    assert read.report.number == "1-2-3"


def test_the_incident_number_is_first_and_the_units_cad_record_another_name_of_it() -> None:
    both = report(eDispatch_06="CAD-77")
    assert (both.number, both.same_as) == ("26-000123", ("CAD-77",))
    only = report(eDispatch_06="CAD-77", eResponse_03=None)
    assert (only.number, only.same_as) == ("CAD-77", ())


def test_two_units_of_one_incident_give_one_number() -> None:
    numbers = {report(eDispatch_06=each).number for each in ("CAD-77-A", "CAD-77-B")}
    assert numbers == {"26-000123"}


def test_a_cad_record_that_is_the_care_reports_own_number_is_no_incident_number() -> None:
    own = {"eRecord_01": "PCR-1", "eDispatch_06": "PCR-1"}
    assert report(**own).same_as == ()
    unnumbered = told(eResponse_03=None, **own)
    assert unnumbered.report.number is None
    assert unnumbered.key is not None
    assert "PCR-1" not in unnumbered.key


def test_a_repeat_of_a_record_without_a_number_has_the_same_key() -> None:
    first, again = told(eResponse_03=None), told(eResponse_03=None, eScene_07="9923003")
    assert first.key == again.key
    assert first.key != told(eResponse_03=None, eRecord_01="another").key


def test_nothing_of_patient_or_crew_reaches_the_report_beyond_age_and_outcome() -> None:
    for each in nemsis.read(FULL, "epcr"):
        kept = each.model_dump_json()
        assert "PRIVATE" not in kept
        for name, value in PRIVATE.items():
            assert value not in kept, name
        assert each.report.narrative == ""
    assert not {*PRIVATE} - {"eRecord.01"} & (CODED | TOLD)


@pytest.mark.parametrize("name", sorted(CODED))
def test_text_where_a_code_belongs_is_not_taken(name: str) -> None:
    read = told(**{name.replace(".", "_"): "PRIVATE TEXT"})
    assert "PRIVATE" not in read.model_dump_json()


def test_no_problem_tells_a_value_of_the_document() -> None:
    bad = [
        document(care_report(eResponse_03=None, eRecord_01=None)),
        document("<PRIVATE/>"),
        document(care_report())[:-9],
        b"<!DOCTYPE x [<!ENTITY e 'PRIVATE'>]>" + document(care_report())[38:],
    ]
    for body in bad:
        with pytest.raises(BadDocument) as problem:
            nemsis.read(body, "epcr")
        assert "PRIVATE" not in str(problem.value)
        assert problem.value.remedy


@pytest.mark.parametrize(
    ("number", "unit", "years"),
    [
        ("54", "2516009", 54),
        ("0", "2516009", 0),
        ("30", "2516007", 2.5),
        ("10", "2516001", 10 / 365.25),
        ("5", "2516003", 5 / 8766),
        ("90", "2516005", 90 / 525960),
        ("3", None, 3),
        ("18", None, None),
        ("45", None, None),
        ("131", "2516009", None),
        ("-3", "2516009", None),
        ("three", "2516009", None),
        ("٣", "2516009", None),
        ("99999", "2516005", None),
        (None, "2516009", None),
    ],
)
def test_an_age_is_in_years(number: str | None, unit: str | None, years: float | None) -> None:
    read = report(ePatient_15=number, ePatient_16=unit, eArrest_01="3001003")
    assert read.patients[0].age_years == (years and pytest.approx(years))


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ("eArrest_18", "3018003"),
        ("eArrest_18", "3018001"),
        ("eArrest_03", "3003007"),
        ("eArrest_03", "3003009"),
        ("eArrest_16", "3016005"),
        ("eScene_08", "2708009"),
        ("eSituation_13", "2813007"),
        ("eDisposition_19", "4219009"),
        ("eDisposition_21", "4221009"),
        ("eDisposition_12", "4212015"),
        ("eOutcome_01", "20"),
        ("eOutcome_02", "20"),
    ],
)
def test_who_died_on_the_call_or_later_in_hospital_died(element: str, code: str) -> None:
    assert outcome(**{element: code}) is PatientOutcome.DIED


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, PatientOutcome.UNKNOWN),
        ({"eArrest_01": "3001005"}, PatientOutcome.CRITICAL),
        ({"eArrest_01": "3001003", "eArrest_12": "3012001"}, PatientOutcome.CRITICAL),
        ({"eArrest_01": "3001003", "eArrest_18": "3018007"}, PatientOutcome.CRITICAL),
        ({"eDisposition_19": "4219001"}, PatientOutcome.CRITICAL),
        ({"eSituation_13": "2813001"}, PatientOutcome.UNKNOWN),
        ({"eSituation_13": "2813001", "eDisposition_19": None}, PatientOutcome.CRITICAL),
        ({"eSituation_02": "9922005"}, PatientOutcome.INJURED),
        ({"eDisposition_28": "4228005"}, PatientOutcome.UNHURT),
        ({"eOutcome_01": "09"}, PatientOutcome.UNKNOWN),
    ],
)
def test_what_became_of_the_patient(changed: dict[str, str], expected: PatientOutcome) -> None:
    assert outcome(**changed) is expected


def test_resuscitation_of_a_child_is_told_as_such() -> None:
    changed = {"ePatient_15": "17", "eArrest_01": "3001003", "eArrest_03": "3003005"}
    assert report(**changed).flags == ("pediatric_cpr",)
    assert report(**changed).patients[0].resuscitated
    assert report(**changed | {"ePatient_15": "18"}).flags == ()
    assert report(**changed | {"eArrest_03": "3003007"}).flags == ()
    assert report(eArrest_09="3009001").patients[0].resuscitated


def test_a_record_that_tells_of_no_patient_has_none() -> None:
    assert report(ePatient_15=None, ePatient_16=None).patients == ()


@pytest.mark.parametrize(
    ("codes", "responder", "flags"),
    [
        (("4506001",), ResponderOutcome.KILLED, ()),
        (("4506003",), ResponderOutcome.KILLED, ()),
        (("4506005",), ResponderOutcome.KILLED, ()),
        (("4506007",), None, ("hazmat_exposure",)),
        (("4506013",), None, ()),
        (("4506017",), None, ("hazmat_exposure",)),
        (("4506021",), None, ("hazmat_exposure",)),
        (("4506023",), ResponderOutcome.INJURED, ()),
        (("4506025",), ResponderOutcome.INJURED, ()),
        (("4506027",), None, ()),
        (("4506031",), None, ("violence_against_responder",)),
        (("4506033",), None, ("violence_against_responder",)),
        (("4506035",), ResponderOutcome.ASSAULTED, ("violence_against_responder",)),
        (
            ("4506037",),
            None,
            ("sexual_violence_against_responder", "violence_against_responder"),
        ),
        (
            ("4506039",),
            ResponderOutcome.ASSAULTED,
            ("sexual_violence_against_responder", "violence_against_responder"),
        ),
        (("4506041",), ResponderOutcome.SERIOUSLY_INJURED, ()),
        (("4506025", "4506041", "4506003"), ResponderOutcome.KILLED, ()),
    ],
)
def test_what_befell_a_crew_member(
    codes: tuple[str, ...], responder: ResponderOutcome | None, flags: tuple[str, ...]
) -> None:
    read = report(crew=(codes,))
    assert read.responders == ((responder,) if responder else ())
    assert read.flags == flags


def test_each_crew_member_is_told_apart_and_codes_outside_a_group_count_too() -> None:
    two = report(crew=(("4506025",), ("4506035",)))
    assert two.responders == (ResponderOutcome.INJURED, ResponderOutcome.ASSAULTED)
    assert report(eOther_06="4506003").responders == (ResponderOutcome.KILLED,)


@pytest.mark.parametrize(
    "attributes",
    ['NV="7701003"', 'PN="8801019"', 'NV="7701001"', 'PN="8801031"'],
)
def test_what_is_nil_or_negated_says_nothing(attributes: str) -> None:
    nil = not_told("eScene.07", attributes)
    valued = f"<eArrest.18 {attributes}>3018003</eArrest.18>"
    read = report(nil, valued, eScene_07=None)
    assert read.flags == ()
    assert read.patients[0].outcome is PatientOutcome.UNKNOWN
    assert not [each for each in read.codes if each.code.startswith(("eScene.07", "eArrest.18"))]


def test_an_approximate_value_still_counts_and_a_not_value_as_text_does_not() -> None:
    approximate = '<eArrest.18 PN="8801029">3018003</eArrest.18>'
    assert report(approximate).patients[0].outcome is PatientOutcome.DIED
    assert report(eResponse_14="7701003").units == ("V-0042",)


def test_a_mass_casualty_and_an_active_shooter_are_flags() -> None:
    assert report(eScene_07="9923003").flags == ("mass_casualty",)
    assert report(eDispatch_01="2301099").flags == ("active_assailant",)


def test_a_unit_cancelled_on_its_way_was_exposed_to_nothing() -> None:
    read = report(eDispatch_01="2301099", eDisposition_27="4227005", ePatient_15=None)
    assert (read.units, read.flags, read.patients, read.incident_type) == ((), (), (), "")
    assert read.status is None
    assert "eDisposition.27:4227005" in {each.code for each in read.codes}


def test_where_the_scene_is_helps_to_match_reports() -> None:
    read = report(eScene_11="+40.1,-75.3", eScene_15="12 W Main Street")
    assert read.place == Place(latitude=40.1, longitude=-75.3)
    assert read.address == "12 W Main Street"
    assert report(eScene_11="somewhere").place is None


def test_unknown_elements_are_counted_and_those_of_nemsis_are_not() -> None:
    assert told().ignored_fields == 0
    assert (
        told("<vendor.thing><more/></vendor.thing>", "<eVitals.06>1</eVitals.06>").ignored_fields
        == 2
    )


def test_every_reason_for_the_call_has_a_name() -> None:
    assert list(REASONS) == [f"2301{each:03}" for each in range(1, 100, 2)]
    assert all(report(eDispatch_01=each).incident_type for each in REASONS)
    assert report(eDispatch_01="2309999").incident_type == ""


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"<EMSDataSet/>", b"<DEMDataSet/>", b"\xff\xfe<", b"<a>" * 100 + b"</a>" * 100],
)
def test_what_holds_no_care_report_is_said_clearly(body: bytes) -> None:
    with pytest.raises(BadDocument) as problem:
        nemsis.read(body, "epcr")
    assert problem.value.problem


def test_more_records_than_one_document_should_hold_are_refused() -> None:
    least = "<PatientCareReport><eResponse.03>1</eResponse.03></PatientCareReport>"
    assert len(nemsis.read(document(*[least] * 1000), "epcr")) == 1000
    with pytest.raises(BadDocument, match="more than 1,000"):
        nemsis.read(document(*[least] * 1001), "epcr")


def read_or_refuse(body: bytes) -> None:
    try:
        read = nemsis.read(body, "epcr")
    except BadDocument as problem:
        assert "PRIVATE" not in str(problem)  # noqa: PT017 - either outcome is fine
        return
    assert read
    for each in read:
        assert each.report.number is not None or each.key is not None


@settings(max_examples=300, deadline=None)
@given(mangled([FULL, document(care_report())]))
def test_a_damaged_document_is_read_or_refused(body: bytes) -> None:
    read_or_refuse(body)


VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from([*ROUTINE.values(), *PRIVATE.values(), "", "0", "9" * 400, "-1", "1e9"]),
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(CODED | TOLD)), VALUES, max_size=12))
def test_any_text_in_any_element_that_is_read(values: dict[str, str]) -> None:
    escape = str.maketrans({"<": "&lt;", "&": "&amp;", ">": "&gt;"})
    changed = {name.replace(".", "_"): text.translate(escape) for name, text in values.items()}
    read_or_refuse(document(care_report(**changed)))
