"""When a member is busy, read from their own calendar: times only, never what they are for.

Run as a program (`python -m services.dispatch.rota_busy ZONE FROM UNTIL`) it reads a calendar from
standard input and writes the busy times as JSON: what strangers wrote is read in a process of its
own, which can be stopped.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import recurring_ical_events
from icalendar import Calendar
from icalendar.timezone import tzp

from services.dispatch.rota_time import Span, joined, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ZONE = "X-WR-TIMEZONE"
_OUTLOOK = "X-MICROSOFT-CDO-BUSYSTATUS"
_TAKEN = frozenset({"BUSY", "OOF"})
_FREE_KINDS = frozenset({"FREE", "BUSY-TENTATIVE"})
_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_A_DAY_AT_MOST = 24
_CPU_SECONDS, _MEMORY_BYTES = 30, 1_000_000_000
_DAY = timedelta(days=1)


class UnreadableCalendar(ValueError):
    """This is not an iCalendar file."""


def busy_times(text: bytes, zone: str, start: datetime, end: datetime) -> tuple[Span, ...]:
    """When the owner of a calendar is busy between two moments, in UTC, joined and in order.

    `zone` is for times that name none. Busy is what RFC 5545 calls opaque, with three exceptions
    that calendars in use ask for: cancelled, declined or tentative is free; an all-day entry is
    busy only when it says so itself; Outlook's own word counts more than TRANSP. What cannot be
    understood is left out. Raises UnreadableCalendar.
    """
    tzp.use_default()  # it keeps custom zones by name: the last calendar's are not this one's
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError, KeyError) as error:
        raise UnreadableCalendar("this is not an iCalendar file (.ics)") from error
    found = [span for each in calendars for span in _of_calendar(each, zone, start, end)]
    if not calendars:
        raise UnreadableCalendar("this is not an iCalendar file (.ics)")
    return tuple(joined((max(opens, start), min(closes, end)) for opens, closes in found))


def _of_calendar(calendar: Any, zone: str, start: datetime, end: datetime) -> Iterator[Span]:
    if str(calendar.get("METHOD", "")).upper() == "CANCEL":
        return
    zone = _own_zone(calendar) or zone
    for series in _series(calendar):
        try:
            yield from _of_series(series, zone, start, end)
        except Exception:  # noqa: BLE001, S112 - one entry that nobody understands hides no other
            continue
    for told in calendar.walk("VFREEBUSY"):
        yield from _told_busy(told, zone)


def _of_series(series: Any, zone: str, start: datetime, end: datetime) -> list[Span]:
    if any(map(_endless, series.subcomponents)):
        return []
    entries = recurring_ical_events.of(series, skip_bad_series=True)
    found = entries.between(start - _DAY, end + _DAY)
    return [_moments(entry.start, entry.end, zone) for entry in found if _is_busy(entry)]


def _series(calendar: Any) -> Iterator[Calendar]:
    """Each entry with its own exceptions, as a calendar by itself."""
    by_uid: dict[str, list[Any]] = {}
    for entry in calendar.walk("VEVENT"):
        by_uid.setdefault(str(entry.get("UID", id(entry))), []).append(entry)
    for entries in by_uid.values():
        alone = Calendar()
        if _ZONE in calendar:
            alone[_ZONE] = calendar[_ZONE]
        alone.subcomponents = entries
        yield alone


def _own_zone(calendar: Any) -> str | None:
    """The calendar's own zone by its IANA name; Outlook writes Windows names here too."""
    named = calendar.get(_ZONE)
    if named is None:
        return None
    known = tzp.timezone(str(named))
    key = getattr(known, "key", None)
    if key is None:
        del calendar[_ZONE]
        return None
    calendar[_ZONE] = key
    return str(key)


def _endless(part: Any) -> bool:
    """Whether an entry would come so often that reading it would never end."""
    rules = part.get("RRULE", [])
    return any(_often(rule) for rule in (rules if isinstance(rules, list) else [rules]))


def _often(rule: Any) -> bool:
    a_day = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        a_day *= max(1, len(rule.get(name, ())))
    return bool(_OFTEN & set(map(str, rule.get("FREQ", ())))) or a_day > _A_DAY_AT_MOST


def _is_busy(entry: Any) -> bool:
    if str(entry.get("STATUS", "")).upper() in ("CANCELLED", "TENTATIVE"):
        return False
    outlook = str(entry.get(_OUTLOOK, "")).upper()
    if outlook:
        return outlook in _TAKEN
    all_day = not isinstance(entry.start, datetime)
    usual = "TRANSPARENT" if all_day else "OPAQUE"
    return str(entry.get("TRANSP", usual)).upper() == "OPAQUE"


def _told_busy(told: Any, zone: str) -> Iterator[Span]:
    lists = told.get("FREEBUSY", [])
    for each in lists if isinstance(lists, list) else [lists]:
        if str(each.params.get("FBTYPE", "BUSY")).upper() in _FREE_KINDS:
            continue
        for period in getattr(each, "dts", [each]):
            starts, ends = _period(period)
            yield _moments(starts, ends, zone)


def _period(period: Any) -> tuple[datetime, datetime]:
    starts, ends = getattr(period, "dt", period)
    return starts, starts + ends if isinstance(ends, timedelta) else ends


def _moments(starts: date, ends: date, zone: str) -> Span:
    return _moment(starts, zone), _moment(ends, zone)


def _moment(at: date, zone: str) -> datetime:
    if not isinstance(at, datetime):
        return moment(datetime.combine(at, datetime.min.time()), zone)
    return at if at.tzinfo else moment(at, zone)


def as_json(spans: Iterable[Span]) -> str:
    """Busy times as this program writes them."""
    return json.dumps([[opens.isoformat(), closes.isoformat()] for opens, closes in spans])


def main(arguments: list[str]) -> int:
    """Read a calendar from standard input; 1 when it is none."""
    zone, start, end = arguments
    with contextlib.suppress(OSError, ValueError):  # where the system has no such limits
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    text = sys.stdin.buffer.read()
    try:
        spans = busy_times(text, zone, datetime.fromisoformat(start), datetime.fromisoformat(end))
    except UnreadableCalendar:
        return 1
    sys.stdout.write(as_json(spans))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
