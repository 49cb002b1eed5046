"""Events that this process has just recorded, given at once to those of its listeners that hurry.

The server hands each of them to its durable consumer as well, a moment later; whichever comes second
waits for the end of what the first has begun. So nothing depends on a shortcut: where it fails, or the
process ends, the consumer's message is not acknowledged, and comes again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextvars import Context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence

    from schemas.envelope import Event, Recorded

_HEAD_START_SECONDS = 0.02
"""PROPOSAL: about as long as one message takes on its way out. Side by side on one processor the first
would be done when nearly all are; one that takes longer, as with a slow provider, holds up nobody."""
_REMEMBERED = 1_000
"""Of what another process's consumer took, nobody ever asks."""

Key = tuple[str, int]
"""A listener's name and an event's sequence."""


@dataclass(slots=True)
class _Hurried:
    name: str
    react: Callable[[Any], Awaitable[None]]
    most: int
    running: int = 0


class Shortcuts:
    """What the listeners of one process have begun."""

    def __init__(self) -> None:
        self._hurried: dict[type[Event], list[_Hurried]] = {}
        self._begun: OrderedDict[Key, asyncio.Future[None]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def open(
        self, name: str, model: type[Event], react: Callable[[Any], Awaitable[None]], most: int
    ) -> None:
        """Give this listener at most so many events at the same time; the others come by the server."""
        self._hurried.setdefault(model, []).append(_Hurried(name, react, most))

    def tell(self, written: Sequence[Recorded[Event]]) -> None:
        """Begin with what one decision has recorded. Returns at once and never raises."""
        for model, hurried in self._hurried.items():
            for each in hurried:
                free = each.most - each.running
                fresh = [
                    told
                    for told in written
                    if type(told.event) is model and (each.name, told.sequence) not in self._begun
                ][: max(free, 0)]
                if fresh:
                    self._begin(each, fresh)

    async def once(self, key: Key, react: Callable[[], Awaitable[None]]) -> None:
        """React to what the server hands out, unless it is begun: then wait for the end of that, and
        raise what it raised."""
        begun = self._begun.get(key)
        if begun is None:
            begun = self._remember(key)
            await self._done(begun, react)
        try:
            await asyncio.shield(begun)
        finally:
            self._begun.pop(key, None)

    async def end(self) -> None:
        """Cancel what is still running."""
        for task in [*self._tasks]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, hurried: _Hurried, fresh: Sequence[Recorded[Event]]) -> None:
        hurried.running += len(fresh)
        results = [self._remember((hurried.name, told.sequence)) for told in fresh]
        _ = self._start(self._in_turn(hurried, [*zip(fresh, results, strict=True)]))

    async def _in_turn(
        self, hurried: _Hurried, fresh: Iterable[tuple[Recorded[Event], asyncio.Future[None]]]
    ) -> None:
        for told, result in fresh:
            task = self._start(self._one(hurried, told, result))
            await asyncio.wait({task}, timeout=_HEAD_START_SECONDS)

    async def _one(
        self, hurried: _Hurried, told: Recorded[Event], result: asyncio.Future[None]
    ) -> None:
        try:
            await self._done(result, lambda: hurried.react(told))
        finally:
            hurried.running -= 1

    async def _done(
        self, result: asyncio.Future[None], react: Callable[[], Awaitable[None]]
    ) -> None:
        try:
            await react()
        except Exception as trouble:  # noqa: BLE001 - told to the consumer's message, which knows what to do
            result.set_exception(trouble)
            result.exception()  # perhaps nobody ever asks
        except BaseException:
            result.cancel()
            raise
        else:
            result.set_result(None)

    def _remember(self, key: Key) -> asyncio.Future[None]:
        result = self._begun[key] = asyncio.get_running_loop().create_future()
        if len(self._begun) > _REMEMBERED and next(iter(self._begun.values())).done():
            self._begun.popitem(last=False)
        return result

    def _start(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Without what is said of the request that led here in logs."""
        task = asyncio.get_running_loop().create_task(job, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
