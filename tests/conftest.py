"""Fixtures only, never imported: a server of its own per test, both journals and both databases in
turn."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.journals import Bench, JetStreamBench, MemoryBench
from tests.support.nats_server import NatsServer, a_server
from tests.support.postgres import Postgres, a_postgres, programs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from services.runtime.journal import Journal


def pytest_collection_finish() -> None:
    """What was collected stays to the end: looking through thousands of tests at every sweep takes a
    tenth of the time of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture
async def nats(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """The pinned server on a free port with its own store, streams provisioned."""
    async with a_server(tmp_path / "nats") as server:
        yield server


@pytest.fixture
async def jetstream(nats: NatsServer) -> JetStreamBench:
    """The JetStream journal alone, for what only a server can do."""
    return JetStreamBench(nats, await nats.connect())


@pytest.fixture(params=["memory", pytest.param("jetstream", marks=pytest.mark.connected)])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """Each journal in turn, with a second writer, an outage and its timers within reach."""
    if request.param == "memory":
        yield MemoryBench()
        return
    async with a_server(tmp_path / "nats") as server:
        yield JetStreamBench(server, await server.connect())


@pytest.fixture
def journal(bench: Bench) -> Journal:
    """Each journal in turn."""
    return bench.journal


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL per run and worker."""
    with a_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def views_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for views in each database in turn; nothing is there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'views.sqlite3'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.url()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need what is missing are skipped, and said to be; in CI they must not be."""
    if os.environ.get("CI"):
        return
    there = {"browser": shutil.which("chromium"), "postgres": programs()}
    names = {"browser": "Chromium", "postgres": "PostgreSQL"}
    for marker in (marker for marker, found in there.items() if not found):
        missing = pytest.mark.skip(
            reason=f"{names[marker]} is missing: `make install-dev` says how to get it"
        )
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(missing)


def pytest_configure() -> None:
    """A run in the background ignores Ctrl-C, and so would every program that a test starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
