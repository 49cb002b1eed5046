"""Follows the streams into the store, one task per stream; decides nothing and never gives up."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.audit.folds import changes_of
from services.audit.views.requests import waiting
from services.runtime.errors import Transient
from services.runtime.telemetry import UNREADABLE, log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence

    from schemas.envelope import Event, Recorded
    from services.audit.news import News
    from services.audit.store import Change, Store
    from services.runtime.journal import Journal

_CATCH_UP_SECONDS = 60.0
_YIELD_SECONDS = 0.1
_LAGGING = 100
_LEVEL_SECONDS = 1.0
_OF_CASES = (Stream.INTAKE, Stream.DISPATCH, Stream.FOLLOWUP)


@dataclass
class Projector:
    """The one writer of the store."""

    journal: Journal
    store: Store
    news: News
    _caught_up: dict[Stream, asyncio.Event] = field(
        default_factory=lambda: {stream: asyncio.Event() for stream in Stream}
    )
    _at: dict[Stream, int] = field(default_factory=lambda: dict.fromkeys(Stream, 0))
    _moved: asyncio.Condition = field(default_factory=asyncio.Condition)
    _checked: asyncio.Lock = field(default_factory=asyncio.Lock)
    _is_checked: bool = False
    _waited_for: int = 0
    _hurried: asyncio.Event = field(default_factory=asyncio.Event)

    def jobs(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """One endless job per stream; a job that failed may be begun again."""
        return tuple(partial(self._follow, stream) for stream in Stream)

    async def caught_up(self) -> None:
        """Wait until what the streams held at the start is in the views, at most a minute."""
        waiting = [caught_up.wait() for caught_up in self._caught_up.values()]
        try:
            async with asyncio.timeout(_CATCH_UP_SECONDS):
                await asyncio.gather(*waiting)
        except TimeoutError:
            behind = [str(stream) for stream, done in self._caught_up.items() if not done.is_set()]
            log.warning("views_still_catching_up", streams=behind)

    def is_caught_up(self) -> bool:
        """Whether what the streams held at the start is in the views."""
        return all(done.is_set() for done in self._caught_up.values())

    async def level(self) -> None:
        """Wait until the views hold what the streams of cases held just now, at most a second: who
        pressed a button sees on the next page what it did."""
        with contextlib.suppress(Transient, TimeoutError), self._hurrying():
            async with asyncio.timeout(_LEVEL_SECONDS):
                newest = {each: await self.journal.last_sequence(each) for each in _OF_CASES}
                async with self._moved:
                    await self._moved.wait_for(
                        lambda: all(self._at[each] >= newest[each] for each in newest)
                    )

    async def _follow(self, stream: Stream) -> None:
        newest = await self._check(stream)
        after = (await self.store.positions()).get(stream.value, 0)
        await self._reached(stream, after)
        if after >= newest:
            self._caught_up[stream].set()
        async for batch in self.journal.follow(stream, after):
            if batch:
                await self._yield_to_others(len(batch))
                await self._take(stream, batch)
            if not batch or batch[-1].sequence >= newest:
                self._caught_up[stream].set()

    async def _yield_to_others(self, count: int) -> None:
        """Let whoever is being called be called first: what has just happened is shown a moment later,
        and together with what follows from it. Whoever is far behind, or waited for, goes on."""
        if count < _LAGGING:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurried.wait(), _YIELD_SECONDS)

    @contextlib.contextmanager
    def _hurrying(self) -> Iterator[None]:
        self._waited_for += 1
        self._hurried.set()
        try:
            yield
        finally:
            self._waited_for -= 1
            if not self._waited_for:
                self._hurried.clear()

    async def _take(self, stream: Stream, batch: Sequence[Recorded[Event]]) -> None:
        changes = [change for recorded in batch for change in readable(recorded)]
        asked = {told.entity.agency for told in batch if told.entity.is_request}
        before = await self._waiting(asked)
        await self.store.write(stream, batch[-1].sequence, changes, self._at[stream])
        await self._reached(stream, batch[-1].sequence)
        changed = before ^ await self._waiting(asked)
        shown = {
            told.entity.agency
            for told in batch
            if not (told.entity.is_request or told.entity.is_private)
        }
        await self.news.publish(shown | changed)

    async def _reached(self, stream: Stream, position: int) -> None:
        async with self._moved:
            self._at[stream] = position
            self._moved.notify_all()

    async def _waiting(self, agencies: Collection[str]) -> frozenset[str]:
        """A request is news only when what is told of it changes: its coming would say too much."""
        if not agencies:
            return frozenset()
        return await self.store.read(lambda connection: waiting(connection, agencies))

    async def _check(self, stream: Stream) -> int:
        """The stream's newest sequence; views that are ahead of their streams are of other streams."""
        async with self._checked:
            if not self._is_checked:
                known = await self.store.positions()
                for each in Stream:
                    if known.get(each.value, 0) > await self.journal.last_sequence(each):
                        log.warning("views_of_other_streams", stream=str(each))
                        await self.store.clear()
                        break
                self._is_checked = True
        return await self.journal.last_sequence(stream)


def readable(recorded: Recorded[Event]) -> Iterator[Change]:
    """An event's changes; one that this version stumbles over is counted and left out."""
    try:
        yield from list(changes_of(recorded))
    except Exception:  # noqa: BLE001 - whatever is wrong with one event, the others are shown
        UNREADABLE.labels(str(recorded.entity.stream)).inc()
        log.exception(
            "event_not_shown", stream=str(recorded.entity.stream), sequence=recorded.sequence
        )
