"""A member's own link raises an emergency in one tap, also one that has run out: nothing holds it up."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.dispatch.edge.emergencies import fields_of
from services.dispatch.edge.replies import HEADERS

if TYPE_CHECKING:
    from services.dispatch.edge.emergencies import Emergencies
    from services.dispatch.own_pages import OwnPages


@dataclass(frozen=True, slots=True)
class OwnEmergency:
    """Who taps is known only as somebody of the team; nobody's number is recorded."""

    own: OwnPages
    urgent: Emergencies

    async def raised(self, token: str, given: dict[str, str]) -> Response:
        """Page whoever can help. A link that is not ours leads to the page with a code."""
        found = self.own.signer.read(token)
        if found is None:
            return RedirectResponse("/emergency", HTTPStatus.SEE_OTHER, HEADERS)
        return await self.urgent.by_own_link(found[0].agency, token, given)


def routes(own: OwnEmergency) -> APIRouter:
    """One button's way."""
    router = APIRouter()
    hidden: dict[str, Any] = {"include_in_schema": False, "response_model": None}

    @router.post("/m/{token}/emergency", **hidden)
    async def raised(token: str, request: Request) -> Response | HTMLResponse:
        return await own.raised(token, await fields_of(request))

    return router
