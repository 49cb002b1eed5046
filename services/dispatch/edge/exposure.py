"""The pages of cumulative exposure: enrol, confirm, look at one's own count, change units, leave.

A record is shown to whoever has its secret link and to nobody else; no key opens one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import TypeAdapter, ValidationError

from schemas.dispatch import Failure
from services.dispatch.carriers.port import NotDelivered
from services.dispatch.cumulative import Units, weigh
from services.dispatch.edge.exposure_picture import bars, weeks
from services.dispatch.edge.replies import HEADERS
from services.dispatch.edge.requests_pages import page
from services.dispatch.enrolments import Enrolments, TooMany
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from services.dispatch.cumulative import Enrolment
    from services.dispatch.edge.requests_doors import Doors
    from services.dispatch.enrolments import Place
    from services.runtime.host import Ports

ADDRESS = re.compile(
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+\Z"
)
_UNITS = TypeAdapter(Units)
_LONGEST = 254
_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}
_STATUS = {
    "": HTTPStatus.OK,
    "code": HTTPStatus.FORBIDDEN,
    "many": HTTPStatus.TOO_MANY_REQUESTS,
    "down": HTTPStatus.SERVICE_UNAVAILABLE,
}
_ENROL, _OWN, _NOTICE = "exposure.html", "exposure_own.html", "exposure_notice.html"


@dataclass(frozen=True, slots=True)
class ExposurePages:
    """What people see of it; a refusal tells nothing of whether an address is enrolled."""

    ports: Ports
    enrolments: Enrolments
    doors: Doors

    async def form(self, given: Mapping[str, str], wrong: str = "") -> HTMLResponse:
        """The page to enrol with; `wrong` names what has to be put right."""
        known = self.doors.agency_of(given.get("code", "")) is not None
        return page(
            _ENROL,
            _STATUS.get(wrong, HTTPStatus.UNPROCESSABLE_ENTITY),
            given=given,
            wrong=wrong,
            has_code=known,
            needs_code=not self.doors.is_open,
            days=self.enrolments.policy.rule.half_life.days,
        )

    async def sent(self, given: Mapping[str, str]) -> Response:
        """Send the link to the address; nothing is counted before its owner opens it and agrees."""
        wrong = await self._begun(given)
        if wrong:
            return await self.form(given, wrong)
        return RedirectResponse("/exposure/sent", HTTPStatus.SEE_OTHER, HEADERS)

    async def _begun(self, given: Mapping[str, str]) -> str:
        """What is wrong; empty when the link went out."""
        agency = self.doors.agency_of(given.get("code", ""))
        contact, units = given.get("contact", "").strip(), units_of(given.get("units", ""))
        if agency is None:
            return "code"
        if not (ADDRESS.match(contact) and len(contact) <= _LONGEST):
            return "contact"
        if units is None:
            return "units"
        try:
            await self.enrolments.begin(agency, contact, units)
        except TooMany:
            return "many"
        except (NotDelivered, Transient) as trouble:
            return "refused" if _is_final(trouble) else "down"
        return ""

    async def own(self, token: str, wrong: str = "") -> HTMLResponse:
        """The private page; the same answer for a link that was altered and for one that left."""
        try:
            opened = await self.enrolments.opened(token)
        except Transient:
            return _bare(_OWN, "down", HTTPStatus.SERVICE_UNAVAILABLE)
        if opened is None:
            return _bare(_OWN, "bad", HTTPStatus.NOT_FOUND)
        _, record = opened
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        view = "own" if record.counts_from else "confirm"
        shown = {"token": token, "units": " ".join(record.units), "wrong": wrong}
        return page(_OWN, status, view=view, **shown, **self._picture(record))

    async def change(self, token: str, given: Mapping[str, str]) -> Response:
        """Agree, or change one's units; both are one form."""
        units = units_of(given.get("units", ""))
        if units is None:
            return await self.own(token, "units")

        async def store(place: Place, record: Enrolment) -> str:
            if record.counts_from is None:
                await self.enrolments.confirm(place, units)
            else:
                await self.enrolments.change_units(place, units)
            return f"/exposure/{token}"

        return await self._do(token, store)

    async def leave(self, token: str) -> Response:
        """Erase everything, in one tap."""

        async def erase(place: Place, _record: Enrolment) -> str:
            await self.enrolments.leave(place)
            return "/exposure/left"

        return await self._do(token, erase)

    async def leave_by_message(self, signed: str) -> Response:
        """The same from the link of an offer, which can do nothing else."""
        place = self.enrolments.signer.read(signed)
        if place is None:
            return _bare(_OWN, "bad", HTTPStatus.NOT_FOUND)
        try:
            await self.enrolments.leave(place)
        except Transient:
            return _bare(_OWN, "down", HTTPStatus.SERVICE_UNAVAILABLE)
        return RedirectResponse("/exposure/left", HTTPStatus.SEE_OTHER, HEADERS)

    async def _do(self, token: str, act: Callable[[Place, Enrolment], Awaitable[str]]) -> Response:
        try:
            opened = await self.enrolments.opened(token)
            where = await act(*opened) if opened else None
        except Transient:
            return _bare(_OWN, "down", HTTPStatus.SERVICE_UNAVAILABLE)
        if where is None:
            return _bare(_OWN, "bad", HTTPStatus.NOT_FOUND)
        return RedirectResponse(where, HTTPStatus.SEE_OTHER, HEADERS)

    def _picture(self, record: Enrolment) -> dict[str, object]:
        rule, now = self.enrolments.policy.rule, self.ports.clock.now()
        zone = self.ports.settings.time_zone
        shown = weeks(record.exposures, now, rule, zone)
        offer = record.offer if record.offer and record.offer.may_have_arrived else None
        return {
            "weeks": shown,
            "bars": bars(shown),
            "calls": sum(week.calls for week in shown),
            "sum": f"{weigh(record.exposures, now, rule):.1f}",
            "rule": rule,
            "offered": offer.at.astimezone(ZoneInfo(zone)).date() if offer else None,
        }


