"""The dry run over HTTP: what a report would lead to. Stores nothing, and logs nothing of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request

from services.intake.adapters.formats import Format
from services.intake.edge.feeds import read
from services.intake.edge.reports import SECURED
from services.intake.edge.verdict import Verdict, explain
from services.runtime.edge import PROBLEM, require

if TYPE_CHECKING:
    from services.intake.policy import Pack
    from services.runtime.host import Ports

FormatQuery = Annotated[
    Format | None,
    Query(alias="format", description="By default the one that the document itself shows."),
]
_DOCUMENT: dict[str, Any] = {
    "application/json": {"schema": {"type": "object"}},
    "application/xml": {"schema": {"type": "string"}},
}


def routes(ports: Ports, pack: Pack) -> APIRouter:
    """POST /screenings."""
    router = APIRouter(prefix="/v1", tags=["incidents"])

    @router.post(
        "/screenings",
        status_code=HTTPStatus.OK,
        responses={
            401: {"description": "No key, or one that is not known", "content": {PROBLEM: {}}},
            413: {"description": "The body is too large", "content": {PROBLEM: {}}},
            422: {"description": "It cannot be read; `errors` says why", "content": {PROBLEM: {}}},
        },
        openapi_extra={**SECURED, "requestBody": {"required": True, "content": _DOCUMENT}},
    )
    async def screen_document(
        request: Request, form: FormatQuery = None
    ) -> Verdict | list[Verdict]:
        """Say what a report would lead to: outcome, reasons with your own words, what would be
        asked and planned. Takes every format; several reports get a list. Nothing is stored."""
        principal = await require(request, ports.keyring)
        told = await read(await request.body(), principal.label, form)
        now = ports.clock.now()
        verdicts = [explain(each, pack, now) for each in told]
        return verdicts[0] if len(verdicts) == 1 else verdicts

    return router
