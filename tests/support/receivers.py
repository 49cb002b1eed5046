"""Real servers at the far end of a carrier, which misbehave as told: mail, and HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import email
import email.policy
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiosmtpd import smtp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class MailServer:
    """A real SMTP server that misbehaves as told."""

    refuse_recipient: str | None = None
    refuse_content: str | None = None
    drop_in_data: bool = False
    hang_after: str | None = None
    taken: list[Any] = field(default_factory=list)
    greeted: int = 0
    quits: int = 0
    protocols: list[smtp.SMTP] = field(default_factory=list)

    def hang_up(self) -> None:
        """Close every connection, as a server does that was idle for too long."""
        for protocol in self.protocols:
            if isinstance(protocol.transport, asyncio.Transport):
                protocol.transport.abort()

    def fall_silent(self) -> None:
        """Hear nothing any more on the connections that there are."""
        for protocol in self.protocols:
            if isinstance(protocol.transport, asyncio.Transport):
                protocol.transport.pause_reading()

    async def handle_RCPT(  # noqa: N802
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.drop_in_data:
            server.transport.abort()
        if self.hang_after == "DATA":
            await asyncio.Event().wait()
        if self.refuse_content:
            return self.refuse_content
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        self.quits += 1
        if self.hang_after == "QUIT":
            await asyncio.Event().wait()
        return "221 bye"


@asynccontextmanager
async def mail_server(server: MailServer, port: int = 0) -> AsyncIterator[int]:
    """The server on a port of this machine, until the end of the block."""
    loop = asyncio.get_running_loop()

    def connected() -> smtp.SMTP:
        server.greeted += 1
        server.protocols.append(smtp.SMTP(server, loop=loop, hostname="test"))
        return server.protocols[-1]

    listening = await loop.create_server(connected, "127.0.0.1", port)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        for protocol in server.protocols:
            if protocol.transport:
                protocol.transport.close()
        await listening.wait_closed()


@dataclass(frozen=True)
class Posted:
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class HttpServer:
    """A real HTTP server that misbehaves as told. `lose` reads a request and hangs up."""

    status: str = "200 OK"
    headers: tuple[str, ...] = ()
    lose: bool = False
    hang: bool = False
    endless: bool = False
    posted: list[Posted] = field(default_factory=list)
    _open: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.partition(": ") for line in head[1:] if line)
            headers = {name.lower(): value for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.posted.append(Posted(head[0], headers, body))
            if self.hang:
                await asyncio.Event().wait()
            if not self.lose:
                await self._answer(writer)
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        length = "1000000000" if self.endless else "2"
        lines = (f"HTTP/1.1 {self.status}", f"Content-Length: {length}", *self.headers)
        writer.write("\r\n".join((*lines, "Connection: close", "", "ok")).encode())
        await writer.drain()
        if self.endless:
            await asyncio.Event().wait()


@asynccontextmanager
async def http_server(server: HttpServer) -> AsyncIterator[str]:
    """Where the server listens, as host and port, until the end of the block."""
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(server.serve(reader, writer))
        tasks.add(task)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in server._open:
            writer.close()
        await listening.wait_closed()
