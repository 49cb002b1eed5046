"""Intake behind HTTP: taken once it is stored, and every refusal says what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from schemas.intake import IncidentReported
from schemas.subjects import Stream
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from tests.support.town import Town

REPORT = {"incident_number": "26-1", "incident_type": "Vehicle lockout", "units": ["E12"]}
PATH = "/v1/incidents"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


def _is_problem(answer: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["detail"]
    if code:
        assert body["type"] == f"urn:tailboard:problem:{code}"
    return body


def _nothing_stored(town: Town) -> bool:
    return town.journal.all(Stream.INTAKE) == ()


async def test_a_report_is_taken_with_its_place(town: Town) -> None:
    answer = await town.http.post(PATH, json=REPORT)

    assert answer.status_code == 202
    body = answer.json()
    assert answer.headers["location"] == f"/v1/cases/{body['case_id']}"
    assert body["answer"] == "created"
    assert body["link"] == f"http://town.invalid/cases/{body['case_id']}"
    assert [e.event.NAME for e in town.journal.all(Stream.INTAKE)] == ["incident_reported"]


async def test_a_repeat_is_the_same_case_and_nothing_new(town: Town) -> None:
    first = await town.http.post(PATH, json=REPORT)
    second = await town.http.post(PATH, json=REPORT)

    assert second.status_code == 200
    assert second.headers["location"] == first.headers["location"]
    assert second.json()["answer"] == "duplicate"
    assert len(town.journal.all(Stream.INTAKE)) == 1


async def test_an_update_is_the_same_case_and_one_more_event(town: Town) -> None:
    first = await town.http.post(PATH, json=REPORT)
    second = await town.http.post(PATH, json=REPORT | {"units": ["E12", "L3"]})

    assert second.status_code == 202
    assert second.json()["answer"] == "updated"
    assert second.json()["case_id"] == first.json()["case_id"]


async def test_the_same_number_of_another_source_is_another_case(town: Town) -> None:
    first = await town.http.post(PATH, json=REPORT)
    second = await town.http.post(PATH, json=REPORT | {"source": "county"})

    assert second.json()["case_id"] != first.json()["case_id"]


async def test_an_idempotency_key_names_a_report_without_a_number(town: Town) -> None:
    told = {"incident_type": "Vehicle lockout"}
    key = {"Idempotency-Key": "window-3/0042"}
    first = await town.http.post(PATH, json=told, headers=key)
    again = await town.http.post(PATH, json=told, headers=key)
    changed = await town.http.post(PATH, json=told | {"units": ["E1"]}, headers=key)
    other = await town.http.post(PATH, json=told)

    assert [a.status_code for a in (first, again, changed, other)] == [202, 200, 200, 202]
    assert len({a.json()["case_id"] for a in (first, again, changed)}) == 1
    assert other.json()["case_id"] != first.json()["case_id"]


async def test_a_feed_that_does_not_name_itself_is_called_by_its_key(town: Town) -> None:
    await town.http.post(PATH, json=REPORT)

    (stored,) = town.journal.all(Stream.INTAKE)
    assert isinstance(stored.event, IncidentReported)
    assert stored.event.source == "test-center"
    assert stored.meta.actor == "feed:test-center"


async def test_the_callers_trace_is_kept(town: Town) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    parent = {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}
    await town.http.post(PATH, json=REPORT, headers=parent)

    (stored,) = town.journal.all(Stream.INTAKE)
    assert stored.meta.trace.split("-")[1] == trace_id


@pytest.mark.parametrize("body", [b"{", b"", b"not json", b"\xff\xfe", b'{"incident_type": NaN}'])
async def test_malformed_json_is_refused(town: Town, body: bytes) -> None:
    answer = await town.http.post(PATH, content=body, headers={"content-type": "application/json"})

    assert _is_problem(answer, 422, "invalid")["errors"]
    assert _nothing_stored(town)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"incident_type": ["very-secret"]}, "incident_type"),
        ({"incident_type": ""}, "incident_type"),
        ({"incident_type": None}, "incident_type"),
        ({"units": "very-secret"}, "units"),
        ({"units": [{"very-secret": 1}]}, "units.0"),
        ({"patients": [{"age_years": "very-secret"}]}, "patients.0.age_years"),
        ({"patients": [{"age_years": -1}]}, "patients.0.age_years"),
        ({"patients": [{"outcome": "very-secret"}]}, "patients.0.outcome"),
        ({"occurred_at": "very-secret"}, "occurred_at"),
        ({"occurred_at": "2026-03-02T03:00:00"}, "occurred_at"),
        ({"exercise": "very-secret"}, "exercise"),
        ({"told_at": "very-secret"}, "told_at"),
        ({"on_scene_at": "very-secret"}, "on_scene_at"),
        ({"codes": [{"system": "very-secret", "code": "X"}]}, "codes.0.system"),
        ({"place": {"latitude": 91, "longitude": 0}}, "place.latitude"),
        ({"place": {"latitude": 44}}, "place.longitude"),
        ({"people_hurt": -1}, "people_hurt"),
        ({"people_killed": "very-secret"}, "people_killed"),
        ({"same_as": [""]}, "same_as.0"),
        ({"address": "x" * 301}, "address"),
        ({"patients": [{"resuscitated": "very-secret"}]}, "patients.0.resuscitated"),
        ({"source": "Very Secret!"}, "source"),
        ({"incident_number": ""}, "incident_number"),
        ({"incident_number": "x" * 81}, "incident_number"),
    ],
)
async def test_a_field_that_does_not_fit_is_named_and_not_echoed(
    town: Town, told: dict[str, object], field: str
) -> None:
    answer = await town.http.post(PATH, json=REPORT | told)

    problem = _is_problem(answer, 422, "invalid")
    assert field in [error["field"] for error in problem["errors"]]
    assert "secret" not in answer.text.lower()
    assert _nothing_stored(town)


@pytest.mark.parametrize(
    "told",
    [
        b'"narrative": "\\ud800"',
        b'"flags": ["\\ud800"]',
        b'"weather": "\\ud800"',
        b'"\\ud800": 1',
        b'"patients": [{"age_years": NaN}]',
        b'"weather": Infinity',
        b'"weather": ' + b"[" * 500 + b"]" * 500,
        b'"incident_number": "\\u0000"',
        b'"weather": 1' + b"0" * 400,
    ],
)
async def test_odd_json_is_taken_or_refused_and_never_an_accident(town: Town, told: bytes) -> None:
    body = b'{"incident_type": "Vehicle lockout", ' + told + b"}"
    answer = await town.http.post(PATH, content=body, headers={"content-type": "application/json"})

    assert answer.status_code in {202, 422}, answer.text
    assert (answer.status_code == 422) == _nothing_stored(town)


async def test_a_report_without_a_type_is_refused(town: Town) -> None:
    problem = _is_problem(await town.http.post(PATH, json={"units": ["E1"]}), 422, "invalid")

    assert problem["errors"] == [{"field": "incident_type", "problem": "Field required"}]


async def test_unknown_fields_are_counted_at_every_depth_and_dropped(town: Town) -> None:
    told = {
        "weather": "rain",
        "caller": {"name": "very-secret"},
        "patients": [{"age_years": 40, "name": "very-secret"}, {"blood": "very-secret"}],
        "responders": [{"outcome": "unhurt", "badge": "very-secret"}],
        "codes": [{"system": "local", "code": "LOCKOUT", "by": "very-secret"}],
        "place": {"latitude": 44.0, "longitude": -92.0, "room": "very-secret"},
    }
    answer = await town.http.post(PATH, json=REPORT | told)

    assert answer.status_code == 202
    assert answer.json()["ignored_fields"] == 7
    stored, *_ = town.journal.all(Stream.INTAKE)
    assert isinstance(stored.event, IncidentReported)
    assert stored.event.ignored_fields == 7
    assert "secret" not in stored.event.model_dump_json()


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_refused(town: Town, announced: bool) -> None:
    body = json.dumps(REPORT | {"narrative": "x" * 300_000}).encode()

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    content: Any = body if announced else chunks()
    answer = await town.http.post(
        PATH, content=content, headers={"content-type": "application/json"}
    )

    _is_problem(answer, 413, "too-large")
    assert _nothing_stored(town)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Authorization": ""}, "no-key"),
        ({"Authorization": "Bearer tb_not-ours"}, "unknown-key"),
        ({"Authorization": "", "X-API-Key": "tb_not-ours"}, "unknown-key"),
        ({"Authorization": "Basic dGVzdDp0ZXN0"}, "no-key"),
    ],
)
async def test_without_a_known_key_nothing_is_taken(
    town: Town, headers: dict[str, str], code: str
) -> None:
    answer = await town.http.post(PATH, json=REPORT, headers=headers)

    _is_problem(answer, 401, code)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "not-ours" not in answer.text
    assert _nothing_stored(town)


async def test_the_key_may_come_in_its_own_header(town: Town) -> None:
    key = town.http.headers["authorization"].removeprefix("Bearer ")
    answer = await town.http.post(
        PATH, json=REPORT, headers={"Authorization": "", "X-API-Key": key}
    )

    assert answer.status_code == 202


async def test_when_the_streams_are_away_the_answer_says_when_to_come_back(town: Town) -> None:
    town.journal.reachable = False
    answer = await town.http.post(PATH, json=REPORT)

    _is_problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert _nothing_stored(town)

    town.journal.reachable = True
    assert (await town.http.post(PATH, json=REPORT)).json()["answer"] == "created"


async def test_the_documentation_names_every_route_and_its_key(town: Town) -> None:
    document = town.app.openapi()

    assert document["paths"][PATH]["post"]["security"]
    assert {"/v1/cases/{case_id}/items/{item}/done", "/v1/roster/members"} <= set(document["paths"])
