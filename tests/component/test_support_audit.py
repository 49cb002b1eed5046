"""What a coordinator sees of places, and what command may know of referrals and exceptions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from schemas.referrals import ResourceConfirmed
from schemas.subjects import Stream
from services.audit.views.open_work import Which
from services.runtime.auth import Keyring, KeyRole, Passes, Principal, add_key, secret_of
from tests.component.test_peer_request_audit import desk_of, look
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PLACE = {
    "resource_id": "eap-north",
    "organisation": "Northside <Assistance>",
    "category": "eap",
    "public_line": "+1 555 0100",
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


async def refer(town: Town, category: str, times: int, **fields: Any) -> None:
    for _ in range(times):
        body = {"category": category, **fields}
        answer = await town.http.post("/v1/referrals", json=body)
        assert answer.status_code == 204, answer.text


async def test_referrals_are_totals_of_whole_months_and_on_no_case(
    town: Town, tmp_path: Path
) -> None:
    case = await town.report(**PEDIATRIC_DEATH)
    about = {"case_id": case["case_id"], "item": "check-in-1-responders"}
    await refer(town, "eap", 6)
    await refer(town, "clinician", 9)
    await refer(town, "legal", 1, **about)
    for _ in range(2):
        told = {"category": "child_abuse", "notified": ["mhp_lead"]}
        assert (await town.http.post("/v1/exceptions", json=told)).status_code == 201
    desk = desk_of(town, tmp_path)

    (this_month,) = await look(desk, "/v1/support")
    assert this_month.json()["referrals"] == {
        "count": None,
        "by_category": dict.fromkeys(this_month.json()["referrals"]["by_category"]),
    }
    await town.advance(days=31)
    answers = await look(desk, "/v1/support", f"/v1/cases/{case['case_id']}", "/places")
    support, page, places = answers
    told = support.json()
    assert told["referrals"]["count"] == 16
    shown = {k: v for k, v in told["referrals"]["by_category"].items() if v is not None}
    assert shown == {"clinician": 9}, "6 would give the one away"
    assert told["exceptions"]["count"] is None
    assert told["notices_late"] is None
    assert "legal" not in page.text
    assert "referral" not in page.text
    assert re.search(r"<strong>16</strong> in all,\s+Clinician 9\.", places.text)
    async with desk.reading() as reader:
        cases = await reader.cases("metro", Which.ALL, 100)
    assert [each.case_id for each in cases.cases] == [case["case_id"]]


async def test_a_coordinator_confirms_a_place_in_the_console(town: Town, tmp_path: Path) -> None:
    await town.http.put("/v1/resources", json={"resources": [PLACE]})
    desk = desk_of(town, tmp_path)
    (page,) = await look(desk, "/places")
    assert "Northside &lt;Assistance&gt;" in page.text
    assert "1 listed, 1 to try" in page.text

    stale = await town.http.post("/places/eap-north/confirm", data={"leave": "forged"})
    assert stale.headers["location"] == "/places?refused=old-page"
    (shown,) = await look(desk, "/places?refused=old-page")
    assert "This page was too old" in shown.text
    passes = Passes(secret_of(tmp_path / "session-secret"))
    leave = passes.issue(_operator(tmp_path), "places")
    done = await town.http.post("/places/eap-north/confirm", data={"leave": leave})
    assert done.headers["location"] == "/places"
    (event,) = [
        r.event for r in town.journal.all(Stream.FOLLOWUP) if isinstance(r.event, ResourceConfirmed)
    ]
    assert event.resource_id == "eap-north"
    (page,) = await look(desk, "/places")
    assert "unconfirmed" not in page.text


def _operator(folder: Path) -> Principal:
    key = add_key(folder / "keys.json", "coordinator", "metro", KeyRole.OPERATOR)
    found = Keyring.read(folder / "keys.json").find(key)
    assert found
    return found
