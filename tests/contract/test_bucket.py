"""One suite for both buckets: erased means gone, and a change needs the newest revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.subjects import CONTACTS_BUCKET
from services.runtime.bucket import Bucket, JetStreamBucket, MemoryBucket
from services.runtime.errors import Conflict, Transient
from tests.support.nats_server import NatsServer, a_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

KEY = "metro.exposure.one"


@pytest.fixture(params=["memory", pytest.param("jetstream", marks=pytest.mark.connected)])
async def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bucket]:
    if request.param == "memory":
        yield MemoryBucket()
        return
    async with a_server(tmp_path / "nats") as server:
        yield JetStreamBucket(await server.connect("dispatch"), CONTACTS_BUCKET)


async def test_what_is_put_is_there_until_it_is_erased(bucket: Bucket) -> None:
    assert await bucket.get(KEY) is None
    assert await bucket.held(KEY) is None
    await bucket.put(KEY, b"a")
    await bucket.put(KEY, b"b")
    assert await bucket.get(KEY) == b"b"
    await bucket.erase(KEY)
    await bucket.erase(KEY)
    assert await bucket.get(KEY) is None
    assert await bucket.held(KEY) is None
    assert await bucket.under("metro.exposure") == {}


async def test_a_change_needs_the_newest_revision(bucket: Bucket) -> None:
    await bucket.swap(KEY, b"a", 0)
    first = await bucket.held(KEY)
    assert first
    assert first.value == b"a"
    await bucket.swap(KEY, b"b", first.revision)
    with pytest.raises(Conflict):
        await bucket.swap(KEY, b"c", first.revision)
    with pytest.raises(Conflict):
        await bucket.swap(KEY, b"c", 0)
    assert await bucket.get(KEY) == b"b"


async def test_what_was_erased_is_not_brought_back_by_a_late_change(bucket: Bucket) -> None:
    await bucket.put(KEY, b"a")
    held = await bucket.held(KEY)
    assert held
    await bucket.erase(KEY)
    with pytest.raises(Conflict):
        await bucket.swap(KEY, b"b", held.revision)
    assert await bucket.get(KEY) is None
    await bucket.swap(KEY, b"anew", 0)
    assert await bucket.get(KEY) == b"anew"


async def test_other_keys_do_not_disturb_a_change(bucket: Bucket) -> None:
    await bucket.put(KEY, b"a")
    held = await bucket.held(KEY)
    assert held
    await bucket.put("metro.exposure.two", b"x")
    await bucket.swap(KEY, b"b", held.revision)
    assert await bucket.get(KEY) == b"b"


async def test_a_kind_is_listed_with_revisions_and_nothing_else(bucket: Bucket) -> None:
    for key in ("metro.p-01", "metro.request-1", "other.exposure.one", "metro.exposures.one"):
        await bucket.put(key, b"-")
    assert await bucket.under("metro.exposure") == {}
    names = [f"metro.exposure.{number}" for number in range(3)]
    for name in names:
        await bucket.put(name, name.encode())
    await bucket.put(names[0], b"newer")
    await bucket.erase(names[1])

    found = await bucket.under("metro.exposure")

    assert {key: held.value for key, held in found.items()} == {
        names[0]: b"newer",
        names[2]: names[2].encode(),
    }
    for key, held in found.items():
        assert await bucket.held(key) == held
        await bucket.swap(key, b"changed", held.revision)


@pytest.mark.connected
async def test_more_than_a_page_is_listed_whole(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.bucket._PAGE", 4)
    bucket = JetStreamBucket(await nats.connect("dispatch"), CONTACTS_BUCKET)
    for number in range(11):
        await bucket.put(f"metro.exposure.{number}", b"-")
        await bucket.put(f"metro.p-{number}", b"-")
    await bucket.erase("metro.exposure.7")
    assert len(await bucket.under("metro.exposure")) == 10


@pytest.mark.connected
async def test_a_lost_connection_is_transient(nats: NatsServer) -> None:
    client = await nats.connect("dispatch")
    bucket = JetStreamBucket(client, CONTACTS_BUCKET)
    await bucket.put(KEY, b"a")
    await client.close()
    for asked in (bucket.held(KEY), bucket.under("metro.exposure"), bucket.swap(KEY, b"b", 1)):
        with pytest.raises(Transient):
            await asked


@pytest.mark.connected
async def test_no_other_service_may_list_it(nats: NatsServer) -> None:
    await JetStreamBucket(await nats.connect("dispatch"), CONTACTS_BUCKET).put(KEY, b"a")
    stranger = JetStreamBucket(await nats.connect("audit"), CONTACTS_BUCKET)
    with pytest.raises(Transient):
        await stranger.under("metro.exposure")
