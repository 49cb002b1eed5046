"""Somebody who may do anything to the server: takes events away, puts others in, cuts off ends."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from nats.js.api import ConsumerConfig, DeliverPolicy

from services.runtime import server
from tests.support.nats_server import a_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    import pytest
    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from tests.support.nats_server import NatsServer

Kept = tuple[int, str, dict[str, str], bytes]
_FILLING = "{stream}.metro.due.x.filling.gap"


@asynccontextmanager
async def a_lawless_server(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[NatsServer]:
    """A server on which every user may do everything, as whoever owns its configuration may."""
    monkeypatch.setattr(server, "rights_of", lambda _user: "")
    async with a_server(folder) as running:
        yield running


async def everything(client: Client, stream: str) -> list[Kept]:
    """All messages of a stream."""
    jetstream = client.jetstream()
    info = await jetstream.stream_info(stream)
    config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL, mem_storage=True)
    pull = await jetstream.pull_subscribe("", stream=stream, config=config)
    found: list[Msg] = []
    while len(found) < info.state.messages:
        found += await pull.fetch(500, timeout=5)
    return [(m.metadata.sequence.stream, m.subject, m.headers or {}, m.data) for m in found]


async def rewrite(client: Client, stream: str, change: Callable[[list[Kept]], list[Kept]]) -> None:
    """Delete a stream and write it anew, every message at the sequence that `change` gives it."""
    jetstream = client.jetstream()
    wanted = change(await everything(client, stream))
    config = (await jetstream.stream_info(stream)).config
    await jetstream.delete_stream(stream)
    await jetstream.add_stream(config)
    filling = _FILLING.format(stream=stream.lower())
    at = 0
    for sequence, subject, headers, body in wanted:
        while at + 1 < sequence:
            at = (await jetstream.publish(filling, b"")).seq
        own = {name: value for name, value in headers.items() if not name.startswith("Nats-")}
        at = (await jetstream.publish(subject, body, headers=own)).seq
        assert at == sequence
    if "CHECKPOINT" not in stream:
        await jetstream.purge_stream(stream, subject=filling)
