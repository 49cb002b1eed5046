"""`tailboard up` as a user starts it: one process for everything, stopped, killed, started again."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.up import EXAMPLES, up

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.connected, pytest.mark.slow, pytest.mark.timeout(300)]


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
        link = await tailboard.offer_link()
        async with httpx.AsyncClient(base_url=tailboard.url, follow_redirects=True) as browser:
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
