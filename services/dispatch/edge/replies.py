"""The page behind an offer's link: accept or decline, and what a member may say once they serve.

Without script, on any phone. Only a POST answers: mail programs open links by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from schemas.refusals import RefusalCode
from services.dispatch.commands import (
    AcceptOffer,
    CannotServe,
    DecideSessions,
    DeclineOffer,
    EstimateArrival,
    TeamCommand,
)
from services.dispatch.decider import DISPATCH
from services.dispatch.edge.calendars import NAME as CALENDAR
from services.dispatch.edge.calendars import calendar_of
from services.dispatch.edge.offer_shown import (
    HEADERS,
    MINUTES,
    bad,
    may_answer,
    page_of,
    serves,
    shown,
)
from services.dispatch.links import BadLink, LinkSigner, OfferLink
from services.dispatch.state import Active, Idle, newest
from services.runtime.clock import new_id
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.dispatch.edge.colleagues import Colleagues
    from services.dispatch.state import DispatchState, Offer
    from services.runtime.host import Ports

__all__ = ["HEADERS", "Replies", "routes"]

_NONE = "there is no such offer"


@dataclass(frozen=True, slots=True)
class Replies:
    """The answers to offers."""

    ports: Ports
    signer: LinkSigner
    of_requests: Callable[[str, OfferLink], Awaitable[HTMLResponse]]
    """The page of an offer to take a member's own request for a peer."""
    colleagues: Colleagues

    async def page(self, token: str) -> HTMLResponse:
        """What the offer's page shows now."""
        try:
            link = self.signer.read(token)
        except BadLink as altered:
            return bad(HTTPStatus.BAD_REQUEST, str(altered))
        if link.entity.is_request:
            return await self.of_requests(token, link)
        state = await self._state(link)
        if isinstance(state, Idle):
            was = link.offer_id in state.past
            gone = {"view": "stood_down", "drill": state.drill}
            return page_of(gone) if was else bad(HTTPStatus.NOT_FOUND, _NONE)
        offer = newest(state.offers, link.offer_id)
        if offer is None:
            return bad(HTTPStatus.NOT_FOUND, _NONE)
        now, zone = self.ports.clock.now(), self.ports.settings.time_zone
        return page_of(shown(link, offer, state, now, zone) | {"token": token})

    async def suggest(self, token: str) -> Response:
        """The page to name a colleague on; back to the offer when it is not theirs to answer."""
        found = await self._found(token)
        if isinstance(found, HTMLResponse):
            return found
        link, offer, state = found
        if not may_answer(link, offer, state, self.ports.clock.now()):
            return _back(token)
        named = await self.colleagues.of(link.entity.agency, offer, state)
        values = {"token": token, "colleagues": named, "drill": state.drill}
        return page_of({"view": "colleague", **values})

    async def calendar(self, token: str) -> Response:
        """A file for the member's calendar, which says nothing of what it is."""
        found = await self._found(token)
        if isinstance(found, HTMLResponse):
            return found
        _link, offer, state = found
        body = calendar_of(offer, state, self.ports.clock.now())
        if body is None:
            return _back(token)
        attached = {"Content-Disposition": f'attachment; filename="{CALENDAR}"'}
        return Response(body, HTTPStatus.OK, HEADERS | attached, "text/calendar")

    async def do(
        self, token: str, kind: type[TeamCommand], **fields: object
    ) -> HTMLResponse | RedirectResponse:
        """Record what was tapped, then show the page again: reloading it answers nothing."""
        try:
            link = self.signer.read(token)
        except BadLink as altered:
            return bad(HTTPStatus.BAD_REQUEST, str(altered))
        now = self.ports.clock.now()
        if kind in {AcceptOffer, DeclineOffer}:
            if not link.is_open(now):
                return _back(token)
        else:
            found = await self._found(token)
            if isinstance(found, HTMLResponse):
                return found
            if not serves(found[2], now):
                return _back(token)
        return await self._record(token, link, kind, fields)

    async def _record(
        self, token: str, link: OfferLink, kind: type[TeamCommand], fields: dict[str, object]
    ) -> HTMLResponse | RedirectResponse:
        about = {
            "command_id": new_id(),
            "now": self.ports.clock.now(),
            "actor": "offer-link",
            "trace": trace_from(None),
            "case_id": link.entity.id,
            "offer_id": link.offer_id,
        }
        try:
            command = kind.model_validate({**about, **fields})
        except ValidationError:
            return _back(token)  # no form of ours sends it
        handled = await handle(self.ports.journal, DISPATCH, link.entity, command)
        if handled.refusal and handled.refusal.code is RefusalCode.UNKNOWN_CASE:
            return bad(HTTPStatus.NOT_FOUND, _NONE)
        return _back(token)

    async def _found(self, token: str) -> HTMLResponse | tuple[OfferLink, Offer, Active]:
        try:
            link = self.signer.read(token)
        except BadLink as altered:
            return bad(HTTPStatus.BAD_REQUEST, str(altered))
        state = await self._state(link)
        offer = newest(state.offers, link.offer_id) if isinstance(state, Active) else None
        if offer is None or not isinstance(state, Active) or link.entity.is_request:
            return bad(HTTPStatus.NOT_FOUND, _NONE)
        return link, offer, state

    async def _state(self, link: OfferLink) -> DispatchState:
        return DISPATCH.fold(await self.ports.journal.load(link.entity))


