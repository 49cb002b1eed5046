"""Raising an emergency: the pages to tap on, and what is shown while somebody comes.

Only the kind of emergency and the time are recorded. Whoever raises it, and why, has no field.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from schemas.requests import EmergencyCategory
from services.dispatch.commands import CancelRequest
from services.dispatch.decide.paging import somebody_has_it
from services.dispatch.edge import emergencies_api
from services.dispatch.edge.replies import HEADERS
from services.dispatch.edge.requests_pages import clock, page
from services.dispatch.emergencies import EmergencyDesk, NoOffer
from services.dispatch.links import BadLink, LinkSigner, RequestSigner
from services.dispatch.requests import LONGEST_CALLBACK, RequestDesk, Wish
from services.dispatch.state import Active
from services.runtime.access import May
from services.runtime.clock import new_id
from services.runtime.errors import Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from schemas.subjects import Entity
    from services.dispatch.edge.requests_doors import Doors
    from services.dispatch.requested import RequestState
    from services.runtime.host import Ports

_PAGE = "emergency.html"
_PATIENCE_SECONDS = 4.0
"""Then the page says that nobody may have been paged: a person waits for this answer."""


@dataclass(frozen=True, slots=True)
class Emergencies:
    """The pages. Each answers a tap with the page itself: one round trip, whatever happens."""

    ports: Ports
    desk: RequestDesk
    signer: RequestSigner
    links: LinkSigner
    doors: Doors

    async def form(self, given: Mapping[str, str]) -> HTMLResponse:
        """The page to raise one with; it is there even when nothing else works."""
        return self._form(HTTPStatus.OK, "form", given, "/emergency", None)

    async def sent(self, given: Mapping[str, str]) -> HTMLResponse:
        """Page whoever can help; the same tap twice is one emergency."""
        agency = self.doors.agency_of(given.get("code", ""), May.RAISE_EMERGENCY)
        if agency is None:
            return self._form(HTTPStatus.FORBIDDEN, "code", given, "/emergency", None)
        category = category_of(given.get("category", ""))
        once = given.get("once") or new_id().hex
        wish = Wish(words_of(given.get("callback", "")), emergency=True, category=category)
        raising = self.desk.ask(agency, wish, once)
        return await self._raised(raising, "/emergency", {**given, "once": once}, category)

    async def by_the_asker(self, token: str, given: Mapping[str, str]) -> HTMLResponse:
        """A request for a peer that cannot wait any more."""
        try:
            entity = self.signer.read(token)
        except BadLink:
            return _bare("bad", HTTPStatus.NOT_FOUND, token)
        category = category_of(given.get("category", ""))
        raising = EmergencyDesk(self.desk).by_the_asker(entity, category)
        return await self._raised(raising, f"/ask/{token}/emergency", given, category)

    async def by_a_member(self, token: str, given: Mapping[str, str]) -> HTMLResponse:
        """A member of a team, from the page of the offer that they took."""
        try:
            link = self.links.read(token)
        except BadLink:
            return _bare("bad", HTTPStatus.BAD_REQUEST, token)
        category = category_of(given.get("category", ""))
        raising = EmergencyDesk(self.desk).by_a_member(link.entity, link.offer_id, category)
        try:
            return await self._raised(raising, f"/o/{token}/emergency", given, category)
        except NoOffer:
            return _bare("bad", HTTPStatus.NOT_FOUND, token)

    async def by_own_link(self, agency: str, token: str, given: Mapping[str, str]) -> HTMLResponse:
        """A member of the team, from their own page; the same tap twice is one emergency."""
        category = category_of(given.get("category", ""))
        once = given.get("once") or new_id().hex
        wish = Wish(words_of(given.get("callback", "")), emergency=True, category=category)
        raising = self.desk.ask(agency, wish, once)
        given = {**given, "once": once}
        return await self._raised(raising, f"/m/{token}/emergency", given, category)

    async def look(self, token: str) -> HTMLResponse:
        """How it stands, without a name; 404 for a link that is not ours."""
        try:
            return await self._shown(self.signer.read(token), None)
        except BadLink:
            return _bare("bad", HTTPStatus.NOT_FOUND, token)

    async def step(self, token: str, name: str, callback: str = "") -> Response:
        """Say how to be reached, or that nobody is needed any more; then the page again."""
        try:
            entity = self.signer.read(token)
            if name == "over":
                await self.desk.do(entity, CancelRequest)
                await self.desk.erase(entity)
            elif words := words_of(callback):
                await self.desk.reachable_at(entity, words)
        except BadLink:
            return _bare("bad", HTTPStatus.NOT_FOUND, token)
        except Transient:
            return _bare("unseen", HTTPStatus.SERVICE_UNAVAILABLE, token)
        return RedirectResponse(f"/emergency/{token}", HTTPStatus.SEE_OTHER, HEADERS)

    async def _raised(
        self,
        raising: Awaitable[Entity],
        action: str,
        given: Mapping[str, str],
        category: EmergencyCategory,
    ) -> HTMLResponse:
        """The page of the emergency; when it could not be raised, the way to tap again."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._shown(await raising, category)
        except NoOffer:
            raise
        except Exception as trouble:  # noqa: BLE001 - whatever it is, the crisis lines are shown
            if not isinstance(trouble, Transient | TimeoutError):
                log.error("emergency_not_taken", reason=type(trouble).__name__)
        return self._form(HTTPStatus.SERVICE_UNAVAILABLE, "down", given, action, category)

    async def _shown(self, entity: Entity, category: EmergencyCategory | None) -> HTMLResponse:
        token = self.signer.sign(entity)
        try:
            standing = await self.desk.standing(entity)
            contact = await self.desk.contact(entity)
        except Transient:
            return _bare("unseen", HTTPStatus.SERVICE_UNAVAILABLE, token)
        asked = standing.request
        if asked is None:
            return _bare("bad", HTTPStatus.NOT_FOUND, token)
        every = self.desk.policy.emergency.response.reply_within
        return page(
            _PAGE,
            view=_view(standing),
            token=token,
            category=category or asked.category or "",
            by=clock(asked.answer_by, self.ports.settings.time_zone),
            late=self.ports.clock.now() >= asked.answer_by,
            minutes=max(1, round(every.total_seconds() / 60)),
            reached=asked.reached,
            known=isinstance(standing.team, Active) and somebody_has_it(standing.team),
            reachable=contact is not None,
        )

    def _form(
        self,
        status: HTTPStatus,
        view: str,
        given: Mapping[str, str],
        action: str,
        category: EmergencyCategory | None,
    ) -> HTMLResponse:
        code = given.get("code", "")
        return page(
            _PAGE,
            status,
            view=view,
            category=category or "",
            action=action,
            once=given.get("once") or new_id().hex,
            code=code if self.doors.agency_of(code, May.RAISE_EMERGENCY) else "",
            needs_code=action == "/emergency" and not self.doors.is_open,
        )


