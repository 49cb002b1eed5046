"""Calendars over HTTP: feeds of shifts out, members' own busy times and hours in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from schemas.rota import WeeklyHours
from schemas.subjects import Entity, Stream
from services.dispatch.commands import SetHours
from services.dispatch.decider import ROSTER
from services.dispatch.edge.roster import SECURED
from services.dispatch.edge.roster_models import Numbered, OwnMemberId
from services.dispatch.edge.rota_models import (
    Calendars,
    Feed,
    GivenCalendar,
    GivenHours,
    GivenScope,
    Named,
    ShownCalendar,
)
from services.dispatch.rota_feeds import NoFeed, NotForThem, Scope
from services.dispatch.rota_fetch import NotFetched
from services.dispatch.rota_kept import Trouble, busy_calendars
from services.runtime.clock import new_id
from services.runtime.edge import Problem, require
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from services.dispatch.rota_calendars import BusyCalendars
    from services.dispatch.rota_feeds import Feeds
    from services.dispatch.rota_kept import BusyCalendar
    from services.runtime.auth import Principal
    from services.runtime.host import Ports

FILE_PATH = "/v1/rota/calendar-file"
_LARGEST_FILE = 5_000_000
_CALENDAR = "text/calendar; charset=utf-8"
SAID = {
    Trouble.NOT_HTTPS: "The address must begin with https:// or webcal://.",
    Trouble.INSIDE: "The address leads into a private network: the agency's own calendar server "
    "has to be named in TAILBOARD_CALENDAR_SERVERS.",
    Trouble.UNREACHABLE: "Nothing answers at this address: is it right, and public?",
    Trouble.TOO_SLOW: "The calendar was not to be had in time: try again, or share less of it.",
    Trouble.TOO_LARGE: "The calendar has more than 5 MB: share a part of it, or the last year only.",
    Trouble.REFUSED: "The server refuses to show this calendar: is it shared by this address?",
    Trouble.NO_CALENDAR: "This is no iCalendar file (.ics): copy the address named iCal or ICS.",
}


@dataclass(frozen=True, slots=True)
class CalendarEdge:
    """Feeds out, calendars and hours in."""

    ports: Ports
    feeds: Feeds
    calendars: BusyCalendars

    async def feed(self, token: str, known: str) -> Response:
        """A feed, or only word that the one of this mark still is the newest."""
        try:
            text = await self.feeds.read(token)
        except NoFeed:
            return Response("There is no calendar here.\n", HTTPStatus.NOT_FOUND, _plain())
        mark = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
        headers = {"ETag": mark, "Cache-Control": "private, max-age=300", **_plain()}
        if mark in {each.strip().removeprefix("W/") for each in known.split(",")}:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(text, headers=headers, media_type=_CALENDAR)

    async def give(self, who: Principal, member_id: str, scope: Scope) -> Feed:
        """The address of a member's feed. Raises Problem 409."""
        try:
            return Feed(url=await self.feeds.give(who.agency, member_id, scope))
        except NotForThem as wrong:
            detail = (
                "Feeds are for members of the roster, and the team's for coordinators, program "
                "leads and clinical directors only."
            )
            raise Problem(HTTPStatus.CONFLICT, detail, code="not-for-them") from wrong

    async def take(self, who: Principal, member_id: str, source: str | bytes) -> ShownCalendar:
        """Read a member's calendar by its address, or as a file. Raises Problem 404 or 422."""
        await self._must_be_known(who, member_id)
        try:
            if isinstance(source, str):
                read = await self.calendars.subscribe(who.agency, member_id, source)
            else:
                read = await self.calendars.take(who.agency, member_id, source)
        except NotFetched as failed:
            status, code = HTTPStatus.UNPROCESSABLE_ENTITY, f"calendar-{failed.trouble.value}"
            problem = SAID[failed.trouble]
            field = "url" if isinstance(source, str) else "file"
            errors = [{"field": field, "problem": problem}]
            raise Problem(status, problem, code=code.replace("_", "-"), errors=errors) from failed
        return _shown(member_id, read)

    async def listed(self, who: Principal) -> Calendars:
        """Whose calendars are read, and how that goes."""
        found = await busy_calendars(self.calendars.bucket, who.agency)
        return Calendars(calendars=tuple(_shown(name, each) for name, (each, _) in found.items()))

    async def hours(self, who: Principal, member_id: str, hours: WeeklyHours | None) -> Response:
        """Set a member's hours, or take them away. Raises Problem 404."""
        command = SetHours(
            command_id=new_id(),
            now=self.ports.clock.now(),
            actor=f"key:{who.label}",
            trace=trace_from(None),
            hours=hours,
        )
        entity = Entity(Stream.ROSTER, who.agency, member_id)
        handled = await handle(self.ports.journal, ROSTER, entity, command)
        if handled.refusal:
            detail, code = handled.refusal.detail, handled.refusal.code.value
            raise Problem(HTTPStatus.NOT_FOUND, detail, code=code)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _must_be_known(self, who: Principal, member_id: str) -> None:
        if member_id not in await self.feeds.book.of(who.agency):
            detail = "This member is not on the roster."
            raise Problem(HTTPStatus.NOT_FOUND, detail, code="not-enrolled")


