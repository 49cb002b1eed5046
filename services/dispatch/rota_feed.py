"""Shifts as an iCalendar feed (RFC 5545, with what RFC 7986 says of subscriptions). Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vDuration

from schemas.subjects import derived_id
from services.dispatch.rota import stints
from services.dispatch.rota_time import moment, wall_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from schemas.policy import Role
    from services.dispatch.rota import Rota, Touch
    from services.dispatch.rota_shifts import Stint

BEHIND, AHEAD = timedelta(days=35), timedelta(days=200)
"""How far a feed reaches from today on."""
REFRESH = timedelta(hours=1)
TITLE = "Tailboard session"
"""Calendars are shared with families and colleagues: neither what it is nor for whom."""
_DAY = timedelta(days=1)
_TEN = {1: "first", 2: "second", 3: "third"}


@dataclass(frozen=True, slots=True)
class Shift:
    """One entry of a feed."""

    uid: str
    member_id: str
    place: int
    role: Role
    zone: str
    starts: datetime
    ends: datetime
    changes: int
    """How often this time was changed since the rota was set."""
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session in a feed: when, and who of the team holds it."""

    uid: str
    member_id: str
    starts: datetime
    ends: datetime
    sequence: int
    changed_at: datetime
    place: str = ""


def session_uid(agency: str, case_id: str, item: str, member_id: str) -> str:
    """The id of one session for one facilitator, the same in every mail and in the feed."""
    return f"{derived_id('appointment', agency, case_id, item, member_id)}@tailboard"


def shifts(
    agency: str,
    rotas: Mapping[str, tuple[Rota, tuple[Touch, ...]]],
    start: datetime,
    end: datetime,
) -> Iterator[Shift]:
    """Every shift of an agency's rotas. An id stays the same for as long as the shift is its own."""
    for rota_id, (rota, touches) in sorted(rotas.items()):
        parts: Counter[tuple[str, str]] = Counter()
        for stint in stints(rota, start, end):
            plan = rota.plan_at(stint.starts)
            if plan is None:
                continue
            parts[stint.shift, stint.member_id] += 1
            part = parts[stint.shift, stint.member_id]
            about = [touch.at for touch in touches if touch.meets(stint)]
            yield Shift(
                uid=_uid(agency, rota_id, stint, part),
                member_id=stint.member_id,
                place=stint.place,
                role=plan.role,
                zone=plan.time_zone,
                starts=stint.starts,
                ends=stint.ends,
                changes=max(0, len(about) - 1),
                changed_at=max(about, default=stint.starts),
            )


def _uid(agency: str, rota_id: str, stint: Stint, part: int) -> str:
    named = derived_id("shift", agency, rota_id, stint.shift, stint.member_id, part)
    return f"{named}@tailboard"


def feed(
    name: str,
    found: Iterable[Shift],
    zone: str,
    *,
    with_members: bool,
    meetings: Iterable[Meeting] = (),
) -> bytes:
    """The feed as it goes over the wire; the same shifts and sessions give the same bytes. Sessions
    are in `zone`."""
    held = sorted(meetings, key=lambda each: (each.starts, each.uid))
    entries = sorted(found, key=lambda shift: (shift.starts, shift.place, shift.uid))
    calendar = Calendar()
    calendar.add("prodid", "-//Tailboard//On call//EN")
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    spans = [(each.zone, each.starts, each.ends) for each in entries]
    spans += [(zone, each.starts, each.ends) for each in held]
    for each in sorted({span[0] for span in spans}):
        own = [span for span in spans if span[0] == each]
        first, last = min(span[1] for span in own), max(span[2] for span in own)
        calendar.add_component(time_zone(each, first.year, last.year))
    for entry in entries:
        calendar.add_component(_entry(entry, with_member=with_members))
    for meeting in held:
        calendar.add_component(_meeting(meeting, zone, with_member=with_members))
    return bytes(calendar.to_ical())


def _entry(shift: Shift, *, with_member: bool) -> Event:
    role, place = shift.role.value.replace("_", " "), _TEN.get(shift.place, f"no. {shift.place}")
    on_call = f"On call: {role}, asked {place}"
    event = Event()
    event.add("uid", shift.uid)
    event.add("summary", f"{shift.member_id} {on_call.lower()}" if with_member else on_call)
    event.add("dtstart", local(shift.starts, shift.zone))
    event.add("dtend", local(shift.ends, shift.zone))
    event.add("dtstamp", shift.changed_at)
    event.add("last-modified", shift.changed_at)
    event.add("sequence", shift.changes)
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # on call is not busy, here and when it is read back
    event.add("x-microsoft-cdo-busystatus", "FREE")
    return event


def _meeting(meeting: Meeting, zone: str, *, with_member: bool) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("summary", f"{meeting.member_id} {TITLE}" if with_member else TITLE)
    event.add("dtstart", local(meeting.starts, zone))
    event.add("dtend", local(meeting.ends, zone))
    event.add("dtstamp", meeting.changed_at)
    event.add("last-modified", meeting.changed_at)
    event.add("sequence", meeting.sequence)
    event.add("status", "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    if meeting.place:
        event.add("location", meeting.place)
    return event


def local(at: datetime, zone: str) -> datetime:
    """In this zone; in UTC where the clock shows this time for the second time."""
    wall = wall_time(at, zone)
    return wall.replace(tzinfo=ZoneInfo(zone)) if moment(wall, zone) == at else at.astimezone(UTC)


@lru_cache(maxsize=64)
def time_zone(zone: str, first: int, last: int) -> Timezone:
    """The rules of a zone for some years, each change at the wall time before it, as RFC 5545 asks.

    The library's own has the clock of after the change, and so begins summer an hour late.
    """
    made = Timezone()
    made.add("tzid", zone)
    start = datetime(first, 1, 1, tzinfo=UTC) - _DAY
    made.add_component(_observance(zone, start, start))
    for at in _changes(zone, start, datetime(last + 1, 1, 2, tzinfo=UTC)):
        made.add_component(_observance(zone, at - timedelta(seconds=1), at))
    return made


def _observance(zone: str, before: datetime, at: datetime) -> TimezoneStandard | TimezoneDaylight:
    place = ZoneInfo(zone)
    earlier, now = before.astimezone(place), at.astimezone(place)
    part = TimezoneDaylight() if now.dst() else TimezoneStandard()
    leaves, comes = earlier.utcoffset(), now.utcoffset()
    part.add("dtstart", (at + (leaves or timedelta(0))).replace(tzinfo=None))
    part.add("tzoffsetfrom", leaves)
    part.add("tzoffsetto", comes)
    part.add("tzname", now.tzname())
    return part


def _changes(zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    """When the clocks change."""
    day = start
    while day < end:
        if _offset(zone, day) != _offset(zone, day + _DAY):
            yield _first_after(zone, day)
        day += _DAY


def _first_after(zone: str, day: datetime) -> datetime:
    """The second at which the offset is not that of the start of the day any more."""
    before = _offset(zone, day)
    seconds = range(int(_DAY.total_seconds()) + 1)
    passed = bisect_left(
        seconds, 1, key=lambda second: _offset(zone, day + timedelta(seconds=second)) != before
    )
    return day + timedelta(seconds=passed)


def _offset(zone: str, at: datetime) -> timedelta | None:
    return at.astimezone(ZoneInfo(zone)).utcoffset()
