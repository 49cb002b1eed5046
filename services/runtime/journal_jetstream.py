"""The journal on JetStream: expectations over a whole entity, atomic batches, direct reads."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError, NotFoundError

from schemas.catalogue import encode
from schemas.envelope import Recorded
from schemas.subjects import history_filter, parse_event_subject
from services.runtime.clock import new_id
from services.runtime.errors import Conflict, Transient
from services.runtime.histories import Histories
from services.runtime.journal import History
from services.runtime.stored import readable, stored
from services.runtime.telemetry import log
from services.runtime.timers import encode_timers, together

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import datetime

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from schemas.envelope import Draft, Event, Timer
    from schemas.subjects import Entity, Stream
    from services.runtime.clock import Clock

_WRONG_LAST_SEQUENCE = 10071
_PAGE = 1000
_REQUEST_SECONDS = 2.0
_FOLLOW_SECONDS = 2.0
_FOLLOW_PAUSE = 0.2

Wire = tuple[str, dict[str, str], bytes]


@contextlib.asynccontextmanager
async def as_our_errors() -> AsyncIterator[None]:
    """Turn the client's errors into our three kinds, in one place."""
    try:
        yield
    except APIError as error:
        if error.err_code == _WRONG_LAST_SEQUENCE:
            raise Conflict(str(error.description)) from error
        raise Transient(f"the streams answered {error.err_code}: {error.description}") from error
    except (NatsError, OSError) as error:
        raise Transient(f"the streams cannot be reached ({type(error).__name__})") from error


