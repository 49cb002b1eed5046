"""What command may know of referrals and exceptions: totals by kind, over the twelve whole months before
this one.

A count under five is suppressed, and so are as many others that nobody can work it out from the total.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from schemas.envelope import Frozen
from schemas.jurisdiction import ExceptionCategory
from schemas.referrals import ReferralCategory
from services.audit import tables
from services.audit.suppression import FEWEST, shown, shown_parts
from services.audit.views.requests import months_before

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

_R, _E = tables.referrals.c, tables.exceptions.c


class ByKind(Frozen):
    """How many, and of which kinds. A null means fewer than five, or one that would give such away."""

    count: int | None
    by_category: dict[str, int | None]


class Support(Frozen):
    """All that is told of both."""

    as_of: datetime
    since: datetime
    until: datetime
    fewest: int
    referrals: ByKind
    """What was offered; whether it was taken up is recorded nowhere."""
    exceptions: ByKind
    notices_late: int | None
    """Written notices that were sent after their time, or not at all. A null means fewer than five."""


def told(connection: Connection, agency: str, now: datetime) -> Support:
    """The twelve months before this one."""
    spans = tuple(months_before(now))
    since, until = spans[-1][0], spans[0][1]
    offered = select(_R.category).where(
        _R.agency == agency, _R.offered_at >= since, _R.offered_at < until
    )
    recorded = select(_E.category, _E.notice_due_at, _E.notice_sent_at).where(
        _E.agency == agency, _E.recorded_at >= since, _E.recorded_at < until
    )
    exceptions = connection.execute(recorded).all()
    late = sum(due is not None and (sent or now) > due for _, due, sent in exceptions)
    return Support(
        as_of=now,
        since=since,
        until=until,
        fewest=FEWEST,
        referrals=by_kind(connection.execute(offered).scalars(), ReferralCategory),
        exceptions=by_kind((category for category, _, _ in exceptions), ExceptionCategory),
        notices_late=shown(late),
    )


def by_kind(found: Iterable[str], kinds: Iterable[str]) -> ByKind:
    """Counts of which no small one can be read or worked out."""
    tally = Counter(found)
    total = sum(tally.values())
    counts = {str(kind): tally[str(kind)] for kind in kinds}
    if total < FEWEST:
        return ByKind(count=None, by_category=dict.fromkeys(counts))
    return ByKind(count=total, by_category=shown_parts(counts))
