"""The page of a member who is asked to take a request: how to call back, what to do, and done."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from schemas.policy import Role
from services.dispatch.commands import FinishRequest, HandBack, MarkReached
from services.dispatch.edge.emergencies import Emergencies, fields_of
from services.dispatch.edge.replies import HEADERS
from services.dispatch.edge.requests_pages import clock, page, phone_of
from services.dispatch.links import BadLink, LinkSigner, OfferLink
from services.dispatch.state import Active, Offer, OfferStatus
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from services.dispatch.requested import Request, RequestState
    from services.dispatch.requests import RequestDesk
    from services.runtime.host import Ports

_PAGE = "request_taken.html"
_STEPS: dict[str, type[MarkReached] | type[HandBack] | type[FinishRequest]] = {
    "reached": MarkReached,
    "hand-back": HandBack,
    "done": FinishRequest,
}


@dataclass(frozen=True, slots=True)
class TakenRequests:
    """What a member sees of a request. Only whoever took it sees how to call back."""

    ports: Ports
    desk: RequestDesk
    signer: LinkSigner
    emergencies: Emergencies

    async def page(self, token: str, link: OfferLink) -> HTMLResponse:
        """What the offer's page shows now."""
        try:
            standing = await self.desk.standing(link.entity)
            taken = standing.taken(link.offer_id)
            contact = await self.desk.contact(link.entity) if taken else None
        except Transient:
            return page(_PAGE, HTTPStatus.SERVICE_UNAVAILABLE, view="down", token=token)
        request = standing.request
        team = standing.team
        past = link.offer_id in team.past
        offer = team.offers.get(link.offer_id) if isinstance(team, Active) else None
        if request is None or (offer is None and not past):
            return page(_PAGE, HTTPStatus.NOT_FOUND, view="bad", token=token)
        if offer is None or request.end is not None:
            return page(_PAGE, view="over", token=token)
        view = self._view(standing, link, offer)
        shown = self._shown(request, offer, contact)
        open_places = team.open_places() if isinstance(team, Active) else ()
        shown["paging"] = any(place.role is Role.MHP for place in open_places)
        return page(_PAGE, HTTPStatus.OK, token=token, view=view, **shown)

    async def step(self, token: str, name: str) -> Response:
        """Record what the member tapped, then show the page again: reloading it changes nothing."""
        try:
            link = self.signer.read(token)
            if not link.entity.is_request:
                return page(_PAGE, HTTPStatus.NOT_FOUND, view="bad", token=token)
            await self._record(link, name)
        except BadLink:
            return page(_PAGE, HTTPStatus.BAD_REQUEST, view="bad", token=token)
        except Transient:
            return page(_PAGE, HTTPStatus.SERVICE_UNAVAILABLE, view="down", token=token)
        return RedirectResponse(f"/o/{token}", HTTPStatus.SEE_OTHER, HEADERS)

    async def emergency(self, token: str, given: dict[str, str]) -> Response:
        """From a request that they took, or from a case whose team they are on."""
        try:
            of_a_request = self.signer.read(token).entity.is_request
        except BadLink:
            of_a_request = False
        if of_a_request:
            return await self.step(token, "emergency")
        return await self.emergencies.by_a_member(token, given)

    async def _record(self, link: OfferLink, name: str) -> None:
        if name == "emergency":
            handled = await self.desk.raise_emergency(link.entity, link.offer_id)
        else:
            handled = await self.desk.do(link.entity, _STEPS[name], offer_id=link.offer_id)
        if handled.state.request and handled.state.open_request is None:
            await self.desk.erase(link.entity)

    def _view(self, standing: RequestState, link: OfferLink, offer: Offer) -> str:
        match offer.status:
            case OfferStatus.ACCEPTED:
                return "accepted" if standing.taken(offer.offer_id) else "finished"
            case OfferStatus.DECLINED:
                return "declined"
            case OfferStatus.WITHDRAWN | OfferStatus.STANDBY | OfferStatus.SUPERSEDED:
                return "complete"
            case OfferStatus.OPEN | OfferStatus.EXPIRED:
                assert isinstance(standing.team, Active)  # noqa: S101 - its offer was found there
                if all(place.role is not offer.role for place in standing.team.open_places()):
                    return "complete"
                return "open" if link.is_open(self.ports.clock.now()) else "over"

    def _shown(self, request: Request, offer: Offer, contact: str | None) -> dict[str, object]:
        zone = self.ports.settings.time_zone
        return {
            "emergency": request.emergency,
            "role": offer.role.value,
            "reached": request.reached,
            "raised": request.raised > 0,
            "category": (request.category or "") if request.emergency else "",
            "contact": contact,
            "phone": phone_of(contact) if contact else None,
            "call_by": clock(request.callback_by, zone),
            "late": self.ports.clock.now() >= request.callback_by,
        }


def routes(taken: TakenRequests) -> APIRouter:
    """What a member may tap on the page of a request that they took."""
    router = APIRouter(prefix="/o/{token}", tags=["requests"], include_in_schema=False)

    @router.post("/reached", response_model=None)
    async def reached(token: str) -> Response:
        return await taken.step(token, "reached")

    @router.post("/emergency", response_model=None)
    async def emergency(token: str, request: HttpRequest) -> Response:
        return await taken.emergency(token, await fields_of(request))

    @router.post("/hand-back", response_model=None)
    async def hand_back(token: str) -> Response:
        return await taken.step(token, "hand-back")

    @router.post("/done", response_model=None)
    async def done(token: str) -> Response:
        return await taken.step(token, "done")

    return router
