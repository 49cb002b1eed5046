"""An emergency: everybody who can help is paged at once, whatever holds others up, until one has it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from schemas.policy import Role
from schemas.requests import EmergencyCategory, EmergencyPaged, PeerRequested
from schemas.subjects import Stream
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_TOKEN = re.compile(r"/emergency/[^/\s\"]+")
CALLBACK = "202-555-0147"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Dispatch alone: an emergency needs nothing else."""
    async with a_town(tmp_path, alone=True) as running:
        yield running


@pytest.fixture
async def whole_town(tmp_path: Path) -> AsyncIterator[Town]:
    """Everything running, for a story that begins with an incident."""
    async with a_town(tmp_path) as running:
        yield running


async def raise_one(town: Town, category: str = "suicide_risk") -> str:
    """Raise one as a program does; the path of its page."""
    answer = await town.http.post("/v1/emergencies", json={"category": category})
    assert answer.status_code == 201, answer.text
    await town.settle()
    found = _TOKEN.search(answer.json()["page_url"])
    assert found
    return found[0]


def raised(town: Town) -> list[PeerRequested]:
    events = (told.event for told in town.journal.all(Stream.DISPATCH))
    return [event for event in events if isinstance(event, PeerRequested)]


async def page(town: Town, path: str) -> str:
    return (await town.http.get(path)).text


async def test_a_suicide_risk_pages_two_professionals_and_calls_the_coordinator_at_once(
    town: Town,
) -> None:
    await town.enroll_team(peers=3, mhps=3)

    path = await raise_one(town)

    paged = town.phones.asked()
    assert len(paged) == 2
    assert all(owner.startswith("m-") for owner in paged)
    for owner in paged:
        town.phones.expect_text(owner, "EMERGENCY, somebody is needed at once")
    town.phones.expect_text("c-1", "at once")
    shown = await page(town, path)
    for words in ("tel:988", "sms:988", "tel:911", "Stay with the person", "03:05 UTC"):
        assert words in shown
    assert [each.category for each in raised(town)] == [EmergencyCategory.SUICIDE_RISK]


async def test_nobody_answers_and_it_goes_on_until_somebody_has_it(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=3, lead=Role.PROGRAM_LEAD)
    path = await raise_one(town)
    town.phones.look()

    await town.advance(minutes=5, seconds=1)
    assert town.phones.asked() == ["m-1", "m-2", "m-3"]
    town.phones.expect_text("c-1", "at once")
    town.phones.assert_silent("lead")
    assert "Professionals are being paged" in await page(town, path)

    await town.advance(minutes=10)
    town.phones.expect_text("lead", "case needs you")
    town.phones.look()
    await town.advance(hours=3)
    assert len(town.phones.unread("m-1")) == 36, "every five minutes"
    assert len(town.phones.unread("lead")) == 36

    await town.accept("m-2")
    assert "Somebody has taken it" in await page(town, path)
    town.phones.look()
    await town.advance(hours=2)
    asked = [subject for subject in town.phones.unread("m-1") if "EMERGENCY" in subject]
    assert asked == []
    town.phones.assert_silent("c-1", "lead", "m-3")


async def test_a_tap_on_i_have_it_calls_no_coordinator_again(town: Town) -> None:
    await town.enroll_team(peers=1, mhps=2)
    path = await raise_one(town)

    await town.http.post(f"{town.phones.alarm('c-1')}/have-it")
    await town.settle()
    town.phones.look()
    await town.advance(minutes=11)

    town.phones.assert_silent("c-1")
    assert len(town.phones.unread("m-1")) == 2, "professionals are paged until one has it"
    assert "A coordinator knows" in await page(town, path)


async def test_it_leaves_nobody_in_peace(town: Town) -> None:
    await town.enroll_team(peers=0, mhps=2)
    for member_id in ("m-1", "m-2"):
        answer = await town.http.post(
            f"/v1/roster/members/{member_id}/mute", json={"until": "2026-03-09T00:00:00Z"}
        )
        assert answer.is_success, answer.text

    await raise_one(town, "threat")

    assert town.phones.asked() == ["m-1", "m-2"]


