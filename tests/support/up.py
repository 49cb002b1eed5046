"""`tailboard up` in a process of its own, and the other commands beside it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

EXAMPLES = Path(__file__).parents[2] / "examples"
_PATIENCE = 90.0
_FEED_SILENCE = 30.0
"""The feed says something every 15 s, be it only a comment."""


@dataclass
class Running:
    """One `tailboard up`, with what its banner said."""

    process: asyncio.subprocess.Process
    folder: Path
    banner: str

    @property
    def url(self) -> str:
        return self._said(r"Console +(\S+)")

    @property
    def key(self) -> str:
        return self._said(r"API key +(\S+)")

    def _said(self, pattern: str) -> str:
        found = re.search(pattern, self.banner)
        assert found, self.banner
        return found[1]

    async def cli(self, *arguments: str) -> str:
        """Run another command beside it, as in a second terminal."""
        env = os.environ | {"TAILBOARD_DATA_DIR": str(self.folder), "COLUMNS": "200"}
        command = (sys.executable, "-m", "services.cli", *arguments)
        process = await asyncio.create_subprocess_exec(
            *command, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    async def case(self, case_id: str) -> dict[str, Any]:
        return dict(json.loads(await self.cli("case", case_id, "--json")))

    async def watch_until(self, *words: str) -> str:
        """Follow the live feed from its very beginning until a line says all of these words."""
        headers = {"Authorization": f"Bearer {self.key}", "Last-Event-ID": "0"}
        async with (
            asyncio.timeout(_PATIENCE * 2),
            httpx.AsyncClient(base_url=self.url, headers=headers, timeout=_FEED_SILENCE) as client,
            client.stream("GET", "/v1/watch") as feed,
        ):
            async for line in feed.aiter_lines():
                if all(each in line for each in words):
                    return line
        raise AssertionError(f"the feed ended without {words!r}")

    async def watched_while_posting(self) -> str:
        """The first line that `tailboard watch` prints while incidents come in."""
        env = os.environ | {"TAILBOARD_DATA_DIR": str(self.folder)}
        command = (sys.executable, "-u", "-m", "services.cli", "watch")
        process = await asyncio.create_subprocess_exec(
            *command, env=env, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout
        line = asyncio.create_task(process.stdout.readline())
        headers = {"Authorization": f"Bearer {self.key}"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers) as client:
            while not line.done():
                await client.post("/v1/incidents", json={"incident_type": "Vehicle lockout"})
                await asyncio.wait({line}, timeout=0.5)
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
        return line.result().decode()

    async def offer_link(self) -> str:
        """The path behind the newest offer on the demo's phones."""
        async with httpx.AsyncClient(base_url=self.url) as browser:
            phones = (await browser.get("/phones")).text
        assert "demo" in phones.lower()
        return re.findall(r'href="https?://[^"/]+(/o/[^"]+)"', phones)[0]

    async def end(self, number: int) -> int:
        self.process.send_signal(number)
        async with asyncio.timeout(_PATIENCE):
            return await self.process.wait()


@asynccontextmanager
async def up(
    folder: Path, *options: str, log: Path | None = None, **settings: str
) -> AsyncIterator[Running]:
    """Start it and wait for the banner; end it if the test has not. `log` is where its log goes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = ("up", "--demo", "--data-dir", str(folder), "--port", port, *options)
    with (log or Path(os.devnull)).open("ab") as written:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", "-m", "services.cli", *command),
            env=os.environ | settings,
            stdout=asyncio.subprocess.PIPE,
            stderr=written,
        )
    try:
        banner = ""
        async with asyncio.timeout(_PATIENCE):
            assert process.stdout
            while "Ctrl-C" not in banner:
                line = await process.stdout.readline()
                assert line, banner
                banner += line.decode()
        yield Running(process, folder, banner)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
