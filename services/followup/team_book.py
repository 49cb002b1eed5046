"""Whose cases are whose, over all agencies, kept in memory by following FOLLOWUP.

It says where to look; what a member is down for there is read from the case itself.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.followup import (
    CaseClosed,
    CheckInCompleted,
    CheckInMissed,
    CrewsSet,
    FollowupCancelled,
    FollowupPlanned,
    FollowupWidened,
    InterventionAdded,
    InterventionHeld,
    InterventionMissed,
    MissExplained,
    TeamNoted,
    WindowsMoved,
)
from schemas.subjects import Stream, lender_of
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.envelope import Event, Recorded
    from schemas.subjects import Entity
    from services.runtime.clock import Clock
    from services.runtime.journal import Journal

_LOOK_BACK = timedelta(days=450)
"""The last check-in of the shipped policy is a year after the incident, and may be moved or missed."""
_CATCH_UP_SECONDS = 5.0


class TeamBook:
    """Every agency's open cases by the members of their teams, and those with a miss to explain."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._cases: dict[tuple[str, str], dict[Entity, str]] = defaultdict(dict)
        """By agency and roster number: each case, and what the member is called there."""
        self._closed: set[Entity] = set()
        self._missed: dict[str, set[tuple[Entity, str]]] = defaultdict(set)
        self._read_to = 0
        self._level = False
        self._moved = asyncio.Condition()

    async def keep(self) -> None:
        """Follow the stream for ever: run as a background job."""
        since = self._clock.wall(self._clock.now() - _LOOK_BACK)
        async for batch in self._journal.follow(Stream.FOLLOWUP, self._read_to, since):
            for told in batch:
                self._tell(told)
                self._read_to = told.sequence
            self._level = self._level or not batch
            async with self._moved:
                self._moved.notify_all()

    async def of(self, agency: str, member_id: str) -> dict[Entity, str]:
        """The open cases of a member, also those that another agency borrowed them for, and what
        they are called there. Raises Transient while the book is behind."""
        await self._caught_up()
        found = self._cases.get((agency, member_id), {})
        return {case: name for case, name in found.items() if case not in self._closed}

    async def missed(self, agency: str) -> tuple[tuple[Entity, str], ...]:
        """What was missed in an agency's cases and nobody has said why. Raises Transient."""
        await self._caught_up()
        return tuple(sorted(self._missed.get(agency, ()), key=lambda each: (each[0].id, each[1])))

    async def _caught_up(self) -> None:
        newest = await self._journal.last_sequence(Stream.FOLLOWUP)
        try:
            async with asyncio.timeout(_CATCH_UP_SECONDS), self._moved:
                await self._moved.wait_for(lambda: self._has_read(newest))
        except TimeoutError as late:
            raise Transient("the teams are not read to their end yet") from late

    def _has_read(self, newest: int) -> bool:
        """Where everything is older than we look back, nothing is ever read."""
        return self._read_to >= newest or (self._level and not self._read_to)

    def _tell(self, told: Recorded[Event]) -> None:
        match told.event:
            case FollowupPlanned() | FollowupWidened() | TeamNoted() as event:
                self._joined(told.entity, (member.member_id for member in event.members))
            case InterventionAdded() | CrewsSet() | WindowsMoved():
                self._closed.discard(told.entity)
            case FollowupCancelled() | CaseClosed():
                self._closed.add(told.entity)
                missed = self._missed[told.entity.agency]
                missed -= {each for each in missed if each[0] == told.entity}
            case InterventionMissed(item=item) | CheckInMissed(item=item):
                self._missed[told.entity.agency].add((told.entity, item))
            case (
                MissExplained(item=item) | InterventionHeld(item=item) | CheckInCompleted(item=item)
            ):
                self._missed[told.entity.agency].discard((told.entity, item))
            case _:
                pass

    def _joined(self, entity: Entity, members: Iterable[str]) -> None:
        """Who leaves a team keeps what they held until it is settled."""
        self._closed.discard(entity)
        for name in members:
            lender, own_id = lender_of(name)
            self._cases[lender or entity.agency, own_id][entity] = name
