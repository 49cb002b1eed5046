"""The broker's promises on the real server: nothing dropped, letters kept, replayed, resumed."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from schemas.roster import MemberStoodDown
from schemas.subjects import DEADLETTER_STREAM, Entity, Stream
from services.runtime.broker import Listening, make_broker, on_event
from services.runtime.clock import SystemClock
from services.runtime.deadletters import DeadLetters
from services.runtime.edge import Problem
from services.runtime.errors import Poison, Transient
from services.runtime.journal_jetstream import JetStreamJournal
from services.runtime.settings import RuntimeSettings
from tests.support.builders import a_draft, an
from tests.support.nats_server import patiently

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from schemas.envelope import Recorded
    from tests.support.nats_server import NatsServer

pytestmark = [pytest.mark.connected, pytest.mark.timeout(60)]
MEMBER = Entity(Stream.ROSTER, "metro", "p-01")


class Heard:
    """What a listener was handed, with a say in how each time ends."""

    def __init__(self, *endings: Exception | None) -> None:
        self.reasons: list[str] = []
        self._endings = list(endings)
        self._news = asyncio.Condition()

    async def __call__(self, told: Recorded[MemberStoodDown]) -> None:
        """Hear."""
        self.reasons.append(told.event.reason)
        ending = self._endings.pop(0) if self._endings else None
        async with self._news:
            self._news.notify_all()
        if ending is not None:
            raise ending

    async def until(self, condition: Callable[[list[str]], bool]) -> None:
        async with asyncio.timeout(20), self._news:
            await self._news.wait_for(lambda: condition(self.reasons))


class Bench:
    """A listener of dispatch on a real server, and a hand to write and to look."""

    def __init__(self, nats: NatsServer, client: Any) -> None:
        self.nats = nats
        self.client = client
        self.journal = JetStreamJournal(client, SystemClock())
        self.letters = DeadLetters({"dispatch": client})

    async def write(self, reason: str) -> None:
        version = (await self.journal.load(MEMBER)).version
        draft = a_draft(an(MemberStoodDown, reason=reason), entity=MEMBER)
        await self.journal.append([draft], [], version)


@asynccontextmanager
async def listening(nats: NatsServer, heard: Heard, **settings: Any) -> AsyncIterator[Bench]:
    told = RuntimeSettings.model_validate(
        {
            "nats_url": nats.url,
            "nats_user": "dispatch",
            "nats_password": nats.embedded.passwords["dispatch"],
            "ack_wait": 1.0,
            **settings,
        }
    )
    broker = make_broker(told, "dispatch")
    listener = on_event("test-listener", MemberStoodDown, heard)
    Listening(broker, "dispatch", told.ack_wait).attach([listener], [])
    await broker.start()
    try:
        yield Bench(nats, broker._connection)
    finally:
        await broker.stop()


async def test_trouble_that_passes_is_tried_again_and_makes_no_letter(nats: NatsServer) -> None:
    heard = Heard(Transient("not now", retry_after=0.05), Transient("not now", retry_after=0.05))
    async with listening(nats, heard) as bench:
        await bench.write("rest")
        await heard.until(lambda reasons: len(reasons) == 3)
        assert (await bench.letters.newest()).letters == ()


async def test_a_bug_is_tried_again_and_does_not_stop_the_others(nats: NatsServer) -> None:
    heard = Heard(RuntimeError("a bug"))
    async with listening(nats, heard) as bench:
        await bench.write("first")
        await bench.write("second")
        await heard.until(lambda reasons: sorted(reasons) == ["first", "first", "second"])


async def test_poison_becomes_a_letter_once_and_comes_back_on_request(nats: NatsServer) -> None:
    heard = Heard(Poison("it can never be handled"))
    async with listening(nats, heard) as bench:
        await bench.write("leave")
        await heard.until(lambda reasons: reasons == ["leave"])
        letters = await _letters(bench)
        assert [letter.reason for letter in letters] == ["Poison: it can never be handled"]
        assert (letters[0].service, letters[0].listener) == ("dispatch", "test-listener")
        assert letters[0].subject == "roster.metro.member.p-01.member_stood_down"

        await bench.letters.replay(letters[0].sequence)

        await heard.until(lambda reasons: reasons == ["leave", "leave"])
        with pytest.raises(Problem, match="no dead letter 99"):
            await bench.letters.replay(99)


async def test_an_event_of_a_newer_version_becomes_a_letter(nats: NatsServer) -> None:
    heard = Heard()
    async with listening(nats, heard) as bench:
        headers = {"ce-type": "tailboard.roster.member_stood_down.v99"}
        stream = bench.client.jetstream()
        await stream.publish(MEMBER.event_subject("member_stood_down"), b"{}", headers=headers)
        (letter,) = await _letters(bench)
        assert "v99 is not an event of this version" in letter.reason
        assert heard.reasons == []


async def test_listeners_go_on_after_the_server_was_killed(nats: NatsServer) -> None:
    heard = Heard()
    async with listening(nats, heard) as bench:
        await bench.write("before")
        await heard.until(lambda reasons: reasons == ["before"])
        await nats.kill()
        async for attempt in patiently(Transient):
            with attempt:
                await bench.write("after")
        await heard.until(lambda reasons: "after" in reasons)
        assert set(heard.reasons) == {"before", "after"}, "again is allowed, lost is not"


async def _letters(bench: Bench) -> Any:
    """The letters, once there is one: the stream itself says when."""
    watcher = await bench.nats.connect()
    pull = await watcher.jetstream().pull_subscribe(
        "deadletter.>", durable="watch", stream=DEADLETTER_STREAM
    )
    await pull.fetch(1, timeout=10)
    return (await bench.letters.newest()).letters
