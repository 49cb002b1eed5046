"""A person's own count as weeks, for a picture: how much came, and how much of it is left.

Pure. No case, unit, tier or kind of incident is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from services.dispatch.cumulative import weigh

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.policy import CumulativeRule
    from services.dispatch.cumulative import Exposure

_LEAST, _MOST = 8, 30
_WEEK = timedelta(days=7)
_WIDE, _GAP, _HIGH = 320.0, 3.0, 96.0


@dataclass(frozen=True, slots=True)
class Week:
    """One week, by its Monday, with what its calls counted when they came and what they do now."""

    begins: date
    calls: int
    then: float
    now: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One week as drawn: the outline is what came, the filled part what is left of it."""

    x: float
    width: float
    outline: float
    filled: float


def weeks(
    exposures: Sequence[Exposure], now: datetime, rule: CumulativeRule, time_zone: str
) -> tuple[Week, ...]:
    """Every week from the oldest call that still counts to this one, eight at least."""
    zone = ZoneInfo(time_zone)
    current = _monday(now.astimezone(zone).date())
    mondays = [_monday(each.at.astimezone(zone).date()) for each in exposures]
    count = min(max(_LEAST, *((current - day) // _WEEK + 1 for day in mondays), _LEAST), _MOST)
    shown = []
    for back in reversed(range(count)):
        begins = current - back * _WEEK
        inside = [e for e, day in zip(exposures, mondays, strict=True) if day == begins]
        then = sum(weigh((each,), each.at, rule) for each in inside)
        shown.append(Week(begins, len(inside), then, weigh(inside, now, rule)))
    return tuple(shown)


def bars(shown: Sequence[Week]) -> tuple[Bar, ...]:
    """The weeks as bars on a field of 320 by 96, the highest as high as the field."""
    step = _WIDE / len(shown)
    top = max(week.then for week in shown) or 1.0
    return tuple(
        Bar(
            x=round(number * step + _GAP / 2, 2),
            width=round(step - _GAP, 2),
            outline=round(week.then / top * _HIGH, 2),
            filled=round(week.now / top * _HIGH, 2),
        )
        for number, week in enumerate(shown)
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
