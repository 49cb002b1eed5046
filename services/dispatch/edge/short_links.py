"""Short links in texts: they lead to the page that the same message by mail leads to."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from schemas.dispatch import Purpose
from services.dispatch.carriers.short_forms import LINK
from services.dispatch.decider import DISPATCH
from services.dispatch.edge.replies import HEADERS
from services.dispatch.links import BadLink, OfferLink
from services.dispatch.state import Active, DispatchState

if TYPE_CHECKING:
    from uuid import UUID

    from schemas.subjects import Entity
    from services.dispatch.deliveries import Deliveries
    from services.dispatch.delivery_state import Delivery

_NOT_OURS = "/o/unknown"
"""The offers' page then says what is wrong with a link."""


@dataclass(frozen=True, slots=True)
class ShortLinks:
    """Follows a short link. It answers nothing: programs open links by themselves."""

    deliveries: Deliveries

    async def follow(self, token: str) -> str:
        """Where a link leads."""
        try:
            entity, begins = self.deliveries.links.read(token)
        except BadLink:
            return _NOT_OURS
        history = await self.deliveries.ports.journal.load(entity)
        state = DISPATCH.fold(history)
        for delivery_id, delivery in state.deliveries.items():
            if not delivery_id.bytes.startswith(begins):
                continue
            if delivery.offer_id and delivery.purpose is Purpose.OFFER:
                return self._offer(entity, delivery.offer_id, state)
            parcel = self.deliveries.parcels.behind(history.events, delivery_id, delivery.channel)
            if parcel and _can_be_written(delivery, state):
                found = LINK.search(parcel.write(state, delivery_id).text)
                return found[0] if found else _NOT_OURS
        return _NOT_OURS

    def _offer(self, entity: Entity, offer_id: UUID, state: DispatchState) -> str:
        until = self.deliveries.ports.clock.now()
        if isinstance(state, Active) and offer_id in state.offers:
            until = max(state.offers[offer_id].expires_at, state.form_by)
        link = OfferLink(entity=entity, offer_id=offer_id, valid_until=until)
        return f"/o/{self.deliveries.parcels.signer.sign(link)}"


def routes(links: ShortLinks) -> APIRouter:
    """The short links."""
    router = APIRouter(prefix="/s", tags=["offers"])

    @router.get("/{token}", status_code=303)
    async def follow(token: str) -> RedirectResponse:
        """On to the page that the message is about."""
        return RedirectResponse(await links.follow(token), HTTPStatus.SEE_OTHER, HEADERS)

    return router


def _can_be_written(delivery: Delivery, state: DispatchState) -> bool:
    """What is about a place that a member has can be worded only while they have it."""
    if delivery.purpose not in {Purpose.CALLBACK_DUE, Purpose.PLACE_GIVEN}:
        return True
    return isinstance(state, Active) and state.taken_by(delivery.member_id) is not None
