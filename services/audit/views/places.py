"""The list of places as a coordinator keeps it: each with when somebody last tried it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from schemas.envelope import Frozen
from services.audit import tables
from services.audit.words import title

if TYPE_CHECKING:
    from sqlalchemy import Connection

_P = tables.places.c
_LABELS = {"eap": "Employee assistance (EAP)", "lifeline_988": "988", "emergency_911": "911"}


class PlaceRow(Frozen):
    """One place."""

    resource_id: str
    organisation: str
    kind: str
    public_line: str | None
    web: str | None
    hours: str | None
    disciplines: tuple[str, ...]
    confirmed_on: date | None
    stale_at: datetime | None
    confirmed: bool


class Places(Frozen):
    """The agency's own places, those first that somebody should try."""

    as_of: datetime
    places: tuple[PlaceRow, ...]
    unconfirmed: int


def told(connection: Connection, agency: str, now: datetime) -> Places:
    """All that are not removed."""
    query = select(tables.places).where(_P.agency == agency, _P.removed_at.is_(None))
    rows = [_row(dict(row), now) for row in connection.execute(query).mappings()]
    rows.sort(key=lambda row: (row.confirmed, row.kind, row.organisation.casefold()))
    doubtful = sum(not row.confirmed for row in rows)
    return Places(as_of=now, places=tuple(rows), unconfirmed=doubtful)


def kind_label(category: str) -> str:
    """How a kind of place reads."""
    return _LABELS.get(category) or title(category)


def _row(row: dict[str, object], now: datetime) -> PlaceRow:
    stale_at = row["stale_at"]
    confirmed = isinstance(stale_at, datetime) and now < stale_at
    told = {**row, "kind": kind_label(str(row["category"])), "confirmed": confirmed}
    return PlaceRow.model_validate(told)
