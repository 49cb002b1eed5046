"""A page of a stream made into rows that are ready for the driver; runs in processes of its own.

Decoding and folding take two thirds of a rebuild, and no page needs to know another one.
"""

from __future__ import annotations

import gc
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import JSON
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg

from services.audit import dialects, tables
from services.audit.projector import readable
from services.audit.store import merged
from services.runtime.errors import Poison
from services.runtime.stored import recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Dialect, Table

    from services.audit.store import Change, Values
    from services.runtime.ledger import Raw

Row = tuple[Any, ...]


class Rows(NamedTuple):
    """One statement, and what it is run with."""

    sql: str
    values: list[Row]


class Page(NamedTuple):
    """What a page of a stream makes of the views, in the order in which to write it."""

    rows: list[Rows]
    unreadable: int


def prepare() -> None:
    """A process of ours ends before garbage would matter, and looking for it takes a third."""
    gc.disable()


def fold(dialect: str, page: Sequence[Raw]) -> Page:
    """Decode the events, fold them, and bind the values as `dialect` wants them."""
    changes: list[Change] = []
    unreadable = 0
    for raw in page:
        try:
            told = recorded(raw.subject, raw.headers, raw.body, raw.sequence)
        except Poison:
            unreadable += 1
            continue
        for part in told.parts():
            changes += readable(part)
    groups, fresh = merged(changes)
    rows = [
        _upserted(dialect, table, dialects.storable(dialect, values), first)
        for table, first, values in groups
    ]
    if fresh:
        rows.append(_added(dialect, dialects.storable(dialect, fresh)))
    return Page(rows, unreadable)


def _upserted(dialect: str, table: Table, values: list[Values], first: frozenset[str]) -> Rows:
    names = tuple(sorted(values[0]))
    sql, order = _statement(dialect, table, names, first)
    return Rows(sql, _bound(dialect, table, order, values))


def _added(dialect: str, values: list[Values]) -> Rows:
    names = tuple(column.name for column in tables.entries.c if column is not tables.entries.c.id)
    sql, order = _addition(dialect, names)
    return Rows(sql, _bound(dialect, tables.entries, order, values))


@lru_cache(maxsize=1024)
def _statement(
    dialect: str, table: Table, names: tuple[str, ...], first: frozenset[str]
) -> tuple[str, tuple[str, ...]]:
    compiled = dialects.upsert(dialect, table, names, first).compile(
        dialect=_positional(dialect), column_keys=names
    )
    return str(compiled), tuple(compiled.positiontup or ())


@lru_cache(maxsize=4)
def _addition(dialect: str, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    compiled = dialects.add_once(dialect, tables.entries).compile(
        dialect=_positional(dialect), column_keys=names
    )
    return str(compiled), tuple(compiled.positiontup or ())


@lru_cache(maxsize=2)
def _positional(dialect: str) -> Dialect:
    """Rows are bound by place: a name for each value would be as long as the value."""
    if dialect == "sqlite":
        return sqlite.dialect(paramstyle="qmark")
    made: Dialect = psycopg.PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]
    return made


def _bound(dialect: str, table: Table, order: tuple[str, ...], values: list[Values]) -> list[Row]:
    binders = [_binder(dialect, table, name) for name in order]
    columns = [
        [row[name] for row in values] if bind is None else [bind(row[name]) for row in values]
        for name, bind in zip(order, binders, strict=True)
    ]
    return list(zip(*columns, strict=True))


@lru_cache(maxsize=1024)
def _binder(dialect: str, table: Table, name: str) -> Callable[[Any], Any] | None:
    kind = table.c[name].type
    written = _positional("sqlite" if isinstance(kind, JSON) else dialect)  # as text in both
    return kind.dialect_impl(written).bind_processor(written)
