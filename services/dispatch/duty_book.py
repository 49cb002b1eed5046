"""The rotas in memory, kept by following ROTA: who is on call, who is away at a moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.dispatch.duty import Duty
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from datetime import datetime

    from services.dispatch.book import RosterBook
    from services.runtime.bucket import Bucket
    from services.runtime.journal import Journal

_CATCH_UP_SECONDS = 2.0


class DutyBook:
    """Every agency's rotas. Nothing is written here: the streams are the record."""

    def __init__(self, journal: Journal, roster: RosterBook, contacts: Bucket) -> None:
        self._journal = journal
        self._roster = roster
        self._contacts = contacts
        self._read_to = 0
        self._moved = asyncio.Condition()

    async def keep(self) -> None:
        """Follow the rotas for ever: run as a background job."""
        async for batch in self._journal.follow(Stream.ROTA, self._read_to):
            for told in batch:
                self._read_to = told.sequence
            async with self._moved:
                self._moved.notify_all()

    async def of(self, agency: str, at: datetime) -> Duty:
        """An agency's availability at a moment. Raises Transient without a way to the streams.

        A book that stays behind answers with what it knows: to ask in another order is better than
        to ask nobody.
        """
        newest = await self._journal.last_sequence(Stream.ROTA)
        try:
            async with asyncio.timeout(_CATCH_UP_SECONDS), self._moved:
                await self._moved.wait_for(lambda: self._read_to >= newest)
        except TimeoutError:
            log.warning("rota_not_read_to_its_end", agency=agency, at=at.isoformat())
        return Duty()
