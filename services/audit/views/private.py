"""What may be told of one-on-ones: how many, the clock of their erasure, holds, and broken glass.

A count under five is not told, as in a small agency it would say who.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import StringConstraints
from sqlalchemy import select

from schemas.envelope import Code, Frozen
from services.audit import tables
from services.audit.suppression import FEWEST

if TYPE_CHECKING:
    from sqlalchemy import Connection

_O, _H, _G = tables.one_on_ones.c, tables.holds.c, tables.glass.c
_AT_MOST = 100
Who = Annotated[str, StringConstraints(max_length=128)]


class HoldShown(Frozen):
    """A legal hold, and whether it is lifted."""

    scope: Code
    reason: Code
    set_by: Who
    set_at: datetime
    lift_reason: Code | None
    lifted_by: Who | None
    lifted_at: datetime | None


class GlassShown(Frozen):
    """Somebody opened a record that is not theirs, or handed it over."""

    broken_at: datetime
    reason: Code
    broken_by: Who
    on_behalf_of: Who
    shown: bool


class Private(Frozen):
    """All that is told. A null means fewer than `fewest`."""

    as_of: datetime
    fewest: int
    open: int | None
    overdue: int | None
    closed: int | None
    """Closed, and not erased yet."""
    erased: int | None
    next_erasure_at: datetime | None
    """Not told while fewer than `fewest` wait for it: it would say when one was closed."""
    holds: tuple[HoldShown, ...]
    """The newest first, those that are lifted too."""
    glass: tuple[GlassShown, ...]
    """The newest first."""


def told(connection: Connection, agency: str, now: datetime) -> Private:
    """As of now."""
    rows = connection.execute(select(tables.one_on_ones).where(_O.agency == agency)).all()
    open_ones = [row for row in rows if row.closed_at is None]
    waiting = [row for row in rows if row.closed_at and not row.erased_at]
    clocks = [row.erase_at for row in waiting if row.erase_at > now]
    holds = select(tables.holds).where(_H.agency == agency).order_by(_H.set_at.desc())
    glass = select(tables.glass).where(_G.agency == agency).order_by(_G.broken_at.desc())
    return Private(
        as_of=now,
        fewest=FEWEST,
        open=_floor(len(open_ones)),
        overdue=_floor(sum(row.overdue_at is not None for row in open_ones)),
        closed=_floor(len(waiting)),
        erased=_floor(len(rows) - len(open_ones) - len(waiting)),
        next_erasure_at=min(clocks, default=None) if len(waiting) >= FEWEST else None,
        holds=tuple(
            HoldShown.model_validate(row._asdict())
            for row in connection.execute(holds.limit(_AT_MOST)).all()
        ),
        glass=tuple(
            GlassShown.model_validate(row._asdict())
            for row in connection.execute(glass.limit(_AT_MOST)).all()
        ),
    )


def _floor(count: int) -> int | None:
    return count if count >= FEWEST else None
