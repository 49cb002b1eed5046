"""A member's page of their own time: when they are on call, their hours, their own calendar.

It is opened by the link of their own page, works without script, and shows no address that is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from schemas.rota import Weekday, WeeklyHours, WeeklyTime
from services.dispatch.commands import SetHours
from services.dispatch.decider import ROSTER
from services.dispatch.edge.member_page import fields_of
from services.dispatch.edge.replies import HEADERS
from services.dispatch.edge.requests_pages import page
from services.dispatch.edge.rota_calendars import SAID
from services.dispatch.edge.rota_shown import shown_shifts
from services.dispatch.rota_fetch import NotFetched
from services.dispatch.rota_kept import BusyCalendar, busy_key
from services.runtime.clock import new_id
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.dispatch.own_pages import Opened, OwnPages
    from services.dispatch.rota_calendars import BusyCalendars
    from services.dispatch.rota_feeds import Feeds
    from services.runtime.host import Ports

_TEMPLATE = "member_calendar.html"
_DONE = {
    "hours": "Your hours are saved.",
    "always": "You can be asked around the clock.",
    "calendar": "Your calendar is read, now and every hour: when you are busy, and nothing else.",
    "forgotten": "Nothing is kept of your calendar.",
}
_NAMES = dict(
    zip(
        Weekday,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
_AHEAD = timedelta(days=35)
_SHOWN = 6
_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}


@dataclass(frozen=True, slots=True)
class CalendarPages:
    """What a member sees and says of their own time. Only a POST changes anything."""

    ports: Ports
    own: OwnPages
    feeds: Feeds
    calendars: BusyCalendars

    async def show(self, token: str, done: str = "", wrong: str = "", field: str = "") -> Response:
        """The page as it is now; `field` names the form that has to be put right."""
        try:
            opened = await self._opened(token)
            if opened is None:
                return _back(token)
            shown = await self._shown(opened)
        except Transient:
            return page(
                "member.html", HTTPStatus.SERVICE_UNAVAILABLE, view="down", token=token, done=""
            )
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        return page(
            _TEMPLATE,
            status,
            token=token,
            done=_DONE.get(done, ""),
            wrong=wrong,
            field=field,
            days=[(day.value, name) for day, name in _NAMES.items()],
            **shown,
        )

    async def set_hours(self, token: str, given: Mapping[str, str]) -> Response:
        """When the member can be asked at all."""
        opened = await self._opened(token)
        if opened is None:
            return _back(token)
        always = "always" in given
        hours = None if always else _hours(given, self._zone(opened))
        if hours is None and not always:
            said = "Give both times for each day on which you can be asked, and at least one day."
            return await self.show(token, wrong=said, field="hours")
        command = SetHours(
            command_id=new_id(),
            now=self.ports.clock.now(),
            actor="member-page",
            trace=trace_from(None),
            hours=hours,
        )
        await handle(self.ports.journal, ROSTER, opened.entity, command)
        return _again(token, "always" if always else "hours")

    async def set_calendar(self, token: str, given: Mapping[str, str]) -> Response:
        """Where the member's own calendar lies, or that nothing of it is to be kept."""
        opened = await self._opened(token)
        if opened is None:
            return _back(token)
        if "forget" in given:
            await self.calendars.forget(opened.agency, opened.member_id)
            return _again(token, "forgotten")
        try:
            url = given.get("url", "").strip()
            await self.calendars.subscribe(opened.agency, opened.member_id, url)
        except NotFetched as failed:
            return await self.show(token, wrong=SAID[failed.trouble], field="calendar")
        return _again(token, "calendar")

    async def _opened(self, token: str) -> Opened | None:
        opened = await self.own.opened(token)
        return opened if opened and opened.is_open(self.ports.clock.now()) else None

    async def _shown(self, opened: Opened) -> dict[str, object]:
        now, agency, member_id = self.ports.clock.now(), opened.agency, opened.member_id
        rotas = {name: each.rota for name, each in (await self.feeds.duty.rotas(agency)).items()}
        shifts = [
            shift
            for shift in shown_shifts(rotas, now, now + _AHEAD)
            if shift.member_id == member_id
        ]
        stored = await self.calendars.bucket.get(busy_key(agency, member_id))
        calendar = BusyCalendar.model_validate_json(stored) if stored else None
        zone = ZoneInfo(self._zone(opened))
        return {
            "shifts": shifts[:_SHOWN],
            "more": max(0, len(shifts) - _SHOWN),
            "feed": await self.feeds.address(agency, member_id),
            "hours": _by_day(opened.member.hours),
            "zone": zone.key,
            "calendar": calendar,
            "read_at": calendar.read_at.astimezone(zone) if calendar and calendar.read_at else None,
            "trouble": SAID[calendar.trouble] if calendar and calendar.trouble else "",
        }

    def _zone(self, opened: Opened) -> str:
        hours = opened.member.hours
        return hours.time_zone if hours else self.ports.settings.time_zone


def _hours(given: Mapping[str, str], zone: str) -> WeeklyHours | None:
    """What was typed, days of the same times together; None when it does not fit."""
    found: dict[tuple[str, str], list[Weekday]] = {}
    for day in Weekday:
        starts, ends = (given.get(f"{day}-{side}", "").strip() for side in ("from", "to"))
        if bool(starts) != bool(ends):
            return None
        if starts:
            found.setdefault((starts, ends), []).append(day)
    try:
        times = tuple(
            WeeklyTime(days=tuple(days), starts=time.fromisoformat(a), ends=time.fromisoformat(b))
            for (a, b), days in found.items()
        )
        return WeeklyHours(time_zone=zone, times=times)
    except (ValueError, ValidationError):
        return None


def _by_day(hours: WeeklyHours | None) -> dict[str, tuple[str, str]]:
    """The first time of each day, as the form has it."""
    shown: dict[str, tuple[str, str]] = {}
    for each in hours.times if hours else ():
        for day in each.days:
            shown.setdefault(day.value, (f"{each.starts:%H:%M}", f"{each.ends:%H:%M}"))
    return shown


def _back(token: str) -> Response:
    """The member's own page says why this link opens nothing."""
    return RedirectResponse(f"/m/{token}", HTTPStatus.SEE_OTHER, HEADERS)


def _again(token: str, done: str) -> Response:
    return RedirectResponse(f"/m/{token}/time?done={done}", HTTPStatus.SEE_OTHER, HEADERS)


def routes(pages: CalendarPages) -> APIRouter:
    """The pages behind members' own links that are about their time."""
    router = APIRouter(prefix="/m")

    @router.get("/{token}/time", **_HIDDEN)
    async def show(token: str, done: str = "") -> Response:
        return await pages.show(token, done)

    @router.post("/{token}/hours", **_HIDDEN)
    async def set_hours(token: str, request: Request) -> Response:
        return await pages.set_hours(token, await fields_of(request))

    @router.post("/{token}/calendar", **_HIDDEN)
    async def set_calendar(token: str, request: Request) -> Response:
        return await pages.set_calendar(token, await fields_of(request))

    return router
