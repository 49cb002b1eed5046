"""How fast, over months: each of the field's clocks against its target, by tier and by trigger class, and
why what was late was late. Pure but for `told`; it counts cases and sessions, never people.

A percentile is the nearest rank of what ended; what still runs behind its target counts as late, and has
no time yet.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from math import ceil
from statistics import median
from typing import TYPE_CHECKING

from schemas.envelope import Frozen
from services.audit.views.laps import Clock, laps
from services.audit.words import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from services.audit.views.laps import Lap

_ORDER = (Clock.DECISION, Clock.FIRST_OFFER, Clock.TEAM, Clock.PROFESSIONAL)
_NAMES: dict[str, str] = {
    Clock.DECISION: "A person decides",
    Clock.FIRST_OFFER: "First member asked",
    Clock.TEAM: "Team complete",
    Clock.PROFESSIONAL: "Mental health professional found",
    Clock.CHECK_IN: "Check-in done",
}
_FROM: dict[str, str] = {
    Clock.DECISION: "from the question until the answer",
    Clock.FIRST_OFFER: "from the wish for a team until the first offer",
    Clock.TEAM: "from the wish for a team until every place is filled",
    Clock.PROFESSIONAL: "from the wish for a team until their yes",
    Clock.CHECK_IN: "from the day it falls due",
}
_SESSION_FROM = "from the incident until it was held"


class Times(Frozen):
    """Some laps of one clock. Times are in seconds, and null while nothing has ended."""

    count: int
    p50: float | None
    p90: float | None
    p99: float | None
    target: float | None
    """The target in the middle: policies may differ by tier, and a person may extend one."""
    within: int
    """How many ended within their target."""
    late: int
    """How many ended behind it, or still run behind it."""
    running: int
    """How many still run, and may make it."""

    @property
    def share(self) -> float | None:
        """The share within the target of those that are decided; None without any."""
        decided = self.within + self.late
        return self.within / decided if decided else None


class Month(Times):
    """One month of a clock, by the day of the report on the agency's calendar."""

    month: str


class ClockTimes(Frozen):
    """One clock over the whole span."""

    clock: str
    name: str
    measured: str
    """From what until what."""
    total: Times
    by_tier: dict[str, Times]
    by_trigger: dict[str, Times]
    months: tuple[Month, ...]
    reasons: dict[str, int]
    """Why laps were late, the most frequent first."""


class ResponseTimes(Frozen):
    """Every clock that ran in a span of time."""

    as_of: datetime
    since: datetime
    until: datetime
    clocks: tuple[ClockTimes, ...]


def told(
    connection: Connection,
    agency: str,
    span: tuple[datetime, datetime],
    zone: ZoneInfo,
    now: datetime,
) -> ResponseTimes:
    """The clocks of the cases that were reported from the first moment on and before the second."""
    return response_times(laps(connection, agency, *span), span, zone, now)


def response_times(
    every: Iterable[Lap], span: tuple[datetime, datetime], zone: ZoneInfo, now: datetime
) -> ResponseTimes:
    """The same from laps that were read before."""
    by_clock: dict[str, list[Lap]] = defaultdict(list)
    for lap in every:
        by_clock[str(lap.clock)].append(lap)
    months = months_of(span, zone)
    return ResponseTimes(
        as_of=now,
        since=span[0],
        until=span[1],
        clocks=tuple(
            _clock(clock, by_clock[clock], months, zone, now)
            for clock in sorted(by_clock, key=_place(by_clock))
        ),
    )


def times(some: Sequence[Lap], now: datetime) -> Times:
    """The numbers of some laps of one clock."""
    ended = sorted((lap.ended_at - lap.began_at).total_seconds() for lap in some if lap.ended_at)
    aims = _aims(some)
    late = sum(lap.is_late(now) for lap in some)
    within = sum(bool(lap.ended_at and lap.target_at) and not lap.is_late(now) for lap in some)
    return Times(
        count=len(some),
        p50=at_percent(ended, 50),
        p90=at_percent(ended, 90),
        p99=at_percent(ended, 99),
        target=median(aims) if aims else None,
        within=within,
        late=late,
        running=sum(lap.ended_at is None and not lap.is_late(now) for lap in some),
    )


def at_percent(ordered: Sequence[float], percent: int) -> float | None:
    """The nearest rank: the smallest value that so many percent do not exceed; None of none."""
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1] if ordered else None


def months_of(span: tuple[datetime, datetime], zone: ZoneInfo) -> tuple[str, ...]:
    """The calendar months that a span touches, oldest first, such as `2026-03`."""
    first, last = (at.astimezone(zone) for at in span)
    begun = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    names = [f"{number // 12}-{number % 12 + 1:02d}" for number in begun]
    ends_on_the_first = (last.day, last.hour, last.minute, last.second) == (1, 0, 0, 0)
    return tuple(names[:-1] if ends_on_the_first and len(names) > 1 else names)


def _clock(
    clock: str, some: list[Lap], months: Sequence[str], zone: ZoneInfo, now: datetime
) -> ClockTimes:
    by_month = _parts(some, lambda lap: f"{lap.reported_at.astimezone(zone):%Y-%m}")
    reasons = Counter(lap.late_because for lap in some if lap.is_late(now))
    return ClockTimes(
        clock=clock,
        name=_NAMES.get(clock) or f"{plain(clock).capitalize()} held",
        measured=_FROM.get(clock, _SESSION_FROM),
        total=times(some, now),
        by_tier=_each(some, lambda lap: f"Tier {lap.tier}" if lap.tier else "No tier", now),
        by_trigger=_each(some, lambda lap: lap.trigger_class or "no_trigger", now),
        months=tuple(
            Month(month=month, **times(by_month.get(month, ()), now).model_dump())
            for month in months
        ),
        reasons={str(reason): count for reason, count in reasons.most_common()},
    )


def _parts(some: Iterable[Lap], key: Callable[[Lap], str]) -> dict[str, list[Lap]]:
    parts: dict[str, list[Lap]] = defaultdict(list)
    for lap in some:
        parts[key(lap)].append(lap)
    return parts


def _each(some: Iterable[Lap], key: Callable[[Lap], str], now: datetime) -> dict[str, Times]:
    return {name: times(part, now) for name, part in sorted(_parts(some, key).items())}


def _place(by_clock: dict[str, list[Lap]]) -> Callable[[str], tuple[int, float, str]]:
    """Clocks in the order in which they run: of sessions, whichever is due first comes first."""

    def place(clock: str) -> tuple[int, float, str]:
        if clock in _ORDER:
            return (_ORDER.index(Clock(clock)), 0.0, clock)
        step = len(_ORDER) + (clock == Clock.CHECK_IN)
        return (step, median(_aims(by_clock[clock])) if _aims(by_clock[clock]) else 0.0, clock)

    return place


def _aims(some: Iterable[Lap]) -> list[float]:
    return [(lap.target_at - lap.began_at).total_seconds() for lap in some if lap.target_at]
