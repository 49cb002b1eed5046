"""The views on disk: batches of rows with the position they lead to, in one transaction each.

SQLite or PostgreSQL, by the URL. Everything here can be deleted and built again from the streams.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, Table, select
from sqlalchemy.exc import DBAPIError

from services.audit import dialects, homes, tables
from services.runtime.errors import Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from schemas.subjects import Stream

ResultT = TypeVar("ResultT")
Values = dict[str, Any]
_FILLED = "filled"


@dataclass(frozen=True, slots=True)
class Change:
    """Some columns of one row, its whole key among them; an entry is a row without a key."""

    table: Table
    values: Values
    first: Values = field(default_factory=dict)
    """Columns that keep what they hold: these values only fill what is still null."""


class Store:
    """The views at `url`, made where there are none, and made anew where they are damaged.

    Every call raises Transient while the database cannot be reached: what was not written then is
    still in the streams, and the position says so.
    """

    def __init__(self, url: str, home: homes.Home | None = None) -> None:
        self._home = home or homes.current(url)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="audit-store")
        self._readers = self._writer
        if not dialects.is_file(url):
            self._readers = ThreadPoolExecutor(dialects.READERS, thread_name_prefix="audit-read")
        self._engine: Engine | None = None
        self._opening = threading.Lock()

    async def positions(self) -> dict[str, int]:
        """The last sequence that was taken in, by stream."""
        return await self.read(positions)

    async def read(self, query: Callable[[Connection], ResultT]) -> ResultT:
        """What a query gives, run in one consistent snapshot. PostgreSQL answers several at once."""

        def work() -> ResultT:
            with self._as_our_errors(), dialects.begin_read(self._opened()).begin() as connection:
                return query(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    async def write(
        self, stream: Stream, position: int, changes: Iterable[Change], after: int | None = None
    ) -> None:
        """Store rows and the position that they lead to: both or neither.

        `after` is the position that the changes follow on: what somebody else took in meanwhile is
        not taken twice. Transient when the views stand before it, because they were cleared or built
        anew: ask for the positions, and follow from there.
        """

        def work(connection: Connection) -> None:
            known = positions(connection).get(stream.value, 0)
            if after is not None and known < after:
                raise Transient(f"the views of {stream.value} went back to {known}")
            if after is None or known < position:
                put(connection, changes)
                reached(connection, stream, position)

        await self._write(work)

    async def clear(self) -> None:
        """Forget everything, so that the streams are read again from their beginning."""

        def work(connection: Connection) -> None:
            for table in tables.metadata.sorted_tables:
                connection.execute(table.delete())

        await self._write(work)

    async def filled_at(self, now: datetime | None = None) -> datetime | None:
        """When these views had first caught up; noted as `now`, where it is given and was not known."""
        if now is not None:
            await self._write(lambda connection: filled(connection, now))
        query = select(tables.about.c.at).where(tables.about.c.name == _FILLED)
        return await self.read(lambda connection: connection.execute(query).scalar_one_or_none())

    async def close(self) -> None:
        """Let go of the file, or of the server."""

        def work() -> None:
            self._readers.shutdown()
            self._writer.shutdown()
            if self._engine:
                self._engine.dispose()

        await asyncio.to_thread(work)

    async def _write(self, change: Callable[[Connection], object]) -> None:
        def work() -> None:
            with self._as_our_errors(), dialects.begin_write(self._opened()).begin() as connection:
                dialects.take_turn(connection, self._home.name)
                change(connection)

        await asyncio.get_running_loop().run_in_executor(self._writer, work)

    @contextlib.contextmanager
    def _as_our_errors(self) -> Iterator[None]:
        """A database that is away comes back. What is damaged, or was dropped, is made anew."""
        try:
            yield
        except DBAPIError as error:
            if dialects.is_damage(error) or dialects.is_gone(error):
                log.error("views_damaged", reason=type(error.orig).__name__)
                self._start_anew(erasing=dialects.is_damage(error))
                raise Transient("the views were damaged, and are built anew") from error
            if dialects.is_away(error):
                reason = type(error.orig).__name__
                raise Transient(f"the views cannot be reached ({reason})") from error
            raise

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is None:
                try:
                    self._engine = homes.opened(self._home)
                except DBAPIError as error:
                    if not dialects.is_damage(error):
                        raise
                    log.error("views_damaged", reason=type(error.orig).__name__)
                    self._home.erase()
                    self._engine = homes.opened(self._home)
            return self._engine

    def _start_anew(self, *, erasing: bool) -> None:
        with self._opening:
            if self._engine:
                self._engine.dispose()
            self._engine = None
            if erasing:
                self._home.erase()


def erase(url: str) -> None:
    """Delete the views of this version; the next start builds them from the streams."""
    homes.current(url).erase()


def positions(connection: Connection) -> dict[str, int]:
    """The last sequence that was taken in, by stream."""
    rows = connection.execute(select(tables.positions.c.stream, tables.positions.c.sequence))
    return {stream: sequence for stream, sequence in rows}


def reached(connection: Connection, stream: Stream, position: int) -> None:
    """Note how far a stream was taken in."""
    at = [{"stream": stream.value, "sequence": position}]
    _put(connection, tables.positions, at, frozenset())


def filled(connection: Connection, now: datetime) -> None:
    """Note that the views have caught up, if it is the first time."""
    noted = dialects.add_once(connection.dialect.name, tables.about)
    connection.execute(noted, {"name": _FILLED, "at": now})


def put(connection: Connection, changes: Iterable[Change]) -> None:
    """Bring rows to what the changes make of them. Doing it again changes nothing."""
    rows, fresh = merged(changes)
    for table, kept, values in rows:
        _put(connection, table, values, kept)
    if fresh:
        dialect = connection.dialect.name
        added = dialects.add_once(dialect, tables.entries)
        connection.execute(added, dialects.storable(dialect, fresh))


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
    dialect = connection.dialect.name
    statement = dialects.upsert(dialect, table, tuple(sorted(rows[0])), first)
    connection.execute(statement, dialects.storable(dialect, rows))
