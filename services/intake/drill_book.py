"""Which exercises run, and when a real team was wanted last: kept in memory by following INTAKE.

Nothing is written here: the streams are the record.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.drills import DrillEnded
from schemas.intake import ActivationRequested
from schemas.subjects import Stream
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.envelope import Event, Recorded
    from services.runtime.clock import Clock
    from services.runtime.journal import Journal

_READ_BACK = timedelta(days=8)
"""Longer than any exercise runs, and than a policy may keep exercises quiet after a real incident."""
_CATCH_UP_SECONDS = 5.0


class DrillBook:
    """Every agency's running exercises."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._running: dict[str, set[str]] = defaultdict(set)
        self._real: dict[str, datetime] = {}
        self._read_to = 0
        self._moved = asyncio.Condition()

    async def keep(self) -> None:
        """Follow intake's stream for ever: run as a background job."""
        since = self._clock.wall(self._clock.now() - _READ_BACK)
        async for batch in self._journal.follow(Stream.INTAKE, self._read_to, since):
            for told in batch:
                self._note(told)
            async with self._moved:
                self._read_to = batch[-1].sequence if batch else self._read_to
                self._moved.notify_all()

    async def read(self, upto: int) -> None:
        """Wait until an event of this sequence, and all before it, are known. Raises Transient."""
        try:
            async with asyncio.timeout(_CATCH_UP_SECONDS), self._moved:
                await self._moved.wait_for(lambda: self._read_to >= upto)
        except TimeoutError as late:
            raise Transient("exercises are not read to their end yet") from late

    def running(self, agency: str) -> tuple[str, ...]:
        """The exercises that run, as far as is read."""
        return tuple(sorted(self._running[agency]))

    def real_team_at(self, agency: str) -> datetime | None:
        """When a real team was wanted last within the last days, as far as is read."""
        return self._real.get(agency)

    def _note(self, told: Recorded[Event]) -> None:
        agency, case_id = told.entity.agency, told.entity.id
        match told.event:
            case ActivationRequested(brief=brief) if brief.drill:
                self._running[agency].add(case_id)
            case ActivationRequested():
                self._real[agency] = told.meta.time
            case DrillEnded():
                self._running[agency].discard(case_id)
            case _:
                pass
