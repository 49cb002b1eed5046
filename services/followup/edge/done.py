"""HTTP in: a session was held, a check-in was offered. Nothing about it is asked."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Request, Response

from schemas.envelope import Slug
from schemas.refusals import RefusalCode
from schemas.subjects import Entity, Stream
from services.followup.commands import MarkDone
from services.followup.decider import FOLLOWUP
from services.runtime.auth import KeyRole
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer, require
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from services.runtime.host import Ports

_STATUS = {
    RefusalCode.UNKNOWN_CASE: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_ITEM: HTTPStatus.NOT_FOUND,
}
Item = Annotated[Slug, Path(description="Such as `defusing-responders`")]


def routes(ports: Ports) -> APIRouter:
    """The HTTP edge of followup."""
    router = APIRouter(prefix="/v1/cases", tags=["followup"])

    @router.post(
        "/{case_id}/items/{item}/done",
        status_code=HTTPStatus.NO_CONTENT,
        openapi_extra={"security": [{bearer.scheme_name: []}]},
    )
    async def mark_done(
        case_id: Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")],
        item: Item,
        request: Request,
    ) -> Response:
        """Record that a session was held or a check-in was offered."""
        principal = await require(request, ports.keyring, frozenset({KeyRole.OPERATOR}))
        command = MarkDone(
            command_id=new_id(),
            now=ports.clock.now(),
            actor=f"key:{principal.label}",
            trace=trace_from(request.headers.get("traceparent")),
            item=item,
        )
        entity = Entity(Stream.FOLLOWUP, principal.agency, case_id)
        handled = await handle(ports.journal, FOLLOWUP, entity, command)
        if refusal := handled.refusal:
            status = _STATUS.get(refusal.code, HTTPStatus.CONFLICT)
            raise Problem(status, refusal.detail, code=refusal.code.value)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router
