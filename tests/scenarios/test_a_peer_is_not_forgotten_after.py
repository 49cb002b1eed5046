"""A member asks for a peer and is not forgotten: the peer who took it offers to talk again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.aftercare import AftercareDeclined, AftercareEscalated, AftercarePlanned
from schemas.followup import (
    CaseClosed,
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    MissExplained,
)
from schemas.policy import Role
from schemas.subjects import Stream
from tests.scenarios.test_asking_for_a_peer import CALLBACK, ask, case_of, page, tap

if TYPE_CHECKING:
    from tests.support.town import Town

TALK_AGAIN = "offer to talk again"
CALL_A_PEER = "please call a peer"


async def own_link(town: Town, member_id: str) -> str:
    """The path of followup's pages behind this member's own link."""
    answer = await town.http.post(f"/v1/roster/members/{member_id}/invite")
    assert answer.is_success, answer.text
    token = town.phones.own_link(member_id)
    town.phones.look()
    return f"/f/{token}"


async def taken(town: Town, **fields: object) -> tuple[str, str, str]:
    """A request that somebody took and answered; its private page, its id, and who it is."""
    await town.enroll_team(peers=3, mhps=2)
    status = await ask(town, **fields)
    who = town.phones.asked()[0]
    await town.accept(who)
    await tap(town, who, "reached")
    await tap(town, who, "done")
    town.phones.look()
    return status, case_of(town), who


def everything_of(town: Town, case_id: str) -> str:
    told = [one for one in town.journal.all(Stream.FOLLOWUP) if one.entity.id == case_id]
    return " ".join(one.event.model_dump_json() for one in told)


async def test_a_week_and_four_weeks_later_the_peer_is_reminded(town: Town) -> None:
    _, case_id, peer = await taken(town)
    own = await own_link(town, peer)
    (plan,) = town.events(case_id, AftercarePlanned)
    assert isinstance(plan, AftercarePlanned)
    assert [each.member_id for each in plan.takers] == [peer]
    assert plan.kind.value == "comprehensive"

    await town.advance(days=7, hours=1)
    town.phones.assert_silent()  # at four in the morning nobody is woken by it
    await town.advance(hours=6)
    said = town.phones.expect_text(peer, TALK_AGAIN)
    assert case_id not in said
    assert CALLBACK not in said
    shown = await page(town, f"{own}/check-ins")
    assert "Offer it now" in shown
    assert "Comes up on" in shown
    assert CALLBACK not in shown

    path = f"{own}/check-ins/{case_id}/check-in-7d/offered"
    answer = await town.http.post(path, follow_redirects=True)
    assert "It is kept that you offered it" in answer.text
    assert "Offer it now" not in answer.text
    await town.advance(days=21)
    town.phones.expect_text(peer, TALK_AGAIN)
    await town.http.post(f"{own}/check-ins/{case_id}/check-in-28d/offered")
    await town.settle()
    assert len(town.events(case_id, CheckInCompleted)) == 2
    assert len(town.events(case_id, CaseClosed)) == 1
    assert "Nothing waits for you" in await page(town, f"{own}/check-ins")
    assert CALLBACK not in everything_of(town, case_id)


async def test_a_missed_one_calls_the_coordinator_and_names_the_peer_alone(town: Town) -> None:
    _, case_id, peer = await taken(town)
    own = await own_link(town, peer)

    await town.advance(days=9, hours=7)
    town.phones.expect_text(peer, TALK_AGAIN)
    said = town.phones.expect_text("c-1", f"{peer} is down for a check-in")
    assert CALL_A_PEER in said
    assert case_id not in said
    (missed,) = town.events(case_id, CheckInMissed)
    assert isinstance(missed, CheckInMissed)
    assert missed.peer == peer
    assert "was not offered, because" in await page(town, f"{own}/check-ins")
    path = f"{own}/check-ins/{case_id}/check-in-7d/missed"
    answer = await town.http.post(path, data={"reason": "nobody_free"}, follow_redirects=True)
    assert "That is settled" in answer.text
    await town.http.post(f"{own}/check-ins/{case_id}/check-in-28d/offered")
    assert len(town.events(case_id, CaseClosed)) == 1


async def test_when_no_coordinator_sees_to_it_the_program_lead_is_called_once(town: Town) -> None:
    await town.enroll("lead-1", Role.PROGRAM_LEAD)
    _, case_id, peer = await taken(town)

    await town.advance(days=9, hours=7)
    town.phones.expect_text("c-1", f"{peer} is down for a check-in")
    town.phones.look()
    (waiting,) = (await town.http.get("/v1/check-ins")).json()["missed"]
    assert (waiting["request_id"], waiting["peer"], waiting["escalated"]) == (case_id, peer, False)

    await town.advance(days=1, hours=5)
    said = town.phones.expect_text("lead-1", f"{peer} is down for a check-in")
    assert case_id not in said
    assert len(town.events(case_id, AftercareEscalated)) == 1
    (waiting,) = (await town.http.get("/v1/check-ins")).json()["missed"]
    assert waiting["escalated"] is True
    town.phones.look()
    await town.advance(days=10)
    town.phones.assert_silent()


async def test_a_coordinator_who_saw_to_it_spares_the_program_lead_the_call(town: Town) -> None:
    await town.enroll("lead-1", Role.PROGRAM_LEAD)
    _, case_id, _ = await taken(town)
    await town.advance(days=9, hours=7)
    town.phones.look()

    def of(item: str) -> str:
        return f"/v1/check-ins/{case_id}/{item}/explain"

    answer = await town.http.post(of("check-in-7d"), json={"reason": "nobody_free"})
    assert answer.status_code == 204, answer.text
    assert (await town.http.get("/v1/check-ins")).json()["missed"] == []
    (said,) = town.events(case_id, MissExplained)
    assert isinstance(said, MissExplained)
    assert said.by == "key:test-center"
    await town.advance(days=10)
    town.phones.assert_silent()
    unknown = await town.http.post(of("check-in-8d"), json={"reason": "other"})
    assert unknown.status_code == 404
    early = await town.http.post(of("check-in-28d"), json={"reason": "other"})
    assert early.status_code == 409
    wrong = await town.http.post(of("check-in-7d"), json={"reason": "they felt better"})
    assert wrong.status_code == 422


async def test_another_member_can_neither_see_nor_settle_it(town: Town) -> None:
    _, case_id, peer = await taken(town)
    other = next(name for name in ("p-1", "p-2", "p-3") if name != peer)
    own = await own_link(town, other)

    assert "Nothing waits for you" in await page(town, f"{own}/check-ins")
    path = f"{own}/check-ins/{case_id}/check-in-7d/offered"
    answer = await town.http.post(path, follow_redirects=True)
    assert "That was settled before" in answer.text
    assert not town.events(case_id, CheckInCompleted)
    assert "This link opens nothing" in await page(town, "/f/metro.p-1.forged.x/check-ins")


async def test_no_follow_up_please_is_one_tap(town: Town) -> None:
    status, case_id, _ = await taken(town)
    shown = await page(town, status)
    assert "No follow-up, please" in shown
    assert 'href="/feedback/2026-q1/request"' in shown, "the form is the same for everybody"

    answer = await town.http.post(f"{status}/no-follow-up", follow_redirects=True)
    await town.settle()
    assert "No follow-up, as you wished" in answer.text
    assert len(town.events(case_id, AftercareDeclined)) == 1
    assert len(town.events(case_id, CaseClosed)) == 1
    await town.advance(days=40)
    town.phones.assert_silent()


async def test_no_follow_up_is_kept_when_it_is_said_before_anybody_called(town: Town) -> None:
    await town.enroll_team(peers=2, mhps=2)
    status = await ask(town)
    who = town.phones.asked()[0]
    await town.accept(who)
    await town.http.post(f"{status}/no-follow-up")
    await town.settle()
    await tap(town, who, "reached")
    await tap(town, who, "done")
    town.phones.look()

    await town.advance(days=40)
    town.phones.assert_silent()
    assert not town.events(case_of(town), AftercarePlanned)


async def test_after_an_emergency_the_professional_calls_the_next_day(town: Town) -> None:
    """Also when nobody ever taps Done, and the way to call back is long erased."""
    await town.enroll_team(peers=2, mhps=2)
    await ask(town, emergency=True)
    await town.accept("m-2")
    town.phones.put_aside("Tailboard: please look at what you took on")
    town.phones.look()

    await town.advance(hours=31)
    town.phones.expect_text("m-2", TALK_AGAIN)
    await town.advance(days=6)
    town.phones.expect_text("m-2", TALK_AGAIN)
    due = town.events(case_of(town), CheckInFellDue)
    assert [getattr(each, "peer", None) for each in due] == ["m-2", "m-2"]
    await town.advance(days=21)
    assert len(town.events(case_of(town), CheckInFellDue)) == 3


async def test_a_peer_who_left_the_roster_is_told_to_the_coordinator(town: Town) -> None:
    _, _, peer = await taken(town)
    path = f"/v1/roster/members/{peer}/leave"
    answer = await town.http.post(path, json={"on": "2026-03-01"})
    assert answer.is_success, answer.text
    await town.settle()

    await town.advance(days=7, hours=7)
    town.phones.expect_text("c-1", f"{peer} is down for a check-in")


async def test_what_was_taken_back_is_followed_by_nothing(town: Town) -> None:
    await town.enroll_team(peers=2, mhps=1)
    await town.enroll("c-2", Role.COORDINATOR)
    status = await ask(town)
    await town.http.post(f"{status}/cancel")
    await town.settle()
    town.phones.look()

    await town.advance(days=40)
    town.phones.assert_silent()
    assert not town.events(case_of(town), AftercarePlanned)
