"""Asking for a peer: the page, the answer to programs, and the private page of the one who asked.

No field asks why, and nothing of who asked (address, browser, key) is looked at or kept.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from schemas.envelope import MemberId, UtcDatetime
from schemas.feedback import SupportKind, form_path
from schemas.policy import Role
from services.dispatch.commands import CancelRequest, RequestCommand, WaiveFollowup
from services.dispatch.edge.emergencies import fields_of
from services.dispatch.edge.replies import HEADERS
from services.dispatch.edge.requests_pages import clock, page, view_of
from services.dispatch.links import BadLink, RequestSigner
from services.dispatch.requests import LONGEST_CALLBACK, RequestDesk, TooMany, Wish
from services.dispatch.roster_check import not_pageable
from services.runtime.clock import new_id
from services.runtime.edge import PROBLEM, Problem, bearer
from services.runtime.errors import Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.jurisdiction import Notice
    from services.dispatch.edge.requests_doors import Doors
    from services.dispatch.requested import RequestState
    from services.dispatch.roster import Member
    from services.runtime.host import Ports

CRISIS_LINES = ("911", "988")
_GLANCE_SECONDS, _PATIENCE_SECONDS = 1.0, 8.0
_NOT_LISTED = frozenset({Role.COORDINATOR, Role.PROGRAM_LEAD})
"""They are called about the program, and answer to command."""

_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No members' key", "content": {PROBLEM: {}}},
    422: {"description": "An entry that does not fit, named", "content": {PROBLEM: {}}},
    429: {"description": "Too many in an hour; never an emergency", "content": {PROBLEM: {}}},
    503: {"description": "Nobody was asked; the same again in a moment", "content": {PROBLEM: {}}},
}


def _words(text: str) -> str:
    told = " ".join(text.split())
    if not told:
        raise ValueError("say how to reach you: a phone number, or where you are")
    return told


Callback = Annotated[str, Field(max_length=LONGEST_CALLBACK), AfterValidator(_words)]


class PeerRequest(BaseModel):
    """Asking for a peer. Fields that we do not know are dropped unread: none of them is needed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    callback: Callback = Field(description="A phone number, or words: `station 4, back door`")
    peer: MemberId = Field(default="any", description="A roster number, or `any`")
    discipline: str = Field(
        default="", max_length=LONGEST_CALLBACK, description="A wish, such as `ems`"
    )
    emergency: bool = False


class Taken(BaseModel):
    """What becomes of it. Keep `status_url` to yourself: it can take the request back."""

    status_url: str
    emergency: bool
    chosen: bool
    """Whether the peer who was wished for is asked first."""
    callback_by: UtcDatetime
    crisis_lines: tuple[str, ...] = CRISIS_LINES


