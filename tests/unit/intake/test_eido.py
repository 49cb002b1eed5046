"""EIDO: every shape seen in the wild, what is taken of it, and what never is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.intake import IncidentStatus
from services.intake.adapters import eido
from services.intake.adapters.document import BadDocument
from services.intake.commands import Place, Report, Told

from .mutations import TREES, grafted, mangled

SAMPLES = Path(__file__).parents[3] / "../shared/data/eido/samples"
needs_samples = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="the shared EIDO samples are absent"
)
URN = "urn:emergency:uid:incidentid:a56e556d871:bcf.state.pa.us"
AT = "2026-03-01T21:00:00-05:00"
LATER = "2026-03-01T21:30:00-05:00"
PIDF = """<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gml="http://www.opengis.net/gml"
 xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr" entity="pres:caller@example.com">
<gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>40.1 -75.3</gml:pos></gml:Point>
<ca:civicAddress><ca:A3>Springfield</ca:A3><ca:PRD>W</ca:PRD><ca:RD>Main</ca:RD>
<ca:STS>Street</ca:STS><ca:HNO>12</ca:HNO></ca:civicAddress></presence>"""
COMMENT = """<com:EmergencyCallData.Comment xmlns:com="urn:ietf:params:xml:ns:EmergencyCallData:Comment">
<com:DataProviderReference>x@example.org</com:DataProviderReference>
<com:Comment xml:lang="en">caller says he is not breathing</com:Comment>
</com:EmergencyCallData.Comment>"""
FULL: dict[str, Any] = {
    "$id": URN,
    "lastUpdateTimeStamp": AT,
    "eidoVersion": "1.0",
    "issuingElementIdentification": "idx.example.org",
    "agencyComponent": [{"$id": "example.org", "agencyType": ["psap"]}],
    "agentComponent": [{"$id": "jdoe@example.org", "agentRoleRegistryText": ["Call Taking"]}],
    "callComponent": [{"$id": "c1", "callStartTimestamp": "2026-03-01T20:55:00-05:00"}],
    "incidentComponent": {
        "$id": "i1",
        "lastUpdateTimeStamp": AT,
        "incidentTypeCommonRegistryText": "CARDIAC",
        "incidentTypeInternalCode": "09E01",
        "incidentTypeInternalText": "Cardiac arrest",
        "incidentStatusCommonRegistryText": ["Active", "ResourcesOnscene"],
        "internalIncidentId": "26-000123",
        "incidentCommonPriorityNumber": 1,
        "locationReference": [{"$ref": "l2"}],
        "dispositionComponent": [
            {"dispositionCommonRegistryCode": "39", "dispositionDescriptionText": "no transport"}
        ],
    },
    "locationComponent": [
        {"$id": "l1", "locationTypeDescriptionRegistryText": "RoutingLocation"},
        {"$id": "l2", "locationByValue": PIDF},
    ],
    "notesComponent": [
        {"$id": "n1", "notesActionComments": "<p>CPR in <b>prog</b>ress</p><script>x()</script>"}
    ],
    "additionalDataComponent": [{"$id": "a1", "additionalDataByValue": COMMENT}],
    "emergencyResourceComponent": [
        {
            "$id": "r1",
            "lastUpdateTimeStamp": LATER,
            "emergencyResourceName": "M7",
            "primaryUnitStatusRegistryText": "OnScene",
        },
        {"$id": "r2", "emergencyResourceName": "E12", "secondaryUnitStatusRegistryText": "EnRoute"},
        {"$id": "r3", "emergencyResourceName": "T9", "activeOnIncidentId": "another"},
    ],
    "personComponent": [{"$id": "p1", "ncPersonComponent": {"PersonFullName": "Jordan Doe"}}],
}


def told(document: object) -> tuple[Told, ...]:
    return eido.read(json.dumps(document).encode(), "idx")


def report(document: object) -> Report:
    (only,) = told(document)
    return only.report


def incident(**fields: object) -> dict[str, Any]:
    """A partial update of the incident alone."""
    return {"$id": URN, "lastUpdateTimeStamp": AT, "incidentComponent": fields}


@needs_samples
@pytest.mark.parametrize(
    ("name", "number", "kind"),
    [
        ("nena_sample_call_transfer", URN, "Call transfer"),
        ("eidolib_SampleCallTransferEido", URN, "Call transfer"),
        ("eidolib_EidoWithJcard", URN, "Call transfer"),
        ("eidolib_NotifyWithEido", URN, "Call transfer"),
        ("eidoagent_template_traffic_collision", "[EXTERNAL_CAD_ID]", "Traffic Collision"),
        (
            "eidoagent_template_ucsd_burglary_template",
            "[EXTERNAL_CAD_ID_OR_REPORT_NUM]",
            "Burglary",
        ),
        (
            "eidoagent_template_ucsd_vegetation_fire_template",
            "[EXTERNAL_CAD_ID_OR_ALERT_NUM]",
            "Vegetation Fire",
        ),
    ],
)
def test_every_sample_with_an_incident_is_read(name: str, number: str, kind: str) -> None:
    (only,) = eido.read((SAMPLES / f"{name}.json").read_bytes(), "idx")
    assert (only.report.number, only.report.incident_type) == (number, kind)
    assert only.ignored_fields == 0


@needs_samples
def test_both_spellings_of_the_timestamp_and_the_envelope_tell_the_same() -> None:
    names = ("nena_sample_call_transfer", "eidolib_EidoWithJcard", "eidolib_NotifyWithEido")
    reports = {eido.read((SAMPLES / f"{n}.json").read_bytes(), "idx")[0].report for n in names}
    (only,) = reports
    assert only.told_at == datetime(2021, 4, 30, 18, 43, 49, 439000, UTC)
    assert only.occurred_at == datetime(2021, 4, 30, 18, 40, tzinfo=UTC)
    assert only.narrative == "This is an example text."
    assert only.status is None, "a call transfer does not say how far the incident is"
    assert only.address == "", "where a call was routed from is not where it happened"


@needs_samples
def test_messages_of_a_subscription_carry_no_incident() -> None:
    names = sorted(path for path in SAMPLES.glob("eidolib_ws_*.json"))
    assert len(names) == 7
    for path in names:
        with pytest.raises(BadDocument, match="carries no incident"):
            eido.read(path.read_bytes(), "idx")


def test_a_full_document_tells_all_that_screening_needs() -> None:
    (only,) = told(FULL)
    known = only.report
    assert only.ignored_fields == 0
    assert known.number == URN
    assert (known.incident_type, known.incident_code) == ("Cardiac arrest", "09E01")
    assert [f"{each.system}={each.code}" for each in known.codes] == [
        "apco=CARDIAC",
        "local=09E01",
        "local=Cardiac arrest",
        "local=priority:1",
        "disposition=39",
    ]
    assert known.narrative.splitlines() == [
        "CPR in progress",
        "caller says he is not breathing",
        "no transport",
    ]
    assert known.units == ("M7", "E12"), "a unit on another incident is not on this one"
    assert known.place == Place(latitude=40.1, longitude=-75.3)
    assert known.address == "12 W Main Street"
    assert known.status is IncidentStatus.ACTIVE
    assert known.operations_ongoing is True
    assert known.told_at == known.on_scene_at == datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
    assert known.occurred_at == datetime(2026, 3, 2, 1, 55, tzinfo=UTC)


def test_nothing_of_persons_agents_or_providers_is_taken() -> None:
    kept = report(FULL).model_dump_json()
    for personal in ("Doe", "jdoe", "example.org", "caller@"):
        assert personal not in kept


def test_a_partial_update_is_silent_about_the_rest() -> None:
    known = report(
        {
            "$id": URN,
            "lastUpdateTimestamp": LATER,
            "emergencyResourceComponent": {
                "$id": "E14",
                "primaryUnitStatusRegistryText": "EnRoute",
            },
        }
    )
    assert known.number == URN
    assert known.units == ("E14",)
    assert (known.incident_type, known.status, known.operations_ongoing) == ("", None, None)
    assert (known.codes, known.narrative, known.place, known.occurred_at) == ((), "", None, None)


def test_the_same_incident_has_one_number_in_every_form() -> None:
    partial = {"$id": URN, "notesComponent": [{"notesActionComments": "update"}]}
    forms: list[object] = [
        FULL,
        partial,
        [FULL],
        {"event": {"subscriptionId": "s", "notification": [FULL]}},
        {"event": {"notification": partial}},
        {"event": FULL},
        {"eido": FULL},
        {**FULL, "incidentComponent": [FULL["incidentComponent"]]},
    ]
    assert {report(form).number for form in forms} == {URN}


def test_a_message_id_is_not_an_incident_id() -> None:
    dialect = {
        "eidoMessageIdentifier": "urn:uuid:1",
        "$id": "urn:uuid:1",
        "incidentComponent": [{"incidentTrackingIdentifier": "CAD-7", "componentIdentifier": "i"}],
    }
    again = {**dialect, "eidoMessageIdentifier": "urn:uuid:2", "$id": "urn:uuid:2"}
    assert report(dialect).number == report(again).number == "CAD-7"


def test_a_long_number_is_digested_and_stays_the_same() -> None:
    long = "urn:emergency:uid:incidentid:" + "x" * 100
    first, second = report({**FULL, "$id": long}), report({"$id": long, "notesComponent": []})
    assert first.number == second.number
    assert first.number
    assert len(first.number) <= 80
    merged = {
        "incidentTrackingIdentifier": long,
        "incidentMergeDirectionCode": "REPLACED",
    }
    assert report({**FULL, "mergeComponent": [merged]}).same_as == (first.number,)


@pytest.mark.parametrize(
    ("component", "key", "kind", "is_same"),
    [
        ("mergeComponent", "incidentMergeDirectionCode", "REPLACING", True),
        ("mergeComponent", "incidentMergeDirectionCode", "replaced", True),
        ("mergeComponent", "incidentMergeDirectionCode", "SPLIT", False),
        ("linkComponent", "linkDirectionCode", "PARENT", True),
        ("linkComponent", "linkDirectionCode", "CHILD", True),
        ("linkComponent", "linkDirectionCode", "RELATED", False),
        ("linkComponent", "linkDirectionCode", "UNLINK", False),
    ],
)
def test_merged_and_parted_incidents_are_the_same_and_related_ones_are_not(
    component: str, key: str, kind: str, is_same: bool
) -> None:
    other = {"incidentTrackingIdentifier": "urn:other", key: kind}
    assert report({**FULL, component: [other]}).same_as == (("urn:other",) if is_same else ())


@pytest.mark.parametrize(
    ("statuses", "status", "ongoing"),
    [
        (["Active"], IncidentStatus.ACTIVE, True),
        (["FireUnderControl"], IncidentStatus.ACTIVE, True),
        ("ResourcesAssigned", IncidentStatus.ACTIVE, True),
        (["Closed"], IncidentStatus.CLOSED, False),
        (["Active", "Closed"], IncidentStatus.CLOSED, False),
        (["Cancelled"], IncidentStatus.CANCELLED, False),
        (["Closed", "ReOpened"], IncidentStatus.ACTIVE, True),
        (["ReportTaken"], None, None),
        ([], None, None),
    ],
)
def test_the_status_says_whether_work_goes_on(
    statuses: object, status: IncidentStatus | None, ongoing: bool | None
) -> None:
    known = report(incident(incidentStatusCommonRegistryText=statuses, lastUpdateTimeStamp=LATER))
    assert (known.status, known.operations_ongoing) == (status, ongoing)
    ended = datetime(2026, 3, 2, 2, 30, tzinfo=UTC) if ongoing is False else None
    assert known.operations_ended_at == ended


def test_a_unit_at_the_scene_means_that_work_goes_on() -> None:
    unit = {"emergencyResourceName": "E1", "primaryUnitStatusRegistryText": "On Scene"}
    assert report({"$id": URN, "emergencyResourceComponent": [unit]}).operations_ongoing is True


def test_unknown_fields_are_counted() -> None:
    document = {**FULL, "vendorThing": 1, "incidentComponent": {"other": 2, "more": 3}}
    assert told(document)[0].ignored_fields == 3


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        ("pt &lt; 18, BP <90/60, sats <LOW>", "pt < 18, BP <90/60, sats <LOW>"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("line<br/>break<br>again", "line\nbreak\nagain"),
        ("<!-- hidden --->seen<!-- open", "seen<!-- open"),
        ("<style>a{}</style>x<script>unclosed y", "x\nunclosed y"),
        ('<a href="javascript:alert(1)" onclick="x()">link</a>', "link"),
        ("<o:p>word</o:p>", "word"),
        ("half \ud83d\ude00 \ud800 gone", "half \U0001f600 ? gone"),
    ],
)
def test_notes_are_read_as_a_person_would(note: str, shown: str) -> None:
    document = {"$id": URN, "notesComponent": [{"notesActionComments": note}]}
    assert report(document).narrative == shown


def test_markup_that_never_ends_is_read_in_no_time() -> None:
    for piece in ("<", "<!--", "<a ", "<script>", "&", "<a href='"):
        note = piece * (200_000 // len(piece))
        assert len(report({"$id": URN, "notesComponent": {"noteText": note}}).narrative) <= 100_000


def test_test_calls_and_exercises_are_known_as_such() -> None:
    assert report({**FULL, "messageKind": "Exercise"}).exercise
    assert report({"$id": URN, "callComponent": {"standardPrimaryCallType": "test"}}).exercise
    mixed = [{"standardPrimaryCallType": "test"}, {"standardPrimaryCallType": "emergency"}]
    assert not report({"$id": URN, "callComponent": mixed}).exercise


def test_an_emergency_button_is_a_flag_when_it_is_taken_seriously() -> None:
    pressed = {"severity": "highest", "startTimestamp": AT}
    assert report({**FULL, "unitEmergencyStateComponent": [pressed]}).flags == ("unit_emergency",)
    assert report({**FULL, "unitEmergencyStateComponent": [{"severity": "low"}]}).flags == ()
    assert report(FULL).flags == (), "agents being named exposes nobody"


@pytest.mark.parametrize(
    ("shape", "place"),
    [
        ("<Circle><pos>10 20</pos><radius>5</radius></Circle>", (10, 20)),
        ("<posList>0 0 0 2 2 2 2 0</posList>", (1, 1)),
        ('<s srsName="urn:ogc:def:crs:EPSG::4979"><posList>1 2 99 3 4 99</posList></s>', (2, 3)),
        ("<pos>1 2 300</pos>", (1, 2)),
        ("<pos>0 0</pos>", None),
        ("<pos>91 0</pos>", None),
        ("<pos>nan inf</pos>", None),
        ("<pos>here there</pos>", None),
        ("<pos></pos>", None),
        ("<pos>1", None),
    ],
)
def test_a_point_is_read_from_any_shape(shape: str, place: tuple[float, float] | None) -> None:
    xml = f"<location>{shape}</location>"
    known = report({"$id": URN, "locationComponent": {"locationByValue": xml}}).place
    assert (known and (known.latitude, known.longitude)) == place


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\xfd",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"$id": NaN}',
        b'{"$id": 1e999}',
        b'{"$id": ' + b"9" * 5000 + b"}",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b'{"incident_type": "Lockout"}',
        b'{"event": {}}',
        b'{"event": {"notification": []}}',
        b'{"event": {"notification": [{"eidoReference": "https://idx/1"}]}}',
        b'{"event": null}',
    ],
    ids=range(16),
)
def test_what_is_no_eido_is_refused_with_a_remedy(body: bytes) -> None:
    with pytest.raises(BadDocument) as refused:
        eido.read(body, "idx")
    assert refused.value.field
    assert refused.value.remedy


def test_a_date_at_the_edge_of_the_calendar_is_no_date() -> None:
    document = {**FULL, "lastUpdateTimeStamp": "0001-01-01T00:00:00+14:00"}
    assert report(document).told_at == datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
    assert report({"$id": URN, "lastUpdateTimeStamp": "2026-03-01T21:00:00"}).told_at is None


def outcome(body: bytes) -> str:
    """What was read, written down, or the remedy of the refusal: there is nothing else."""
    try:
        return "".join(each.model_dump_json() for each in eido.read(body, "idx"))
    except BadDocument as refused:
        return refused.remedy


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=100), mangled([json.dumps(FULL).encode()])))
def test_any_bytes_are_a_report_or_a_refusal(body: bytes) -> None:
    assert outcome(body)


@settings(max_examples=250, deadline=None)
@given(st.one_of(grafted(FULL), st.dictionaries(st.sampled_from(sorted(FULL)), TREES)))
def test_wrong_types_anywhere_are_a_report_or_a_refusal(document: dict[str, Any]) -> None:
    assert outcome(json.dumps(document).encode())
