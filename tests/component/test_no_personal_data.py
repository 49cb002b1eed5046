"""A whole case with unmistakable personal data: none of it is in history, logs, answers or metrics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from prometheus_client import generate_latest

from schemas.catalogue import encode
from schemas.envelope import Draft
from schemas.policy import Role
from schemas.subjects import Stream
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    import httpx

    from tests.support.town import Town

SECRETS = (
    "zebulon",
    "quartermain",
    "marmalade",
    "202-555-0147",
    "5550147",
    "elmwood",
    "xylophone",
    "kaleidoscope",
    "1987-04-05",
    "3.40625",
)
CALL: dict[str, Any] = {
    "incident_number": "26-000900",
    "incident_type": "Pediatric cardiac arrest",
    "narrative": (
        "RP Zebulon Quartermain 202-555-0147 at 12 Elmwood Ct: son Marmalade, 3 y/o, born "
        "1987-04-05, CPR in progress, pronounced by Dr Xylophone"
    ),
    "patients": [{"age_years": 3.40625, "outcome": "died", "name": "Marmalade Quartermain"}],
    "responders": [{"outcome": "near_miss", "name": "Kaleidoscope"}],
    "caller": {"name": "Zebulon Quartermain", "phone": "+1 202 5550147"},
    "address": "12 Elmwood Ct",
    "Quartermain": "a field with a name for its name",
    "units": ["E12"],
    "flags": ["marmalade"],
}


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


async def _enroll(town: Town, member_id: str, role: Role) -> None:
    contact = {
        "label": member_id,
        "email": f"{member_id}.kaleidoscope@phones.invalid",
        "phone": "+1 202 5550147",
        "name": "Zebulon Xylophone",
    }
    await town.enroll(member_id, role, contact=contact)


async def _a_whole_case(town: Town) -> list[httpx.Response]:
    """Every step that a case can take, with what was answered to each odd request."""
    for number in range(1, 6):
        await _enroll(town, f"p-{number}", Role.PEER)
    await _enroll(town, "m-1", Role.MHP)
    await _enroll(town, "c-1", Role.COORDINATOR)
    taken = await town.report(**CALL)
    case_id = taken["case_id"]
    first, second, third = (who for who in town.phones.asked() if who.startswith("p-"))
    await town.decline(first)
    for member in (second, third, "m-1"):
        await town.accept(member)
    await town.done(case_id, "defusing-responders")
    await town.report(**(CALL | {"narrative": CALL["narrative"] + " now closed"}))
    await town.advance(days=30)
    return [
        await town.http.post("/v1/incidents", json=CALL),
        await town.http.post("/v1/incidents", json=CALL | {"patients": "Marmalade Quartermain"}),
        await town.http.post("/v1/incidents", json=CALL | {"occurred_at": "Zebulon"}),
        await town.http.post("/v1/incidents", content=json.dumps(CALL)[:-5].encode()),
        await town.http.post("/v1/incidents", json=CALL, headers={"Authorization": "Marmalade"}),
        await town.http.post("/v1/incidents", json=CALL | {"narrative": CALL["narrative"] * 3000}),
        await town.http.put("/v1/roster/members/Zebulon%20Quartermain", json={}),
        await town.http.put("/v1/roster/members/p-1", json={"name": "Zebulon Quartermain"}),
        await town.http.get("/v1/roster/members"),
        await town.http.get("/o/Marmalade.Quartermain"),
        await town.http.post(f"/v1/cases/{case_id}/items/marmalade/done"),
        await town.http.get(town.phones.link(second)),
        await town.phones.post("/v1/carriers/sms/replies", _TEXT),
        await town.phones.post("/v1/carriers/sms/replies", _TEXT | {"text": ["Marmalade"]}),
        await town.phones.post("/v1/carriers/sms/callbacks", {"reference": "Marmalade"}),
        await town.phones.post("/v1/carriers/sms/replies", _TEXT, secret="Marmalade"),  # noqa: S106
        await town.http.get("/v1/carriers"),
    ]


_TEXT = {"id": "Xylophone", "from": "+1 202 5550147", "text": "Zebulon Quartermain"}


def _assert_clean(where: str, text: str) -> None:
    found = [secret for secret in SECRETS if secret in text.lower()]
    assert not found, f"{where} holds {found}"


async def test_none_of_it_is_kept_or_told(town: Town, logged: list[Any]) -> None:
    answers = await _a_whole_case(town)

    assert {a.status_code for a in answers} >= {200, 401, 413, 422, 404, 400}
    for answer in answers:
        _assert_clean(f"{answer.request.method} answered {answer.status_code}", answer.text)
        _assert_clean("an answer's headers", str(answer.headers))
    history = [recorded for stream in Stream for recorded in town.journal.all(stream)]
    assert len({type(recorded.event) for recorded in history}) >= 14
    for recorded in history:
        headers, body = encode(Draft(recorded.entity, recorded.meta, recorded.event))
        _assert_clean(recorded.event.NAME, f"{headers} {body.decode()} {recorded.entity}")
    assert len(logged) > 3
    for entry in logged:
        _assert_clean("the log", repr(entry))
    _assert_clean("the metrics", generate_latest().decode())


async def test_the_messages_on_phones_hold_none_of_it_either(town: Town) -> None:
    await _a_whole_case(town)

    said = [message for texts in town.phones.received.values() for message in texts]
    assert len(said) > 10
    for message in said:
        _assert_clean("a message", message.model_dump_json())


async def test_the_log_of_an_outage_holds_none_of_it(town: Town, logged: list[Any]) -> None:
    await _enroll(town, "p-1", Role.PEER)
    town.journal.reachable = False

    answer = await town.http.post("/v1/incidents", json=CALL)

    assert answer.status_code == 503
    assert logged
    _assert_clean("the outage", answer.text + repr(logged))
