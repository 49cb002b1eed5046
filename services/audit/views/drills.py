"""Exercises: which there are, and how far each is. Counted apart from everything that is real."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from schemas.envelope import Frozen
from services.audit import tables
from services.audit.folds.drills import ENDS
from services.audit.words import title

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Table

_D = tables.drills.c
_MOST = 200


class DrillState(StrEnum):
    """How far an exercise is."""

    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"


class Drill(Frozen):
    """One exercise. When an unannounced one begins is not here: nobody knows."""

    case_id: str
    state: DrillState
    trigger_class: str
    trigger: str
    tier: int
    roles: tuple[str, ...]
    """Only these are asked; empty means the whole team."""
    earliest: datetime
    latest: datetime
    planned_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    ended: str
    """Why it is over, in words; empty before that."""


class Drills(Frozen):
    """The exercises of an agency, the newest first."""

    as_of: datetime
    drills: tuple[Drill, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An exercise's row."""

    agency: str
    case_id: str
    trigger_class: str
    tier: int
    roles: list[str]
    earliest: datetime
    latest: datetime
    reached_target: float
    answered_target: float
    reply_seconds: float | None
    form_seconds: float | None
    planned_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    reason: str | None


def is_drill(table: Table) -> ColumnElement[bool]:
    """Whether a row of this table belongs to an exercise."""
    mine = select(_D.case_id).where(_D.agency == table.c.agency, _D.case_id == table.c.case_id)
    return mine.correlate(table).exists()


def rows(connection: Connection, agency: str, prefix: str = "", most: int = _MOST) -> list[Row]:
    """The newest exercises whose id begins so."""
    query = (
        select(tables.drills)
        .where(_D.agency == agency, _D.planned_at.is_not(None))
        .where(_D.case_id >= prefix, _D.case_id < prefix + "\U0010ffff")
        .order_by(_D.planned_at.desc())
        .limit(most)
    )
    return [Row(**row) for row in connection.execute(query).mappings()]


def drill(row: Row) -> Drill:
    """One exercise as it is told."""
    begun, ended = row.begun_at, row.ended_at
    return Drill(
        case_id=row.case_id,
        state=DrillState.OVER if ended else DrillState.RUNNING if begun else DrillState.PLANNED,
        trigger_class=row.trigger_class,
        trigger=title(row.trigger_class),
        tier=row.tier,
        roles=tuple(row.roles),
        earliest=row.earliest,
        latest=row.latest,
        planned_at=row.planned_at,
        begun_at=begun,
        ended_at=ended,
        ended=ENDS.get(row.reason or "", "") if ended else "",
    )
