"""The pinned nats-server on a free port with a store of its own; connects, kills, restarts.

Decides nothing about what runs on it: streams are there when `a_server` was asked to provision.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import nats
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from services.runtime.provision import provision
from services.runtime.rights import OPERATOR, inbox_prefix
from services.runtime.server import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from nats.aio.client import Client

_PATIENCE = 10.0


@dataclass
class NatsServer:
    """One running server; every connection that it hands out is closed with it."""

    embedded: EmbeddedServer
    _clients: list[Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.embedded.url

    async def connect(self, user: str = OPERATOR, **options: Any) -> Client:
        """A connection as one service, or as the operator; it reconnects for ever."""
        client = await nats.connect(
            self.url,
            user=user,
            password=self.embedded.passwords[user],
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.05,
            error_cb=options.pop("error_cb", _quiet),
            inbox_prefix=inbox_prefix(user).encode(),
            **options,
        )
        self._clients.append(client)
        return client

    async def kill(self) -> None:
        """kill -9, and return once it is gone; its keeper starts it again."""
        pid = self.embedded.pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        async for attempt in patiently(AssertionError):
            with attempt:
                assert self.embedded.pid != pid, "the server is not back"

    async def stop(self) -> None:
        """Stop for good, as an outage that does not end by itself."""
        await self.embedded.stop()

    async def start_again(self) -> None:
        """The same store and port, after `stop`."""
        self.embedded = EmbeddedServer(self.embedded.data_dir, self.embedded.port)
        await self.embedded.start()

    async def close(self) -> None:
        await asyncio.gather(*(client.close() for client in self._clients))
        await self.embedded.stop()


@asynccontextmanager
async def a_server(folder: Path, *, provisioned: bool = True) -> AsyncIterator[NatsServer]:
    """A server of its own for one test, with the streams unless told otherwise."""
    server = NatsServer(EmbeddedServer(folder))
    await server.embedded.start()
    try:
        if provisioned:
            await provision((await server.connect()).jetstream())
        yield server
    finally:
        await server.close()


def patiently(*trouble: type[Exception], seconds: float = _PATIENCE) -> AsyncRetrying:
    """Try again while one of these is raised, for what has no event to wait on."""
    return AsyncRetrying(
        retry=retry_if_exception_type(trouble),
        stop=stop_after_delay(seconds),
        wait=wait_fixed(0.02),
        reraise=True,
    )


async def _quiet(_error: Exception) -> None:
    """Servers are killed on purpose here: a client's complaint about it is expected."""
