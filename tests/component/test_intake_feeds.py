"""Documents of other formats over HTTP: the same answer as for our own, or a clear problem."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from schemas.subjects import Stream
from services.intake.adapters.formats import READERS, Format, sniff
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.town import Town

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
FEEDS = [form for form in READERS if form is not Format.NATIVE]
EIDO: dict[str, Any] = {
    "$id": "urn:emergency:uid:incidentid:a1:town.invalid",
    "lastUpdateTimeStamp": "2026-03-02T02:59:00Z",
    "updatedByAgencyReference": {"$ref": "town.invalid"},
    "eidoVersion": "1.0",
    "issuingElementIdentification": "cad.town.invalid",
    "agencyComponent": [],
    "incidentComponent": {
        "$id": "i1",
        "lastUpdateTimeStamp": "2026-03-02T02:59:00Z",
        "internalIncidentId": "26-77",
        "incidentTypeCommonRegistryText": "ACTSHOOT",
        "incidentStatusCommonRegistryText": ["Active"],
    },
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


async def test_an_eido_is_taken_like_a_report_of_our_own(town: Town) -> None:
    first = await town.http.post("/v1/incidents:eido", json=EIDO)
    again = await town.http.post("/v1/incidents:eido", json=EIDO)

    assert first.status_code == 202, first.text
    assert first.json()["answer"] == "created"
    assert first.headers["location"] == f"/v1/cases/{first.json()['case_id']}"
    assert (again.status_code, again.json()["answer"]) == (200, "duplicate")
    assert again.json()["case_id"] == first.json()["case_id"]


@pytest.mark.parametrize("form", FEEDS)
@pytest.mark.parametrize("body", [b"", b"very-secret", b"{}", b"<a>very-secret</a>", b"\xff\xfe"])
async def test_what_cannot_be_read_gets_a_field_and_a_remedy(
    town: Town, form: Format, body: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await town.http.post(f"/v1/incidents:{form}", content=body)

    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:tailboard:problem:bad-document"
    (error,) = answer.json()["errors"]
    assert error["field"]
    assert error["problem"]
    assert error["remedy"]
    assert "secret" not in answer.text + "".join(capsys.readouterr())
    assert town.journal.all(Stream.INTAKE) == ()


@pytest.mark.parametrize("form", FEEDS)
async def test_a_document_that_is_too_large_is_refused(town: Town, form: Format) -> None:
    answer = await town.http.post(f"/v1/incidents:{form}", content=b" " * 300_000)

    assert answer.status_code == 413


@pytest.mark.parametrize("form", FEEDS)
async def test_without_a_key_no_document_is_taken(town: Town, form: Format) -> None:
    answer = await town.http.post(f"/v1/incidents:{form}", json={}, headers={"Authorization": ""})

    assert answer.status_code == 401


async def test_the_streams_away_is_a_503_that_may_be_sent_again(town: Town) -> None:
    town.journal.reachable = False
    answer = await town.http.post("/v1/incidents:eido", json=EIDO)

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b'{"incident_type": "a"}', Format.NATIVE),
        (b'[{"incident_type": "a"}]', Format.NATIVE),
        (b"{", Format.NATIVE),
        (b'\xef\xbb\xbf {"eidoVersion": "1.0"}', Format.EIDO),
        (b'{"event": {"notification": []}}', Format.EIDO),
        (b'{"unsubscribeResponse": {}}', Format.EIDO),
        (b'{"incident_types": [], "base": {}}', Format.NERIS),
        (b'{"call_create": "", "unit_responses": []}', Format.NERIS),
        (b'<?xml version="1.0"?><!-- a --><cap:alert xmlns:cap="x">', Format.CAP),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><feed>", Format.CAP),
        ("<alert/>".encode("utf-16"), Format.CAP),
        (b"<EMSDataSet xmlns='http://www.nemsis.org'>", Format.NEMSIS),
        (b"<html>", None),
        (b"Type,Time\na,b", None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_a_format_is_known_by_its_content(body: bytes, form: Format | None) -> None:
    assert sniff(body) is form


@pytest.mark.skipif(not (DATA / "cap").is_dir(), reason="the shared data are not here")
@pytest.mark.parametrize(("folder", "form"), [("cap", Format.CAP), ("eido", Format.EIDO)])
def test_every_published_sample_is_known_by_its_content(folder: str, form: Format) -> None:
    endings = {".json", ".xml", ".cap", ".atom", ".edxlde"}
    samples = [path for path in (DATA / folder).rglob("*") if path.suffix in endings]
    assert samples
    assert {sniff(path.read_bytes()) for path in samples} == {form}
