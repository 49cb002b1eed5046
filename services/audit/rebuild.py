"""The views made anew from the streams, beside those that answer, and then put in their place.

The streams are read once, pages of them are decoded and folded on every core, and one thread writes.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.audit import bulk, dialects, homes
from services.audit.store import filled, reached

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from sqlalchemy import Engine

    from services.audit.homes import Home
    from services.runtime.ledger import Ledger, Raw

_PAGE = 4000
"""Events that are folded at once. A larger page writes a row fewer times, and holds more memory."""
_AHEAD = 2
"""Pages that may wait for each core."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild took in."""

    events: int
    unreadable: int


@dataclass
class _Filling:
    """The next views while they are filled."""

    engine: Engine
    pool: ProcessPoolExecutor
    one_more: Callable[[], None]
    waiting: deque[tuple[Stream, list[Raw], asyncio.Future[bulk.Page]]] = field(
        default_factory=deque
    )
    events: int = 0
    unreadable: int = 0

    async def take(self, stream: Stream, page: list[Raw]) -> None:
        """Hand a page to whoever is free, and write those that are ready."""
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self.pool, bulk.fold, self.engine.dialect.name, page)
        self.waiting.append((stream, page, work))
        if len(self.waiting) > _AHEAD * _cores():
            await self.write_one()

    async def finish(self) -> None:
        """Write everything that waits."""
        while self.waiting:
            await self.write_one()

    async def write_one(self) -> None:
        """The oldest page: pages of a stream are written in their order."""
        stream, page, work = self.waiting.popleft()
        folded = await work
        await asyncio.to_thread(self._write, stream, page[-1].sequence, folded)
        self.events += len(page)
        self.unreadable += folded.unreadable
        for _ in page:
            self.one_more()

    def _write(self, stream: Stream, position: int, folded: bulk.Page) -> None:
        with dialects.begin_write(self.engine).begin() as connection:
            cursor = connection.connection.cursor()
            for sql, values in folded.rows:
                cursor.executemany(sql, values)
            cursor.close()
            reached(connection, stream, position)


async def rebuild(ledger: Ledger, url: str, now: datetime, one_more: Callable[[], None]) -> Rebuilt:
    """Fill the next views of this version and put them in place of the present ones, if there are any.

    Whoever answers from the present ones goes on with the new ones, from where these stand. Raises
    Transient when the streams cannot be read to their end, OperationalError when the database is
    away: the present views are then as they were.
    """
    home = homes.current(url)
    await asyncio.to_thread(home.next.erase)
    engine = await asyncio.to_thread(homes.opened, home.next)
    spawning = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(_cores(), mp_context=spawning, initializer=bulk.prepare)
    filling = _Filling(engine, pool, one_more)
    try:
        await asyncio.to_thread(_at_once, engine)
        for stream in Stream:
            async for page in _pages(ledger, stream):
                await filling.take(stream, page)
        await filling.finish()
        await asyncio.to_thread(_complete, engine, now)
    finally:
        pool.shutdown(cancel_futures=True)
        engine.dispose()
    await asyncio.to_thread(put_in_place, home)
    return Rebuilt(filling.events, filling.unreadable)


def put_in_place(home: Home) -> None:
    """Let the next views be the ones that answer: at one moment, for every reader and the writer."""
    present = homes.opened(home)
    present.dispose()
    if dialects.is_file(home.url):
        dialects.put_file_in_place(home.name, home.next.name)
        home.next.erase()
        return
    with dialects.begin_write(home.engine(pooled=False)).begin() as connection:
        dialects.take_turn(connection, home.name)
        dialects.put_schema_in_place(connection, home.name, home.next.name)


async def _pages(ledger: Ledger, stream: Stream) -> AsyncIterator[list[Raw]]:
    page: list[Raw] = []
    async for raw in ledger.events(stream, 0):
        page.append(raw)
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page


def _at_once(engine: Engine) -> None:
    """Indexes are made when all rows are there: it is half the work."""
    with dialects.begin_write(engine).begin() as connection:
        dialects.drop_indexes(connection)


def _complete(engine: Engine, now: datetime) -> None:
    with dialects.begin_write(engine).begin() as connection:
        dialects.create_indexes(connection)
        filled(connection, now)


def _cores() -> int:
    return min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
