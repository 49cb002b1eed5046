"""Who is on call when: rotations, changes to them, and the hours of one member. Times are wall times.

A wall time is what the clock on the wall of a zone shows. It means the first moment at which that
clock shows it or has gone past it: a time that the clock change leaves out is the moment of the
change, and one that comes twice is the first of the two.
"""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from schemas.envelope import Frozen


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not an IANA time zone, such as America/Los_Angeles")
    return name


def _to_the_minute(value: time) -> time:
    if value.tzinfo or value.second or value.microsecond:
        raise ValueError("write hours and minutes of the wall clock, such as 08:00")
    return value


Zone = Annotated[str, AfterValidator(_zone)]
"""An IANA time zone."""

WallClock = Annotated[time, AfterValidator(_to_the_minute)]
"""A time of day on the wall clock, to the minute."""


class Weekday(StrEnum):
    """The days of a week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class WeeklyTime(Frozen):
    """The same time on some days of each week."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)]
    starts: WallClock
    ends: WallClock
    """Of the next day when it is not after `starts`; the same time means a whole day."""


class WeeklyHours(Frozen):
    """When one member can be asked at all; outside these hours they are away."""

    time_zone: Zone
    times: Annotated[tuple[WeeklyTime, ...], Field(min_length=1, max_length=50)]