def routes(emergencies: Emergencies) -> APIRouter:
    """The pages of emergencies and the API. An offer's own is among those of `requests_taken`."""
    router = APIRouter(tags=["requests"])
    api = emergencies_api.EmergencyApi(
        emergencies.ports, emergencies.desk, emergencies.signer, emergencies.doors
    )
    router.include_router(emergencies_api.routes(api))
    hidden: dict[str, Any] = {"include_in_schema": False, "response_model": None}

    @router.get("/emergency", **hidden)
    async def form(request: Request) -> HTMLResponse:
        return await emergencies.form({"code": request.query_params.get("code", "")})

    @router.post("/emergency", **hidden)
    async def sent(request: Request) -> HTMLResponse:
        return await emergencies.sent(await fields_of(request))

    @router.get("/emergency/{token}", **hidden)
    async def look(token: str) -> HTMLResponse:
        return await emergencies.look(token)

    @router.post("/emergency/{token}/callback", **hidden)
    async def callback(token: str, request: Request) -> Response:
        given = await fields_of(request)
        return await emergencies.step(token, "callback", given.get("callback", ""))

    @router.post("/emergency/{token}/over", **hidden)
    async def over(token: str) -> Response:
        return await emergencies.step(token, "over")

    @router.post("/ask/{token}/emergency", **hidden)
    async def by_the_asker(token: str, request: Request) -> HTMLResponse:
        return await emergencies.by_the_asker(token, await fields_of(request))

    return router


async def fields_of(request: Request) -> dict[str, str]:
    """The text fields of a form; a file is none."""
    async with request.form(max_files=0, max_fields=20) as fields:
        return {name: value for name, value in fields.items() if isinstance(value, str)}


def words_of(text: str) -> str:
    """How to be reached, on one line and no longer than fits; too much must not stop an emergency."""
    return " ".join(text.split())[:LONGEST_CALLBACK]


def category_of(word: str) -> EmergencyCategory:
    """The kind that was tapped; one that we do not know must not stop an emergency."""
    try:
        return EmergencyCategory(word)
    except ValueError:
        return EmergencyCategory.OTHER


def _view(standing: RequestState) -> str:
    asked = standing.request
    if asked is None or asked.end is not None:
        return "over"
    members = standing.team.members() if isinstance(standing.team, Active) else ()
    there = {member.member_id for member in members} - asked.with_them
    return "taken" if there or asked.reached else "paging"


def _bare(view: str, status: HTTPStatus, token: str) -> HTMLResponse:
    return page(_PAGE, status, view=view, category="", token=token)
