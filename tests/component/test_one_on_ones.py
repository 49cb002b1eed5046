"""A peer looks after somebody: behind their own link, reminded, handed over, closed and forgotten."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from schemas.dispatch import MemberNotified
from schemas.one_on_ones import OneOnOneErased, OneOnOneTakenOver
from schemas.policy import Role
from schemas.subjects import Stream
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from schemas.envelope import Event
    from tests.support.town import Town

NAME, NUMBER = "Zebulon Q", "+1 202 555 0147"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as made:
        await made.enroll_team(peers=3, mhps=1)
        yield made


class Page:
    """A peer with a phone in their hand."""

    def __init__(self, town: Town, token: str) -> None:
        self.town = town
        self.at = f"/f/{token}/people"

    async def get(self, path: str = "", **query: str) -> httpx.Response:
        return await self.town.http.get(f"{self.at}{path}", params=query)

    async def post(self, path: str = "", **form: str) -> httpx.Response:
        answer = await self.town.http.post(f"{self.at}{path}", data=form, follow_redirects=True)
        await self.town.settle()
        return answer

    async def form(self, **query: str) -> dict[str, str]:
        """The hidden fields of the page that shows the notice."""
        text = (await self.get("/new", kind="cism", **query)).text
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))

    async def begin(self, **form: str) -> str:
        """Look after somebody from tomorrow on; the id."""
        hidden = await self.form()
        told = {"told": "yes", "call_them": NAME, "reach_at": NUMBER, "in": "1"}
        answer = await self.post(**(hidden | told | form))
        assert answer.status_code == 200, answer.text
        return hidden["id"]


async def page_of(town: Town, member_id: str) -> Page:
    town.phones.put_aside("Tailboard: your page on the team")
    return Page(town, await town.own_link(member_id))


def recorded(town: Town, *kinds: type[Event]) -> list[Event]:
    told = (*town.journal.all(Stream.FOLLOWUP), *town.journal.all(Stream.DISPATCH))
    return [each.event for each in told if isinstance(each.event, kinds)]


def everything(town: Town) -> str:
    return "".join(
        f"{each.entity}{each.meta}{each.event}" for s in Stream for each in town.journal.all(s)
    )


async def test_the_notice_comes_first_and_nothing_of_the_person_is_in_the_streams(
    town: Town,
) -> None:
    page = await page_of(town, "p-1")
    assert "Nobody at the moment" in (await page.get()).text
    asked = await page.get("/new")
    assert "What is it about?" in asked.text
    assert 'name="call_them"' not in asked.text, "first what stays private"

    shown = await page.get("/new", kind="cism")
    assert "what stays private" in shown.text
    hidden = await page.form()
    typed = {"call_them": NAME, "reach_at": NUMBER, "in": "1"}
    for missing in ({}, {"told": "yes", "shown": "0" * 12}):
        refused = await page.post(**(hidden | typed | missing))
        assert refused.status_code == 422
        assert "First show what stays private" in refused.text
        assert NAME in refused.text, "what was typed is not lost"
    for wrong in ({"call_them": " "}, {"reach_at": "x" * 200}, {"in": "", "at": "soon"}):
        assert (await page.post(**(hidden | typed | {"told": "yes"} | wrong))).status_code == 422
    assert "Nobody at the moment" in (await page.get()).text

    kept = await page.post(**(hidden | typed | {"told": "yes"}))
    again = await page.post(**(hidden | typed | {"told": "yes"}))
    for answer in (kept, again):
        assert answer.text.count(NAME) == 1, "the same form twice is one"
        assert answer.headers["cache-control"] == "no-store"
        assert NAME not in str(answer.url)
    one = await page.get(f"/{hidden['id']}")
    assert NUMBER in one.text
    assert 'href="tel:+12025550147"' in one.text
    assert "Tue 3 Mar, 03:00 UTC" in one.text
    for secret in (NAME, NUMBER, "Zebulon", "555 0147"):
        assert secret not in everything(town)


async def test_only_its_own_peer_sees_it(town: Town) -> None:
    mine, other = await page_of(town, "p-1"), await page_of(town, "p-2")
    one = await mine.begin()
    assert NAME not in (await other.get()).text
    assert (await other.get(f"/{one}")).status_code == 404
    for step in ("contacted", "next", "details", "hand-over", "close", "take", "leave"):
        answer = await other.post(f"/{one}/{step}", **{"in": "1", "outcome": "referral"})
        assert answer.status_code == 404, step
        assert NAME not in answer.text
    for token in ("nonsense", "metro.nonsense"):
        assert (await Page(town, token).get()).status_code == 404
    town.services[:] = [each for each in town.services if each.name != "dispatch"]
    assert (await mine.get()).status_code == 503


async def test_nobody_is_forgotten(town: Town) -> None:
    page = await page_of(town, "p-1")
    one = await page.begin()
    await town.advance(days=1, hours=5)  # reminders wait for the morning
    said = town.phones.expect_text("p-1", "A contact is due")
    assert "/people" in said
    assert NAME not in said
    assert "A contact is due since" in (await page.get()).text
    own = await town.http.get(page.at.removesuffix("/people"))
    assert "My people: 1 to see to" in own.text
    assert NAME not in own.text
    town.phones.assert_silent("p-2", "c-1", "m-1")

    await page.post(f"/{one}/contacted", **{"in": "7"})
    await town.advance(days=6)
    town.phones.assert_silent("p-1", "c-1")
    await town.advance(days=1)
    town.phones.expect_text("p-1", "A contact is due")
    await town.advance(days=3)
    assert "of peer p-1 is overdue" in town.phones.expect_text("c-1", "A one-on-one")
    await town.advance(days=2)
    town.phones.expect_text("c-1", "is overdue")
    moved = await page.post(f"/{one}/next", at="2026-06-01T09:30")
    assert "Mon 1 Jun, 09:30 UTC" in moved.text
    town.phones.look("p-1", "c-1")
    await town.advance(days=20)
    town.phones.assert_silent("p-1", "c-1")


async def test_a_hand_over_shows_nobody_until_it_is_taken(town: Town) -> None:
    mine, other = await page_of(town, "p-1"), await page_of(town, "p-2")
    one = await mine.begin()
    assert "<option>p-2</option>" in (await mine.get(f"/{one}")).text
    assert (await mine.post(f"/{one}/hand-over", to="m-1")).status_code == 422
    await mine.post(f"/{one}/hand-over", to="p-2")
    assert "Waits for p-2" in (await mine.get()).text
    town.phones.expect_text("p-2", "A colleague asks you")
    for text in ((await other.get()).text, (await other.get(f"/{one}")).text):
        assert NAME not in text
        assert NUMBER not in text

    await other.post(f"/{one}/leave")
    assert "Waits for" not in (await mine.get()).text
    assert (await other.get(f"/{one}")).status_code == 404
    await mine.post(f"/{one}/hand-over", to="p-2")
    taken = await other.post(f"/{one}/take")
    assert NAME in taken.text
    assert NUMBER in (await other.get(f"/{one}")).text
    assert NAME not in (await mine.get()).text
    assert (await mine.get(f"/{one}")).status_code == 404
    assert len(recorded(town, OneOnOneTakenOver)) == 1


async def test_one_whose_peer_leaves_is_told_to_the_coordinator(town: Town) -> None:
    page = await page_of(town, "p-1")
    await page.begin()
    left = await town.http.post("/v1/roster/members/p-1/leave", json={"on": "2026-03-02"})
    assert left.is_success
    await town.settle()
    assert "of peer p-1 needs another peer" in town.phones.expect_text("c-1", "A one-on-one")
    told = [n for n in recorded(town, MemberNotified) if isinstance(n, MemberNotified)]
    assert {n.member_id for n in told} == {"c-1"}


async def test_a_closed_one_is_erased_in_its_time(town: Town) -> None:
    page = await page_of(town, "p-1")
    one = await page.begin()
    going_on = await page.post(f"/{one}/close", outcome="follow_up")
    assert going_on.status_code == 422
    assert (await page.post(f"/{one}/close")).status_code == 422
    await page.post(f"/{one}/details", call_them="Zeb", reach_at=NUMBER)
    closed = await page.post(f"/{one}/close", outcome="no_further")
    assert "Zeb<span>Erased on Wed 1 Apr" in closed.text
    assert (await page.post(f"/{one}/contacted", **{"in": "1"})).status_code == 422
    await town.advance(days=29)
    assert "Zeb" in (await page.get()).text
    await town.advance(days=2)
    assert "Zeb" not in (await page.get()).text
    assert (await page.get(f"/{one}")).status_code == 404
    assert len(recorded(town, OneOnOneErased)) == 1
    town.phones.assert_silent("c-1")


async def test_a_peer_of_no_roster_and_a_link_of_a_coordinator(town: Town) -> None:
    await town.enroll("x-1", Role.CHAPLAIN)
    chaplain = await page_of(town, "x-1")
    one = await chaplain.begin()
    assert NAME in (await chaplain.get()).text
    assert one.startswith("o-")
