"""The roster in memory, kept by following ROSTER; it answers only when it is not behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.dispatch.roster import Member, MemberState, Stranger, evolve
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.dispatch.roster_policy import RosterRules
    from services.runtime.journal import Journal

_CATCH_UP_SECONDS = 5.0


class RosterBook:
    """Every agency's members, with the rules they are judged by. The streams are the record."""

    def __init__(self, journal: Journal, rules: RosterRules) -> None:
        self.rules = rules
        self._journal = journal
        self._members: dict[str, dict[str, MemberState]] = {}
        self._read_to = 0
        self._moved = asyncio.Condition()

    async def keep(self) -> None:
        """Follow the roster for ever: run as a background job."""
        async for batch in self._journal.follow(Stream.ROSTER, self._read_to):
            for told in batch:
                members = self._members.setdefault(told.entity.agency, {})
                before = members.get(told.entity.id, Stranger())
                members[told.entity.id] = evolve(before, told.event)
                self._read_to = told.sequence
            async with self._moved:
                self._moved.notify_all()

    async def of(self, agency: str) -> Mapping[str, Member]:
        """An agency's members as of now.

        Raises Transient when the streams cannot be reached or the book stays behind: asking with an
        old roster could page somebody who was stood down a moment ago.
        """
        newest = await self._journal.last_sequence(Stream.ROSTER)
        try:
            async with asyncio.timeout(_CATCH_UP_SECONDS), self._moved:
                await self._moved.wait_for(lambda: self._read_to >= newest)
        except TimeoutError as late:
            raise Transient("the roster is not read to its end yet") from late
        return self.known(agency)

    def known(self, agency: str) -> Mapping[str, Member]:
        """An agency's members as far as they are read: for an emergency, which waits for nothing."""
        members = self._members.get(agency, {})
        return {name: state for name, state in members.items() if isinstance(state, Member)}
