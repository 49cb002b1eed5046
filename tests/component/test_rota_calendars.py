"""Calendars out and in over HTTP: private feeds, busy times by file and by subscription, hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from fastapi.responses import Response
from icalendar import Calendar

from schemas.dispatch import OfferExtended
from services.dispatch.book import RosterBook
from services.dispatch.duty_book import DutyBook
from services.dispatch.roster_policy import shipped_rules
from services.dispatch.rota_calendars import BusyCalendars
from services.dispatch.rota_fetch import Fetcher, NotFetched
from services.dispatch.rota_kept import Trouble, busy_calendars
from services.dispatch.settings import DispatchSettings
from services.runtime.auth import Keyring
from services.runtime.bucket import MemoryBucket
from services.runtime.host import Ports
from services.runtime.journal_memory import MemoryJournal
from tests.component.test_rota import WEEKLY, get, put
from tests.support.served import served
from tests.support.town import START, FrozenClock, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

DENTIST = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    b"DTSTAMP:20260301T000000Z\r\nSUMMARY:Dentist\r\nLOCATION:Elm Street\r\n"
    b"DTSTART:20260302T140000Z\r\nDTEND:20260302T150000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
FILE = "/v1/rota/calendar-file"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as made:
        await made.enroll_team(peers=3, mhps=1)
        yield made


async def feed_of(town: Town, member_id: str, scope: str = "own") -> str:
    told = await town.post(f"/v1/rota/feeds/{member_id}", scope=scope)
    url: str = told["url"]
    return url.removeprefix("http://town.invalid")


async def read(town: Town, path: str, **headers: str) -> Any:
    """As a calendar program does, without any key."""
    town.http.headers["Authorization"], key = "", town.http.headers["Authorization"]
    try:
        return await town.http.get(path, headers=headers)
    finally:
        town.http.headers["Authorization"] = key


async def test_a_member_subscribes_to_their_own_shifts(town: Town) -> None:
    await put(town, "peers-weekly", WEEKLY)
    path = await feed_of(town, "p-2")
    assert path == await feed_of(town, "p-2")
    assert "p-2" not in path
    answer = await read(town, path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.content).events
    assert events[0].start.isoformat() == "2026-03-09T08:00:00-04:00"
    assert all(str(event["SUMMARY"]) == "On call: peer, asked first" for event in events)

    mark = answer.headers["etag"]
    again = await read(town, path, **{"If-None-Match": f'W/"other", {mark}'})
    assert (again.status_code, again.content) == (304, b"")
    await put(town, "peers-weekly", WEEKLY | {"time_zone": "America/Chicago"})
    assert (await read(town, path, **{"If-None-Match": mark})).status_code == 200


async def test_a_feed_is_closed_when_it_is_withdrawn_or_its_owner_is_erased(town: Town) -> None:
    first = await feed_of(town, "p-1")
    assert (await read(town, first)).status_code == 200
    assert (await town.http.delete("/v1/rota/feeds/p-1")).status_code == 204
    assert (await read(town, first)).status_code == 404
    second = await feed_of(town, "p-1")
    assert second != first
    assert (await read(town, first)).status_code == 404
    assert (await read(town, second)).status_code == 200
    assert (await town.http.delete("/v1/roster/members/p-1/contact")).status_code == 204
    assert (await read(town, second)).status_code == 404
    assert (await read(town, second.replace(".ics", "x.ics"))).status_code == 404


async def test_the_team_feed_is_for_those_who_plan(town: Town) -> None:
    await put(town, "peers-weekly", WEEKLY)
    answer = await town.http.post("/v1/rota/feeds/p-1", json={"scope": "team"})
    assert (answer.status_code, answer.json()["type"][-12:]) == (409, "not-for-them")
    answer = await town.http.post("/v1/rota/feeds/p-9", json={})
    assert answer.status_code == 409
    text = (await read(town, await feed_of(town, "c-1", "team"))).content
    said = {str(event["SUMMARY"]) for event in Calendar.from_ical(text).events}
    assert said == {"p-1 on call: peer, asked first", "p-2 on call: peer, asked first"}


async def test_a_file_tells_when_a_member_is_busy_and_nothing_else(town: Town) -> None:
    answer = await town.http.put(FILE, params={"member_id": "p-1"}, content=DENTIST)
    assert answer.json() | {"read_at": None} == {
        "member_id": "p-1",
        "subscribed": False,
        "read_at": None,
        "busy_times": 1,
        "trouble": None,
    }
    assert (await get(town, "on-call", at="2026-03-02T14:30:00Z"))["away"] == ["p-1"]
    assert (await get(town, "on-call", at="2026-03-02T15:00:00Z"))["away"] == []
    assert (await town.http.delete("/v1/rota/calendars/p-1")).status_code == 204
    assert (await get(town, "on-call", at="2026-03-02T14:30:00Z"))["away"] == []
    assert (await get(town, "calendars"))["calendars"] == []


async def test_what_is_no_calendar_is_told_so_and_kept_nowhere(town: Town) -> None:
    for path, body, code in [
        ("p-1", {"content": b"<html>"}, "calendar-no-calendar"),
        ("p-1", {"content": b"x" * 5_000_001}, "too-large"),
        ("p-9", {"content": DENTIST}, "not-enrolled"),
    ]:
        answer = await town.http.put(FILE, params={"member_id": path}, **body)
        assert answer.json()["type"] == f"urn:tailboard:problem:{code}"
    answer = await town.http.put(
        "/v1/rota/calendars/p-1", json={"url": "https://127.0.0.1/secret-token.ics"}
    )
    assert answer.status_code == 422
    assert "secret-token" not in answer.text
    assert answer.json()["errors"][0]["field"] == "url"
    assert (await get(town, "calendars"))["calendars"] == []


async def test_whoever_is_away_by_their_hours_is_not_asked(town: Town) -> None:
    office = {"time_zone": "UTC", "times": [{"days": ["tue"], "starts": "09:00", "ends": "17:00"}]}
    assert (await town.http.put("/v1/rota/hours/p-1", json=office)).status_code == 204
    assert (await town.http.put("/v1/rota/hours/p-9", json=office)).status_code == 404
    assert (await get(town, "on-call"))["away"] == ["p-1"]
    taken = await town.report(
        source="test",
        number="F26-0001",
        incident_type="Cardiac arrest",
        occurred_at="2026-03-02T02:40:00Z",
        status="closed",
        patients=[{"age_years": 4, "died": True}],
    )
    asked = {event.member_id for event in town.events(taken["case_id"], OfferExtended)}
    assert "p-1" not in asked
    assert "p-2" in asked
    assert (await town.http.delete("/v1/rota/hours/p-1")).status_code == 204
    assert (await get(town, "on-call"))["away"] == []


class Published:
    """A member's calendar on a real server, as it is now."""

    def __init__(self) -> None:
        self.text, self.status, self.asked = DENTIST, 200, 0
        self.app = FastAPI()
        self.app.add_api_route("/mine.ics", self.mine, response_model=None)

    async def mine(self) -> Response:
        self.asked += 1
        return Response(self.text, self.status, media_type="text/calendar")