def routes(replies: Replies) -> APIRouter:
    """The pages behind offer links."""
    router = APIRouter(prefix="/o", tags=["offers"], default_response_class=HTMLResponse)

    @router.get("/{token}")
    async def show(token: str) -> HTMLResponse:
        """The offer's page; opening it answers nothing."""
        return await replies.page(token)

    @router.post("/{token}/accept", response_model=None)
    async def accept(token: str) -> HTMLResponse | RedirectResponse:
        """Take the place, or stand by when the team is complete."""
        return await replies.do(token, AcceptOffer)

    @router.post("/{token}/decline", response_model=None)
    async def decline(
        token: str, colleague: Annotated[str, Form(max_length=63)] = ""
    ) -> HTMLResponse | RedirectResponse:
        """Say no, in one tap; or name a colleague to ask."""
        return await replies.do(token, DeclineOffer, colleague=colleague.strip().lower() or None)

    _serving(router, replies)
    return router


def _serving(router: APIRouter, replies: Replies) -> None:
    """What a member says once they have a place, or stand by."""

    @router.get("/{token}/colleague", response_model=None)
    async def colleague(token: str) -> Response:
        """Who may be asked instead."""
        return await replies.suggest(token)

    @router.get(f"/{{token}}/{CALENDAR}", response_model=None)
    async def calendar(token: str) -> Response:
        """For the member's own calendar."""
        return await replies.calendar(token)

    @router.post("/{token}/arrival", response_model=None)
    async def arrival(
        token: str, minutes: Annotated[int, Form(ge=1, le=max(MINUTES))]
    ) -> HTMLResponse | RedirectResponse:
        """Say when they can be there."""
        return await replies.do(token, EstimateArrival, minutes=minutes)

    @router.post("/{token}/cannot", response_model=None)
    async def cannot(token: str) -> HTMLResponse | RedirectResponse:
        """Give the place back, or stop standing by."""
        return await replies.do(token, CannotServe)

    @router.post("/{token}/sessions", response_model=None)
    async def sessions(
        token: str,
        kind: Annotated[str, Form(max_length=40)],
        answer: Annotated[str, Form(pattern="^(approve|not-now)$")],
    ) -> HTMLResponse | RedirectResponse:
        """Approve a kind of group intervention, or not now."""
        return await replies.do(token, DecideSessions, kinds=(kind,), approved=answer == "approve")


def _back(token: str) -> RedirectResponse:
    return RedirectResponse(f"/o/{token}", HTTPStatus.SEE_OTHER, HEADERS)
