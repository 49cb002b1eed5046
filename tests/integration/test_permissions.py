"""What the server itself refuses: foreign streams, contacts, and the rewriting of history."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from nats.js.api import ConsumerConfig
from nats.js.errors import APIError

from schemas.subjects import CONTACTS_BUCKET, PRIVATE_BUCKET, PRIVATE_KEYS_BUCKET, Stream
from services.runtime.bucket import JetStreamBucket
from services.runtime.rights import OPERATOR, WRITERS

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from nats.aio.client import Client

    from tests.support.nats_server import NatsServer

pytestmark = [pytest.mark.connected, pytest.mark.timeout(60)]
FOREIGN = [(user, stream) for user in WRITERS for stream in Stream if stream not in WRITERS[user]]
CONTACTS = f"KV_{CONTACTS_BUCKET}"


@dataclass
class Guarded:
    """A connection of one user that hears what the server says to what it refuses."""

    client: Client
    said: asyncio.Queue[str]

    @classmethod
    async def as_user(cls, nats: NatsServer, user: str) -> Guarded:
        said: asyncio.Queue[str] = asyncio.Queue()

        async def hear(error: Exception) -> None:
            said.put_nowait(str(error).lower())

        return cls(await nats.connect(user, error_cb=hear), said)

    async def is_refused(self, touching: Coroutine[Any, Any, object]) -> None:
        """The server says no, aloud or as its answer: silence is not taken for a refusal."""
        await self.client.flush()  # what it still had to say about the last one has been said
        while not self.said.empty():
            self.said.get_nowait()
        trying, hearing = asyncio.ensure_future(touching), asyncio.ensure_future(self.said.get())
        await asyncio.wait((trying, hearing), return_when=asyncio.FIRST_COMPLETED, timeout=10)
        heard = hearing.result() if hearing.done() else ""
        for waiting in (trying, hearing):
            waiting.cancel()
        [ended, _] = await asyncio.gather(trying, hearing, return_exceptions=True)
        assert "permissions violation" in heard or isinstance(ended, APIError), (heard, ended)


@pytest.mark.parametrize(("user", "stream"), FOREIGN, ids=lambda value: str(value))
async def test_nobody_writes_anothers_stream(nats: NatsServer, user: str, stream: Stream) -> None:
    guarded = await Guarded.as_user(nats, user)
    subject = f"{stream}.metro.{stream.noun}.x.an_event"
    await guarded.is_refused(guarded.client.jetstream().publish(subject, b"{}"))
    info = await (await nats.connect()).jetstream().stream_info(stream.jetstream_name)
    assert info.state.messages == 0


@pytest.mark.parametrize("user", ["intake", "followup", "audit"])
async def test_only_dispatch_reads_contacts(nats: NatsServer, user: str) -> None:
    owner = JetStreamBucket(await nats.connect("dispatch"), CONTACTS_BUCKET)
    await owner.put("metro.p-01", b"a secret number")
    assert await owner.get("metro.p-01") == b"a secret number"

    guarded = await Guarded.as_user(nats, user)
    stream, subject = guarded.client.jetstream(), f"$KV.{CONTACTS_BUCKET}.metro.p-01"
    await guarded.is_refused(JetStreamBucket(guarded.client, CONTACTS_BUCKET).get("metro.p-01"))
    await guarded.is_refused(stream.get_last_msg(CONTACTS, subject))
    await guarded.is_refused(stream.get_last_msg(CONTACTS, subject, direct=True))
    for config in (ConsumerConfig(), ConsumerConfig(durable_name="spy"), ConsumerConfig(name="s")):
        await guarded.is_refused(stream.add_consumer(CONTACTS, config))


@pytest.mark.parametrize("bucket", [PRIVATE_BUCKET, PRIVATE_KEYS_BUCKET])
@pytest.mark.parametrize("user", ["intake", "dispatch", "audit", OPERATOR])
async def test_only_followup_touches_what_is_private(
    nats: NatsServer, user: str, bucket: str
) -> None:
    owner = JetStreamBucket(await nats.connect("followup"), bucket)
    await owner.put("metro.p-01.o-1", b"noise")
    guarded = await Guarded.as_user(nats, user)
    stream = guarded.client.jetstream()
    kept, subject = f"KV_{bucket}", f"$KV.{bucket}.metro.p-01.o-1"
    for touching in (
        stream.get_last_msg(kept, subject),
        stream.get_last_msg(kept, subject, direct=True),
        stream.publish(subject, b"forged"),
        stream.delete_msg(kept, 1),
        stream.purge_stream(kept),
        stream.add_consumer(kept, ConsumerConfig(name="s")),
        stream.add_consumer(kept, ConsumerConfig(durable_name="spy")),
    ):
        await guarded.is_refused(touching)
    assert await owner.get("metro.p-01.o-1") == b"noise"


async def test_followup_shreds_keys_and_nothing_else(nats: NatsServer) -> None:
    guarded = await Guarded.as_user(nats, "followup")
    keys = JetStreamBucket(guarded.client, PRIVATE_KEYS_BUCKET)
    await keys.put("metro.p-01.o-1.g", b"a key")
    await keys.shred("metro.p-01.o-1.g")
    await keys.shred("metro.p-01.o-1.g")
    assert await keys.get("metro.p-01.o-1.g") is None
    kept = await (await nats.connect()).jetstream().stream_info(f"KV_{PRIVATE_KEYS_BUCKET}")
    assert kept.state.messages == 0, "not even a marker"
    for foreign in (CONTACTS, f"KV_{PRIVATE_BUCKET}", "FOLLOWUP"):
        await guarded.is_refused(guarded.client.jetstream().delete_msg(foreign, 1))


async def test_an_erased_contact_cannot_be_read_any_more(nats: NatsServer) -> None:
    owner = JetStreamBucket(await nats.connect("dispatch"), CONTACTS_BUCKET)
    await owner.put("metro.p-01", b"a secret number")
    await owner.erase("metro.p-01")
    assert await owner.get("metro.p-01") is None
    history = await (await nats.connect()).jetstream().stream_info(CONTACTS)
    assert history.state.messages == 1, "only the marker of the erasure is left"


@pytest.mark.parametrize("user", [*WRITERS, OPERATOR])
async def test_nobody_rewrites_history(nats: NatsServer, user: str) -> None:
    writer = await nats.connect("intake")
    await writer.jetstream().publish("intake.metro.case.x.an_event", b"{}")
    guarded = await Guarded.as_user(nats, user)
    stream = guarded.client.jetstream()
    for rewriting in (
        stream.purge_stream("INTAKE"),
        stream.delete_msg("INTAKE", 1),
        stream.delete_stream("INTAKE"),
    ):
        await guarded.is_refused(rewriting)
    info = await (await nats.connect()).jetstream().stream_info("INTAKE")
    assert info.state.messages == 1


@pytest.mark.parametrize("user", WRITERS)
async def test_only_audit_has_work_done_again(nats: NatsServer, user: str) -> None:
    """And each service hears what is for itself alone."""
    guarded = await Guarded.as_user(nats, user)
    if user != "audit":
        await guarded.is_refused(guarded.client.request("redrive.dispatch", b"{}"))
    for service in WRITERS:
        if service not in (user, "audit"):
            await guarded.is_refused(_heard(guarded.client, f"redrive.{service}"))


async def _heard(client: Client, subject: str) -> None:
    subscription = await client.subscribe(subject)
    await subscription.next_msg(timeout=5)
