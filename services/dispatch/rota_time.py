"""From wall times to moments and back. Pure; the rule is told in schemas/rota.py.

A wall time means the first moment at which the zone's clock shows it or has gone past it. So the
order of wall times is the order of their moments, whatever the clocks do, and shifts that meet on
the wall meet in time.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from schemas.rota import Weekday

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.rota import WeeklyTime

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_DAYS = tuple(Weekday)

Span = tuple[datetime, datetime]
"""From the first, up to and without the second."""


def moment(wall: datetime, zone: str) -> datetime:
    """When a wall time comes, in UTC."""
    place = ZoneInfo(zone)
    early = wall.replace(tzinfo=place, fold=0).astimezone(UTC)
    if wall_time(early, zone) == wall:
        return early
    # The clock never shows it: by the time before the change it comes later than by the one after.
    start = wall.replace(tzinfo=place, fold=1).astimezone(UTC)
    seconds = range(int((early - start).total_seconds()) + 1)
    passed = bisect_left(seconds, wall, key=lambda s: wall_time(start + timedelta(seconds=s), zone))
    return start + timedelta(seconds=passed)


def wall_time(at: datetime, zone: str) -> datetime:
    """What the clock of a zone shows at a moment."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def next_minute(at: datetime, zone: str) -> datetime:
    """The wall time of a moment, or of the next full minute."""
    wall = wall_time(at, zone)
    whole = wall.replace(second=0, microsecond=0)
    return whole if whole == wall else whole + _MINUTE


def weekly(times: Iterable[WeeklyTime], start: datetime, end: datetime) -> Iterator[Span]:
    """When it is one of some times of the week, between two wall times, as wall times in order."""
    found: list[Span] = []
    day = start.date() - _DAY
    while day <= end.date():
        for each in times:
            if _DAYS[day.weekday()] in each.days:
                opens, closes = datetime.combine(day, each.starts), datetime.combine(day, each.ends)
                closes += _DAY if _over_night(each) else timedelta(0)
                found.append((max(opens, start), min(closes, end)))
        day += _DAY
    return joined(found)


def joined(spans: Iterable[Span]) -> Iterator[Span]:
    """The same time without overlaps, in order; what is empty is left out."""
    last: Span | None = None
    for opens, closes in sorted(span for span in spans if span[0] < span[1]):
        if last and opens <= last[1]:
            last = (last[0], max(last[1], closes))
            continue
        if last:
            yield last
        last = (opens, closes)
    if last:
        yield last


def moments(spans: Iterable[Span], zone: str) -> Iterator[Span]:
    """Spans of wall time as spans of real time; one that a clock change leaves out is gone."""
    for opens, closes in spans:
        span = moment(opens, zone), moment(closes, zone)
        if span[0] < span[1]:
            yield span


def within(times: Iterable[WeeklyTime], zone: str, at: datetime) -> bool:
    """Whether a moment is at one of these times of the week."""
    shown = at.astimezone(ZoneInfo(zone))
    wall = shown.replace(tzinfo=None, fold=0)
    if shown.fold:  # the clock shows it for the second time: times that have passed stay passed
        spans = moments(weekly(times, wall - _DAY, wall + _DAY), zone)
        return any(opens <= at < closes for opens, closes in spans)
    today, yesterday, clock = _DAYS[wall.weekday()], _DAYS[wall.weekday() - 1], wall.time()
    return any(
        (today in each.days and each.starts <= clock and (clock < each.ends or _over_night(each)))
        or (yesterday in each.days and _over_night(each) and clock < each.ends)
        for each in times
    )


def _over_night(each: WeeklyTime) -> bool:
    return each.ends <= each.starts
