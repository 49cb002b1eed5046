"""Members' own calendars: where each lies and when its owner is busy, in the erasable bucket only."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from schemas.envelope import UtcDatetime
from services.dispatch.rota_fetch import Fetcher, NotFetched
from services.dispatch.rota_kept import BusyCalendar, Trouble, busy_calendars, busy_key
from services.runtime.errors import Conflict, Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from datetime import datetime

    from services.dispatch.duty_book import DutyBook
    from services.dispatch.rota_time import Span
    from services.runtime.bucket import Bucket
    from services.runtime.host import Ports

AHEAD = timedelta(days=90)
"""How far a calendar is read ahead, from a day back on."""
_AGAIN_AFTER = timedelta(days=1)
"""A calendar that has not changed is read again then, because what lies ahead has moved on."""
_EVERY_SECONDS = 3600
_READ_SECONDS = 30.0
_DAY = timedelta(days=1)
_SPANS = TypeAdapter(tuple[tuple[UtcDatetime, UtcDatetime], ...])


@dataclass(frozen=True, slots=True)
class BusyCalendars:
    """Every member's calendar. Each call raises Transient when the bucket cannot be reached."""

    ports: Ports
    bucket: Bucket
    fetcher: Fetcher
    duty: DutyBook

    async def subscribe(self, agency: str, member_id: str, url: str) -> BusyCalendar:
        """Read a calendar now and every hour from now on. Raises NotFetched, and keeps nothing then."""
        read = await self._fetched(BusyCalendar(url=url))
        await self._keep(agency, member_id, read)
        return read

    async def take(self, agency: str, member_id: str, text: bytes) -> BusyCalendar:
        """Keep the busy times of a file. Raises NotFetched when it is no calendar."""
        now = self.ports.clock.now()
        read = BusyCalendar(spans=await self._read(text, now), read_at=now)
        await self._keep(agency, member_id, read)
        return read

    async def forget(self, agency: str, member_id: str) -> None:
        """Erase a member's calendar: they are never busy by it any more."""
        await self.bucket.erase(busy_key(agency, member_id))
        await self.duty.read_busy(agency)

    async def all(self, agency: str) -> dict[str, BusyCalendar]:
        """Every calendar of an agency by its member."""
        return {
            name: calendar
            for name, (calendar, _) in (await busy_calendars(self.bucket, agency)).items()
        }

    async def keep(self) -> None:
        """Read all subscribed calendars again each hour, for ever: run as a background job."""
        while True:
            try:
                await self.read_again(self.ports.settings.agency)
            except Transient as trouble:
                log.warning("calendars_read_later", reason=str(trouble))
            await asyncio.sleep(_EVERY_SECONDS)  # noqa: TID251 - no timer: it would leave a trace in a stream

    async def read_again(self, agency: str) -> None:
        """Read each subscribed calendar once, one after the other."""
        for member_id, (calendar, revision) in (await busy_calendars(self.bucket, agency)).items():
            if calendar.url is None:
                continue
            try:
                read = await self._fetched(calendar)
            except NotFetched as failed:
                log.warning("calendar_not_read", member=member_id, trouble=failed.trouble.value)
                read = calendar.model_copy(update={"trouble": failed.trouble})
            try:
                await self.bucket.swap(busy_key(agency, member_id), _stored(read), revision)
            except Conflict:
                continue  # it was changed or erased meanwhile: nothing that is gone comes back
        await self.duty.read_busy(agency)

    async def _fetched(self, calendar: BusyCalendar) -> BusyCalendar:
        now = self.ports.clock.now()
        fresh = calendar.read_at is not None and now - calendar.read_at < _AGAIN_AFTER
        fetched = await self.fetcher.fetch(calendar.url or "", calendar.mark if fresh else "")
        if fetched is None:
            return calendar.model_copy(update={"trouble": None})
        spans = await self._read(fetched.text, now)
        return BusyCalendar(url=calendar.url, mark=fetched.mark, spans=spans, read_at=now)

    async def _read(self, text: bytes, now: datetime) -> tuple[Span, ...]:
        """In a process of its own: what a stranger wrote may take for ever to read."""
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.dispatch.rota_busy"),
            *(self.ports.settings.time_zone, (now - _DAY).isoformat(), (now + AHEAD).isoformat()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(_READ_SECONDS):
                told, _ = await program.communicate(text)
        except TimeoutError as late:
            raise NotFetched(Trouble.TOO_SLOW) from late
        finally:
            if program.returncode is None:
                program.kill()
                await program.wait()
        if program.returncode != 0:
            raise NotFetched(Trouble.NO_CALENDAR)
        return _SPANS.validate_python(json.loads(told))

    async def _keep(self, agency: str, member_id: str, calendar: BusyCalendar) -> None:
        await self.bucket.put(busy_key(agency, member_id), _stored(calendar))
        await self.duty.read_busy(agency)


def _stored(calendar: BusyCalendar) -> bytes:
    return calendar.model_dump_json().encode()
