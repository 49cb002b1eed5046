"""Recent incidents in memory, kept by following INTAKE: what a new report may be about.

Nothing is written here: the streams are the record, and a wrong or late memory only means that two
cases stay apart until a person merges them.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.intake import CaseMerged, CaseSplit, IncidentReported
from schemas.subjects import Stream
from services.intake.matching import Sighting, match

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.envelope import Event
    from services.intake.commands import Match
    from services.runtime.journal import Journal

_READ_BACK = 50_000
"""Events read when starting: some days of a large center, in two or three seconds."""
_KEEP = timedelta(days=3)
_SWEEP_EVERY = 1_000


class CaseBook:
    """Every agency's recent incidents, by where they were."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._sightings: dict[tuple[str, str], Sighting] = {}
        self._at: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._merged: set[tuple[str, str]] = set()
        self._caught_up = asyncio.Event()
        self._noted = 0

    async def keep(self) -> None:
        """Follow intake's stream for ever: run as a background job."""
        newest = await self._journal.last_sequence(Stream.INTAKE)
        async for batch in self._journal.follow(Stream.INTAKE, max(0, newest - _READ_BACK)):
            for told in batch:
                self.note(told.entity.agency, told.entity.id, (told.event,))
            if not batch:
                self._caught_up.set()

    async def ready(self) -> None:
        """Wait until what was recorded before the start is known."""
        await self._caught_up.wait()

    def note(self, agency: str, case_id: str, events: Iterable[Event]) -> None:
        """Take in what was recorded of a case; telling it twice changes nothing."""
        for event in events:
            match event:
                case IncidentReported():
                    self._seen(agency, case_id, event)
                case CaseMerged():
                    self._merged.add((agency, case_id))
                case CaseSplit():
                    self._merged.discard((agency, case_id))
                case _:
                    pass

    def is_known(self, agency: str, case_id: str) -> bool:
        """Whether a report of this very number came before."""
        return (agency, case_id) in self._sightings or (agency, case_id) in self._merged

    def claim(self, agency: str, sighting: Sighting) -> Match | None:
        """The case that a first report is about, and from now on this report is known too: no
        second one can slip in between looking and recording."""
        found = match(sighting, self._near(agency, sighting))
        if found is None:
            self._put(agency, sighting)
        return found

    def release(self, agency: str, case_id: str) -> None:
        """Forget a claim whose report could not be stored."""
        if sighting := self._sightings.pop((agency, case_id), None):
            for digest in sighting.whereabouts:
                self._at[agency, digest].discard(case_id)

    def _near(self, agency: str, sighting: Sighting) -> list[Sighting]:
        near = {
            case_id
            for digest in sighting.whereabouts
            for case_id in self._at.get((agency, digest), ())
            if (agency, case_id) not in self._merged
        }
        return [self._sightings[agency, case_id] for case_id in near]

    def _seen(self, agency: str, case_id: str, event: IncidentReported) -> None:
        before = self._sightings.get((agency, case_id))
        if before is None:
            sighting = Sighting(
                case_id=case_id,
                source=event.source,
                occurred_at=event.occurred_at,
                kind=event.kind,
                whereabouts=frozenset(event.whereabouts),
                units=frozenset(event.units),
                exercise=event.exercise,
            )
        else:
            sighting = replace(
                before,
                kind=before.kind or event.kind,
                whereabouts=before.whereabouts | set(event.whereabouts),
                units=before.units | set(event.units),
            )
        self._put(agency, sighting)

    def _put(self, agency: str, sighting: Sighting) -> None:
        self._sightings[agency, sighting.case_id] = sighting
        for digest in sighting.whereabouts:
            self._at[agency, digest].add(sighting.case_id)
        self._noted += 1
        if self._noted % _SWEEP_EVERY == 0:
            self._sweep()

    def _sweep(self) -> None:
        """Forget what is days older than the newest."""
        oldest = max(each.occurred_at for each in self._sightings.values()) - _KEEP
        for agency, case_id in [
            key for key, each in self._sightings.items() if each.occurred_at < oldest
        ]:
            self.release(agency, case_id)
        self._at = defaultdict(set, {key: cases for key, cases in self._at.items() if cases})
