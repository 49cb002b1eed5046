"""A member's page of what they are down for: what is theirs, and nothing that is somebody else's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from schemas.followup import CheckInCompleted, InterventionHeld, MissExplained, MissReason
from schemas.policy import Role
from schemas.sessions import (
    CancelReason,
    InterventionCancelled,
    InterventionScheduled,
    ItemEscalated,
)
from services.runtime.auth import KeyRole, Passes, Principal, secret_of
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from tests.support.town import Town

ITEM, OTHER = "defusing-responders", "defusing-dispatchers"
MOST_BYTES = 20_000
_LEAVE = re.compile(r'name="leave" value="([^"]+)"')


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


async def a_case(town: Town) -> str:
    await town.enroll_team(peers=4, mhps=1)
    taken = await town.report(**PEDIATRIC_DEATH)
    for member in ("p-1", "p-2", "m-1"):
        await town.accept(member)
    await town.advance(minutes=1)
    return str(taken["case_id"])


async def page_of(town: Town, member_id: str) -> str:
    return f"/f/{await town.own_link(member_id)}"


async def look(town: Town, path: str, status: int = 200) -> str:
    answer = await _without_a_key(town, "GET", path)
    assert answer.status_code == status, answer.text
    assert len(answer.content) <= MOST_BYTES
    assert "<script" not in answer.text
    return answer.text


async def tap(town: Town, path: str, word: str, **given: str) -> str:
    """Post a form of an item's page as it is now; the page that is shown then."""
    leave = _LEAVE.search(await look(town, path))
    form = {"leave": leave[1] if leave else "", "once": str(town.clock.now()), **given}
    answer = await _without_a_key(town, "POST", f"{path}/{word}", data=form)
    assert answer.status_code == 303, answer.text
    await town.settle()
    return await look(town, answer.headers["location"])


