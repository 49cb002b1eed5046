"""Whole documents to start from, for each adapter: real ones where they are at hand, and built-in ones.

Reads files, and no adapter.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SHARED = ROOT / "../shared/data"
_LARGEST = 32_768
_LARGEST_SAMPLE = 2_048
"""Larger ones are cut: what goes wrong in them goes wrong in their beginning, and much faster."""

_AT = "2026-03-01T21:00:00-05:00"
_UNIT = {"reported_unit_id": "E12", "staffing": 4, "dispatch": _AT, "on_scene": 1772417220}
_DISPATCH: dict[str, Any] = {
    "incident_number": "26-000123",
    "call_arrival": _AT,
    "call_create": "1772416830000",
    "determinant_code": "9-E-1",
    "incident_code": "ALS2",
    "disposition": "Transported",
    "incident_clear": 1772420400,
    "location": {"number": 12, "street": "Main", "street_postfix": "STREET"},
    "point": {"crs": 4326, "geometry": {"type": "Point", "coordinates": [-75.3, 40.1]}},
    "comments": [{"comment": "CPR in progress", "timestamp": _AT}, "3 y/o"],
    "unit_responses": [_UNIT, {"unit_neris_id": "FD24027000S001U002", "canceled_enroute": _AT}],
}
_INCIDENT: dict[str, Any] = {
    "neris_id": "FD24027000|26-000123|1772416830",
    "last_modified": _AT,
    "base": {"incident_number": "IN-1", "outcome_narrative": "<b>left</b> with the medics"},
    "incident_types": [{"primary": True, "type": "MEDICAL||ILLNESS||CARDIAC_ARREST"}],
    "special_modifiers": ["MCI", {"type": "ACTIVE_ASSAILANT"}],
    "dispatch": _DISPATCH,
    "unit_responses": [{"reported_unit_id": "M7", "on_scene": _AT, "unit_clear": _AT}],
    "casualty_rescues": [
        {
            "type": "FF",
            "casualty": {"injury_or_noninjury": {"type": "INJURED_NONFATAL", "cause": "COLLAPSE"}},
            "rescue": {
                "mayday": {"mayday": True, "rit_activated": True},
                "ffrescue_or_nonffrescue": {
                    "type": "RESCUED_BY_FF_RIT",
                    "removal_or_nonremoval": {"type": "RECOVERY"},
                },
            },
        },
        {"type": "NONFF", "birth_month_year": "03/2023", "casualty": None},
    ],
    "medical_details": [{"patient_care_evaluation": "PATIENT_DEAD_ON_ARRIVAL"}],
    "actions_tactics": {"action_noaction": {"type": "NOACTION", "noaction_type": "CANCELLED"}},
    "traumatic_event": "PEDIATRIC CPR",
}
_EIDO: dict[str, Any] = {
    "$id": "urn:emergency:uid:incidentid:a56e556d871:bcf.state.pa.us",
    "lastUpdateTimeStamp": _AT,
    "eidoVersion": "1.0",
    "issuingElementIdentification": "idx.example.org",
    "callComponent": [{"$id": "c1", "callStartTimestamp": _AT, "standardPrimaryCallType": "9-1-1"}],
    "incidentComponent": {
        "incidentTypeCommonRegistryText": "CARDIAC",
        "incidentTypeInternalText": "Cardiac arrest",
        "incidentStatusCommonRegistryText": ["Active"],
        "internalIncidentId": "26-000123",
        "locationReference": [{"$ref": "l1"}],
        "dispositionComponent": [{"dispositionCommonRegistryCode": "39"}],
    },
    "locationComponent": [
        {
            "$id": "l1",
            "locationByValue": '<presence xmlns:g="urn:g"><g:pos>40.1 -75.3</g:pos></presence>',
        }
    ],
    "notesComponent": [{"notesActionComments": "<p>CPR in <b>prog</b>ress</p>"}],
    "mergeComponent": [
        {"incidentMergeDirectionCode": "REPLACED", "incidentTrackingIdentifier": "2"}
    ],
    "emergencyResourceComponent": [
        {"emergencyResourceName": "M7", "primaryUnitStatusRegistryText": "OnScene"}
    ],
}
_NATIVE: dict[str, Any] = {
    "incident_type": "Cardiac arrest",
    "incident_number": "2026-000124",
    "codes": [{"system": "mpds", "code": "09-E-01"}],
    "occurred_at": _AT,
    "told_at": _AT,
    "status": "active",
    "units": ["E12", "M4"],
    "narrative": "3 y/o, CPR in progress",
    "place": {"latitude": 44.05, "longitude": -92.48},
    "address": "12 W Main St",
    "patients": [{"age_years": 3, "outcome": "died", "resuscitated": True}],
    "responders": [{"outcome": "injured"}],
    "flags": ["mayday"],
    "same_as": ["2026-000125"],
}
_CAP = f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>KSTO1055887203</identifier>
<sender>w-nws.webmaster@example.org</sender><sent>{_AT}</sent><status>Actual</status>
<msgType>Update</msgType><scope>Public</scope>
<references>w-nws.webmaster@example.org,KSTO1055887202,2026-03-01T20:00:00-05:00</references>
<info><language>en-US</language><category>Met</category><event>Severe thunderstorm</event>
<urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>
<eventCode><valueName>SAME</valueName><value>SVR</value></eventCode><headline>Storm</headline>
<area><areaDesc>North</areaDesc><polygon>38.4,-119.9 38.6,-119.8 38.4,-119.9</polygon></area></info>
</alert>"""
_NEMSIS = f"""<?xml version="1.0" encoding="UTF-8"?>
<EMSDataSet xmlns="http://www.nemsis.org" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<Header><DemographicGroup><dAgency.01>S01</dAgency.01></DemographicGroup>
<PatientCareReport UUID="4a7b8b77"><eRecord><eRecord.01>R1</eRecord.01></eRecord>
<eResponse><eResponse.03>26-000123</eResponse.03><eResponse.14>M7</eResponse.14></eResponse>
<eDispatch><eDispatch.01>2301019</eDispatch.01><eDispatch.06>CAD-7</eDispatch.06></eDispatch>
<eTimes><eTimes.01>{_AT}</eTimes.01><eTimes.06 NV="7701003" xsi:nil="true"/></eTimes>
<ePatient><ePatient.AgeGroup><ePatient.15>3</ePatient.15><ePatient.16>2516009</ePatient.16>
</ePatient.AgeGroup></ePatient><eScene><eScene.07>9923003</eScene.07>
<eScene.11>40.1,-75.3</eScene.11></eScene>
<eArrest><eArrest.01>3001003</eArrest.01><eArrest.03>3003005</eArrest.03>
<eArrest.18 PN="8801029">3018003</eArrest.18></eArrest>
<eDisposition><eDisposition.27>4227001</eDisposition.27></eDisposition>
<eOther><eOther.EMSCrewMemberGroup><eOther.05>9923003</eOther.05><eOther.06>4506035</eOther.06>
</eOther.EMSCrewMemberGroup></eOther></PatientCareReport></Header></EMSDataSet>"""
_CSV = '''level,incident_number,incident_type,units,location,timestamp
1,F170053933,"Aid Response, Yellow","E12 M7",1100 Spring St,06/01/2017 12:05:00 AM
,F170053933,Medic Response,L4,1100 Spring St,06/01/2017 12:06:10 AM
2,,"He said ""help""",,,11/06/2016 01:30:00 AM
'''


