"""History that was tampered with on a real server is found, and what is clean is called clean."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import APIError, ServiceUnavailableError

from schemas.subjects import Stream
from services.audit.checkpoints_api import Proof
from services.audit.verification.keys import KeyFiles
from services.audit.verification.outside import Outside
from services.audit.verification.sealer import Blocked, Pace, Sealer
from services.audit.verification.verify_streams import kept, verify_streams
from services.runtime.clock import SystemClock
from services.runtime.ledger import Ledger
from tests.support.nats_server import a_server
from tests.support.tampering import Kept, a_lawless_server, rewrite

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from nats.aio.client import Client

    from services.audit.verification.verifier import Finding
    from services.audit.verification.verify_bundle import Verdict
    from tests.support.nats_server import NatsServer

pytestmark = [pytest.mark.connected, pytest.mark.timeout(60)]
REFUSED = (NatsTimeout, APIError, NoRespondersError, ServiceUnavailableError)
CASE = "dispatch.metro.case.c-1"
PACE = Pace(events=5, within=timedelta(hours=1))


@dataclass
class Record:
    """A server with history, its audit's folder, and somebody who may do everything to it."""

    server: NatsServer
    admin: Client
    folder: Path

    def sealer(self, folder: Path | None = None, ledger: Ledger | None = None) -> Sealer:
        own = folder or self.folder
        keys, outside = KeyFiles(own), Outside(own / "checkpoints")
        return Sealer(ledger or Ledger(self.admin), keys, outside, SystemClock(), PACE)

    async def happen(self, first: int, last: int, stream: Stream = Stream.DISPATCH) -> None:
        """Events, and a timer's message between each two of them."""
        jetstream = self.admin.jetstream()
        for number in range(first, last + 1):
            told = {"ce-id": f"id-{number}", "ce-type": "tailboard.dispatch.x.v1", "ce-actor": "a"}
            subject = f"{stream}.metro.{stream.noun}.c-1.happened_{number}"
            await jetstream.publish(subject, b'{"n":%d}' % number, headers=told)
            await jetstream.publish(f"{stream}.metro.due.c-1.wait.k-{number}", b"{}")

    async def verify(self, public_key: str = "") -> Verdict:
        outside = Outside(self.folder / "checkpoints").read()
        return await verify_streams(Ledger(self.admin), outside, public_key)

    async def findings(self) -> list[Finding]:
        verdict = await self.verify()
        return [*verdict.findings, *(each for told in verdict.told for each in told.findings)]


@pytest.fixture
async def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Record]:
    async with a_lawless_server(tmp_path / "nats", monkeypatch) as server:
        found = Record(server, await server.connect(), tmp_path)
        await found.happen(1, 12)
        await found.happen(1, 3, Stream.ROSTER)
        await found.sealer().look(at_once=True)
        yield found


async def test_what_nobody_touched_is_clean(record: Record) -> None:
    verdict = await record.verify()
    assert verdict.is_clean, verdict.screen()
    sealed = {each.stream: (each.events, each.sealed, each.checkpoints) for each in verdict.told}
    assert sealed["DISPATCH"] == (12, 12, 3), "after 5, after 10, and the rest"
    assert sealed["ROSTER"] == (3, 3, 1)
    await record.happen(13, 14)
    verdict = await record.verify()
    assert verdict.is_clean, "what came since the last checkpoint is no finding"
    assert "2 newest events are not sealed yet" in verdict.screen()


def without(number: int) -> Callable[[list[Kept]], list[Kept]]:
    return lambda messages: [m for m in messages if not m[1].endswith(f"happened_{number}")]


def changed(number: int) -> Callable[[list[Kept]], list[Kept]]:
    def change(messages: list[Kept]) -> list[Kept]:
        return [
            (seq, subject, {**headers, "ce-actor": "b"}, body)
            if subject.endswith(f"happened_{number}")
            else (seq, subject, headers, body)
            for seq, subject, headers, body in messages
        ]

    return change


def swapped(one: int, other: int) -> Callable[[list[Kept]], list[Kept]]:
    def change(messages: list[Kept]) -> list[Kept]:
        at = {m[1]: m for m in messages}
        pair = {f"{CASE}.happened_{one}": other, f"{CASE}.happened_{other}": one}
        return [
            (m[0], *at[f"{CASE}.happened_{pair[m[1]]}"][1:]) if m[1] in pair else m
            for m in messages
        ]

    return change


