"""Connections to one mail server that are kept for a while: the next message need not be introduced.

Each is used by one message at a time, and only after a message was taken without any trouble.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiosmtplib import SMTPException

if TYPE_CHECKING:
    from aiosmtplib import SMTP

MOST = 2
_GOODBYE_SECONDS = 0.5
"""The message is taken by then: waiting longer could outlast the claim on sending it."""


@dataclass(slots=True)
class KeptConnections:
    """Up to `MOST` connections that nothing is sent on at present, each for at most `seconds`."""

    seconds: float
    """Well below the five minutes for which a server has to wait (RFC 5321, 4.5.3.2.7); with 0
    every message has a connection of its own."""
    hostname: str | None = None
    """What this machine calls itself; to find out takes a look-up."""
    _idle: list[tuple[SMTP, asyncio.TimerHandle]] = field(default_factory=list)

    def take(self) -> SMTP | None:
        """The connection that was used last, if one still stands as far as we know."""
        while self._idle:
            client, ends = self._idle.pop()
            ends.cancel()
            if client.is_connected:
                return client
        return None

    async def leave(self, client: SMTP) -> None:
        """Keep a connection after a message was taken, or say goodbye; never raises for its trouble."""
        self.hostname = client.local_hostname
        if client.is_connected and len(self._idle) < MOST and self.seconds:
            loop = asyncio.get_running_loop()
            self._idle.append((client, loop.call_later(self.seconds, self._drop, client)))
            return
        try:
            with contextlib.suppress(SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await client.quit()
        finally:
            client.close()

    def close(self) -> None:
        """Let go of all of them."""
        for client, ends in self._idle:
            ends.cancel()
            client.close()
        self._idle.clear()

    def _drop(self, client: SMTP) -> None:
        self._idle = [each for each in self._idle if each[0] is not client]
        client.close()