def _json(*trees: object) -> list[bytes]:
    return [json.dumps(each).encode() for each in trees]


_BUILT_IN: dict[str, list[bytes]] = {
    "eido": _json(_EIDO, {"event": {"notification": {"eido": _EIDO}}}),
    "cap": [_CAP.encode()],
    "neris": _json(_DISPATCH, _INCIDENT, {"incidents": [_INCIDENT, _DISPATCH]}),
    "nemsis": [_NEMSIS.encode()],
    "native": _json(_NATIVE, [_NATIVE, {"incident_type": "Vehicle lockout"}]),
    "csv": [_CSV.encode()],
    "learn": [_CSV.encode(), *_json([_NATIVE, {"nature": "Fire", "received": _AT}])],
}
_REAL: dict[str, tuple[tuple[Path, str], ...]] = {
    "eido": ((SHARED / "eido/samples", "*.json"),),
    "cap": (
        (SHARED / "cap", "*.xml"),
        (SHARED / "cap/google", "*.*"),
        (SHARED / "cap/oasis_examples", "*.xml"),
    ),
    "native": ((ROOT / "examples", "*.json"),),
    "csv": ((SHARED / "cad", "*.csv"),),
    "learn": ((SHARED / "cad", "*.*"),),
}


def seeds_of(adapter: str) -> list[bytes]:
    """The built-in documents, then the real ones that are here; each at most 32 KiB."""
    files = [path for folder, kind in _REAL.get(adapter, ()) for path in sorted(folder.glob(kind))]
    largest = _LARGEST_SAMPLE if adapter == "learn" else _LARGEST
    return [*_BUILT_IN[adapter], *(path.read_bytes()[:largest] for path in files)]