def inserted(behind: int) -> Callable[[list[Kept]], list[Kept]]:
    """In the place of a timer's message: no other event has to move."""

    def change(messages: list[Kept]) -> list[Kept]:
        return [
            (m[0], f"{CASE}.happened_99", {"ce-id": "new"}, b"{}")
            if m[1].endswith(f"k-{behind}")
            else m
            for m in messages
        ]

    return change


@pytest.mark.parametrize(
    ("change", "kind", "what"),
    [
        (changed(7), "changed", f"event 13 ({CASE}.happened_7) was changed"),
        (without(7), "removed", "event 13 was removed"),
        (swapped(7, 9), "reordered", f"event 13 ({CASE}.happened_9) is not in its place"),
        (inserted(7), "inserted", f"event 14 ({CASE}.happened_99) was inserted"),
    ],
    ids=["changed", "removed", "reordered", "inserted"],
)
async def test_a_rewritten_stream_is_found_with_the_first_event(
    record: Record, change: Callable[[list[Kept]], list[Kept]], kind: str, what: str
) -> None:
    await rewrite(record.admin, "DISPATCH", lambda messages: messages)
    assert await record.findings() == [], "the same again is the same record"
    await rewrite(record.admin, "DISPATCH", change)
    (found,) = await record.findings()
    assert (found.stream, found.kind) == ("DISPATCH", kind)
    assert found.what.startswith(what)
    second, third = [c for c in await kept(Ledger(record.admin)) if c.get("stream") == "DISPATCH"][
        :2
    ]
    assert f"between checkpoint {second['number']} " in found.what
    assert f"and checkpoint {third['number']} " in found.what


async def test_one_message_that_is_purged_is_found_and_a_timer_is_not_missed(
    record: Record,
) -> None:
    await record.admin.jetstream().purge_stream("DISPATCH", subject="dispatch.metro.due.>")
    assert await record.findings() == []
    await record.admin.jetstream().purge_stream("DISPATCH", subject=f"{CASE}.happened_3")
    (found,) = await record.findings()
    assert found.kind == "removed"
    assert found.what.startswith("event 5 was removed, between the beginning and checkpoint")


async def test_an_end_that_is_cut_off_with_its_checkpoints_is_found_by_the_file(
    record: Record,
) -> None:
    await record.happen(13, 20)
    await record.sealer().look(at_once=True)
    highest = max(c["number"] for c in await kept(Ledger(record.admin)))
    await rewrite(record.admin, "DISPATCH", lambda messages: messages[:24])
    await rewrite(record.admin, "CHECKPOINT", lambda messages: messages[:-2])
    cut, event, _second_stretch = await record.findings()
    assert (cut.stream, cut.kind) == ("CHECKPOINT", "cut")
    assert f"the file has {highest - 1} to {highest}" in cut.what
    assert event.what.startswith("event 25 was removed")
    with pytest.raises(Blocked, match="cut off"):
        await record.sealer().look(at_once=True)


async def test_a_lost_or_shortened_file_is_said(record: Record) -> None:
    file = record.folder / "checkpoints" / "checkpoints.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join([*lines[:1], *lines[2:]]))
    (found,) = await record.findings()
    assert (found.stream, found.kind) == ("FILE", "lost")
    assert "the file lost checkpoints 2" in found.what
    file.unlink()
    (found,) = await record.findings()
    assert "the file of checkpoints is not there" in found.what
    await record.sealer().look(at_once=True)
    assert await record.findings() == [], "audit has begun it anew from the stream"


async def test_two_audits_do_not_fork_the_chain(record: Record) -> None:
    other = record.folder / "other"
    other.mkdir()
    for name in ("checkpoint-key", "checkpoint-key.pub"):
        (other / name).write_text((record.folder / name).read_text())
    ours, theirs = record.sealer(), record.sealer(other)
    for turn in range(6):
        await record.happen(100 + 10 * turn, 103 + 10 * turn)
        await asyncio.gather(ours.look(at_once=True), theirs.look(at_once=True))
    for each in (ours, theirs):
        await each.look(at_once=True)
    verdict = await record.verify()
    assert verdict.is_clean, verdict.screen()
    assert {told.stream: told.events - told.sealed for told in verdict.told}["DISPATCH"] == 0
    theirs_told = await verify_streams(Ledger(record.admin), Outside(other / "checkpoints").read())
    assert theirs_told.is_clean, theirs_told.screen()


async def test_an_audit_with_another_key_seals_nothing(record: Record) -> None:
    stranger = record.folder / "stranger"
    stranger.mkdir()
    before = await kept(Ledger(record.admin))
    with pytest.raises(Blocked, match="not the one that signs"):
        await record.sealer(stranger).look(at_once=True)
    assert await kept(Ledger(record.admin)) == before


