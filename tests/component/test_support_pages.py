"""From a peer's phone: places to turn to, a referral that is counted, and what has to be told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import structlog

from schemas.exceptions import (
    ExceptionNotified,
    ExceptionRecorded,
    WrittenNoticeOverdue,
    WrittenNoticeReminded,
    WrittenNoticeSent,
)
from schemas.policy import Role
from schemas.referrals import ReferralOffered, ResourceOutdated
from schemas.requests import PeerRequested
from schemas.subjects import Stream
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NOBODY = {"Authorization": ""}
EAP = {
    "resource_id": "eap-north",
    "organisation": "Northside <Assistance>",
    "category": "eap",
    "public_line": "+1 (555) 010-0100",
    "web": "https://eap.example.org/help",
    "hours": "Mon to Fri 8 to 18",
    "disciplines": ["fire"],
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=2, mhps=1)
        yield town


async def look(town: Town, path: str, status: int = 200) -> str:
    answer = await town.http.get(path, headers=NOBODY)
    assert answer.status_code == status, answer.text
    assert "<script" not in answer.text
    assert "tel:988" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.text


async def tap(town: Town, path: str, status: int = 200, **form: object) -> str:
    answer = await town.http.post(path, data=form, headers=NOBODY, follow_redirects=True)
    assert answer.status_code == status, answer.text
    await town.settle()
    return answer.text


def told(town: Town, *kinds: type) -> list[object]:
    return [r.event for r in town.journal.all(Stream.FOLLOWUP) if isinstance(r.event, kinds)]


async def list_places(town: Town, *places: dict[str, object]) -> None:
    answer = await town.http.put("/v1/resources", json={"resources": list(places)})
    assert answer.status_code == 200, answer.text
    await town.settle()


async def test_a_peer_finds_a_place_and_a_stale_one_is_told_to_the_coordinator(town: Town) -> None:
    today = str(town.clock.now().date())
    await list_places(town, EAP | {"confirmed_on": today})
    link = await town.own_link("p-1")

    shown = await look(town, f"/f/{link}/places")
    assert 'href="tel:+15550100100"' in shown
    assert "Northside &lt;Assistance&gt;" in shown
    assert "for fire" in shown
    assert 'href="https://eap.example.org/help"' in shown
    assert "988 Suicide &amp; Crisis Lifeline" in shown
    assert "Unconfirmed" not in shown

    town.phones.look()
    await town.advance(days=91)
    assert len(told(town, ResourceOutdated)) == 1
    town.phones.expect_text("c-1", "please try a place")
    assert "Unconfirmed: last tried on" in await look(
        town, f"/f/{await town.own_link('p-1')}/places"
    )

    answer = await town.http.post("/v1/resources/eap-north/confirm")
    assert answer.status_code == 204
    assert "Unconfirmed" not in await look(town, f"/f/{await town.own_link('p-1')}/places")


async def test_a_referral_is_counted_by_its_kind_and_a_double_tap_counts_once(town: Town) -> None:
    link = await town.own_link("p-1")
    page = await look(town, f"/f/{link}/places")
    once = re.findall(r'name="once" value="(\w+)"', page)[0]

    for _ in range(2):
        done = await tap(town, f"/f/{link}/refer", category="clinician", once=once)
        assert "Counted: the kind of place, and nothing else." in done
    wrong = await tap(town, f"/f/{link}/refer", 422, category="", once=once)
    assert "Choose what kind of place it was." in wrong

    (event,) = told(town, ReferralOffered)
    assert isinstance(event, ReferralOffered)
    assert event.by_role is Role.PEER
    assert event.case_id is None
    (recorded,) = [r for r in town.journal.all(Stream.FOLLOWUP) if r.event is event]
    assert recorded.meta.actor == "role:peer"
    assert "p-1" not in f"{recorded.entity} {recorded.meta} {event}"


async def test_something_had_to_be_told_and_the_notice_is_not_forgotten(town: Town) -> None:
    link = await town.own_link("p-1")
    assert "Abuse of a child" in await look(town, f"/f/{link}/exceptions")
    form = await look(town, f"/f/{link}/exceptions/new?category=child_abuse")
    assert "told in writing" in form
    assert "EMERGENCY" not in form
    fields = {"category": "child_abuse", "number": "0"}
    assert "tick at least one" in await tap(town, f"/f/{link}/exceptions", 422, **fields)
    who = ["child_protective_services", "mhp_lead"]
    for _ in range(2):
        done = await tap(town, f"/f/{link}/exceptions", **fields, notified=who)
    assert "Told: Child protective services, The mental health lead." in done
    (event,) = told(town, ExceptionRecorded)
    assert isinstance(event, ExceptionRecorded)
    assert event.jurisdiction == "default"

    notice = await look(town, f"/f/{link}/exceptions/0/notice")
    assert "To: ____" in notice
    assert "Kind: Abuse of a child" in notice
    town.phones.look()
    await town.advance(days=2)
    assert len(told(town, WrittenNoticeReminded)) == 1
    town.phones.expect_text("m-1", "a written notice is due")
    await town.advance(days=1)
    assert len(told(town, WrittenNoticeOverdue)) == 1
    town.phones.expect_text("m-1", "a written notice is overdue")
    town.phones.assert_silent("c-1")
    link = await town.own_link("p-1")
    assert "notice overdue" in await look(town, f"/f/{link}/exceptions")
    also = await tap(town, f"/f/{link}/exceptions/0/notified", notified=["counsel"])
    assert "lawyer" in also
    assert "marked as sent" in await tap(town, f"/f/{link}/exceptions/0/sent")
    assert len(told(town, ExceptionNotified)) == len(told(town, WrittenNoticeSent)) == 1


async def test_nothing_leads_from_an_exception_to_a_member(town: Town) -> None:
    link = await town.own_link("p-1")
    with structlog.testing.capture_logs() as logged:
        fields = {"category": "child_abuse", "number": "0", "notified": "mhp_lead"}
        await tap(town, f"/f/{link}/exceptions", **fields)
    kept = [
        f"{r.entity} {r.meta} {r.event}"
        for r in town.journal.all(Stream.FOLLOWUP)
        if r.entity.is_apart
    ]
    assert kept
    assert not any("p-1" in line for line in kept)
    assert not any("p-1" in str(line) for line in logged)
    assert "What you recorded" not in await look(
        town, f"/f/{await town.own_link('p-2')}/exceptions"
    )


async def test_a_threat_pages_a_professional_in_one_tap(town: Town) -> None:
    link = await town.own_link("p-1")
    form = await look(town, f"/f/{link}/exceptions/new?category=suicide_threat")
    assert "Stay with the person, on the phone or beside them." in form
    assert form.index("EMERGENCY: page") < form.index("What the law says")
    action = re.findall(r'action="(/m/[^"]+/emergency)"', form)[0]

    town.phones.look()
    paged = await tap(town, action, once="abc", category="suicide_risk")
    assert "being paged" in paged
    town.phones.expect_text("m-1", "EMERGENCY")
    (asked,) = [r for r in town.journal.all(Stream.DISPATCH) if isinstance(r.event, PeerRequested)]
    assert "p-1" not in f"{asked.meta} {asked.event}"
    elsewhere = await town.http.post("/m/metro.p-1.forged/emergency", headers=NOBODY)
    assert elsewhere.headers["location"] == "/emergency"


async def test_a_link_that_is_none_opens_nothing_and_still_shows_988(town: Town) -> None:
    for path in ("places", "exceptions", "exceptions/new?category=child_abuse", "exceptions/0"):
        assert "does not work" in await look(town, f"/f/metro.p-1.forged/{path}", 404)
    before = len(told(town, ExceptionRecorded, ReferralOffered))
    fields = {"category": "child_abuse", "number": "0", "notified": "mhp_lead"}
    await tap(town, "/f/metro.p-1.forged/exceptions", 404, **fields)
    assert len(told(town, ExceptionRecorded, ReferralOffered)) == before
