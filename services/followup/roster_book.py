"""Who is on the roster, kept in memory by following ROSTER; it answers only when it is not behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.followup.roster import evolve_entry
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.followup.roster import Entry
    from services.runtime.journal import Journal

_CATCH_UP_SECONDS = 5.0


class RosterBook:
    """Every agency's members, as far as followup needs to know them."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._members: dict[str, dict[str, Entry]] = {}
        self._read_to = 0
        self._moved = asyncio.Condition()

    async def keep(self) -> None:
        """Follow the roster for ever: run as a background job."""
        async for batch in self._journal.follow(Stream.ROSTER, self._read_to):
            for told in batch:
                members = self._members.setdefault(told.entity.agency, {})
                entry = evolve_entry(members.get(told.entity.id), told.event)
                if entry is not None:
                    members[told.entity.id] = entry
                self._read_to = told.sequence
            async with self._moved:
                self._moved.notify_all()

    async def of(self, agency: str) -> Mapping[str, Entry]:
        """An agency's members as of now, those who left too. Raises Transient while it is behind."""
        newest = await self._journal.last_sequence(Stream.ROSTER)
        try:
            async with asyncio.timeout(_CATCH_UP_SECONDS), self._moved:
                await self._moved.wait_for(lambda: self._read_to >= newest)
        except TimeoutError as late:
            raise Transient("the roster is not read to its end yet") from late
        return self._members.get(agency, {})
