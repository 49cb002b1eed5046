"""What command may know of requests for a peer: that one waits, and how fast it goes by the month.

A month with fewer than five says only that, so that nobody can be counted out; the month that runs
now says nothing, because watching it grow would show each request as it comes.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from schemas.envelope import Frozen
from schemas.requests import EmergencyCategory
from services.audit import tables
from services.audit.suppression import FEWEST

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy import Connection

_MONTHS = 12
_R, _A = tables.requests.c, tables.answers.c


class Month(Frozen):
    """One whole month. A null means fewer than five, none among them."""

    month: str
    requests: int | None
    median_minutes_to_answer: int | None
    """From asking until the first member took it."""
    median_minutes_to_callback: int | None
    """From asking until the one who asked was reached."""


class Emergencies(Frozen):
    """The twelve whole months before this one, together. A null means fewer than five."""

    count: int | None
    by_category: dict[str, int] | None
    """Told only when no kind of emergency had fewer than five, so that none can be worked out."""
    median_minutes_to_answer: int | None
    """From raising it until somebody took it."""


class Requests(Frozen):
    """All that is told of requests."""

    as_of: datetime
    fewest: int
    waiting: bool
    """Somebody has waited for too long, or in an emergency, and nobody has taken it."""
    months: tuple[Month, ...]
    emergencies: Emergencies


def waiting(connection: Connection, agencies: Collection[str]) -> frozenset[str]:
    """The agencies in which a request waits that coordinators were called for."""
    query = (
        select(_R.agency)
        .where(_R.agency.in_(list(agencies)), _R.alarmed_at.is_not(None))
        .where(_R.is_taken.is_not(True), _R.closed_at.is_(None))
        .distinct()
    )
    return frozenset(connection.execute(query).scalars())


def told(connection: Connection, agency: str, now: datetime) -> Requests:
    """The twelve months before this one, newest first, each whether anybody asked or not."""
    spans = tuple(months_before(now))
    return Requests(
        as_of=now,
        fewest=FEWEST,
        waiting=bool(waiting(connection, (agency,))),
        months=tuple(_month(connection, agency, *span) for span in spans),
        emergencies=_emergencies(connection, agency, spans[-1][0], spans[0][1]),
    )


def _month(connection: Connection, agency: str, start: datetime, end: datetime) -> Month:
    first = (
        select(func.min(_A.at, type_=tables.Utc()))
        .where(_A.agency == _R.agency, _A.case_id == _R.case_id)
        .correlate(tables.requests)
        .scalar_subquery()
    )
    query = select(_R.asked_at, first, _R.reached_at).where(
        _R.agency == agency, _R.asked_at >= start, _R.asked_at < end
    )
    rows = connection.execute(query).all()
    return Month(
        month=f"{start:%Y-%m}",
        requests=len(rows) if len(rows) >= FEWEST else None,
        median_minutes_to_answer=_minutes(
            answered - asked for asked, answered, _ in rows if answered
        ),
        median_minutes_to_callback=_minutes(
            reached - asked for asked, _, reached in rows if reached
        ),
    )


def _emergencies(
    connection: Connection, agency: str, start: datetime, end: datetime
) -> Emergencies:
    answered = (
        select(func.min(_A.at, type_=tables.Utc()))
        .where(_A.agency == _R.agency, _A.case_id == _R.case_id, _A.at >= _R.emergency_at)
        .correlate(tables.requests)
        .scalar_subquery()
    )
    query = select(_R.category, _R.emergency_at, answered).where(
        _R.agency == agency, _R.emergency_at >= start, _R.emergency_at < end
    )
    rows = connection.execute(query).all()
    tally = Counter(category for category, _, _ in rows)
    is_safe = all(tally[each] >= FEWEST for each in EmergencyCategory)
    return Emergencies(
        count=len(rows) if len(rows) >= FEWEST else None,
        by_category=dict(sorted(tally.items())) if is_safe else None,
        median_minutes_to_answer=_minutes(at - raised for _, raised, at in rows if at),
    )


def _minutes(lengths: Iterable[timedelta]) -> int | None:
    """Whole minutes, so that no single request shows through."""
    found = [length.total_seconds() / 60 for length in lengths]
    return round(median(found)) if len(found) >= FEWEST else None


def months_before(now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The twelve whole months before this one, each with its end, the newest first."""
    end = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _ in range(_MONTHS):
        start = (end - timedelta(days=1)).replace(day=1)
        yield start, end
        end = start
