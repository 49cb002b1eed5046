"""Every feed with people in it, the real server, and then every byte on the disk is searched."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.up import Running, up
from tests.unit.intake.nemsis_documents import PRIVATE, care_report

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = (
    "zebulon",
    "quartermain",
    "marmalade",
    "202-555-0147",
    "5550147",
    "elmwood",
    "1987-04-05",
    "05/2019",
    "47.61234",
    "-122.33456",
    *(value.lower() for value in PRIVATE.values()),
)
NARRATIVE = (
    "RP Zebulon Quartermain 202-555-0147, 12 Elmwood Ct: son Marmalade, born 1987-04-05, "
    "not breathing, working code"
)
PLACE = {"latitude": 47.61234, "longitude": -122.33456}
NATIVE = {
    "incident_number": "26-1",
    "incident_type": "Cardiac arrest",
    "narrative": NARRATIVE,
    "address": "12 Elmwood Ct",
    "place": PLACE,
    "patients": [{"age_years": 3, "outcome": "died", "name": "Marmalade Quartermain"}],
    "caller": "Zebulon Quartermain",
    "units": ["E12"],
}
_PROLOGUE = {
    "lastUpdateTimeStamp": "2026-11-23T03:00:00Z",
    "updatedByAgencyReference": {"$ref": "a1"},
}
EIDO: dict[str, Any] = {
    "$id": "urn:emergency:uid:incidentid:26-2:psap.example",
    **_PROLOGUE,
    "eidoVersion": "1.0",
    "issuingElementIdentification": "cad.psap.example",
    "agencyComponent": [{"$id": "a1", **_PROLOGUE, "agencyIdentifier": "psap.example"}],
    "incidentComponent": {
        "$id": "i1",
        **_PROLOGUE,
        "incidentTypeCommonRegistryText": "CARDIAC",
        "internalIncidentId": "26-2",
    },
    "notesComponent": [{"$id": "n1", **_PROLOGUE, "notesActionComments": f"<p>{NARRATIVE}</p>"}],
    "personComponent": [
        {
            "$id": "p1",
            **_PROLOGUE,
            "personNameText": "Zebulon Quartermain",
            "jcard": ["vcard", [["fn", {}, "text", "Marmalade Quartermain"]]],
        }
    ],
    "callComponent": [{"$id": "c1", **_PROLOGUE, "callbackNumber": "+1 202 555 0147 5550147"}],
}
NERIS = {
    "incident_number": "26-3",
    "call_arrival": "2026-11-23T03:00:00Z",
    "call_answered": "2026-11-23T03:00:05Z",
    "call_create": "2026-11-23T03:00:10Z",
    "location": {"street": "Elmwood", "number": 12},
    "point": {"geometry": {"type": "Point", "coordinates": [-122.33456, 47.61234]}},
    "comments": [{"comment": NARRATIVE, "timestamp": "2026-11-23T03:01:00Z"}],
    "unit_responses": [{"reported_unit_id": "E12", "staffing": 3}],
}
NERIS_RECORD = {
    "base": {"incident_number": "26-3", "outcome_narrative": NARRATIVE},
    "incident_types": [{"type": "MEDICAL||ILLNESS||CARDIAC_ARREST", "primary": True}],
    "casualty_rescues": [
        {
            "type": "NONFF",
            "birth_month_year": "05/2019",
            "casualty": {"injury_or_noninjury": {"type": "INJURED_FATAL"}},
        }
    ],
}
CAP = f"""<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>26-4</identifier><sender>zebulon.quartermain@alerts.example</sender>
<sent>2026-11-23T03:00:00-00:00</sent><status>Actual</status><msgType>Alert</msgType>
<scope>Public</scope><info><category>Rescue</category><event>Child Abduction</event>
<urgency>Immediate</urgency><severity>Severe</severity><certainty>Likely</certainty>
<headline>Amber alert: Marmalade Quartermain</headline><description>{NARRATIVE}</description>
</info></alert>"""
CSV = (
    "title,timeStamp,twp,addr,desc,lat,lng\n"
    'EMS: CARDIAC ARREST,2026-11-23 03:00:00,ELMWOOD,12 ELMWOOD CT,"ZEBULON",47.61234,-122.33456\n'
)


async def _post_everything(running: Running) -> list[httpx.Response]:
    headers = {"Authorization": f"Bearer {running.key}"}
    async with httpx.AsyncClient(base_url=running.url, headers=headers) as client:
        lines = "\n".join([json.dumps(NATIVE | {"incident_number": "26-9"}), "{Zebulon", ""])
        return [
            await client.post("/v1/incidents", json=NATIVE),
            await client.post("/v1/incidents", json=NATIVE | {"occurred_at": "Zebulon"}),
            await client.post("/v1/incidents:bulk", content=lines),
            await client.post("/v1/incidents:eido", json=EIDO),
            await client.post("/v1/incidents:neris", json=NERIS),
            await client.post("/v1/incidents:neris", json=NERIS_RECORD),
            await client.post("/v1/incidents:cap", content=CAP),
            await client.post("/v1/incidents:nemsis", content=care_report()),
            await client.post("/v1/screenings", json=NATIVE),
        ]


def _found(data: bytes) -> list[str]:
    lower = data.lower()
    return [secret for secret in SECRETS if secret.encode() in lower]


@pytest.mark.connected
@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_no_byte_on_the_disk_tells_of_a_caller_or_a_patient(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    export = tmp_path / "calls.csv"
    export.write_text(CSV)
    async with up(folder) as running:
        answers = await _post_everything(running)
        assert [a.status_code for a in answers if a.status_code >= 500] == []
        taken = [a for a in answers if a.status_code in {200, 202}]
        assert len(taken) == len(answers) - 1, [a.text for a in answers]
        await running.cli("post", "--format", "montgomery", str(export))
        await running.watch_until("Looking for")
        await running.end(signal.SIGINT)

    searched = [path for path in folder.rglob("*") if path.is_file()]
    streams = [path for path in searched if path.suffix == ".blk"]
    assert any(b"incident_reported" in path.read_bytes() for path in streams), "nothing is stored"
    for path in searched:
        assert not _found(path.read_bytes()), path.relative_to(folder)


def test_the_search_would_find_them() -> None:
    assert _found(json.dumps(NATIVE).encode())
    assert _found(json.dumps(EIDO).encode())
    assert _found(CAP.encode())
    assert all(_found(value.encode()) for value in PRIVATE.values() if value.startswith("PRIVATE-"))
