"""The feed of shifts as other programs read it: read back by libraries of the format."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some
from icalendar import Calendar

from schemas.rota import OverrideRemoved, RotaSet, ShiftOverridden
from schemas.subjects import derived_id
from services.dispatch.rota import Rota, Touch, evolve, stints, touched
from services.dispatch.rota_busy import busy_times
from services.dispatch.rota_feed import feed, shifts
from tests.support.builders_rota import a_plan, a_rotation, weekly
from tests.unit.dispatch.test_rota_time import ZONES

START, END = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
FIRST = "2026-03-02T08:00"
DAY = timedelta(days=1)
ONE = derived_id("override")
SET_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def story(*events: tuple[datetime, Any]) -> tuple[Rota, tuple[Touch, ...]]:
    state, touches = Rota(), []
    for at, event in events:
        touches += touched(state, event, at)
        state = evolve(state, event)
    return state, tuple(touches)


def a_set(*layers: Any, zone: str = "America/New_York") -> tuple[datetime, Any]:
    return SET_AT, RotaSet(plan=a_plan(*layers, zone=zone), effective_from=SET_AT)


def an_override(at: datetime) -> tuple[datetime, Any]:
    event = ShiftOverridden(
        override_id=ONE,
        member_id="p-3",
        instead_of="p-1",
        starts=datetime(2026, 3, 6, 8),  # noqa: DTZ001 - a wall time
        ends=datetime(2026, 3, 7, 8),  # noqa: DTZ001 - a wall time
    )
    return at, event


DAILY = a_rotation("p-1", "p-2", first=FIRST, days=1)
NIGHTS = a_rotation("p-3", first=FIRST, weeks=1, only=(weekly("mon fri sat", "22:00", "02:30"),))


def made(*rotas: tuple[Rota, tuple[Touch, ...]], member: str = "") -> bytes:
    named = {f"rota-{number}": rota for number, rota in enumerate(rotas)}
    found = shifts("metro", named, START, END)
    wanted = (shift for shift in found if member in ("", shift.member_id))
    return feed("Tailboard", wanted, "America/New_York", with_members=not member)


def read(text: bytes) -> list[Any]:
    return list(recurring_ical_events.of(Calendar.from_ical(text)).between(START, END))


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "UTC"])
def test_every_shift_is_read_back_at_its_moments(zone: str) -> None:
    rota = story(a_set(DAILY, NIGHTS, zone=zone), an_override(SET_AT))
    expected = sorted((s.starts, s.ends, s.member_id) for s in stints(rota[0], START, END))

    entries = read(made(rota))

    told = [(e.start.astimezone(UTC), e.end.astimezone(UTC), e["SUMMARY"][:3]) for e in entries]
    assert sorted(told) == expected
    assert len({entry["UID"] for entry in entries}) == len(entries) > 200


def test_a_member_sees_their_own_shifts_and_no_roster_number() -> None:
    text = made(story(a_set(DAILY, NIGHTS)), member="p-2")
    entries = read(text)
    assert {entry["SUMMARY"] for entry in entries} == {"On call: peer, asked first"}
    assert b"p-2" not in text


def test_on_call_is_not_busy_when_the_feed_is_read_back() -> None:
    text = made(story(a_set(DAILY)))
    assert {str(entry["TRANSP"]) for entry in read(text)} == {"TRANSPARENT"}
    assert busy_times(text, "UTC", START, END) == ()


def test_what_was_not_changed_keeps_its_id_and_its_number() -> None:
    later = SET_AT + DAY
    before = {e["UID"]: e for e in read(made(story(a_set(DAILY))))}
    after = {e["UID"]: e for e in read(made(story(a_set(DAILY), an_override(later))))}
    back = OverrideRemoved(override_id=ONE, effective_from=later)
    restored = {
        e["UID"]: e for e in read(made(story(a_set(DAILY), an_override(later), (later, back))))
    }

    went, came = set(before) - set(after), set(after) - set(before)
    assert len(went) == len(came) == 1
    for uid in set(before) & set(after):
        assert before[uid]["SEQUENCE"] == after[uid]["SEQUENCE"] == 0
        assert before[uid].start == after[uid].start
        assert after[uid]["LAST-MODIFIED"].dt == SET_AT
    assert set(restored) == set(before)
    [touched_uid] = went
    assert restored[touched_uid]["SEQUENCE"] == 2
    assert restored[touched_uid]["LAST-MODIFIED"].dt == later


def test_the_same_plan_set_again_keeps_every_id_and_says_that_it_was_changed() -> None:
    later = SET_AT + 30 * DAY + timedelta(hours=5)  # in the middle of a shift
    again = later, RotaSet(plan=a_plan(DAILY), effective_from=later)
    before = {e["UID"]: e for e in read(made(story(a_set(DAILY))))}
    after = {e["UID"]: e for e in read(made(story(a_set(DAILY), again)))}
    assert set(before) == set(after)
    assert {int(entry["SEQUENCE"]) for entry in after.values()} == {0, 1}


def test_the_same_rota_gives_the_same_bytes_as_rfc_5545_asks_for_them() -> None:
    rota = story(a_set(DAILY, NIGHTS))
    text = made(rota)
    assert text == made(rota)
    lines = text.split(b"\r\n")
    assert b"\n" not in b"".join(lines)
    assert all(len(line) <= 75 for line in lines)
    calendar = Calendar.from_ical(text)
    assert calendar.refresh_interval == timedelta(hours=1)
    assert text.count(b"REFRESH-INTERVAL;VALUE=DURATION:PT1H") == 1
    assert lines.count(b"X-PUBLISHED-TTL:PT1H") == 1
    assert "METHOD" not in calendar
    assert calendar.get_missing_tzids() == set()


def test_a_feed_without_shifts_is_a_calendar_all_the_same() -> None:
    assert read(made(story(a_set(DAILY)), member="p-9")) == []


@settings(max_examples=40, deadline=None)
@for_all(zone=some.sampled_from(ZONES), year=some.integers(1990, 2050))
def test_the_zone_in_the_feed_has_the_rules_of_the_zone(zone: str, year: int) -> None:
    """By the words of RFC 5545: an observance begins at its DTSTART by the clock of before it."""
    rotation = a_rotation("p-1", first=f"{year}-01-05T08:00", weeks=1)
    start = datetime(year, 1, 1, tzinfo=UTC)
    rota = evolve(Rota(), RotaSet(plan=a_plan(rotation, zone=zone), effective_from=start))
    found = shifts("metro", {"r": (rota, ())}, start, start + 360 * DAY)
    [told] = Calendar.from_ical(feed("x", found, "UTC", with_members=False)).timezones
    onsets = sorted(
        (part.DTSTART - part.TZOFFSETFROM, part.TZOFFSETFROM, part.TZOFFSETTO)
        for part in told.subcomponents
    )
    place = ZoneInfo(zone)

    def offset(at: datetime) -> timedelta | None:
        return at.replace(tzinfo=UTC).astimezone(place).utcoffset()

    for at, leaves, comes in onsets:
        assert (offset(at - timedelta(seconds=1)), offset(at)) == (leaves, comes)
    for hours in range(0, 360 * 24, 12):
        at = start.replace(tzinfo=None) + timedelta(hours=hours)
        assert [comes for onset, _, comes in onsets if onset <= at][-1] == offset(at)
