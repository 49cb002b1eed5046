"""A defusing is proposed, confirmed, moved and held: by day, with whoever is free, and no word of why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar

from schemas.dispatch import MemberNotified, Purpose
from schemas.sessions import (
    FacilitatorsReminded,
    InterventionProposed,
    InterventionScheduled,
    InterventionUnscheduled,
    OutcomeAsked,
    ProposalFailed,
)
from services.dispatch.carriers.invitations import calendar_of
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from services.dispatch.carriers.port import Invitation
    from tests.support.town import Town

EIGHT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ITEM = "defusing-responders"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


async def a_team(town: Town, **told: Any) -> str:
    await town.enroll_team(peers=3, mhps=1)
    taken = await town.report(**PEDIATRIC_DEATH, **told)
    for member in ("p-1", "p-2", "m-1"):
        await town.accept(member)
    await town.advance(minutes=1)
    town.phones.look("p-1", "p-2", "p-3", "m-1")
    return str(taken["case_id"])


async def told(town: Town, case_id: str, word: str, item: str = ITEM, **body: Any) -> Any:
    answer = await town.http.post(f"/v1/cases/{case_id}/items/{item}/{word}", json=body)
    await town.settle()
    return answer


def invitation(town: Town, owner: str) -> Invitation:
    """The newest in this phone's mail."""
    found = [rang.message.invitation for rang in town.phones.rang[owner]]
    return next(each for each in reversed(found) if each is not None)


async def test_a_defusing_is_proposed_confirmed_moved_and_held(town: Town) -> None:
    case_id = await a_team(town)
    proposals = town.events(case_id, InterventionProposed)
    first = next(e for e in proposals if isinstance(e, InterventionProposed) and e.item == ITEM)
    assert first.slots[0].starts_at == EIGHT, "in the night nobody sits down without need"
    assert not first.unsure, "dispatch has said who is free"
    assert "times for a session wait" in town.phones.unread("c-1")[-1]

    confirmed = await told(town, case_id, "confirm", units=["E1", "M4"], count=6)
    assert sorted(confirmed.json()["facilitators"]) == ["p-1", "p-2"]
    for peer in ("p-1", "p-2"):
        said = town.phones.expect_text(peer, "on Mon 2 Mar from 08:00 to 08:45 UTC")
        assert "child" not in said
    town.phones.assert_silent("p-3", "m-1")
    invited = invitation(town, "p-1")
    assert (invited.method, invited.sequence, invited.starts_at) == ("REQUEST", 0, EIGHT)

    moved = await told(town, case_id, "move", starts_at=str(EIGHT + timedelta(hours=2)))
    assert moved.json()["sequence"] == 1
    town.phones.expect_text("p-2", "is on Mon 2 Mar from 10:00 to 10:45 UTC now")
    changed = invitation(town, "p-1")
    assert (changed.uid, changed.sequence) == (invited.uid, 1)

    town.phones.look()
    await town.advance(hours=6)  # it is 09:01
    reminded = town.events(case_id, FacilitatorsReminded)
    assert len(reminded) == 1, "of the time that holds, an hour ahead"
    town.phones.expect_text("p-1", "You hold a session on Mon 2 Mar from 10:00")
    await town.advance(hours=2)
    assert town.events(case_id, OutcomeAsked)
    town.phones.expect_text("p-1", "should be over")
    await town.done(case_id, ITEM)
    await town.advance(days=1)
    assert [e for e in town.kinds(case_id) if e == "intervention_held"]


async def test_who_is_away_is_not_proposed(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=1)
    away = str(town.clock.now() + timedelta(days=2))
    taken = await town.report(**PEDIATRIC_DEATH)
    case_id = str(taken["case_id"])
    muted = await town.http.post("/v1/roster/members/p-1/mute", json={"until": away})
    assert muted.is_success, muted.text
    for member in ("p-1", "p-2", "m-1"):
        await town.accept(member)
    await town.advance(minutes=1)

    slots = [
        slot
        for each in town.events(case_id, InterventionProposed)
        if isinstance(each, InterventionProposed) and each.item.startswith("defusing")
        for slot in each.slots
    ]
    assert slots
    assert all(set(slot.facilitators) == {"p-2", "m-1"} for slot in slots)


