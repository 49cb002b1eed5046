"""The sessions of the team, kept in memory by following FOLLOWUP: for calendars and for cover.

It answers at once with what it has read; a calendar that is a moment behind is fetched again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.sessions import (
    CoverageReleased,
    CoverageRequested,
    InterventionScheduled,
    InterventionUnscheduled,
)
from schemas.subjects import Stream, derived_id
from services.dispatch.rota_feed import Meeting, session_uid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event, Recorded
    from services.runtime.clock import Clock
    from services.runtime.journal import Journal

_LOOK_BACK = timedelta(days=35)
_KEPT = timedelta(days=35)
"""After its end, as far as a feed reaches back."""
Key = tuple[str, str, str]
"""Agency, case and item."""


@dataclass(frozen=True, slots=True)
class CoverWanted:
    """Units that need cover: nothing of the case, and nobody's name."""

    cover_id: UUID
    units: tuple[str, ...]
    count: int | None
    starts_at: datetime
    ends_at: datetime


class SessionBook:
    """Every agency's sessions and cover, as far as they are read."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._meetings: dict[Key, tuple[Meeting, ...]] = {}
        self._cover: dict[Key, CoverWanted] = {}
        self._read_to = 0

    async def keep(self) -> None:
        """Follow the stream for ever: run as a background job."""
        since = self._clock.wall(self._clock.now() - _LOOK_BACK)
        async for batch in self._journal.follow(Stream.FOLLOWUP, self._read_to, since):
            for told in batch:
                self._tell(told)
                self._read_to = told.sequence
            self._tidy()

    def meetings(self, agency: str) -> Iterator[Meeting]:
        """Every session of an agency that has a time, once for each who holds it."""
        for (whose, _, _), meetings in self._meetings.items():
            if whose == agency:
                yield from meetings

    def cover(self, agency: str) -> tuple[CoverWanted, ...]:
        """The units that need cover now or later, the soonest first."""
        now = self._clock.now()
        found = [
            each
            for (whose, _, _), each in self._cover.items()
            if whose == agency and now < each.ends_at
        ]
        return tuple(sorted(found, key=lambda each: (each.starts_at, each.units)))

    def _tell(self, told: Recorded[Event]) -> None:
        agency, case_id = told.entity.agency, told.entity.id
        match told.event:
            case InterventionScheduled(item=item) as event:
                self._meetings[agency, case_id, item] = tuple(
                    Meeting(
                        uid=session_uid(agency, case_id, item, member_id),
                        member_id=member_id,
                        starts=event.starts_at,
                        ends=event.ends_at,
                        sequence=event.sequence,
                        changed_at=told.meta.time,
                        place=event.place or "",
                    )
                    for member_id in event.facilitators
                )
            case InterventionUnscheduled(item=item):
                self._meetings.pop((agency, case_id, item), None)
            case CoverageRequested(item=item) as event:
                self._cover[agency, case_id, item] = CoverWanted(
                    derived_id("cover", agency, case_id, item),
                    event.units,
                    event.count,
                    event.starts_at,
                    event.ends_at,
                )
            case CoverageReleased(item=item):
                self._cover.pop((agency, case_id, item), None)
            case _:
                pass

    def _tidy(self) -> None:
        past = self._clock.now() - _KEPT
        old = [key for key, found in self._meetings.items() if all(m.ends < past for m in found)]
        for key in old:
            del self._meetings[key]
        for key in [key for key, each in self._cover.items() if each.ends_at < past]:
            del self._cover[key]