class JetStreamJournal:
    """One connection's view of the streams. `clock` tells when a timer is due on the wall; `tell`
    hears at once of what was recorded here."""

    def __init__(
        self,
        client: Client,
        clock: Clock,
        tell: Callable[[Sequence[Recorded[Event]]], None] | None = None,
    ) -> None:
        self._client = client
        self._jetstream: JetStreamContext = client.jetstream(timeout=_REQUEST_SECONDS)
        self._clock = clock
        self._tell = tell
        self._inbox = self._client.new_inbox().rpartition(".")[0].encode() + b"."
        self._lately = Histories()

    async def load(self, entity: Entity) -> History:
        """See Journal.load. One request reads a page of a thousand events.

        Of an entity that was loaded lately only what is new is read: history never changes.
        """
        known = self._lately.of(entity)
        events: list[Recorded[Event]] = [*known.events]
        start = known.version + 1
        self._must_be_connected()
        async with as_our_errors():
            while True:
                page, pending = await self._direct_get(entity, start)
                events.extend(part for told in page for part in told.parts())
                if not pending:
                    break
                start = events[-1].sequence + 1
        history = History(tuple(events), events[-1].sequence if events else 0)
        self._lately.keep(entity, history)
        return history

    def known(self, entity: Entity) -> History | None:
        """See Journal.known."""
        return self._lately.known(entity)

    async def append(
        self, drafts: Sequence[Draft[Event]], timers: Sequence[Timer], expected: int
    ) -> int:
        """See Journal.append.

        One event is one plain publish, right behind its timers on the same connection, which keeps
        their order: a timer without its event is refused when it fires. Several events are one atomic
        batch, which costs a file on a single node.
        """
        entity = drafts[0].entity
        trace = drafts[0].meta.trace
        waits = [encode_timers(entity, held, self._clock, trace) for held in together(timers)]
        facts: list[Wire] = [
            (entity.event_subject(draft.event.NAME), *encode(draft)) for draft in drafts
        ]
        facts[0][1].update(
            {
                "Nats-Expected-Last-Subject-Sequence": str(expected),
                "Nats-Expected-Last-Subject-Sequence-Subject": entity.filter,
            }
        )
        self._must_be_connected()
        try:
            async with as_our_errors():
                if len(facts) > 1:
                    last = await self._batch([*facts, *waits])
                    first = last - len(facts) - len(waits) + 1
                else:
                    last = first = await self._behind(waits, facts[0])
        except Conflict:
            self._lately.forget(entity)  # if the store was set back, what is known is wrong
            raise
        written = [
            Recorded(entity, draft.meta, draft.event, first + place)
            for place, draft in enumerate(drafts)
        ]
        self._lately.extend(entity, [part for told in written for part in told.parts()], expected)
        if self._tell:
            self._tell(written)
        return last

    async def follow(
        self, stream: Stream, after: int, since: datetime | None = None
    ) -> AsyncIterator[Sequence[Recorded[Event]]]:
        """See Journal.follow. A consumer that was lost, or that skipped, is made anew."""
        while True:
            try:
                async with as_our_errors():
                    async for batch in self._consume(stream, after, since):
                        yield batch
                        if batch:
                            after, since = batch[-1].sequence, None
            except Transient as trouble:
                log.warning("follow_again", stream=str(stream), reason=str(trouble))
                await asyncio.sleep(_FOLLOW_PAUSE)  # noqa: TID251 - pause before a new consumer

    async def last_sequence(self, stream: Stream) -> int:
        """See Journal.last_sequence."""
        self._must_be_connected()
        async with as_our_errors():
            try:
                newest = await self._jetstream.get_last_msg(
                    stream.jetstream_name, history_filter(stream)
                )
            except NotFoundError:
                return 0
            return newest.seq or 0

    def _told(self, stream: Stream, message: Msg) -> tuple[Recorded[Event], ...]:
        """What a message tells, as it is known where this process wrote or loaded it lately."""
        with contextlib.suppress(ValueError):
            entity, _ = parse_event_subject(message.subject)
            if known := self._lately.find(entity, message.metadata.sequence.stream):
                return known
        told = readable(stream, message)
        return told.parts() if told else ()

    def _must_be_connected(self) -> None:
        """Say at once that the streams are away, instead of waiting for an answer."""
        if not self._client.is_connected:
            raise Transient("the streams cannot be reached (not connected)")

    async def _publish(self, wire: Wire) -> int:
        subject, headers, body = wire
        ack = await self._jetstream.publish(subject, body, headers=headers)
        return ack.seq

    async def _behind(self, waits: Sequence[Wire], fact: Wire) -> int:
        """All of them in order, without waiting for each. A timer that alone was refused is set again,
        as its event stands."""
        told = (self._publish(wire) for wire in (*waits, fact))
        *set_, last = await asyncio.gather(*told, return_exceptions=True)
        if isinstance(last, BaseException):
            raise last
        for wait, done in zip(waits, set_, strict=True):
            if isinstance(done, BaseException):
                await self._publish(wait)
        return last

    async def _batch(self, wires: Sequence[Wire]) -> int:
        """All messages or none (NATS ADR-50); the client has no call for it, so by hand."""
        batch_id = new_id().hex
        for number, (subject, headers, body) in enumerate(wires, start=1):
            headers |= {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(number)}
            if number < len(wires):
                await self._client.publish(subject, body, headers=headers)
                continue
            headers["Nats-Batch-Commit"] = "1"
            ack = await self._jetstream.publish(subject, body, headers=headers)
            return ack.seq
        raise AssertionError("a batch has at least one message")

    async def _direct_get(self, entity: Entity, start: int) -> tuple[list[Recorded[Event]], int]:
        inbox = self._client.new_inbox()
        answers = await self._client.subscribe(inbox)
        try:
            request = {"batch": _PAGE, "next_by_subj": entity.filter, "seq": start}
            await self._client.publish(
                f"$JS.API.DIRECT.GET.{entity.stream.jetstream_name}",
                json.dumps(request).encode(),
                reply=inbox,
            )
            page: list[Recorded[Event]] = []
            while True:
                message = await answers.next_msg(timeout=_REQUEST_SECONDS)
                status = (message.headers or {}).get("Status")
                match status:
                    case None:
                        page.append(stored(message))
                    case "204":
                        return page, int((message.headers or {}).get("Nats-Num-Pending", "0"))
                    case "404":
                        return page, 0
                    case _:
                        raise Transient(f"the streams answered {status}")
        finally:
            with contextlib.suppress(NatsError):
                await answers.unsubscribe()

    async def _consume(
        self, stream: Stream, after: int, since: datetime | None
    ) -> AsyncIterator[Sequence[Recorded[Event]]]:
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            filter_subject=history_filter(stream),
            inactive_threshold=60.0,
            mem_storage=True,
            **_start(after, since),
        )
        info = await self._jetstream.add_consumer(stream.jetstream_name, config)
        pull = await self._jetstream.pull_subscribe_bind(
            consumer=info.name,
            stream=stream.jetstream_name,
            inbox_prefix=self._inbox,
        )
        try:
            delivered = 0
            behind = bool(info.num_pending)
            while True:
                if not behind:
                    yield ()
                try:
                    messages = await pull.fetch(_PAGE, timeout=_FOLLOW_SECONDS)
                except TimeoutError:  # of the client or of asyncio: nothing came
                    messages = []
                if not messages:  # the client may also answer with nothing at all
                    await self._jetstream.consumer_info(stream.jetstream_name, info.name)
                    continue
                if messages[0].metadata.sequence.consumer != delivered + 1:
                    raise Transient("the consumer skipped messages")
                delivered = messages[-1].metadata.sequence.consumer
                behind = bool(messages[-1].metadata.num_pending)
                yield [told for message in messages for told in self._told(stream, message)]
        finally:
            with contextlib.suppress(NatsError):
                await pull.unsubscribe()


def _start(after: int, since: datetime | None) -> dict[str, Any]:
    """Where a consumer begins: behind a sequence that was read, or at a time when none was."""
    if since is not None and after == 0:
        return {"deliver_policy": DeliverPolicy.BY_START_TIME, "opt_start_time": since}
    return {"deliver_policy": DeliverPolicy.BY_START_SEQUENCE, "opt_start_seq": after + 1}