async def _without_a_key(town: Town, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": ""}
    return await town.http.request(method, path, headers=headers, **more)


async def test_a_proposed_time_is_chosen_moved_and_held_with_one_tap_each(town: Town) -> None:
    case_id = await a_case(town)
    own = await page_of(town, "p-1")
    item = f"{own}/items/metro/{case_id}/{ITEM}"
    assert "3 times are proposed" in await look(town, own)

    shown = await tap(town, item, "set", slot="2026-03-02T08:00:00+00:00")
    assert "The time is set" in shown
    assert "Mon 2 Mar, 08:00</time> to 08:45 UTC, with p-2" in shown
    assert "not proposed any more" in await tap(town, item, "set", slot="2026-03-02T09:45:00+00:00")
    shown = await tap(town, item, "find")
    assert "These are the times" in shown
    assert "outside the time" in await tap(town, item, "set", starts_at="2026-03-04T10:00")
    assert "has passed" in await tap(town, item, "set", starts_at="2026-03-02T03:00")
    assert "look at the fields" in await tap(town, item, "set", starts_at="at ten")
    assert "Mon 2 Mar, 11:00" in await tap(town, item, "set", starts_at="2026-03-02T11:00")
    set_for = [e for e in town.events(case_id) if isinstance(e, InterventionScheduled)]
    assert [(e.sequence, e.by) for e in set_for] == [(0, "member:p-1"), (1, "member:p-1")]

    await town.advance(hours=9)
    due = (await look(town, own)).partition("My sessions")[0]
    assert "It was held" in due
    assert "/f/" in town.phones.received["p-2"][-1].text, "was it held?"
    assert "Thank you" in await tap(
        town, item, "done", head_count="7", minutes="40", outcome="no_further"
    )
    (held,) = town.events(case_id, InterventionHeld)
    assert isinstance(held, InterventionHeld)
    assert (held.held_at.hour, held.head_count, held.minutes) == (11, 7, 40)
    assert sorted(held.facilitators) == ["p-1", "p-2"]
    assert "This is settled" in await look(town, item)
    again = await tap(town, item, "done")
    assert "nothing was changed" in again, "a page without forms has no pass to give"


async def test_nobody_sees_or_changes_what_is_not_theirs(town: Town, tmp_path: Path) -> None:
    case_id = await a_case(town)
    mine, theirs = await page_of(town, "p-1"), await page_of(town, "p-3")
    await town.http.post(f"/v1/cases/{case_id}/items/{ITEM}/confirm", json={})
    item = f"/items/metro/{case_id}/{ITEM}"
    stranger = await look(town, f"{theirs}{item}", 404)
    no_case = case_id.replace(case_id[:8], "00000000")
    for guessed in (
        f"/items/metro/{no_case}/{ITEM}",
        f"/items/metro/{case_id}/defusing-others",
        f"/items/other/{case_id}/{ITEM}",
        f"/items/metro/{case_id}/debriefing-responders",
    ):
        assert await look(town, f"{theirs}{guessed}", 404) == stranger, (
            "and nothing tells them apart"
        )
    own = await look(town, theirs)
    assert "Nothing is waiting" in own
    assert case_id not in own

    leave = _LEAVE.search(await look(town, f"{mine}{item}"))
    assert leave
    passes = Passes(secret_of(tmp_path / "session-secret"))
    desk = Principal(label="desk", agency="metro", role=KeyRole.OPERATOR)
    for path, given in (
        (f"{theirs}{item}", leave[1]),
        (f"{mine}/items/metro/{case_id}/{OTHER}", leave[1]),
        (f"{mine}{item}", ""),
        (f"{mine}{item}", passes.issue(desk, f"decide:{case_id}")),
    ):
        form = {"leave": given, "reason": "other"}
        answer = await _without_a_key(town, "POST", f"{path}/cancel", data=form)
        assert answer.status_code == 404 or answer.headers["location"].endswith("?no=old-page")
    assert town.events(case_id, InterventionCancelled) == []


async def test_who_cannot_calls_the_coordinator_and_it_can_be_called_off(town: Town) -> None:
    case_id = await a_case(town)
    await town.http.post(f"/v1/cases/{case_id}/items/{ITEM}/confirm", json={})
    await town.settle()
    item = f"{await page_of(town, 'p-2')}/items/metro/{case_id}/{ITEM}"
    town.phones.look()

    assert "Your coordinator is called" in await tap(town, item, "escalate", reason="cannot_hold")
    town.phones.expect_text("c-1", "A member cannot hold what they are down for")
    assert "Your coordinator is called." in await look(town, item)
    await tap(town, item, "escalate", reason="cannot_hold")
    await tap(town, item, "escalate", reason="needs_mhp")
    town.phones.expect_text("c-1", "A member needs you for a session")
    assert "look at the fields" in await tap(town, item, "escalate", reason="because")
    told = [e for e in town.events(case_id) if isinstance(e, ItemEscalated)]
    assert [(e.member_id, e.by) for e in told] == [("p-2", "member:p-2")] * 2

    await tap(town, item, "cancel", reason="nobody_wanted_it")
    (off,) = town.events(case_id, InterventionCancelled)
    assert isinstance(off, InterventionCancelled)
    assert (off.reason, off.by) == (CancelReason.NOBODY_WANTED_IT, "member:p-2")
    town.phones.expect_text("p-1", "You need not come")


async def test_a_check_in_is_offered_and_a_miss_explained_from_the_message(town: Town) -> None:
    case_id = await a_case(town)
    await town.advance(days=3, hours=8)  # nobody is woken for it
    message = next(
        each for each in town.phones.received["p-1"] if "A check-in that you" in each.text
    )
    own = f"/f/{town.phones.own_link('p-1')}"
    assert own in message.text
    assert own in message.sms, "and no short link, which would outlive it"
    assert "I have offered it" in await look(town, own)
    (due, *_) = re.findall(
        rf'action="({own}/items/metro/{case_id}/check-in[^"]+)/done"', await look(town, own)
    )
    assert "Thank you" in await tap(town, due, "done")
    assert len(town.events(case_id, CheckInCompleted)) == 1

    called = next(
        message.text
        for message in reversed(town.phones.received["c-1"])
        if "Say in one tap why it was missed" in message.text
    )
    link = re.search(r"why it was missed: http://town\.invalid(\S+)", called)
    assert link
    assert "Why was it not" in await look(town, link[1])
    assert "all we need to know" in await tap(town, link[1], "why", reason="nobody_free")
    (why,) = town.events(case_id, MissExplained)
    assert isinstance(why, MissExplained)
    assert (why.reason, why.by) == (MissReason.NOBODY_FREE, "member:c-1")
    assert "This is settled" in await look(town, link[1])
    left = await look(town, f"/f/{town.phones.own_link('c-1')}")
    assert "Say why" in left, "the other groups' misses wait for a word, too"
    assert "/done" not in left, "a coordinator marks nothing done that others hold"


async def test_a_link_that_does_not_work_says_how_to_get_another(town: Town) -> None:
    await town.enroll("p-1", Role.PEER)
    token = await town.own_link("p-1")
    assert "opens nothing" in await look(town, f"/f/{token}x", 404)
    left = await town.http.post("/v1/roster/members/p-1/leave", json={"on": "2026-03-02"})
    assert left.is_success
    await town.advance(days=2)
    assert "not on the team any more" in await look(town, f"/f/{token}", 403)
    await town.advance(days=400)
    old = await look(town, f"/f/{token}", 410)
    assert f'action="/m/{token}/renew"' in old


async def test_without_dispatch_nothing_is_shown_and_it_can_be_tried_again(town: Town) -> None:
    await town.enroll("p-1", Role.PEER)
    token = await town.own_link("p-1")
    dispatch = next(each for each in town.services if each.name == "dispatch")
    answering = dispatch.responders
    object.__setattr__(dispatch, "responders", ())
    assert "cannot look just now" in await look(town, f"/f/{token}", 503)
    object.__setattr__(dispatch, "responders", answering)
    await look(town, f"/f/{token}")
