"""The rotas in memory, kept by following ROTA: who is on call, who is away at a moment."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.dispatch.duty import Duty, duty
from services.dispatch.rota import Rota, Touch, evolve, touched
from services.dispatch.rota_coverage import COVERAGE
from services.dispatch.rota_kept import busy_calendars
from services.runtime.errors import Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from schemas.envelope import Event, Recorded
    from services.dispatch.book import RosterBook
    from services.dispatch.rota_time import Span
    from services.runtime.bucket import Bucket
    from services.runtime.journal import Journal

_CATCH_UP_SECONDS = 2.0
_BUSY_EVERY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class KeptRota:
    """A rota, and when which part of it was changed."""

    rota: Rota = field(default_factory=Rota)
    touches: tuple[Touch, ...] = ()


class DutyBook:
    """Every agency's rotas and its members' busy times. Nothing is written here."""

    def __init__(self, journal: Journal, roster: RosterBook, contacts: Bucket) -> None:
        self._journal = journal
        self._roster = roster
        self._contacts = contacts
        self._rotas: dict[str, dict[str, KeptRota]] = {}
        self._busy: dict[str, dict[str, tuple[Span, ...]]] = {}
        self._read_to = 0
        self._moved = asyncio.Condition()

    async def keep(self) -> None:
        """Follow the rotas and the busy times for ever: run as a background job."""
        async with asyncio.TaskGroup() as following:
            following.create_task(self._follow())
            following.create_task(self._keep_busy())

    async def of(self, agency: str, at: datetime) -> Duty:
        """An agency's availability at a moment. Raises Transient without a way to the streams.

        A book that stays behind answers with what it knows: to ask in another order is better than
        to ask nobody.
        """
        await self.rotas(agency)
        await self.busy(agency)
        return self.known(agency, at)

    def known(self, agency: str, at: datetime) -> Duty:
        """The availability at a moment as far as it is read, waiting for nothing."""
        rotas, busy = self._rotas.get(agency, {}), self._busy.get(agency, {})
        members = self._roster.known(agency)
        return duty((kept.rota for kept in rotas.values()), members, busy, at)

    async def rotas(self, agency: str) -> Mapping[str, KeptRota]:
        """An agency's rotas by their ids, the ended ones too. Raises Transient."""
        newest = await self._journal.last_sequence(Stream.ROTA)
        try:
            async with asyncio.timeout(_CATCH_UP_SECONDS), self._moved:
                await self._moved.wait_for(lambda: self._read_to >= newest)
        except TimeoutError:
            log.warning("rotas_not_read_to_their_end", agency=agency)
        return self._rotas.get(agency, {})

    async def busy(self, agency: str) -> Mapping[str, tuple[Span, ...]]:
        """When each member is busy by their own calendar, as far as it is known."""
        if agency not in self._busy:
            await self.read_busy(agency)
        return self._busy.get(agency, {})

    async def read_busy(self, agency: str) -> None:
        """Read an agency's busy times again; what cannot be read now stays as it was."""
        try:
            calendars = await busy_calendars(self._contacts, agency)
        except Transient as trouble:
            log.warning("busy_times_not_read", agency=agency, reason=str(trouble))
            return
        self._busy[agency] = {name: calendar.spans for name, (calendar, _) in calendars.items()}

    async def _follow(self) -> None:
        async for batch in self._journal.follow(Stream.ROTA, self._read_to):
            for told in batch:
                self._take(told)
                self._read_to = told.sequence
            async with self._moved:
                self._moved.notify_all()

    def _take(self, told: Recorded[Event]) -> None:
        if told.entity.id == COVERAGE:
            return
        rotas = self._rotas.setdefault(told.entity.agency, {})
        before = rotas.get(told.entity.id, KeptRota())
        touch = touched(before.rota, told.event, told.meta.time)
        rotas[told.entity.id] = KeptRota(evolve(before.rota, told.event), (*before.touches, *touch))

    async def _keep_busy(self) -> None:
        while True:
            for agency in tuple(self._busy):
                await self.read_busy(agency)
            await asyncio.sleep(_BUSY_EVERY_SECONDS)  # noqa: TID251 - the bucket tells no news
