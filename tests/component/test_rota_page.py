"""A member's page of their own time, behind the link of their own page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from schemas.roster import HoursSet
from schemas.subjects import Stream
from tests.component.test_rota import WEEKLY, get, put
from tests.component.test_rota_calendars import DENTIST, FILE
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, alone=True) as made:
        await made.enroll_team(peers=2, mhps=1)
        await put(made, "peers-weekly", WEEKLY)
        yield made


async def own_page(town: Town, member_id: str) -> str:
    """The path of a member's own page, as it was sent to them."""
    answer = await town.http.post(f"/v1/roster/members/{member_id}/invite")
    assert answer.is_success, answer.text
    text = town.phones.received[member_id][-1].text
    found = re.search(r"http://town\.invalid(/m/\S+)", text)
    assert found
    return found[1]


async def test_a_member_finds_their_shifts_and_their_feed(town: Town) -> None:
    page = await own_page(town, "p-2")
    first = (await town.http.get(page)).text
    assert f'href="{page}/time"' in first
    shown = (await town.http.get(f"{page}/time")).text
    assert "<li>Mon 9 March 08:00 to Mon 16 March 08:00</li>" in shown
    assert "http://town.invalid/calendar/" in shown
    assert "You can be asked around the clock" in shown


async def test_a_member_says_their_hours(town: Town) -> None:
    page = await own_page(town, "p-1")
    days = {f"{day}-from": "09:00" for day in ("tue", "wed")}
    days |= {f"{day}-to": "17:00" for day in ("tue", "wed")} | {
        "sat-from": "22:00",
        "sat-to": "02:00",
    }
    answer = await town.http.post(f"{page}/hours", data=days, follow_redirects=True)
    assert "Your hours are saved." in answer.text
    assert re.search(r'name="sat-to" type="time" value="02:00"', answer.text)
    [told] = [e.event for e in town.journal.all(Stream.ROSTER) if isinstance(e.event, HoursSet)]
    assert told.hours
    assert [[day.value for day in each.days] for each in told.hours.times] == [
        ["tue", "wed"],
        ["sat"],
    ]
    assert (await get(town, "on-call"))["away"] == ["p-1"]

    for wrong in ({"tue-from": "09:00"}, {}, {"tue-from": "x", "tue-to": "y"}):
        answer = await town.http.post(f"{page}/hours", data=wrong)
        assert answer.status_code == 422
        assert "Give both times for each day" in answer.text
    answer = await town.http.post(f"{page}/hours", data={"always": "yes"}, follow_redirects=True)
    assert "You can be asked around the clock." in answer.text
    assert (await get(town, "on-call"))["away"] == []


async def test_a_member_gives_and_forgets_their_calendar(town: Town) -> None:
    page = await own_page(town, "p-1")
    secret = {"url": "https://127.0.0.1/a-secret.ics"}
    answer = await town.http.post(f"{page}/calendar", data=secret)
    assert answer.status_code == 422
    assert "private network" in answer.text
    assert "a-secret" not in answer.text
    await town.http.put(FILE, params={"member_id": "p-1"}, content=DENTIST)
    shown = (await town.http.get(f"{page}/time")).text
    assert "busy 1 time in" in shown
    assert "Dentist" not in shown
    gone = await town.http.post(f"{page}/calendar", data={"forget": "yes"}, follow_redirects=True)
    assert "Nothing is kept of your calendar." in gone.text
    assert (await get(town, "calendars"))["calendars"] == []


async def test_a_link_that_opens_nothing_leads_to_the_page_that_says_so(town: Town) -> None:
    for page in ("/m/altered", await own_page(town, "p-1")):
        await town.advance(days=200)
        for method, path in (("GET", "time"), ("POST", "hours"), ("POST", "calendar")):
            answer = await town.http.request(method, f"{page}/{path}", follow_redirects=True)
            assert "This link" in answer.text
    assert not [e for e in town.journal.all(Stream.ROSTER) if isinstance(e.event, HoursSet)]
