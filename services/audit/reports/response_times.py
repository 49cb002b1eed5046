"""The response-time report: each clock against its target. It counts cases and sessions, never people.

Check-ins are told with care, as one may follow one person's request: no count under five, no times of
so few, and no parts from which such a one could be worked out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.audit.reports.model import Kind, Report, Table
from services.audit.suppression import FEWEST, rounded
from services.audit.views.laps import Clock
from services.audit.words import plain, span

if TYPE_CHECKING:
    from services.audit.views.clocks import ClockTimes, ResponseTimes, Times

_COLUMNS = ("Count", "Median", "9 of 10 within", "99 of 100 within", "Target", "In time", "Late")
_NOTES = (
    f"Exercises are not counted. What fewer than {FEWEST} cases make is left out.",
    "A target is what the policy said when the case began; where it differs, the one in the middle "
    "is shown. What still runs behind its target counts as late.",
    "A time is the nearest rank of what ended: a share of the cases was that fast or faster.",
    f"Check-ins are rounded down to a multiple of {FEWEST}; no count below {FEWEST} is told of them.",
)


def response_times(told: ResponseTimes, agency: str, about: str) -> Report:
    """The report of clocks that were read before."""
    plain_clocks = [each for each in told.clocks if each.clock != Clock.CHECK_IN]
    reasons = tuple(
        (each.name, plain(reason).capitalize(), str(count))
        for each in plain_clocks
        for reason, count in each.reasons.items()
    )
    months = tuple(
        (each.name, month.month, *_cells(month))
        for each in plain_clocks
        for month in each.months
        if month.count
    )
    tables = (
        Table(
            title="Every clock",
            columns=("Clock", *_COLUMNS),
            rows=tuple((each.name, *_total(each)) for each in told.clocks),
        ),
        Table(title="Why it was late", columns=("Clock", "Because", "Count"), rows=reasons),
        Table(title="By month", columns=("Clock", "Month", *_COLUMNS), rows=months),
    )
    return Report(
        kind=Kind.RESPONSE_TIMES,
        title="Response times",
        about=about,
        agency=agency,
        as_of=told.as_of,
        since=told.since,
        until=told.until,
        lead=_lead(plain_clocks),
        tables=tuple(table for table in tables if table.rows),
        notes=_NOTES,
    )


def _lead(clocks: list[ClockTimes]) -> str:
    team = next((each.total for each in clocks if each.clock == Clock.TEAM), None)
    if team is None or team.p50 is None or team.count < FEWEST:
        return f"Fewer than {FEWEST} teams in this span, or none: no time is told."
    lead = f"Half of the teams were complete within {_lasted(team.p50)}"
    if team.share is None:
        return f"{lead}."
    return f"{lead}; {team.within} of {team.within + team.late} made their target."


def _total(each: ClockTimes) -> tuple[str, ...]:
    if each.clock != Clock.CHECK_IN:
        return _cells(each.total)
    total = each.total
    count = rounded(total.count)
    if count is None:
        return (f"fewer than {FEWEST}", *("not told" for _ in _COLUMNS[1:]))
    return (f"at least {count}", *("not told" for _ in _COLUMNS[1:]))


def _cells(times: Times) -> tuple[str, ...]:
    share = times.share
    in_time = "no target" if share is None else f"{round(100 * share)} %"
    return (
        str(times.count),
        *(_lasted(each) for each in (times.p50, times.p90, times.p99)),
        "none" if times.target is None else _lasted(times.target),
        in_time,
        str(times.late),
    )


def _lasted(seconds: float | None) -> str:
    return "none yet" if seconds is None else span(timedelta(seconds=seconds))
