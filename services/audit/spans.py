"""Spans of whole months as people ask for them, on the agency's own calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

USUAL = "12-months"
REMEDY = "Give a year (2026), a quarter (2026-q3), a month (2026-10), or the months up to now (12-months)."
_LAST = re.compile(r"([0-9]{1,2})-months?")
_YEAR = re.compile(r"([0-9]{4})")
_QUARTER = re.compile(r"([0-9]{4})-[qQ]([1-4])")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_MOST_MONTHS = 60


class BadSpan(ValueError):
    """No span that we know; the message says what to give instead."""


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment on, and before another; `name` is what was asked for."""

    name: str
    since: datetime
    until: datetime

    @property
    def ends(self) -> tuple[datetime, datetime]:
        """Both moments."""
        return self.since, self.until


def span_of(name: str, now: datetime, zone: ZoneInfo) -> Span:
    """The span of this name. The months up to now end with the one that runs. Raises BadSpan."""
    asked = name.strip().lower()
    if found := _LAST.fullmatch(asked):
        count = int(found[1])
        if 1 <= count <= _MOST_MONTHS:
            today = now.astimezone(zone)
            last = today.year * 12 + today.month
            return Span(asked, _first(last - count, zone), _first(last, zone))
    elif found := _YEAR.fullmatch(asked):
        return _whole(asked, int(found[1]), 1, 12, zone)
    elif found := _QUARTER.fullmatch(asked):
        return _whole(asked, int(found[1]), int(found[2]) * 3 - 2, 3, zone)
    elif found := _MONTH.fullmatch(asked):
        return _whole(asked, int(found[1]), int(found[2]), 1, zone)
    raise BadSpan(f"{name[:30]!r} is no span of months. {REMEDY}")


def choices(now: datetime, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """What a page offers: the names and how they read."""
    year = now.astimezone(zone).year
    return (
        ("1-month", "This month"),
        ("3-months", "Three months"),
        (USUAL, "Twelve months"),
        (str(year), f"{year} so far"),
        (str(year - 1), str(year - 1)),
    )


def _whole(name: str, year: int, month: int, count: int, zone: ZoneInfo) -> Span:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise BadSpan(f"{name!r}: the year lies between {_FIRST_YEAR} and {_LAST_YEAR}. {REMEDY}")
    first = year * 12 + month - 1
    return Span(name, _first(first, zone), _first(first + count, zone))


def _first(months: int, zone: ZoneInfo) -> datetime:
    """The beginning of a month that is counted from the year 0, as wall time of the zone."""
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=zone)
