"""A member asks for a peer: one hop to a phone, no reason, and nobody above them knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from schemas.dispatch import AlarmReason, CoordinatorAlarmed
from schemas.followup import FollowupPlanned
from schemas.policy import Role
from schemas.requests import (
    CallbackMade,
    EmergencyRepeated,
    PeerRequested,
    RequestClosed,
    RequestEnd,
)
from schemas.subjects import Stream

if TYPE_CHECKING:
    from tests.support.town import Town

CALLBACK = "202-555-0147"
_TOKEN = re.compile(r"/ask/\S+")


async def ask(town: Town, **fields: object) -> str:
    """Ask as the page does; the path of the private status page."""
    answer = await town.http.post("/v1/peer-requests", json={"callback": CALLBACK} | fields)
    assert answer.status_code == 201, answer.text
    await town.settle()
    found = _TOKEN.search(answer.json()["status_url"])
    assert found
    return found[0]


def case_of(town: Town) -> str:
    """The one request of this town."""
    asked = [e for e in town.journal.all(Stream.DISPATCH) if isinstance(e.event, PeerRequested)]
    assert len(asked) == 1
    return asked[0].entity.id


async def page(town: Town, path: str) -> str:
    return (await town.http.get(path)).text


async def tap(town: Town, owner: str, name: str) -> str:
    """Tap a button on the page of the request that this member took."""
    answer = await town.http.post(f"{town.phones.link(owner)}/{name}", follow_redirects=True)
    await town.settle()
    return answer.text


async def test_two_peers_are_asked_and_one_calls(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=1)

    status = await ask(town)

    first, second = town.phones.asked()
    assert first.startswith("p-")
    assert second.startswith("p-")
    town.phones.expect_text(first, "a peer is needed now")
    town.phones.look()
    assert "Members are being asked" in await page(town, status)
    assert CALLBACK not in await page(town, town.phones.link(first))

    assert CALLBACK in await town.accept(first)
    town.phones.expect_text(second, "stand down")
    assert "has taken it" in await page(town, status)
    assert first not in await page(town, status)

    await tap(town, first, "reached")
    assert "You have been reached" in await page(town, status)
    assert "Thank you" in await tap(town, first, "done")
    await town.advance(seconds=1)
    assert CALLBACK not in await page(town, town.phones.link(first))
    case_id = case_of(town)
    assert town.events(case_id, CallbackMade)
    (closed,) = town.events(case_id, RequestClosed)
    assert isinstance(closed, RequestClosed)
    assert closed.reason is RequestEnd.DONE
    town.phones.look(first)
    await town.http.post(f"{status}/no-follow-up")
    await town.settle()
    await town.advance(days=30)
    town.phones.assert_silent()


async def test_the_chosen_peer_is_asked_alone_and_then_others_one_by_one(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=0)

    await ask(town, peer="p-3")
    assert town.phones.asked() == ["p-3"]
    await town.advance(minutes=4, seconds=59)
    assert town.phones.asked() == ["p-3"]
    await town.advance(seconds=2)
    assert len(town.phones.asked()) == 2
    await town.advance(minutes=5)
    assert len(town.phones.asked()) == 3


async def test_a_peer_who_cannot_be_asked_is_no_reason_to_wait(town: Town) -> None:
    await town.enroll_team(peers=2, mhps=0)
    await town.enroll("p-9", Role.PEER, training_valid_until="2020-01-01")

    answer = await town.http.post("/v1/peer-requests", json={"callback": CALLBACK, "peer": "p-9"})
    await town.settle()

    assert answer.json()["chosen"] is False
    assert town.phones.asked() == ["p-1", "p-2"]


async def test_the_wished_discipline_comes_first(town: Town) -> None:
    await town.enroll_team(peers=6, mhps=0)
    await town.enroll("e-1", Role.PEER, discipline="ems")
    await town.enroll("e-2", Role.PEER, discipline="ems")

    await ask(town, discipline="ems")

    assert town.phones.asked() == ["e-1", "e-2"]


async def test_nobody_answers(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=1)
    status = await ask(town)

    await town.advance(minutes=21)
    assert town.phones.asked() == ["m-1", "p-1", "p-2", "p-3"]
    await town.advance(minutes=10)

    reasons = [
        event.reason
        for event in town.events(case_of(town), CoordinatorAlarmed)
        if isinstance(event, CoordinatorAlarmed)
    ]
    assert reasons == [AlarmReason.ROSTER_EXHAUSTED, AlarmReason.REQUEST_WAITING]
    for message in town.phones.received["c-1"]:
        assert "/cases/" not in message.text
        assert case_of(town) not in message.text
    assert "longer than it should" in await page(town, status)
    late = next(owner for owner in town.phones.asked() if owner.startswith("p-"))
    assert CALLBACK in await town.accept(late)


async def test_who_took_it_and_says_nothing_is_reminded(town: Town) -> None:
    await town.enroll_team(peers=1, mhps=0)
    await ask(town)
    await town.accept("p-1")
    town.phones.look()

    await town.advance(minutes=31)

    town.phones.expect_text("p-1", "still open")
    assert CALLBACK in await page(town, town.phones.link("p-1"))
    town.phones.assert_silent()


async def test_the_request_is_taken_back_in_one_tap(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=0)
    status = await ask(town)
    first = town.phones.asked()[0]
    await town.accept(first)
    town.phones.look()

    answer = await town.http.post(f"{status}/cancel", follow_redirects=True)
    await town.settle()

    assert "took your request back" in answer.text
    town.phones.expect_text(first, "stand down")
    shown = await page(town, town.phones.link(first))
    assert "This is over" in shown
    assert CALLBACK not in shown
    await town.advance(days=10)
    town.phones.assert_silent()


async def test_an_emergency_pages_two_professionals_in_parallel_and_the_coordinator(
    town: Town,
) -> None:
    await town.enroll_team(peers=4, mhps=3)

    status = await ask(town, emergency=True, peer="p-1")

    paged = town.phones.asked()
    assert len(paged) == 2
    assert all(owner.startswith("m-") for owner in paged)
    town.phones.expect_text("c-1", "at once")
    assert "paging a professional" in await page(town, status)
    assert "tel:988" in await page(town, status)

    await town.advance(minutes=5, seconds=1)
    assert town.phones.asked() == ["m-1", "m-2", "m-3"]
    offers = [len([m for m in town.phones.received[o] if "/o/" in m.text]) for o in paged]
    assert offers == [2, 2]
    assert len(town.phones.received["c-1"]) == 2

    await town.advance(minutes=5)
    assert len(town.events(case_of(town), EmergencyRepeated)) == 2
    assert CALLBACK in await town.accept(paged[0])
    town.phones.look()
    await town.advance(minutes=30)
    town.phones.expect_text(paged[0], "still open")
    town.phones.assert_silent()


async def test_a_first_page_that_is_answered_late_stands_its_owner_down_from_nothing(
    town: Town,
) -> None:
    await town.enroll_team(peers=0, mhps=2)
    await ask(town, emergency=True)
    first = town.phones.link("m-1")
    await town.advance(minutes=6)
    town.phones.look()

    answer = await town.http.post(f"{first}/accept", follow_redirects=True)
    await town.settle()

    assert CALLBACK in answer.text
    town.phones.assert_silent("m-1")
    town.phones.expect_text("m-2", "stand down")


async def test_with_one_professional_peers_are_the_backup(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=1)

    await ask(town, emergency=True)

    paged = town.phones.asked()
    assert paged[0] == "m-1"
    assert len(paged) == 3


async def test_the_peer_taps_emergency(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)
    await ask(town)
    peer = town.phones.asked()[0]
    await town.accept(peer)
    own_page = town.phones.link(peer)
    town.phones.look()

    shown = await tap(town, peer, "emergency")

    assert "are being paged" in shown
    for owner in ("m-1", "m-2"):
        town.phones.expect_text(owner, "EMERGENCY, somebody is needed at once")
    town.phones.expect_text("c-1", "at once")
    assert CALLBACK in await town.accept("m-2")
    assert CALLBACK in await page(town, own_page)
    await tap(town, peer, "done")
    assert CALLBACK in await page(town, town.phones.link("m-2"))
    await tap(town, "m-2", "done")
    assert town.events(case_of(town), RequestClosed)


async def test_a_peer_hands_it_back_and_who_was_let_off_is_asked_again(town: Town) -> None:
    await town.enroll_team(peers=2, mhps=0)
    await ask(town)
    first, second = town.phones.asked()
    await town.accept(first)
    town.phones.look()

    shown = await tap(town, first, "hand-back")

    assert CALLBACK not in shown
    town.phones.expect_text(second, "a peer is needed now")
    assert CALLBACK in await town.accept(second)


async def test_nothing_is_kept_for_ever(town: Town) -> None:
    await town.enroll_team(peers=1, mhps=0)
    await ask(town)
    await town.accept("p-1")

    await town.advance(days=7, seconds=5)

    assert CALLBACK not in await page(town, town.phones.link("p-1"))
    (closed,) = town.events(case_of(town), RequestClosed)
    assert isinstance(closed, RequestClosed)
    assert closed.reason is RequestEnd.KEPT_LONG_ENOUGH


async def test_no_sessions_and_no_check_ins_follow(town: Town) -> None:
    await town.enroll_team(peers=2, mhps=0)
    await ask(town)
    await town.accept(town.phones.asked()[0])

    (plan,) = town.events(case_of(town), FollowupPlanned)

    assert isinstance(plan, FollowupPlanned)
    assert plan.interventions == ()
    assert plan.check_ins == ()
    assert plan.deferred == ()