def routes(pages: ExposurePages) -> APIRouter:
    """The pages of cumulative exposure."""
    router = APIRouter(prefix="/exposure")
    _add_enrolling(router, pages)
    _add_leaving_by_message(router, pages)
    _add_private_page(router, pages)
    return router


def _add_enrolling(router: APIRouter, pages: ExposurePages) -> None:
    @router.get("", **_HIDDEN)
    async def form(request: Request) -> HTMLResponse:
        return await pages.form({"code": request.query_params.get("code", "")})

    @router.post("", **_HIDDEN)
    async def sent(request: Request) -> Response:
        return await pages.sent(await _fields(request))

    @router.get("/sent", **_HIDDEN)
    async def look_at_your_mail() -> HTMLResponse:
        hours = round(pages.enrolments.policy.confirm_within.total_seconds() / 3600)
        return page(_NOTICE, view="sent", hours=hours)


def _add_leaving_by_message(router: APIRouter, pages: ExposurePages) -> None:
    @router.get("/left", **_HIDDEN)
    async def left() -> HTMLResponse:
        return page(_NOTICE, view="left")

    @router.get("/leave/{signed}", **_HIDDEN)
    async def ask_to_leave(signed: str) -> HTMLResponse:
        if pages.enrolments.signer.read(signed) is None:
            return _bare(_OWN, "bad", HTTPStatus.NOT_FOUND)
        return page(_NOTICE, view="leave", signed=signed)

    @router.post("/leave/{signed}", **_HIDDEN)
    async def leave_by_message(signed: str) -> Response:
        return await pages.leave_by_message(signed)


def _add_private_page(router: APIRouter, pages: ExposurePages) -> None:
    @router.get("/{token}", **_HIDDEN)
    async def own(token: str) -> HTMLResponse:
        return await pages.own(token)

    @router.post("/{token}", **_HIDDEN)
    async def change(token: str, request: Request) -> Response:
        return await pages.change(token, await _fields(request))

    @router.post("/{token}/leave", **_HIDDEN)
    async def leave(token: str) -> Response:
        return await pages.leave(token)


def _is_final(trouble: NotDelivered | Transient) -> bool:
    return isinstance(trouble, NotDelivered) and trouble.failure is Failure.PERMANENT


def units_of(text: str) -> tuple[str, ...] | None:
    """Units as people type them, parted by spaces or commas; None when they cannot be units."""
    try:
        return _UNITS.validate_python(tuple(dict.fromkeys(re.split(r"[\s,;]+", text.strip()))))
    except ValidationError:
        return None


async def _fields(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=20) as fields:
        return {name: value for name, value in fields.items() if isinstance(value, str)}


def _bare(template: str, view: str, status: HTTPStatus) -> HTMLResponse:
    return page(template, status, view=view, token="")