@dataclass(frozen=True, slots=True)
class Asking:
    """The way in."""

    ports: Ports
    desk: RequestDesk
    signer: RequestSigner
    doors: Doors
    notice: Notice

    async def form(self, code: str) -> HTMLResponse:
        """The page to ask with; it is there even when nothing else works."""
        given = {"code": code} if self.doors.agency_of(code) else {}
        return await self._form(HTTPStatus.OK, given, "")

    async def sent(self, given: Mapping[str, str]) -> Response:
        """Take what was sent; the same sending twice is one request."""
        agency = self.doors.agency_of(given.get("code", ""))
        if agency is None:
            return await self._form(HTTPStatus.FORBIDDEN, given, "code")
        callback = " ".join(given.get("callback", "").split())
        if not callback or len(callback) > LONGEST_CALLBACK:
            return await self._form(HTTPStatus.UNPROCESSABLE_ENTITY, given, "callback")
        peer = given.get("peer") or None
        wish = Wish(
            callback,
            emergency=bool(given.get("emergency")),
            peer=peer,
            discipline=given.get("discipline", ""),
        )
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                entity = await self.desk.ask(agency, wish, given.get("once") or new_id().hex)
        except TooMany:
            return await self._form(HTTPStatus.TOO_MANY_REQUESTS, given, "many")
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the crisis lines are shown
            if not isinstance(trouble, Transient | TimeoutError):
                log.error("request_not_taken", reason=type(trouble).__name__)
            return await self._form(HTTPStatus.SERVICE_UNAVAILABLE, given, "down")
        return RedirectResponse(f"/ask/{self.signer.sign(entity)}", HTTPStatus.SEE_OTHER, HEADERS)

    async def taken(self, told: PeerRequest, request: Request, once: str | None) -> Taken:
        """The same for programs. Raises Problem 401, 429 and 503, each with the crisis lines."""
        credentials = await bearer(request)
        key = credentials.credentials if credentials else request.headers.get("x-api-key", "")
        agency = self.doors.agency_of(key)
        if agency is None:
            detail = "Send the members' key: `Authorization: Bearer <key>`."
            raise _problem(HTTPStatus.UNAUTHORIZED, detail)
        peer = None if told.peer == "any" else told.peer
        wish = Wish(told.callback, emergency=told.emergency, peer=peer, discipline=told.discipline)
        try:
            entity = await self.desk.ask(agency, wish, once or new_id().hex)
            standing = await self.desk.standing(entity)
        except TooMany:
            many = "Too many requests came in an hour. An emergency is always taken."
            raise _problem(HTTPStatus.TOO_MANY_REQUESTS, many) from None
        except Transient:
            detail = "Nobody was asked. Send the same again in a moment."
            raise _problem(HTTPStatus.SERVICE_UNAVAILABLE, detail) from None
        asked = standing.request
        assert asked is not None  # noqa: S101 - it has just been recorded
        return Taken(
            status_url=f"{self.ports.settings.base_url}/ask/{self.signer.sign(entity)}",
            emergency=asked.emergency,
            chosen=asked.chosen is not None,
            callback_by=asked.callback_by,
        )

    async def status(self, token: str) -> HTMLResponse:
        """How the request stands, without a name; 404 for a link that is not ours."""
        try:
            standing = await self.desk.standing(self.signer.read(token))
        except BadLink:
            return page("request_status.html", HTTPStatus.NOT_FOUND, view="bad", token="")
        except Transient:
            down = HTTPStatus.SERVICE_UNAVAILABLE
            return page("request_status.html", down, view="down", token=token)
        return self._status(token, standing)

    async def waive(self, token: str) -> Response:
        """No follow-up, in one tap, also when the request is long over."""
        return await self._step(token, WaiveFollowup)

    async def cancel(self, token: str) -> Response:
        """Take it back, in one tap; how to call back is gone at once."""
        return await self._step(token, CancelRequest)

    async def _step(self, token: str, kind: type[RequestCommand]) -> Response:
        try:
            entity = self.signer.read(token)
            handled = await self.desk.do(entity, kind)
            if handled.state.open_request is None:
                await self.desk.erase(entity)
        except BadLink:
            return page("request_status.html", HTTPStatus.NOT_FOUND, view="bad", token="")
        except Transient:
            down = HTTPStatus.SERVICE_UNAVAILABLE
            return page("request_status.html", down, view="down", token=token)
        return RedirectResponse(f"/ask/{token}", HTTPStatus.SEE_OTHER, HEADERS)

    def _status(self, token: str, standing: RequestState) -> HTMLResponse:
        asked = standing.request
        if asked is None:
            return page("request_status.html", HTTPStatus.NOT_FOUND, view="bad", token="")
        now, zone = self.ports.clock.now(), self.ports.settings.time_zone
        return page(
            "request_status.html",
            view=view_of(standing),
            token=token,
            emergency=asked.emergency,
            by=clock(asked.callback_by, zone),
            late=now >= asked.callback_by,
            waived=standing.waived,
            feedback=form_path(SupportKind.REQUEST, now, zone),
        )

    async def _form(self, status: HTTPStatus, given: Mapping[str, str], wrong: str) -> HTMLResponse:
        agency = self.doors.agency_of(given.get("code", ""))
        roster = await self._roster(agency) if agency else {}
        return page(
            "ask.html",
            status,
            given={"once": new_id().hex, **given},
            wrong=wrong,
            needs_code=not self.doors.is_open,
            peers=self._askable(roster),
            disciplines=sorted({member.entry.discipline for member in roster.values()}),
            within=round(self.desk.policy.peer.callback_within.total_seconds() / 60) or 1,
            kept_days=round(self.desk.policy.keep_for.total_seconds() / 86400) or 1,
            notice=self.notice,
        )

    async def _roster(self, agency: str) -> Mapping[str, Member]:
        """For choosing only, so the page does not wait for it when the streams are slow."""
        try:
            async with asyncio.timeout(_GLANCE_SECONDS):
                return await self.desk.circles.book.of(agency)
        except (Transient, TimeoutError):
            return {}

    def _askable(self, roster: Mapping[str, Member]) -> list[dict[str, str]]:
        now, rules = self.ports.clock.now(), self.desk.circles.book.rules
        return [
            {
                "id": member_id,
                "role": member.entry.role.value,
                "discipline": member.entry.discipline,
                "station": member.entry.station,
            }
            for member_id, member in sorted(roster.items())
            if member.entry.role not in _NOT_LISTED
            and not not_pageable(member, now, now.date(), rules)
        ]


def routes(asking: Asking) -> APIRouter:
    """The HTTP edge of asking for a peer."""
    router = APIRouter(tags=["requests"])
    _add_pages(router, asking)
    secured: dict[str, Any] = {"security": [{bearer.scheme_name: []}, {}]}

    @router.post("/v1/peer-requests", status_code=201, responses=_ANSWERS, openapi_extra=secured)
    async def request_a_peer(
        told: PeerRequest,
        request: Request,
        response: Response,
        idempotency_key: Annotated[
            str | None, Header(max_length=LONGEST_CALLBACK, description="Makes a repeat harmless")
        ] = None,
    ) -> Taken:
        """Ask for a peer, or in an emergency for a mental health professional at once."""
        response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        return await asking.taken(told, request, idempotency_key)

    return router


def _add_pages(router: APIRouter, asking: Asking) -> None:
    hidden: dict[str, Any] = {"include_in_schema": False, "response_model": None}

    @router.get("/ask", **hidden)
    async def form(request: Request) -> HTMLResponse:
        return await asking.form(request.query_params.get("code", ""))

    @router.post("/ask", **hidden)
    async def sent(request: Request) -> Response:
        return await asking.sent(await fields_of(request))

    @router.get("/ask/{token}", **hidden)
    async def status(token: str) -> HTMLResponse:
        return await asking.status(token)

    @router.post("/ask/{token}/cancel", **hidden)
    async def cancel(token: str) -> Response:
        return await asking.cancel(token)

    @router.post("/ask/{token}/no-follow-up", **hidden)
    async def waive(token: str) -> Response:
        return await asking.waive(token)


def _problem(status: HTTPStatus, detail: str) -> Problem:
    return Problem(status, detail, code="request", crisis_lines=list(CRISIS_LINES))
