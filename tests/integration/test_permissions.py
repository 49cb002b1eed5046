"""What the server itself refuses: foreign streams, contacts, and the rewriting of history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.api import ConsumerConfig
from nats.js.errors import APIError, ServiceUnavailableError

from schemas.subjects import CONTACTS_BUCKET, PRIVATE_BUCKET, PRIVATE_KEYS_BUCKET, Stream
from services.runtime.bucket import JetStreamBucket
from services.runtime.errors import Transient
from services.runtime.server import OPERATOR, WRITERS

if TYPE_CHECKING:
    from tests.support.nats_server import NatsServer

pytestmark = [pytest.mark.connected, pytest.mark.timeout(60)]
REFUSED = (NatsTimeout, APIError, NoRespondersError, ServiceUnavailableError, Transient)
FOREIGN = [(user, stream) for user in WRITERS for stream in Stream if stream not in WRITERS[user]]
CONTACTS = f"KV_{CONTACTS_BUCKET}"


@pytest.mark.parametrize(("user", "stream"), FOREIGN, ids=lambda value: str(value))
async def test_nobody_writes_anothers_stream(nats: NatsServer, user: str, stream: Stream) -> None:
    client = await nats.connect(user)
    subject = f"{stream}.metro.{stream.noun}.x.an_event"
    with pytest.raises(REFUSED):
        await client.jetstream().publish(subject, b"{}", timeout=0.3)
    info = await (await nats.connect()).jetstream().stream_info(stream.jetstream_name)
    assert info.state.messages == 0


@pytest.mark.parametrize("user", ["intake", "followup", "audit"])
async def test_only_dispatch_reads_contacts(nats: NatsServer, user: str) -> None:
    owner = JetStreamBucket(await nats.connect("dispatch"), CONTACTS_BUCKET)
    await owner.put("metro.p-01", b"a secret number")
    assert await owner.get("metro.p-01") == b"a secret number"

    client = await nats.connect(user)
    stream = client.jetstream(timeout=0.3)
    with pytest.raises(REFUSED):
        await JetStreamBucket(client, CONTACTS_BUCKET).get("metro.p-01")
    with pytest.raises(REFUSED):
        await stream.get_last_msg(CONTACTS, f"$KV.{CONTACTS_BUCKET}.metro.p-01")
    with pytest.raises(REFUSED):
        await stream.get_last_msg(CONTACTS, f"$KV.{CONTACTS_BUCKET}.metro.p-01", direct=True)
    for config in (ConsumerConfig(), ConsumerConfig(durable_name="spy"), ConsumerConfig(name="s")):
        with pytest.raises(REFUSED):
            await stream.add_consumer(CONTACTS, config)


@pytest.mark.parametrize("bucket", [PRIVATE_BUCKET, PRIVATE_KEYS_BUCKET])
@pytest.mark.parametrize("user", ["intake", "dispatch", "audit", OPERATOR])
async def test_only_followup_touches_what_is_private(
    nats: NatsServer, user: str, bucket: str
) -> None:
    owner = JetStreamBucket(await nats.connect("followup"), bucket)
    await owner.put("metro.p-01.o-1", b"noise")
    client = await nats.connect(user)
    stream, kept, subject = (
        client.jetstream(timeout=0.3),
        f"KV_{bucket}",
        f"$KV.{bucket}.metro.p-01.o-1",
    )
    for touching in (
        stream.get_last_msg(kept, subject),
        stream.get_last_msg(kept, subject, direct=True),
        stream.publish(subject, b"forged", timeout=0.3),
        stream.delete_msg(kept, 1),
        stream.purge_stream(kept),
        stream.add_consumer(kept, ConsumerConfig(name="s")),
        stream.add_consumer(kept, ConsumerConfig(durable_name="spy")),
    ):
        with pytest.raises(REFUSED):
            await touching
    assert await owner.get("metro.p-01.o-1") == b"noise"


async def test_followup_shreds_keys_and_nothing_else(nats: NatsServer) -> None:
    client = await nats.connect("followup")
    keys = JetStreamBucket(client, PRIVATE_KEYS_BUCKET)
    await keys.put("metro.p-01.o-1.g", b"a key")
    await keys.shred("metro.p-01.o-1.g")
    await keys.shred("metro.p-01.o-1.g")
    assert await keys.get("metro.p-01.o-1.g") is None
    kept = await (await nats.connect()).jetstream().stream_info(f"KV_{PRIVATE_KEYS_BUCKET}")
    assert kept.state.messages == 0, "not even a marker"
    for foreign in (CONTACTS, f"KV_{PRIVATE_BUCKET}", "FOLLOWUP"):
        with pytest.raises(REFUSED):
            await client.jetstream(timeout=0.3).delete_msg(foreign, 1)


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
    stream = (await nats.connect(user)).jetstream(timeout=0.3)
    for rewriting in (
        stream.purge_stream("INTAKE"),
        stream.delete_msg("INTAKE", 1),
        stream.delete_stream("INTAKE"),
    ):
        with pytest.raises(REFUSED):
            await rewriting
    info = await (await nats.connect()).jetstream().stream_info("INTAKE")
    assert info.state.messages == 1