async def test_when_nobody_is_free_the_coordinator_is_called(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=1)
    taken = await town.report(**PEDIATRIC_DEATH)
    case_id = str(taken["case_id"])
    for member in ("p-1", "p-2", "m-1"):
        until = str(town.clock.now() + timedelta(days=40))
        await town.http.post(f"/v1/roster/members/{member}/mute", json={"until": until})
        await town.accept(member)
    town.phones.look()
    await town.advance(minutes=1)

    failed = town.events(case_id, ProposalFailed)
    assert {each.why.value for each in failed if isinstance(each, ProposalFailed)} == {
        "nobody_free"
    }
    town.phones.expect_text("c-1", "No time for a session could be found")
    town.phones.assert_silent("c-1")


async def test_a_team_that_is_not_wanted_is_let_off(town: Town) -> None:
    case_id = await a_team(town)
    await told(town, case_id, "confirm")
    town.phones.look()

    await town.post(f"/v1/cases/{case_id}:lower", reason="not_needed")

    assert town.events(case_id, InterventionUnscheduled)
    for peer in ("p-1", "p-2"):
        heard = [rang.said for rang in town.phones.rang[peer]]
        assert any("You need not come on Mon 2 Mar from 08:00 to 08:45 UTC" in one for one in heard)
    assert invitation(town, "p-1").method == "CANCEL"
    assert invitation(town, "p-1").sequence == 1


async def test_it_confirms_itself_where_the_policy_says_so(tmp_path: Path) -> None:
    async with a_town(tmp_path, scheduling__confirm_after="PT2H") as town:
        case_id = await a_team(town)
        await town.advance(hours=2)
        set_for = town.events(case_id, InterventionScheduled)
        assert {e.by for e in set_for if isinstance(e, InterventionScheduled)} == {
            "rule:confirm_after"
        }
        by_peer = [
            (e.starts_at, name)
            for e in set_for
            if isinstance(e, InterventionScheduled)
            for name in e.facilitators
        ]
        assert len(by_peer) == len(set(by_peer)), "nobody is in two places"


async def test_a_dispatch_center_is_asked_to_cover_units_and_learns_nothing_else(
    town: Town,
) -> None:
    where = {"email": "desk@phones.invalid"}
    assert (await town.http.put("/v1/dispatch-center/contact", json=where)).status_code == 204
    case_id = await a_team(town)
    await told(town, case_id, "confirm", units=["E1", "M4"], count=6)

    (said,) = town.phones.received["dispatch center"]
    assert "08:00 to 08:45 UTC: E1, M4 (about 6 people)" in said.text
    assert case_id not in said.text
    assert "http" not in said.text
    for _ in range(3):
        await town.settle()
    (wanted,) = (await town.http.get("/v1/coverage")).json()["coverage"]
    assert set(wanted) == {"cover_id", "units", "count", "starts_at", "ends_at"}
    assert (wanted["units"], wanted["count"]) == (["E1", "M4"], 6)

    await told(town, case_id, "cancel", reason="nobody_wanted_it")
    assert "need no cover" in town.phones.received["dispatch center"][-1].text
    assert (await town.http.get("/v1/coverage")).json()["coverage"] == []
    reserved = await town.http.put("/v1/roster/members/dispatch-center", json={})
    assert reserved.status_code == 422


async def test_the_private_feed_holds_the_same_session(town: Town) -> None:
    case_id = await a_team(town)
    given = await town.http.post("/v1/rota/feeds/p-1", json={"scope": "own"})
    await told(town, case_id, "confirm")
    address = given.json()["url"]
    calendar = Calendar.from_ical((await town.http.get(address)).content)
    (entry,) = calendar.walk("VEVENT")
    assert str(entry["uid"]) == invitation(town, "p-1").uid
    assert str(entry["summary"]) == "Tailboard session"


async def test_the_notices_name_nobody_else_and_nothing_of_the_case(town: Town) -> None:
    case_id = await a_team(town)
    await told(town, case_id, "confirm")
    for notice in town.events(case_id, MemberNotified):
        assert isinstance(notice, MemberNotified)
        if notice.purpose is Purpose.SESSION_INVITE:
            body = calendar_of(
                invitation(town, notice.member_id), organizer="a@b.c", attendee="d@e.f"
            )
            assert b"defusing" not in body
            assert b"child" not in body
