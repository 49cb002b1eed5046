"""The purge clock: what can be erased, how much of it is held, until when, and what a hold keeps.

Of requests and one-on-ones a count under five is not told, nor a time that would say whose it is.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from schemas.envelope import Frozen
from services.audit import tables
from services.audit.suppression import FEWEST, shown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from services.audit.retention import KeptFor

_M, _O, _R, _H = tables.members.c, tables.one_on_ones.c, tables.requests.c, tables.holds.c
_ERASED = "contact_erased"


class What(StrEnum):
    """The three kinds of personal data that there are."""

    CONTACTS = "contacts"
    """Names, addresses and numbers of members who left."""
    ONE_ON_ONES = "one_on_ones"
    """Whom a peer looked after."""
    WAY_BACK = "way_back"
    """How to call back a member who asked for a peer."""


class Clock(Frozen):
    """One kind. A null count means fewer than `fewest`, perhaps none."""

    what: What
    after_days: float
    """Kept for so long: after the last day, after closing, after asking."""
    by_itself: bool
    """Whether it is erased without anybody doing anything."""
    held: int | None
    overdue: int | None
    """Held longer than that: by a legal hold, or because nobody has erased it."""
    next_at: datetime | None
    """When the next one is due; not told where it would say whose it is."""


class Left(Frozen):
    """A member who left and whose contact is still kept."""

    member_id: str
    left_on: date
    due_at: datetime
    overdue: bool


class HoldInForce(Frozen):
    """A legal hold: nothing that it covers is erased."""

    scope: str
    reason: str
    set_at: datetime


class Retention(Frozen):
    """The whole clock at one moment."""

    as_of: datetime
    fewest: int
    clocks: tuple[Clock, ...]
    left: tuple[Left, ...]
    """Those whose contact somebody has to erase, the longest overdue first."""
    holds: tuple[HoldInForce, ...]
    contacts_on_hold: bool
    """A hold over the whole agency is in force: contacts are kept too."""


def told(
    connection: Connection, agency: str, now: datetime, zone: ZoneInfo, kept: KeptFor
) -> Retention:
    """As of now; days end at midnight in the agency's zone."""
    left = _left(connection, agency, now, zone, kept.contacts)
    holds = connection.execute(
        select(_H.scope, _H.reason, _H.set_at)
        .where(_H.agency == agency, _H.lifted_at.is_(None))
        .order_by(_H.set_at)
    ).all()
    waiting = [each.due_at for each in left if not each.overdue]
    contacts = Clock(
        what=What.CONTACTS,
        after_days=_days(kept.contacts),
        by_itself=False,
        held=len(left),
        overdue=sum(each.overdue for each in left),
        next_at=min(waiting, default=None),
    )
    return Retention(
        as_of=now,
        fewest=FEWEST,
        clocks=(
            contacts,
            _one_on_ones(connection, agency, now, kept.one_on_ones),
            _way_back(connection, agency, now, kept.way_back),
        ),
        left=left,
        holds=tuple(HoldInForce(scope=h.scope, reason=h.reason, set_at=h.set_at) for h in holds),
        contacts_on_hold=any(hold.scope == "agency" for hold in holds),
    )


def _left(
    connection: Connection, agency: str, now: datetime, zone: ZoneInfo, after: timedelta
) -> tuple[Left, ...]:
    query = select(_M.member_id, _M.left_on, _M.designated_from, _M.down_for).where(
        _M.agency == agency, _M.left_on.is_not(None)
    )
    found = []
    for row in connection.execute(query):
        is_back = row.designated_from is not None and row.left_on < row.designated_from
        if is_back or row.down_for == _ERASED:
            continue
        gone = datetime.combine(row.left_on + timedelta(days=1), time(), zone)
        if gone > now:
            continue
        due = gone + after
        found.append(
            Left(member_id=row.member_id, left_on=row.left_on, due_at=due, overdue=due <= now)
        )
    return tuple(sorted(found, key=lambda each: (each.due_at, each.member_id)))


def _one_on_ones(connection: Connection, agency: str, now: datetime, after: timedelta) -> Clock:
    query = select(_O.erase_at).where(
        _O.agency == agency, _O.closed_at.is_not(None), _O.erased_at.is_(None)
    )
    due = [row.erase_at for row in connection.execute(query) if row.erase_at]
    ahead = [at for at in due if at > now]
    return Clock(
        what=What.ONE_ON_ONES,
        after_days=_days(after),
        by_itself=True,
        held=shown(len(due)),
        overdue=shown(len(due) - len(ahead)),
        next_at=min(ahead, default=None) if len(due) >= FEWEST else None,
    )


def _way_back(connection: Connection, agency: str, now: datetime, after: timedelta) -> Clock:
    query = select(_R.asked_at).where(_R.agency == agency, _R.closed_at.is_(None))
    asked = [row.asked_at for row in connection.execute(query) if row.asked_at]
    overdue = sum(at + after <= now for at in asked)
    return Clock(
        what=What.WAY_BACK,
        after_days=_days(after),
        by_itself=True,
        held=shown(len(asked)),
        overdue=shown(overdue),
        next_at=None,
    )


def _days(span: timedelta) -> float:
    return span / timedelta(days=1)