async def test_a_subscribed_calendar_is_read_again_and_its_times_outlast_trouble(
    tmp_path: Path,
) -> None:
    settings = DispatchSettings(data_dir=tmp_path, agency="metro")
    clock, journal, bucket = FrozenClock(), MemoryJournal(), MemoryBucket()
    duty = DutyBook(journal, RosterBook(journal, shipped_rules()), bucket)
    server = Published()
    async with served(server.app) as address:
        own = Fetcher(frozenset({address.removeprefix("http://")}))
        ports = Ports(settings, journal, clock, Keyring(()))
        calendars = BusyCalendars(ports, bucket, own, duty)
        read_first = await calendars.subscribe("metro", "p-1", f"{address}/mine.ics")
        assert address not in repr(read_first)
        opens = START.replace(hour=14)
        assert (await duty.busy("metro"))["p-1"] == ((opens, opens + timedelta(hours=1)),)

        server.status = 403
        clock.at += timedelta(hours=1)
        await calendars.read_again("metro")
        [(kept, _)] = (await busy_calendars(bucket, "metro")).values()
        assert (kept.trouble, kept.read_at, len(kept.spans)) == (Trouble.REFUSED, START, 1)

        server.status, server.text = 200, DENTIST.replace(b"20260302", b"20260303")
        await calendars.read_again("metro")
        [(kept, _)] = (await busy_calendars(bucket, "metro")).values()
        assert kept.trouble is None
        assert kept.spans[0][0] == datetime(2026, 3, 3, 14, tzinfo=UTC)
        assert b"Dentist" not in (await bucket.get("metro.busy.p-1") or b"")

        server.status = 500
        with pytest.raises(NotFetched):
            await calendars.subscribe("metro", "p-2", f"{address}/mine.ics")
        assert list(await busy_calendars(bucket, "metro")) == ["p-1"]
        await calendars.forget("metro", "p-1")
        assert await duty.busy("metro") == {}
