"""Writers of one process to one entity take turns: nobody's work is decided twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from typing_extensions import override

from schemas.subjects import Entity, Stream
from services.runtime.errors import Conflict
from services.runtime.handle import handle
from services.runtime.journal_memory import MemoryJournal
from tests.support.counter import COUNTER, count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Draft, Event, Timer
    from services.runtime.journal import History

CASE = Entity(Stream.FOLLOWUP, "metro", "one")
OTHER = Entity(Stream.FOLLOWUP, "metro", "other")
WRITERS = 50


class Watched(MemoryJournal):
    """Counts conflicts; `held` entities cannot be read until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.conflicts = 0
        self.held: dict[Entity, asyncio.Event] = {}
        self.begun = asyncio.Event()

    @override
    async def load(self, entity: Entity) -> History:
        self.begun.set()
        if gate := self.held.get(entity):
            await gate.wait()
        return await super().load(entity)

    @override
    async def append(
        self, drafts: Sequence[Draft[Event]], timers: Sequence[Timer], expected: int
    ) -> int:
        try:
            return await super().append(drafts, timers, expected)
        except Conflict:
            self.conflicts += 1
            raise


async def test_many_writers_at_once_never_meet() -> None:
    journal = Watched()
    await asyncio.gather(*(handle(journal, COUNTER, CASE, count(n)) for n in range(WRITERS)))
    assert len(journal.all(Stream.FOLLOWUP)) == WRITERS
    assert journal.conflicts == 0


async def test_nobody_waits_for_another_entity() -> None:
    journal = Watched()
    journal.held[CASE] = asyncio.Event()
    stuck = asyncio.ensure_future(handle(journal, COUNTER, CASE, count("stuck")))
    async with asyncio.timeout(5):
        await handle(journal, COUNTER, OTHER, count("free"))
    assert not stuck.done()
    journal.held[CASE].set()
    await stuck


async def test_one_who_gives_up_while_waiting_holds_up_nobody() -> None:
    journal = Watched()
    journal.held[CASE] = asyncio.Event()
    writers = [asyncio.ensure_future(handle(journal, COUNTER, CASE, count(n))) for n in range(3)]
    await journal.begun.wait()
    for impatient in writers[:2]:
        impatient.cancel()
    journal.held[CASE].set()
    async with asyncio.timeout(5):
        ended = await asyncio.gather(*writers, return_exceptions=True)
    assert [isinstance(each, asyncio.CancelledError) for each in ended] == [True, True, False]
    assert len(journal.all(Stream.FOLLOWUP)) == 1
