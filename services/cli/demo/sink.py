"""A mail server that stands in for every phone: what it takes is kept in a Maildir to look at."""

from __future__ import annotations

import asyncio
import email
import mailbox
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP as SmtpProtocol  # noqa: N811 - a class with a shouting name

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LINK = re.compile(r"https?://\S+/o/\S+")


@dataclass
class PhoneSink:
    """Listens on a free port of this machine. `on_offer` is told the owner and the link of each offer taken."""

    folder: Path
    on_offer: Callable[[str, str], None] | None = None
    port: int = 0
    _server: asyncio.Server | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Open the port."""
        mailbox.Maildir(self.folder, create=True)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SmtpProtocol(self, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port."""
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def handle_DATA(  # noqa: N802 - the name that aiosmtpd calls
        self,
        _server: object,
        _session: object,
        envelope: Any,
    ) -> str:
        """Keep one message; the answer to the sender comes after it is in the folder."""
        raw: bytes = envelope.original_content or envelope.content
        await asyncio.to_thread(self._keep, raw)
        mail = email.message_from_bytes(raw)
        text = mail.get_payload(decode=True)
        link = _LINK.search(text.decode()) if isinstance(text, bytes) else None
        if link and self.on_offer:
            self.on_offer(str(mail["To"]), link[0])
        return "250 kept"

    def _keep(self, raw: bytes) -> None:
        mailbox.Maildir(self.folder).add(raw)
