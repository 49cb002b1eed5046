"""One suite for the vault on both buckets; on the server, every byte of the store is searched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from schemas.subjects import PRIVATE_BUCKET, PRIVATE_KEYS_BUCKET
from services.runtime.bucket import Bucket, JetStreamBucket, MemoryBucket
from services.runtime.vault import Damaged, Masters, Place, Vault
from tests.support.nats_server import NatsServer, a_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

HERE = Place("metro", "p-1", "o-one")
OTHER = Place("metro", "p-1", "o-two")
SAID = b"a name and a number"


@dataclass(frozen=True)
class Bench:
    """A vault with what it stands on."""

    folder: Path
    records: Bucket
    keys: Bucket
    server: NatsServer | None = None

    @property
    def vault(self) -> Vault:
        """As a service opens it that has just started."""
        return Vault(self.records, self.keys, Masters(self.folder / "private-master"))

    def store(self) -> bytes:
        """All that the server has in its files."""
        assert self.server
        files = (self.server.embedded.data_dir / "jetstream").rglob("*")
        return b"".join(path.read_bytes() for path in files if path.is_file())


@pytest.fixture(params=["memory", pytest.param("jetstream", marks=pytest.mark.connected)])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    if request.param == "memory":
        yield Bench(tmp_path, MemoryBucket(), MemoryBucket())
        return
    async with a_server(tmp_path / "nats") as server:
        client = await server.connect("followup")
        buckets = (
            JetStreamBucket(client, PRIVATE_BUCKET),
            JetStreamBucket(client, PRIVATE_KEYS_BUCKET),
        )
        yield Bench(tmp_path, *buckets, server)


async def test_a_record_is_read_until_it_is_shredded(bench: Bench) -> None:
    vault = bench.vault
    assert await vault.open(HERE) is None
    await vault.seal(HERE, SAID)
    await vault.seal(OTHER, b"another")
    assert await bench.vault.open(HERE) == SAID
    await vault.seal(HERE, b"a new number")
    assert await vault.open(HERE) == b"a new number"
    assert await vault.places("metro", "p-1") == (HERE, OTHER)
    assert await vault.places("metro") == (HERE, OTHER)
    assert await vault.places("metro", "p-2") == ()

    await vault.shred(HERE)
    await vault.shred(HERE)
    assert await vault.open(HERE) is None
    assert await vault.open(OTHER) == b"another"
    assert await vault.places("metro") == (OTHER,)
    await vault.seal(HERE, b"again")
    assert await vault.open(HERE) == b"again"


async def test_a_record_opens_at_its_own_place_only(bench: Bench) -> None:
    await bench.vault.seal(HERE, SAID)
    (held,) = (await bench.keys.under(HERE.key)).items()
    generation = held[0].rpartition(".")[2]
    for elsewhere in (OTHER, Place("metro", "p-2", "o-one"), Place("harbor", "p-1", "o-one")):
        await bench.records.put(elsewhere.key, await bench.records.get(HERE.key) or b"")
        await bench.keys.put(f"{elsewhere.key}.{generation}", held[1].value)
        with pytest.raises(Damaged):
            await bench.vault.open(elsewhere)


async def test_after_a_rekey_the_old_master_opens_nothing(bench: Bench) -> None:
    await bench.vault.seal(HERE, SAID)
    await bench.vault.seal(OTHER, b"another")
    before = (bench.folder / "private-master").read_text()
    old_entries = await bench.keys.under(HERE.key)

    assert await bench.vault.rekey() == 2

    assert await bench.vault.open(HERE) == SAID
    assert await bench.vault.open(OTHER) == b"another"
    assert (bench.folder / "private-master").read_text() != before
    assert not (bench.folder / "private-master.next").exists()
    assert not set(old_entries) & set(await bench.keys.under(HERE.key))
    (bench.folder / "private-master").write_text(before)
    assert await bench.vault.open(HERE) is None, "its key is wrapped by another master now"


async def test_a_rekey_that_was_broken_off_is_finished_by_the_next(bench: Bench) -> None:
    await bench.vault.seal(HERE, SAID)
    Masters(bench.folder / "private-master").begin()
    halfway = bench.vault
    assert await halfway.open(HERE) == SAID
    await halfway.seal(OTHER, b"meanwhile")

    assert await bench.vault.rekey() == 1

    assert await bench.vault.open(HERE) == SAID
    assert await bench.vault.open(OTHER) == b"meanwhile"


async def test_without_its_master_a_record_is_lost_and_its_place_can_be_used_again(
    bench: Bench,
) -> None:
    await bench.vault.seal(HERE, SAID)
    (bench.folder / "private-master").unlink()
    assert await bench.vault.open(HERE) is None
    await bench.vault.seal(OTHER, b"another")
    await bench.vault.seal(HERE, b"typed again")
    assert await bench.vault.rekey() == 2
    assert await bench.vault.open(HERE) == b"typed again"
    await bench.vault.shred(HERE)
    assert await bench.keys.under(HERE.key) == {}


@pytest.mark.connected
@pytest.mark.parametrize("bench", ["jetstream"], indirect=True)
async def test_the_bytes_of_a_shredded_key_are_on_the_disk_no_more(bench: Bench) -> None:
    vault = bench.vault
    await vault.seal(HERE, SAID)
    await vault.seal(OTHER, b"another")
    ((_, wrapped),) = (await bench.keys.under(HERE.key)).items()
    ((_, other),) = (await bench.keys.under(OTHER.key)).items()
    assert bench.store().count(wrapped.value) == 1
    assert SAID not in bench.store()

    await vault.rekey()
    assert wrapped.value not in bench.store(), "the key that the old master wrapped"
    ((_, rewrapped),) = (await bench.keys.under(HERE.key)).items()
    assert bench.store().count(rewrapped.value) == 1

    await vault.shred(HERE)
    for gone in (wrapped.value, rewrapped.value, other.value):
        assert gone not in bench.store()
    assert await vault.open(OTHER) == b"another"
