"""The journal in memory, with the same conflict rules; its timers fire when a test says so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from schemas.catalogue import decode, encode
from schemas.envelope import Recorded, TimerDue
from services.runtime.errors import Conflict, Transient
from services.runtime.journal import History

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from datetime import datetime

    from schemas.envelope import Draft, Event, Timer
    from schemas.subjects import Entity, Stream


class MemoryJournal:
    """Events go through the wire format, so that what cannot be encoded is found here too."""

    def __init__(self) -> None:
        self._streams: dict[Stream, list[Recorded[Event]]] = {}
        self._timers: dict[tuple[Entity, str, str], tuple[Timer, str]] = {}
        self._news = asyncio.Condition()
        self.reachable = True

    async def load(self, entity: Entity) -> History:
        """See Journal.load."""
        await self._network()
        own = _parts(event for event in self._events(entity.stream) if event.entity == entity)
        return History(own, own[-1].sequence if own else 0)

    def known(self, entity: Entity) -> History | None:  # noqa: ARG002 - see Journal.known
        """See Journal.known. Nothing: reading costs nothing here, and racing writers must race."""
        return None

    async def append(
        self, drafts: Sequence[Draft[Event]], timers: Sequence[Timer], expected: int
    ) -> int:
        """See Journal.append."""
        await self._network()
        entity = drafts[0].entity
        stream = self._events(entity.stream)
        last = next((e.sequence for e in reversed(stream) if e.entity == entity), 0)
        if last != expected:
            raise Conflict(f"{entity.prefix} is at {last}, not {expected}")
        for timer in timers:
            self._timers[(entity, timer.kind, timer.key)] = (timer, drafts[0].meta.trace)
        for draft in drafts:
            meta, event = decode(*encode(draft))
            stream.append(Recorded(entity, meta, event, len(stream) + 1))
        async with self._news:
            self._news.notify_all()
        return len(stream)

    async def follow(
        self, stream: Stream, after: int, since: datetime | None = None
    ) -> AsyncIterator[Sequence[Recorded[Event]]]:
        """See Journal.follow. Nothing is stored here: an event is as old as it says itself."""
        while True:
            batch = self._events(stream)[after : after + 500]
            after += len(batch)
            wanted = _parts(each for each in batch if since is None or each.meta.time >= since)
            if wanted or len(self._events(stream)) <= after:
                yield wanted
            async with self._news:
                while len(self._events(stream)) <= after:
                    await self._news.wait()

    async def last_sequence(self, stream: Stream) -> int:
        """See Journal.last_sequence."""
        await self._network()
        return len(self._events(stream))

    def all(self, stream: Stream) -> tuple[Recorded[Event], ...]:
        """Everything that a stream tells, oldest first."""
        return _parts(self._events(stream))

    def messages(self, stream: Stream) -> tuple[Recorded[Event], ...]:
        """Everything that a stream holds as it was stored: what listeners are handed."""
        return tuple(self._events(stream))

    def next_due(self) -> datetime | None:
        """When the earliest pending timer falls due."""
        return min((timer.due_at for timer, _ in self._timers.values()), default=None)

    def fire(self, now: datetime) -> list[TimerDue]:
        """Take the timers that are due at `now`, earliest first."""
        due = sorted(
            (item for item in self._timers.items() if item[1][0].due_at <= now),
            key=lambda item: item[1][0].due_at,
        )
        for key, _ in due:
            del self._timers[key]
        return [TimerDue(key[0], timer, trace) for key, (timer, trace) in due]

    def _events(self, stream: Stream) -> list[Recorded[Event]]:
        return self._streams.setdefault(stream, [])

    async def _network(self) -> None:
        """Give others a turn, as a real request would: racing writers interleave here."""
        await asyncio.sleep(0)  # noqa: TID251 - yields to the loop, waits for nothing
        if not self.reachable:
            raise Transient("the streams cannot be reached")


def _parts(stored: Iterable[Recorded[Event]]) -> tuple[Recorded[Event], ...]:
    return tuple(part for each in stored for part in each.parts())
