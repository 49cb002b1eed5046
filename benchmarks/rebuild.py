"""How fast the views are built anew from the streams: `python -m benchmarks rebuild`.

A real server with its store on disk, SQLite, and PostgreSQL where it is installed. Exit code 1 when
SQLite takes in fewer than 20,000 events a second.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rebuild_events import write
from services.audit.news import News
from services.audit.projector import Projector
from services.audit.rebuild import rebuild
from services.audit.store import Store
from services.runtime.clock import SystemClock
from services.runtime.journal_jetstream import JetStreamJournal
from services.runtime.ledger import Ledger
from tests.support.nats_server import a_server
from tests.support.postgres import a_postgres, programs

if TYPE_CHECKING:
    from collections.abc import Iterator

_BAR, _EVENTS = 20_000, 100_000


async def measure(events: int) -> float:
    """Print the pace of each database in events a second; SQLite's."""
    with tempfile.TemporaryDirectory() as name, _places(Path(name)) as places:
        folder = Path(name)
        async with a_server(folder / "nats") as server:
            began = time.perf_counter()
            await write((await server.connect()).jetstream(), events)
            print(f"{events:,} events written in {time.perf_counter() - began:.0f} s", flush=True)
            journal = JetStreamJournal(await server.connect("audit"), SystemClock())
            await _following(journal, f"sqlite:///{folder / 'followed.sqlite3'}", events)
            paces = [await _pace(Ledger(await server.connect("audit")), *place) for place in places]
    return paces[0]


async def _following(journal: JetStreamJournal, url: str, events: int) -> None:
    """How the running service catches up: one process, beside whatever else it does."""
    store = Store(url)
    projector = Projector(journal, store, News())
    began = time.perf_counter()
    tasks = [asyncio.ensure_future(job()) for job in projector.jobs()]
    await projector.caught_up()
    took = time.perf_counter() - began
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    taken = sum((await store.positions()).values())
    await store.close()
    print(f"{'following':<11} {min(taken, events) / took:8,.0f} events/s", flush=True)


async def _pace(ledger: Ledger, label: str, url: str) -> float:
    began, used = time.perf_counter(), os.times()
    told = await rebuild(ledger, url, SystemClock().now(), lambda: None)
    took, now = time.perf_counter() - began, os.times()
    cpu = sum(now[:4]) - sum(used[:4])
    print(
        f"{label:<11} {told.events / took:8,.0f} events/s  ({took:.1f} s, {cpu:.1f} s of CPU beside "
        f"the servers' own, {told.unreadable} unreadable)",
        flush=True,
    )
    return told.events / took


@contextlib.contextmanager
def _places(folder: Path) -> Iterator[list[tuple[str, str]]]:
    places = [("SQLite", f"sqlite:///{folder / 'audit.sqlite3'}")]
    if not programs():
        yield places
        return
    with a_postgres() as server:
        yield [*places, ("PostgreSQL", server.url())]


def main() -> int:
    """Measure; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rebuild", description=__doc__)
    parser.add_argument("--events", type=int, default=_EVENTS)
    return 0 if asyncio.run(measure(parser.parse_args().events)) >= _BAR else 1


if __name__ == "__main__":
    sys.exit(main())
