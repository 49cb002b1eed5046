"""`tailboard up` as a user starts it: one process for everything, stopped, killed, started again."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = [pytest.mark.connected, pytest.mark.slow, pytest.mark.timeout(120)]

EXAMPLES = Path(__file__).parents[2] / "examples"
_PATIENCE = 30.0


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

    async def watch_until(self, words: str) -> str:
        """Follow the live feed from its very beginning until a line says these words."""
        headers = {"Authorization": f"Bearer {self.key}", "Last-Event-ID": "0"}
        async with (
            asyncio.timeout(_PATIENCE * 2),
            httpx.AsyncClient(base_url=self.url, headers=headers, timeout=None) as client,
            client.stream("GET", "/v1/watch") as feed,
        ):
            async for line in feed.aiter_lines():
                if words in line:
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

    async def end(self, number: int) -> int:
        self.process.send_signal(number)
        async with asyncio.timeout(_PATIENCE):
            return await self.process.wait()


@asynccontextmanager
async def up(folder: Path, *options: str) -> AsyncIterator[Running]:
    """Start it and wait for the banner; end it if the test has not."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = ("up", "--demo", "--data-dir", str(folder), "--port", port, *options)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "services.cli", *command),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
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


async def test_ctrl_c_stops_everything_and_starting_again_goes_on(tmp_path: Path) -> None:
    async with up(tmp_path) as first:
        line = await first.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
        case_id = line.split()[0]
        assert f"{first.url}/cases/{case_id}" in line
        assert await first.end(signal.SIGINT) == 0
    server = int((tmp_path / "nats" / "nats-server.pid").exists())
    assert server == 0, "the server's pid file says that it still runs"
    async with up(tmp_path) as second:
        assert second.key == first.key
        shown = await second.cli("case", case_id)
        assert "Reported" in shown
        assert "Offer" in shown
        repeated = await second.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
        assert repeated.split()[0] == case_id
        assert "duplicate" in repeated


async def test_kill_9_of_everything_loses_nothing(tmp_path: Path) -> None:
    async with up(tmp_path) as first:
        line = await first.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
        case_id = line.split()[0]
        assert await first.end(signal.SIGKILL) == -signal.SIGKILL
    async with up(tmp_path) as second:
        await second.watch_until("Message sent")
        timeline = json.dumps(await second.case(case_id))
        assert "Reported" in timeline
    folder = tmp_path / "demo-phones" / "new"
    ids = [re.findall(r"Message-ID: (\S+)", mail.read_text()) for mail in folder.iterdir()]
    assert len(ids) == len({str(each) for each in ids}), "a phone received a message twice"


async def test_a_member_answers_on_the_page_behind_the_link(tmp_path: Path) -> None:
    async with up(tmp_path) as tailboard:
        assert "Vehicle lockout" in await tailboard.watched_while_posting()
        await tailboard.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
        await tailboard.watch_until("Message sent")
        async with httpx.AsyncClient(base_url=tailboard.url, follow_redirects=True) as browser:
            phones = (await browser.get("/phones")).text
            assert "demo" in phones.lower()
            link = re.findall(r'href="([^"]+/o/[^"]+)"', phones)[0]
            page = await browser.get(link)
            assert "Accept" in page.text
            answered = await browser.post(f"{link}/accept")
        assert "Thank you" in answered.text
        assert "ccepted" in await tailboard.watch_until("ccepted")


async def test_compressed_time_lets_a_check_in_fall_due_while_one_watches(tmp_path: Path) -> None:
    async with up(tmp_path, "--time-scale", "3000") as tailboard:
        line = await tailboard.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
        case_id = line.split()[0]
        await tailboard.watch_until("fell_due")
        steps = [row["step"] for row in (await tailboard.case(case_id))["timeline"]]
        assert "team_formed" in steps
        assert await tailboard.end(signal.SIGTERM) == 0


async def test_a_second_one_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with up(tmp_path):
        command = ("up", "--demo", "--data-dir", str(tmp_path), "--port", "0")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.cli", *command), stderr=asyncio.subprocess.PIPE
        )
        _, err = await process.communicate()
        assert process.returncode == 2
        assert "another Tailboard is using" in err.decode()
        assert len(err.decode().strip().splitlines()) == 1
