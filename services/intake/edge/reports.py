"""One native report over HTTP: its fields are checked here, and the desk takes it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from services.intake.adapters.native import NativeReport, told_by
from services.intake.edge.desk import Taken
from services.runtime.edge import bearer, require

if TYPE_CHECKING:
    from services.intake.edge.desk import Desk
    from services.runtime.host import Ports

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="Names this report, so that sending it again makes no second case.",
    ),
]
"""Used when the report has no incident number, and to tell a repeat from an update."""
SECURED: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}


def routes(desk: Desk, ports: Ports) -> APIRouter:
    """POST /incidents."""
    router = APIRouter(prefix="/v1", tags=["incidents"])

    @router.post(
        "/incidents",
        status_code=HTTPStatus.ACCEPTED,
        responses={
            200: {"model": Taken, "description": "A repeat: nothing new was recorded"},
            401: {"description": "No key, or one that is not known"},
            413: {"description": "The body is too large"},
            422: {"description": "A field does not fit; `errors` names it"},
            503: {"description": "Not stored: send it again after `Retry-After` seconds"},
        },
        openapi_extra=SECURED,
    )
    async def report_incident(
        native: NativeReport,
        request: Request,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> Taken:
        """Report an incident, or something new about one. Answered once it is on disk."""
        principal = await require(request, ports.keyring)
        told = told_by(native, principal.label, idempotency_key)
        trace = request.headers.get("traceparent")
        taken = await desk.take(told, principal.agency, principal.label, trace)
        response.headers["Location"] = f"/v1/cases/{taken.case_id}"
        if taken.answer == "duplicate":
            response.status_code = HTTPStatus.OK
        return taken

    return router