async def test_the_next_key_is_named_by_the_old_one(record: Record) -> None:
    first = (await record.verify()).key
    sealer = record.sealer()
    sealer.keys.begin()
    await record.happen(20, 22)
    await sealer.look(at_once=True)
    await record.happen(23, 24)
    await record.sealer().look(at_once=True)
    assert (await record.verify(first)).is_clean
    public = (record.folder / "checkpoint-key.pub").read_text().split()
    assert public[0] == first
    assert len(public) == 2
    assert not (await record.verify(public[1])).is_clean, (
        "the second key did not sign the beginning"
    )


async def test_a_forged_checkpoint_is_found(record: Record) -> None:
    def forge(messages: list[Kept]) -> list[Kept]:
        *before, (seq, subject, headers, body) = messages
        told = json.loads(body) | {"count": 1000}
        return [*before, (seq, subject, headers, json.dumps(told).encode())]

    await rewrite(record.admin, "CHECKPOINT", forge)
    (found,) = await record.findings()
    assert (found.stream, found.kind) == ("CHECKPOINT", "forked"), "the file knows better"
    alone = await verify_streams(Ledger(record.admin), [])
    assert "forged" in {each.kind for each in alone.findings}


async def test_audit_verifies_by_itself_and_says_what_it_found(record: Record) -> None:
    proof = Proof(record.sealer(), Ledger(record.admin), SystemClock(), record.folder)
    assert (await proof.seals()).verified is None
    await proof.verify()
    seals = await proof.seals()
    assert seals.verified
    assert (seals.verified.clean, seals.verified.checkpoint) == (True, 5)
    await record.admin.jetstream().purge_stream("DISPATCH", subject=f"{CASE}.happened_3")
    await proof.verify()
    verified = (await proof.seals()).verified
    assert verified
    assert (verified.clean, verified.found) == (False, 1)
    assert verified.first.startswith("DISPATCH: event 5 was removed")


async def test_a_damaged_key_stops_the_sealing_and_says_so(record: Record) -> None:
    (record.folder / "checkpoint-key").write_text("damaged")
    with pytest.raises(Blocked, match="checkpoint-key is damaged: put it back from a backup"):
        await record.sealer().look(at_once=True)


class _Dying(Ledger):
    """Its process is killed at one of its steps: before it stores a checkpoint, or right after."""

    def __init__(self, client: Client, *, stores: bool) -> None:
        super().__init__(client)
        self._stores = stores

    async def add_checkpoint(self, checkpoint: object) -> None:
        if self._stores:
            await super().add_checkpoint(checkpoint)  # type: ignore[arg-type]
        raise KeyboardInterrupt


@pytest.mark.parametrize("stores", [False, True])
@pytest.mark.parametrize("rotates", [False, True])
async def test_an_audit_that_dies_in_between_goes_on_where_it_was(
    record: Record, *, stores: bool, rotates: bool
) -> None:
    await record.happen(13, 19)
    dying = record.sealer(ledger=_Dying(record.admin, stores=stores))
    if rotates:
        dying.keys.begin()
    with pytest.raises(KeyboardInterrupt):
        await dying.look(at_once=True)
    with (record.folder / "checkpoints" / "checkpoints.jsonl").open("a") as file:
        file.write('{"number": 99, "torn')
    await record.sealer().look(at_once=True)
    verdict = await record.verify()
    assert verdict.is_clean, verdict.screen()
    assert len(KeyFiles(record.folder).public_file.read_text().split()) == 1 + rotates


async def test_only_audit_writes_checkpoints_and_nobody_deletes_them(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        audit = await server.connect("audit")
        await audit.jetstream().publish("checkpoint.dispatch", b"{}")
        for user in ("intake", "dispatch", "followup"):
            client = (await server.connect(user)).jetstream(timeout=0.3)
            with pytest.raises(REFUSED):
                await client.publish("checkpoint.dispatch", b"{}", timeout=0.3)
        for user in ("audit", "operator"):
            client = (await server.connect(user)).jetstream(timeout=0.3)
            for rewriting in (
                client.purge_stream("CHECKPOINT"),
                client.delete_msg("CHECKPOINT", 1),
                client.delete_stream("CHECKPOINT"),
            ):
                with pytest.raises(REFUSED):
                    await rewriting
        info = await (await server.connect()).jetstream().stream_info("CHECKPOINT")
        assert info.state.messages == 1
