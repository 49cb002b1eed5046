"""Reads a server-sent stream straight from the ASGI app, event by event, and hangs up when told."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    from fastapi import FastAPI


@dataclass
class Feed:
    """`async with Feed(app, "/v1/watch", headers) as feed: await feed.next()`."""

    app: FastAPI
    path: str
    headers: dict[str, str]
    query: str = ""
    status: int = 0
    _started: asyncio.Event = field(default_factory=asyncio.Event)
    _hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    _blocks: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    _rest: str = ""
    _task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Feed:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "root_path": "",
            "query_string": self.query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in self.headers.items()],
            "client": ("test", 1),
            "server": ("audit", 80),
        }
        self._task = asyncio.ensure_future(self.app(scope, self._receive, self._send))  # type: ignore[arg-type]
        await self._started.wait()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._hung_up.set()
        assert self._task
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def next(self) -> dict[str, Any]:
        """The next event with data: its id and its decoded data."""
        while True:
            block = await self._blocks.get()
            parts = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
            if "data" in parts:
                return {"id": parts.get("id"), "data": json.loads(parts["data"])}

    async def comment(self) -> str:
        """The next block, whatever it is."""
        return await self._blocks.get()

    async def _receive(self) -> dict[str, Any]:
        await self._hung_up.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._started.set()
            return
        self._rest += message.get("body", b"").decode()
        *blocks, self._rest = self._rest.split("\n\n")
        for block in blocks:
            self._blocks.put_nowait(block)
