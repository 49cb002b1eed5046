"""The page behind an offer's link: accept or decline, without script, on any phone."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader

from schemas.refusals import RefusalCode
from schemas.subjects import derived_id
from services.dispatch.commands import AcceptOffer, DeclineOffer
from services.dispatch.decider import DISPATCH
from services.dispatch.links import BadLink, LinkSigner, OfferLink
from services.dispatch.state import Active, Offer, OfferStatus
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.runtime.host import Ports

_PAGE = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("offer.html")
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}


@dataclass(frozen=True, slots=True)
class Replies:
    """The answers to offers. Only a POST answers: mail programs open links by themselves."""

    ports: Ports
    signer: LinkSigner
    of_requests: Callable[[str, OfferLink], Awaitable[HTMLResponse]]
    """The page of an offer to take a member's own request for a peer."""

    async def page(self, token: str) -> HTMLResponse:
        """What the offer's page shows now."""
        try:
            link = self.signer.read(token)
        except BadLink as bad:
            return _page(HTTPStatus.BAD_REQUEST, view="bad", detail=str(bad))
        if link.entity.is_request:
            return await self.of_requests(token, link)
        history = await self.ports.journal.load(link.entity)
        state = DISPATCH.fold(history)
        if link.offer_id in state.past:
            return _page(HTTPStatus.OK, view="stood_down")
        offer = state.offers.get(link.offer_id) if isinstance(state, Active) else None
        if offer is None or not isinstance(state, Active):
            return _page(HTTPStatus.NOT_FOUND, view="bad", detail="there is no such offer")
        return _page(HTTPStatus.OK, token=token, **self._shown(link, offer, state))

    async def answer(self, token: str, *, accept: bool) -> HTMLResponse | RedirectResponse:
        """Record the answer, then show the page again: reloading it answers nothing."""
        try:
            link = self.signer.read(token)
        except BadLink as bad:
            return _page(HTTPStatus.BAD_REQUEST, view="bad", detail=str(bad))
        now = self.ports.clock.now()
        if link.is_open(now):
            kind = AcceptOffer if accept else DeclineOffer
            command = kind(
                command_id=derived_id(link.offer_id, kind.__name__),
                now=now,
                actor="offer-link",
                trace=trace_from(None),
                case_id=link.entity.id,
                offer_id=link.offer_id,
            )
            handled = await handle(self.ports.journal, DISPATCH, link.entity, command)
            if handled.refusal and handled.refusal.code is RefusalCode.UNKNOWN_CASE:
                return _page(HTTPStatus.NOT_FOUND, view="bad", detail="there is no such offer")
        return RedirectResponse(f"/o/{token}", HTTPStatus.SEE_OTHER, HEADERS)

    def _shown(self, link: OfferLink, offer: Offer, state: Active) -> dict[str, object]:
        now = self.ports.clock.now()
        zone = ZoneInfo(self.ports.settings.time_zone)
        return {
            "view": _view(link.is_open(now), offer, state),
            "role": offer.role.value,
            "urgency": state.brief.urgency.value,
            "answer_by": offer.expires_at.astimezone(zone).strftime("%H:%M %Z"),
            "late": now >= offer.expires_at,
        }


def routes(replies: Replies) -> APIRouter:
    """The pages behind offer links."""
    router = APIRouter(prefix="/o", tags=["offers"], default_response_class=HTMLResponse)

    @router.get("/{token}")
    async def show(token: str) -> HTMLResponse:
        """The offer's page; opening it answers nothing."""
        return await replies.page(token)

    @router.post("/{token}/accept", response_model=None)
    async def accept(token: str) -> HTMLResponse | RedirectResponse:
        """Take the place."""
        return await replies.answer(token, accept=True)

    @router.post("/{token}/decline", response_model=None)
    async def decline(token: str) -> HTMLResponse | RedirectResponse:
        """Say no, in one tap."""
        return await replies.answer(token, accept=False)

    return router


def _view(is_open: bool, offer: Offer, state: Active) -> str:  # noqa: FBT001 - a plain fact
    match offer.status:
        case OfferStatus.ACCEPTED:
            return "formed" if state.formed else "accepted"
        case OfferStatus.STANDBY:
            return "standby"
        case OfferStatus.DECLINED | OfferStatus.SUPERSEDED:
            return "declined"
        case OfferStatus.WITHDRAWN:
            return "complete"
        case OfferStatus.OPEN | OfferStatus.EXPIRED:
            if all(place.role is not offer.role for place in state.open_places()):
                return "complete"
            return "open" if is_open else "over"


def _page(status: HTTPStatus, **values: object) -> HTMLResponse:
    return HTMLResponse(_PAGE.render(values), status, HEADERS)