def _plain() -> dict[str, str]:
    return {"X-Robots-Tag": "noindex", "X-Content-Type-Options": "nosniff"}


def _shown(member_id: str, calendar: BusyCalendar) -> ShownCalendar:
    return ShownCalendar(
        member_id=member_id,
        subscribed=calendar.url is not None,
        read_at=calendar.read_at,
        busy_times=len(calendar.spans),
        trouble=calendar.trouble,
    )


def routes(edge: CalendarEdge) -> APIRouter:
    """The HTTP edge of calendars."""
    router = APIRouter(tags=["rota"])
    _add_feeds(router, edge)
    _add_calendars(router, edge)
    return router


def _add_feeds(router: APIRouter, edge: CalendarEdge) -> None:
    keyring = edge.ports.keyring

    @router.get("/calendar/{token}.ics", response_class=Response)
    async def read_feed(token: str, request: Request) -> Response:
        """A private feed of shifts, as calendar programs subscribe to it."""
        return await edge.feed(token, request.headers.get("if-none-match", ""))

    @router.get(
        "/v1/rota/schedules/{rota_id}/shifts.ics", response_class=Response, openapi_extra=SECURED
    )
    async def export_shifts(rota_id: Named, request: Request) -> Response:
        """One rota's shifts as a calendar file."""
        who = await require(request, keyring)
        try:
            text = await edge.feeds.of_rota(who.agency, rota_id)
        except NoFeed as none:
            detail = "There is no rota of this name: `tailboard rota show` lists them."
            raise Problem(HTTPStatus.NOT_FOUND, detail, code="unknown-rota") from none
        return Response(text, headers=_plain(), media_type=_CALENDAR)

    @router.post("/v1/rota/feeds/{member_id}", openapi_extra=SECURED)
    async def give_feed(member_id: Numbered, given: GivenScope, request: Request) -> Feed:
        """The address of a member's feed; the same one until it is withdrawn."""
        who = await require(request, keyring)
        return await edge.give(who, member_id, given.scope)

    @router.delete("/v1/rota/feeds/{member_id}", status_code=204, openapi_extra=SECURED)
    async def withdraw_feed(member_id: Numbered, request: Request) -> Response:
        """Close all feeds that a member was given."""
        who = await require(request, keyring)
        await edge.feeds.withdraw(who.agency, member_id)
        return Response(status_code=HTTPStatus.NO_CONTENT)


def _add_calendars(router: APIRouter, edge: CalendarEdge) -> None:
    keyring = edge.ports.keyring

    @router.get("/v1/rota/calendars", openapi_extra=SECURED)
    async def list_calendars(request: Request) -> Calendars:
        """Whose own calendars are read; neither addresses nor times are shown."""
        return await edge.listed(await require(request, keyring))

    @router.put("/v1/rota/calendars/{member_id}", openapi_extra=SECURED)
    async def subscribe(
        member_id: Numbered, given: GivenCalendar, request: Request
    ) -> ShownCalendar:
        """Read a member's calendar now and every hour: when they are busy, and nothing else."""
        who = await require(request, keyring)
        return await edge.take(who, member_id, str(given.url))

    @router.put(FILE_PATH, openapi_extra=SECURED | _FILE)
    async def take_file(member_id: OwnMemberId, request: Request) -> ShownCalendar:
        """Keep the busy times of a calendar file (`text/calendar`) of at most 5 MB."""
        who = await require(request, keyring)
        return await edge.take(who, member_id, await _body(request))

    @router.delete("/v1/rota/calendars/{member_id}", status_code=204, openapi_extra=SECURED)
    async def forget(member_id: Numbered, request: Request) -> Response:
        """Erase what is kept of a member's calendar."""
        who = await require(request, keyring)
        await edge.calendars.forget(who.agency, member_id)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.put("/v1/rota/hours/{member_id}", status_code=204, openapi_extra=SECURED)
    async def set_hours(member_id: Numbered, hours: GivenHours, request: Request) -> Response:
        """Set the hours of the week at which a member can be asked at all."""
        who = await require(request, keyring)
        plain = WeeklyHours.model_validate(hours.model_dump())
        return await edge.hours(who, member_id, plain)

    @router.delete("/v1/rota/hours/{member_id}", status_code=204, openapi_extra=SECURED)
    async def clear_hours(member_id: Numbered, request: Request) -> Response:
        """Let a member be asked around the clock again."""
        return await edge.hours(await require(request, keyring), member_id, None)


_FILE = {
    "requestBody": {
        "required": True,
        "content": {"text/calendar": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def _body(request: Request) -> bytes:
    """The file, as far as it may be large: it is longer than other bodies may be."""
    text = bytearray()
    async for part in request.stream():
        text += part
        if len(text) > _LARGEST_FILE:
            detail = SAID[Trouble.TOO_LARGE]
            raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, code="too-large")
    return bytes(text)
