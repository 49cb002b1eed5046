"""Cumulative exposure for programs: enrol an address, and with one's own secret look and leave.

There is no list. Operators are told how many have enrolled, in steps of five, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from schemas.envelope import UtcDatetime
from services.dispatch.carriers.port import NotDelivered
from services.dispatch.cumulative import Units, weigh
from services.dispatch.edge.exposure import ADDRESS
from services.dispatch.edge.exposure_picture import weeks
from services.dispatch.enrolments import Enrolments, TooMany
from services.runtime.edge import PROBLEM, Problem, bearer, require
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from services.dispatch.cumulative import Enrolment
    from services.dispatch.edge.requests_doors import Doors
    from services.dispatch.enrolments import Place
    from services.runtime.host import Ports

_SECURED: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known", "content": {PROBLEM: {}}},
    422: {"description": "An entry that does not fit, named", "content": {PROBLEM: {}}},
    429: {"description": "Too many links in an hour", "content": {PROBLEM: {}}},
    503: {"description": "Not just now; the same again in a moment", "content": {PROBLEM: {}}},
}
_OWN_ANSWERS: dict[int | str, dict[str, Any]] = {
    404: {"description": "The secret opens no record (any more)", "content": {PROBLEM: {}}},
    503: _ANSWERS[503],
}
_COUNT_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: _ANSWERS[401],
    403: {"description": "Not an operator's key", "content": {PROBLEM: {}}},
    503: _ANSWERS[503],
}
_NONE = "This secret opens no record (any more)."


class Enrol(BaseModel):
    """Who wants a count kept, and for which units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: Annotated[str, Field(max_length=254, pattern=ADDRESS.pattern.replace(r"\Z", "$"))] = (
        Field(description="A mail address; its owner must agree before anything is counted")
    )
    units: Units = Field(description="The units whose calls count, such as `E12`")


class LinkSent(BaseModel):
    """The link went to the address. It is never in an answer: nobody can enrol somebody else."""

    sent: bool = True
    confirm_within_seconds: int


class WeekOfCalls(BaseModel):
    """How many hard calls came in the week of a Monday, and what they count today."""

    week: date
    calls: int
    counts_now: float


class OwnCount(BaseModel):
    """One's own record, without any detail of an incident."""

    units: tuple[str, ...]
    counts_from: UtcDatetime | None = Field(description="null until the address is confirmed")
    weeks: tuple[WeekOfCalls, ...]
    counts_now: float
    offer_at: float
    offered_at: UtcDatetime | None


class HowMany(BaseModel):
    """How many have enrolled at least, in steps of five; null for fewer than five."""

    at_least: int | None


@dataclass(frozen=True, slots=True)
class ExposureApi:
    """The programs' side of it."""

    ports: Ports
    enrolments: Enrolments
    doors: Doors

    async def enrol(self, request: Request, wish: Enrol) -> LinkSent:
        """Send the link. Raises Problem 401, 422, 429 and 503; none says who is enrolled."""
        agency = self.doors.agency_of(await _key(request))
        if agency is None:
            raise _no("Send the members' key: `Authorization: Bearer <key>`.", "no-key", 401)
        try:
            await self.enrolments.begin(agency, wish.contact, wish.units)
        except TooMany:
            raise _no("Too many links were asked for in an hour.", "too-many", 429) from None
        except (NotDelivered, Transient):
            raise _no("No link went out. Try again in a moment.", "unavailable", 503) from None
        within = self.enrolments.policy.confirm_within.total_seconds()
        return LinkSent(confirm_within_seconds=round(within))

    async def own(self, request: Request) -> OwnCount:
        """The record of the secret that was sent as bearer token. Raises Problem 404 and 503."""
        _, record = await self._opened(request)
        rule, now = self.enrolments.policy.rule, self.ports.clock.now()
        shown = weeks(record.exposures, now, rule, self.ports.settings.time_zone)
        offer = record.offer if record.offer and record.offer.may_have_arrived else None
        return OwnCount(
            units=record.units,
            counts_from=record.counts_from,
            weeks=tuple(
                WeekOfCalls(week=week.begins, calls=week.calls, counts_now=round(week.now, 2))
                for week in shown
            ),
            counts_now=round(weigh(record.exposures, now, rule), 2),
            offer_at=rule.offer_at,
            offered_at=offer.at if offer else None,
        )

    async def leave(self, request: Request) -> None:
        """Erase it."""
        place, _ = await self._opened(request)
        try:
            await self.enrolments.leave(place)
        except Transient:
            raise _no("Nothing was erased. Try again in a moment.", "unavailable", 503) from None

    async def _opened(self, request: Request) -> tuple[Place, Enrolment]:
        credentials = await bearer(request)
        try:
            opened = await self.enrolments.opened(credentials.credentials if credentials else "")
        except Transient:
            raise _no("Try again in a moment.", "unavailable", 503) from None
        if opened is None:
            raise _no(_NONE, "unknown-enrolment", 404)
        return opened


def routes(api: ExposureApi) -> APIRouter:
    """The HTTP edge of cumulative exposure."""
    router = APIRouter(prefix="/v1/exposure-enrolments", tags=["exposure"])

    @router.post("", status_code=202, responses=_ANSWERS, openapi_extra=_SECURED)
    async def enrol(wish: Enrol, request: Request) -> LinkSent:
        """Send a link to an address; once its owner agrees, hard calls are counted for them."""
        return await api.enrol(request, wish)

    @router.get("/own", responses=_OWN_ANSWERS, openapi_extra=_SECURED)
    async def own_count(request: Request) -> OwnCount:
        """One's own count. The bearer token is the secret of one's private link, and no API key."""
        return await api.own(request)

    @router.delete("/own", status_code=204, responses=_OWN_ANSWERS, openapi_extra=_SECURED)
    async def leave(request: Request) -> Response:
        """Leave: everything is erased at once. The bearer token is the secret of one's link."""
        await api.leave(request)
        return Response(status_code=204)

    @router.get("/how-many", responses=_COUNT_ANSWERS, openapi_extra=_SECURED)
    async def how_many(request: Request) -> HowMany:
        """How many have enrolled, in steps of five."""
        who = await require(request, api.ports.keyring)
        return HowMany(at_least=await api.enrolments.how_many(who.agency))

    return router


async def _key(request: Request) -> str:
    credentials = await bearer(request)
    return credentials.credentials if credentials else request.headers.get("x-api-key", "")


def _no(detail: str, code: str, status: int) -> Problem:
    return Problem(HTTPStatus(status), detail, code=code)
