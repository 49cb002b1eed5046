"""Both journals behind one bench, so that one suite can hold them to the same promises.

A bench adds what a test needs beside the port: a second writer, an outage, timers that fell due.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from nats.errors import TimeoutError as NatsTimeout

from schemas.subjects import Stream, due_filter
from services.runtime.clock import SystemClock
from services.runtime.journal_jetstream import JetStreamJournal
from services.runtime.journal_memory import MemoryJournal
from services.runtime.timers import decode_due

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from schemas.envelope import TimerDue
    from services.runtime.journal import Journal
    from tests.support.nats_server import NatsServer


@dataclass(frozen=True, slots=True)
class Fired:
    """A timer, and the moment at which it was handed out."""

    due: TimerDue
    at: datetime


class Bench(Protocol):
    """A journal under test."""

    journal: Journal

    async def another(self) -> Journal:
        """A second process's view of the same streams."""
        ...

    async def lose(self) -> None:
        """Make the streams unreachable until further notice."""
        ...

    async def fired(self, stream: Stream, until: datetime) -> list[Fired]:
        """Every timer of a stream that fires, from the beginning up to a moment of the real clock."""
        ...


class MemoryBench:
    """Time is what the test says: `fired` walks from one due time to the next."""

    def __init__(self) -> None:
        self._memory = MemoryJournal()
        self.journal: Journal = self._memory

    async def another(self) -> Journal:
        return self._memory

    async def lose(self) -> None:
        self._memory.reachable = False

    async def fired(self, stream: Stream, until: datetime) -> list[Fired]:
        found: list[Fired] = []
        while (at := self._memory.next_due()) is not None and at <= until:
            assert not self._memory.fire(at - timedelta(microseconds=1)), "a timer fired early"
            found += [Fired(due, at) for due in self._memory.fire(at)]
        return [one for one in found if one.due.entity.stream is stream]


class JetStreamBench:
    """The real server; `another` is another connection."""

    def __init__(self, server: NatsServer, client: Client) -> None:
        self.server = server
        self._client = client
        self.journal: Journal = JetStreamJournal(client, SystemClock())

    async def another(self) -> Journal:
        return JetStreamJournal(await self.server.connect(), SystemClock())

    async def another_bench(self) -> JetStreamBench:
        """The same streams over a new connection, such as after a restart."""
        return JetStreamBench(self.server, await self.server.connect())

    async def lose(self) -> None:
        await self.server.stop()

    async def fired(self, stream: Stream, until: datetime) -> list[Fired]:
        subscription = await self._client.jetstream().subscribe(
            due_filter(stream), stream=stream.jetstream_name, ordered_consumer=True
        )
        found: list[Fired] = []
        clock = SystemClock()
        with contextlib.suppress(NatsTimeout, asyncio.TimeoutError):
            while (left := (until - clock.now()).total_seconds()) > 0:
                message = await subscription.next_msg(timeout=left)
                found.append(Fired(_due(message), message.metadata.timestamp))
        await subscription.unsubscribe()
        return found


def _due(message: Msg) -> TimerDue:
    return decode_due(message.subject, message.headers or {}, message.data)
