"""The streams as they are stored, byte for byte, and the stream of checkpoints over them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, NamedTuple

from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from schemas.subjects import CHECKPOINT_STREAM, CHECKPOINT_SUBJECTS, Stream, history_filter
from services.runtime.errors import Transient
from services.runtime.journal_jetstream import as_our_errors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.client import Client
    from nats.aio.msg import Msg

_PAGE = 1000
_SECONDS = 5.0


class Raw(NamedTuple):
    """One message as the server has it."""

    sequence: int
    subject: str
    headers: dict[str, str]
    body: bytes


class Ledger:
    """One connection's view. Every call raises Transient when the streams cannot be reached."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._jetstream = client.jetstream(timeout=_SECONDS)

    async def newest(self, stream: Stream) -> int:
        """The sequence of a stream's newest event, 0 for none; timers are none."""
        async with as_our_errors():
            try:
                name, subjects = stream.jetstream_name, history_filter(stream)
                return (await self._jetstream.get_last_msg(name, subjects)).seq or 0
            except NotFoundError:
                return 0

    async def events(self, stream: Stream, after: int, page: int = _PAGE) -> AsyncIterator[Raw]:
        """A stream's events behind a sequence, in order, until there is no more of them now."""
        async for raw in self._read(stream.jetstream_name, history_filter(stream), after, page):
            yield raw

    async def checkpoints(self, after: int = 0) -> AsyncIterator[Raw]:
        """The checkpoints behind a sequence, in order, until there is no more of them now."""
        async for raw in self._read(CHECKPOINT_STREAM, CHECKPOINT_SUBJECTS, after, _PAGE):
            yield raw

    async def last_checkpoint(self, subject: str = CHECKPOINT_SUBJECTS) -> Raw | None:
        """The newest checkpoint of a subject, or of all."""
        async with as_our_errors():
            try:
                found = await self._jetstream.get_last_msg(CHECKPOINT_STREAM, subject)
            except NotFoundError:
                return None
            return Raw(found.seq or 0, found.subject or "", found.headers or {}, found.data or b"")

    async def add_checkpoint(self, checkpoint: Raw) -> None:
        """Append a checkpoint as the one of its sequence. Raises Conflict when that is taken."""
        expected = {"Nats-Expected-Last-Sequence": str(checkpoint.sequence - 1)}
        async with as_our_errors():
            await self._jetstream.publish(
                checkpoint.subject, checkpoint.body, headers=checkpoint.headers | expected
            )

    async def events_in_all(self) -> int:
        """How many events all streams hold: for a progress bar."""
        total = 0
        async with as_our_errors():
            for stream in Stream:
                name, config = stream.jetstream_name, _from(history_filter(stream), 1)
                info = await self._jetstream.add_consumer(name, config)
                await self._jetstream.delete_consumer(name, info.name)
                total += info.num_pending or 0
        return total

    async def _read(self, name: str, subjects: str, after: int, page: int) -> AsyncIterator[Raw]:
        """Asks for the next page before this one is read, and for no message on its own: the client's
        own way to fetch costs as much again for each as reading it does."""
        came: asyncio.Queue[Msg] = asyncio.Queue()

        async def arrived(message: Msg) -> None:
            came.put_nowait(message)

        async with as_our_errors():
            info = await self._jetstream.add_consumer(name, _from(subjects, after + 1))
            ask = f"$JS.API.CONSUMER.MSG.NEXT.{name}.{info.name}"
            inbox = self._client.new_inbox()
            answers = await self._client.subscribe(inbox, cb=arrived)
            total, asked, given = info.num_pending or 0, 0, 0
            try:
                while given < total:
                    while asked < min(total, given + 2 * page):
                        batch = min(page, total - asked)
                        await self._client.publish(ask, b"%d" % batch, reply=inbox)
                        asked += batch
                    ahead = 0
                    for _ in range(min(page, total - given)):
                        message = await _next(came)
                        given, ahead = given + 1, message.metadata.num_pending
                        yield _raw(message, given)
                    total = max(total, given + ahead)
                    await asyncio.sleep(0)  # noqa: TID251 - room for others of this process
            finally:
                with contextlib.suppress(NatsError):
                    await answers.unsubscribe()
                    await self._jetstream.delete_consumer(name, info.name)


async def _next(came: asyncio.Queue[Msg]) -> Msg:
    """Without the cost of a timeout where it has come already. Raises TimeoutError."""
    if not came.empty():
        return came.get_nowait()
    async with asyncio.timeout(_SECONDS):
        return await came.get()


def _from(subjects: str, start: int) -> ConsumerConfig:
    return ConsumerConfig(
        ack_policy=AckPolicy.NONE,
        filter_subject=subjects,
        inactive_threshold=60.0,
        mem_storage=True,
        deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
        opt_start_seq=start,
    )


def _raw(message: Msg, expected: int) -> Raw:
    if "Status" in (message.headers or {}):
        raise Transient("the streams gave no more messages")
    place = message.metadata.sequence
    if place.consumer != expected:
        raise Transient("the consumer skipped messages")
    return Raw(place.stream, message.subject, message.headers or {}, message.data)
