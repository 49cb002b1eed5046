"""The views on disk: batches of rows with the position they lead to, in one transaction each.

One thread owns the connection; everything here can be deleted and built again from the streams.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    Table,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError

from services.audit import tables
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from schemas.subjects import Stream

ResultT = TypeVar("ResultT")
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """Some columns of one row, its whole key among them; an entry is a row without a key."""

    table: Table
    values: Values
    first: Values = field(default_factory=dict)
    """Columns that keep what they hold: these values only fill what is still null."""


class Store:
    """Opens the views at `url`, and starts them anew when they are damaged or of another version."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="audit-store")
        self._engine: Engine | None = None

    async def positions(self) -> dict[str, int]:
        """The last sequence that was taken in, by stream."""
        return await self.read(_positions)

    async def read(self, query: Callable[[Connection], ResultT]) -> ResultT:
        """What a query gives, run on the store's own thread in one consistent snapshot."""

        def work() -> ResultT:
            with self._opened().begin() as connection:
                return query(connection)

        return await self._on_thread(work)

    async def write(self, stream: Stream, position: int, changes: Iterable[Change]) -> None:
        """Store rows and the position that they lead to: both or neither."""

        def work() -> None:
            with self._opened().begin() as connection:
                self._apply(connection, changes)
                at = [{"stream": stream.value, "sequence": position}]
                _put(connection, tables.positions, at, frozenset())

        await self._on_thread(work)

    async def clear(self) -> None:
        """Forget everything, so that the streams are read again from their beginning."""

        def work() -> None:
            with self._opened().begin() as connection:
                for table in tables.metadata.sorted_tables:
                    connection.execute(table.delete())

        await self._on_thread(work)

    async def close(self) -> None:
        """Let go of the file."""

        def work() -> None:
            if self._engine:
                self._engine.dispose()

        await self._on_thread(work)
        self._thread.shutdown()

    def _apply(self, connection: Connection, changes: Iterable[Change]) -> None:
        rows, fresh = merged(changes)
        for table, kept, values in rows:
            _put(connection, table, values, kept)
        if fresh:
            connection.execute(insert(tables.entries), fresh)

    async def _on_thread(self, work: Callable[[], ResultT]) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _opened(self) -> Engine:
        if self._engine is None:
            try:
                self._engine = _open(self._url)
            except DatabaseError as damage:
                log.error("views_damaged", reason=type(damage.orig).__name__)
                erase(self._url)
                self._engine = _open(self._url)
        return self._engine


def erase(url: str) -> None:
    """Delete the views' files; the next start builds them from the streams."""
    database = make_url(url).database
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)


def merged(
    changes: Iterable[Change],
) -> tuple[list[tuple[Table, frozenset[str], list[Values]]], list[Values]]:
    """Every row once, with the last value of each column, grouped for bulk writes; and the entries.

    A group's names are the columns that only fill what the store holds no value for.
    """
    rows: dict[tuple[Table, tuple[str, ...]], _Row] = {}
    fresh: list[Values] = []
    for change in changes:
        if change.table is tables.entries:
            fresh.append(change.values)
            continue
        key = tuple(str(change.values[column.name]) for column in change.table.primary_key)
        rows.setdefault((change.table, key), _Row()).take(change)
    groups: dict[tuple[Table, frozenset[str], tuple[str, ...]], list[Values]] = {}
    for (table, _), row in rows.items():
        alike = (table, frozenset(row.first), tuple(sorted(row.values)))
        groups.setdefault(alike, []).append(row.values)
    return [(table, first, group) for (table, first, _), group in groups.items()], fresh


@dataclass(slots=True)
class _Row:
    """What a batch makes of one row. `first` names the columns that only fill a null."""

    values: Values = field(default_factory=dict)
    first: set[str] = field(default_factory=set)

    def take(self, change: Change) -> None:
        self.values.update(change.values)
        self.first.difference_update(change.values)
        for name, value in change.first.items():
            if self.values.get(name) is None:
                if name not in self.values:
                    self.first.add(name)
                self.values[name] = value


def _put(connection: Connection, table: Table, rows: list[Values], first: frozenset[str]) -> None:
    connection.execute(_upsert(table, tuple(sorted(rows[0])), first), rows)


@lru_cache(maxsize=1024)
def _upsert(table: Table, names: tuple[str, ...], first: frozenset[str]) -> Executable:
    """Kept, as to make one takes longer than to run it, and holds up whatever else this process does."""
    key = [column.name for column in table.primary_key]
    statement = upsert(table)
    excluded = statement.excluded
    news: Values = {name: excluded[name] for name in names if name not in key}
    for name in first:
        news[name] = func.coalesce(table.c[name], excluded[name])
    return statement.on_conflict_do_update(index_elements=key, set_=news)


def _positions(connection: Connection) -> dict[str, int]:
    rows = connection.execute(select(tables.positions.c.stream, tables.positions.c.sequence))
    return {stream: sequence for stream, sequence in rows}


def _open(url: str) -> Engine:
    engine = _engine(url)
    with engine.begin() as connection:
        found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if found not in (0, tables.VERSION):
        log.warning("views_of_another_version", found=found, wanted=tables.VERSION)
        engine.dispose()
        erase(url)
        engine = _engine(url)
    with engine.begin() as connection:
        tables.metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {tables.VERSION:d}")
    return engine


def _engine(url: str) -> Engine:
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        """The streams are the truth, so losing the last moments in a power cut costs nothing."""
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine
