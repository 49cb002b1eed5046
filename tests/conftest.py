"""Fixtures only, never imported: a server of its own per test, and both journals in turn."""

from __future__ import annotations

import os
import shutil
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.journals import Bench, JetStreamBench, MemoryBench
from tests.support.nats_server import NatsServer, a_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from services.runtime.journal import Journal


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests are skipped without a browser, and said to be; in CI they must not be."""
    if shutil.which("chromium") or os.environ.get("CI"):
        return
    missing = pytest.mark.skip(reason="Chromium is missing: `make install-dev` says how to get it")
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(missing)


def pytest_configure() -> None:
    """A run in the background ignores Ctrl-C, and so would every program that a test starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
