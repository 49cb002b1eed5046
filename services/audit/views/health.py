"""How the carriers do: per channel, what became of each message of the last 24 hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from schemas.envelope import Frozen
from services.audit import tables
from services.audit.words import title

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

_D = tables.deliveries.c
WINDOW = timedelta(hours=24)


class Carrier(Frozen):
    """One channel. `sent` counts what a carrier took, `delivered` what was confirmed of it."""

    channel: str
    label: str
    sent: int
    delivered: int
    failed: int
    under_way: int
    """Being sent, or to be tried again."""
    last_failed_at: datetime | None


def carriers(connection: Connection, agency: str, now: datetime) -> tuple[Carrier, ...]:
    """Every channel that was used, the busiest first. Requests for a peer are not among them."""
    failed_at = case((_D.status == "failed", _D.changed_at))
    query = (
        select(
            _D.channel,
            _count("sent", "delivered"),
            _count("delivered"),
            _count("failed"),
            _count("sending", "retrying"),
            func.max(failed_at, type_=tables.Utc()),
        )
        .where(_D.agency == agency, _D.started_at >= now - WINDOW, _D.channel.is_not(None))
        .group_by(_D.channel)
        .order_by(func.count().desc(), _D.channel)
    )
    return tuple(
        Carrier(
            channel=channel,
            label=title(channel),
            sent=sent,
            delivered=delivered,
            failed=failed,
            under_way=under_way,
            last_failed_at=failed_at,
        )
        for channel, sent, delivered, failed, under_way, failed_at in connection.execute(query)
    )


def _count(*statuses: str) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((_D.status.in_(statuses), 1), else_=0)), 0)
