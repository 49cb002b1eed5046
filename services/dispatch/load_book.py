"""What each member carries, kept in memory by following DISPATCH and FOLLOWUP.

It answers at once with what it has read, and is never waited for. After a start it has to read the
last weeks first; while it is behind, somebody may be asked who would have been left in peace, or
asked sooner than their turn. That is better than to ask later, or nobody.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.subjects import Stream, lender_of
from services.dispatch.case_load import CaseLoad, evolve, parts
from services.dispatch.load import FREE, LOOK_BACK, Load, Part, together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.subjects import Entity
    from services.runtime.clock import Clock
    from services.runtime.journal import Journal

_TIDY_AFTER = 5_000
"""Events between two looks for cases that are long past."""

Case = tuple[str, str]
"""Agency and id."""
Who = tuple[str, str]
"""Agency and member; one who is lent out carries for their own agency's roster."""


class LoadBook:
    """Every agency's load, as far as it is read."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._cases: dict[Case, CaseLoad] = {}
        self._shares: dict[Case, Mapping[str, Part]] = {}
        self._parts: dict[Who, dict[str, Part]] = defaultdict(dict)
        self._loads: dict[str, dict[str, Load]] = defaultdict(dict)
        self._stale: set[Who] = set()
        self._held: dict[Case, frozenset[Who]] = {}
        self._read_to: dict[Stream, int] = {}
        self._until_tidied = _TIDY_AFTER

    async def keep(self) -> None:
        """Follow both streams for ever: run as a background job."""
        streams = (Stream.DISPATCH, Stream.FOLLOWUP)
        following = [asyncio.ensure_future(self._follow(stream)) for stream in streams]
        try:
            await asyncio.gather(*following)
        finally:
            for each in following:
                each.cancel()

    def of(self, agency: str, at: datetime, besides: Case | None = None) -> Mapping[str, Load]:
        """The load of an agency's members as of now; one who is not named carries nothing.

        Whoever is being asked by a decision that is not recorded yet counts as asked. A case is no
        load for itself: with `besides` it is left out, so that a team that is wanted again after
        all begins with the same members.
        """
        while self._stale:
            whose, member_id = who = self._stale.pop()
            self._loads[whose][member_id] = together(self._parts[who])
        loads = self._loads[agency] | self._besides(agency, besides)
        soon = at + LOOK_BACK
        for case, members in self._held.items():
            for whose, member_id in members:
                if whose == agency and case != besides:
                    load = loads.get(member_id, FREE)
                    loads[member_id] = replace(load, open_until={**load.open_until, case[1]: soon})
        return loads

    def _besides(self, agency: str, case: Case | None) -> dict[str, Load]:
        if case is None or case not in self._shares:
            return {}
        involved = {_who(case[0], member_id) for member_id in self._shares[case]}
        return {
            member_id: together({k: v for k, v in self._parts[who].items() if k != case[1]})
            for who in involved
            for whose, member_id in [who]
            if whose == agency
        }

    def note(self, entity: Entity, events: Iterable[Event], at: datetime) -> None:
        """Know at once what this process has just recorded, before the streams tell it."""
        for event in events:
            self._tell(entity, event, at)

    @contextmanager
    def holding(self, entity: Entity, member_ids: Iterable[str]) -> Iterator[None]:
        """Let other cases see whom a decision is about to ask, until it is recorded and noted."""
        case = (entity.agency, entity.id)
        self._held[case] = frozenset(_who(entity.agency, member_id) for member_id in member_ids)
        try:
            yield
        finally:
            self._held.pop(case, None)

    async def _follow(self, stream: Stream) -> None:
        since = self._clock.wall(self._clock.now() - LOOK_BACK)
        async for batch in self._journal.follow(stream, self._read_to.get(stream, 0), since):
            for told in batch:
                self._tell(told.entity, told.event, told.meta.time)
                self._read_to[stream] = told.sequence
            self._until_tidied -= len(batch)
            if self._until_tidied <= 0:
                self.tidy()

    def _tell(self, entity: Entity, event: Event, at: datetime) -> None:
        key = (entity.agency, entity.id)
        before = self._cases.get(key) or CaseLoad(newest=at, is_request=entity.is_request)
        after = evolve(before, event, at)
        self._cases[key] = after
        if after != replace(before, newest=after.newest):
            self._put(key, parts(after))

    def _put(self, case: Case, now: Mapping[str, Part]) -> None:
        """What the case is to its members from now on; only whom it is something else to is stale."""
        agency, case_id = case
        before = self._shares.get(case, {})
        for member_id in now.keys() | before.keys():
            part = now.get(member_id)
            if part == before.get(member_id):
                continue
            who = _who(agency, member_id)
            self._stale.add(who)
            if part is None:
                self._parts[who].pop(case_id, None)
            else:
                self._parts[who][case_id] = part
        self._shares[case] = now

    def tidy(self) -> None:
        """Let go of cases of which nothing was recorded for as long as anything is read."""
        self._until_tidied = _TIDY_AFTER
        past = self._clock.now() - LOOK_BACK
        for key, case in [*self._cases.items()]:
            if case.newest < past:
                self._put(key, {})
                del self._cases[key], self._shares[key]


def _who(agency: str, member_id: str) -> Who:
    lender, own = lender_of(member_id)
    return (lender or agency, own)
