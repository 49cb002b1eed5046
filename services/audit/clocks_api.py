"""Response times over HTTP, for programs and the command line.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request

from services.audit.reader import Reader
from services.audit.settings import AuditSettings
from services.audit.spans import USUAL, BadSpan, span_of
from services.audit.views.clocks import ResponseTimes
from services.audit.views.clocks_shown import without_small_counts
from services.runtime.access import May, may
from services.runtime.edge import Problem, bearer, require
from services.runtime.host import Ports

_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    422: {"description": "No span that we know"},
}


def routes(ports: Ports, reader: Reader, settings: AuditSettings) -> APIRouter:
    """GET /v1/response-times."""
    router = APIRouter(prefix="/v1", tags=["audit"], responses=_ANSWERS)
    zone = ZoneInfo(settings.time_zone)

    @router.get("/response-times", openapi_extra={"security": [{bearer.scheme_name: []}]})
    async def response_times(
        request: Request,
        span: Annotated[
            str,
            Query(max_length=30, description="2026, 2026-q3, 2026-10, or 12-months up to now"),
        ] = USUAL,
    ) -> ResponseTimes:
        """Each clock of the cases reported in a span: percentiles in seconds, how many made their
        target, why the others did not; by month, tier and trigger class. It counts cases, not people.
        """
        principal = await require(request, ports.keyring)
        try:
            ends = span_of(span, ports.clock.now(), zone).ends
        except BadSpan as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"span: {error}") from error
        told = await reader.response_times(principal.agency, ends, zone)
        return told if may(principal, May.SEE_SMALL_COUNTS) else without_small_counts(told)

    return router
