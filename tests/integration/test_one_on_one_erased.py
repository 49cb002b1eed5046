"""A peer looks after somebody on the real server; then every byte on the disk and in the logs is
searched, while the record is kept and after its key was shredded."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.integration.test_nobody_in_the_store import SECRETS
from tests.support.nats_server import patiently
from tests.support.up import Running, up

if TYPE_CHECKING:
    from pathlib import Path

NAME, NUMBER = "Zebulon Quartermain", "202-555-0147"
POLICY = """\
version: 1
erase_after: PT0S
ask_again_after: P1D
alarm_after: P3D
alarm_again_after: P2D
at_most_ahead: P400D
break_glass: {most: 3, within: P1D}
"""


async def own_page(running: Running) -> str:
    """The path of a peer's page, as their phone of the demonstration shows it."""
    headers = {"Authorization": f"Bearer {running.key}"}
    async with httpx.AsyncClient(base_url=running.url, headers=headers) as client:
        members = (await client.get("/v1/roster/members")).json()["members"]
        peer = next(each["member_id"] for each in members if each["role"] == "peer")
        invited = await client.post(f"/v1/roster/members/{peer}/invite")
        assert invited.is_success, invited.text
        async for attempt in patiently(AssertionError, seconds=60):
            with attempt:
                found = re.findall(r"/m/([^\"<&\s]+)", (await client.get("/phones")).text)
                assert found
    return f"/f/{found[0]}/people"


async def look_after_somebody(running: Running, at: str) -> str:
    async with httpx.AsyncClient(base_url=running.url, follow_redirects=True) as phone:
        page = await phone.get(f"{at}/new", params={"kind": "cism"})
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        typed = {"told": "yes", "call_them": NAME, "reach_at": NUMBER, "in": "7"}
        kept = await phone.post(at, data=hidden | typed)
        assert NAME in kept.text, kept.text
        wrong = await phone.post(
            f"{at}/{hidden['id']}/details", data=typed | {"reach_at": "x" * 999}
        )
        assert wrong.status_code == 422
    return hidden["id"]


async def close(running: Running, at: str, one: str) -> None:
    async with httpx.AsyncClient(base_url=running.url, follow_redirects=True) as phone:
        closed = await phone.post(f"{at}/{one}/close", data={"outcome": "no_further"})
        assert closed.is_success, closed.text
        async for attempt in patiently(AssertionError, seconds=60):
            with attempt:
                assert (await phone.get(f"{at}/{one}")).status_code == 404, "not erased yet"


def keys_of(folder: Path, one: str) -> list[bytes]:
    """The wrapped data keys of a one-on-one as they lie in the server's files, behind the headers: a
    nonce of 12 bytes, the key's 32, and a tag of 16."""
    entry = rb"\$KV\.private-keys\.[^.]+\.[^.]+\." + one.encode() + rb"\.[0-9a-f]{12}"
    shape = re.compile(entry + rb".{4}NATS/1\.0.*?\r\n\r\n(.{60})", re.DOTALL)
    blocks = folder.rglob("KV_private-keys/**/*.blk")
    return [found for block in blocks for found in shape.findall(block.read_bytes())]


def assert_nobody(*places: Path) -> None:
    files = [p for place in places for p in (place.rglob("*") if place.is_dir() else [place])]
    searched = [path for path in files if path.is_file()]
    assert any(b"one_on_one_opened" in path.read_bytes() for path in searched), "nothing is stored"
    for path in searched:
        data = path.read_bytes().lower()
        assert [each for each in SECRETS if each.encode() in data] == [], path


@pytest.mark.connected
@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_who_it_was_is_nowhere_on_the_disk_and_its_key_is_gone(tmp_path: Path) -> None:
    folder, log, policy = tmp_path / "data", tmp_path / "log", tmp_path / "private.yaml"
    policy.write_text(POLICY)
    async with up(folder, log=log, TAILBOARD_PRIVATE_FILE=str(policy)) as running:
        at = await own_page(running)
        one, other = [await look_after_somebody(running, at) for _ in range(2)]
        kept, stays = keys_of(folder, one), keys_of(folder, other)
        assert len(kept) == len(stays) == 1
        assert_nobody(folder, log)

        await close(running, at, one)
        assert keys_of(folder, one) == []
        assert keys_of(folder, other) == stays
        await running.end(signal.SIGINT)

    assert_nobody(folder, log)
    everything = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert kept[0] not in everything
    assert stays[0] in everything, "the search would find a key that is there"