async def test_when_every_professional_says_no_peers_are_paged(town: Town) -> None:
    await town.enroll_team(peers=2, mhps=2)
    await raise_one(town)
    for owner in ("m-1", "m-2"):
        await town.decline(owner)
    await town.advance(minutes=5, seconds=1)
    assert town.phones.asked() == ["m-1", "m-2", "p-1", "p-2"]


async def test_how_to_be_reached_is_said_after_the_tap_and_seen_by_who_has_it(town: Town) -> None:
    await town.enroll_team(peers=0, mhps=2)
    path = await raise_one(town)
    taken = await town.accept("m-1")
    assert "was not given yet" in taken
    assert "It is about a suicide risk" in taken

    answer = await town.http.post(
        f"{path}/callback", data={"callback": CALLBACK}, follow_redirects=True
    )

    assert "They see how to reach you" in answer.text
    assert CALLBACK not in answer.text
    assert CALLBACK in await page(town, town.phones.link("m-1"))
    over = await town.http.post(f"{path}/over", follow_redirects=True)
    await town.settle()
    assert "This emergency is over" in over.text
    assert CALLBACK not in await page(town, town.phones.link("m-1"))
    town.phones.look()
    await town.advance(days=2)
    town.phones.assert_silent()


async def test_a_member_of_a_team_taps_emergency_on_their_own_page(whole_town: Town) -> None:
    town = whole_town
    await town.enroll_team(peers=4, mhps=3)
    case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
    peer = next(owner for owner in town.phones.asked() if owner.startswith("p-"))
    contact = {"label": peer, "email": f"{peer}@phones.invalid", "phone": CALLBACK}
    await town.enroll(peer, Role.PEER, contact=contact)
    own_page = await town.accept(peer)
    assert 'action="/o/' in own_page
    assert "/emergency" in own_page
    town.phones.look()
    before = len(town.events(case_id))

    path = town.phones.link(peer)
    first = await town.http.post(f"{path}/emergency", data={"category": "suicide_risk"})
    second = await town.http.post(f"{path}/emergency", data={"category": "threat"})
    await town.settle()

    assert first.status_code == second.status_code == 200
    assert "Stay with the person" in first.text
    assert "Another way to reach you" in first.text
    assert len(raised(town)) == 1, "another tap is the same emergency"
    assert len(town.events(case_id)) == before, "the case knows nothing of it"
    paged = [owner for owner in ("m-1", "m-2", "m-3") if town.phones.unread(owner)]
    assert len(paged) == 2
    answer = await town.http.post(f"{town.phones.link(paged[0])}/accept", follow_redirects=True)
    assert CALLBACK in answer.text


async def test_a_request_that_cannot_wait_any_more(town: Town) -> None:
    await town.enroll_team(peers=2, mhps=2)
    asked = await town.http.post("/v1/peer-requests", json={"callback": CALLBACK})
    await town.settle()
    status = asked.json()["status_url"].removeprefix("http://town.invalid")
    assert f'action="{status}/emergency"' in await page(town, status)
    await town.accept(town.phones.asked()[0])
    town.phones.look()

    answer = await town.http.post(f"{status}/emergency", data={"category": "suicide_risk"})
    await town.settle()

    assert "Professionals are being paged now" in answer.text
    for owner in ("m-1", "m-2"):
        town.phones.expect_text(owner, "EMERGENCY")
    town.phones.expect_text("c-1", "at once")
    assert CALLBACK in await town.accept("m-1")
    assert len(raised(town)) == 1
    pages = [
        e
        for told in town.journal.all(Stream.DISPATCH)
        if isinstance(e := told.event, EmergencyPaged)
    ]
    assert {page.member_id for each in pages for page in each.pages} == {"m-1", "m-2"}
