"""Reports over HTTP: one address each, as JSON, CSV, PDF or page.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

import asyncio
from collections.abc import Awaitable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.audit.reports.forms import MEDIA, Form, as_csv, as_pdf
from services.audit.reports.model import Report, file_name
from services.audit.reports.reading import ReportReader
from services.audit.reports.roi import Inputs
from services.audit.spans import USUAL
from services.runtime.auth import Principal
from services.runtime.edge import bearer, require
from services.runtime.host import Ports

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Report,
        "content": {"text/csv": {}, "application/pdf": {}},
        "description": "The report in the form that was asked for",
    },
    401: {"description": "No key, or one that is not known"},
    403: {"description": "Another role's report"},
    422: {"description": "What was given does not fit; the answer names the field"},
}
_NO_CASE: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such exercise"},
    409: {"description": "Several exercises begin like that"},
}
_KEY: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
SpanGiven = Annotated[
    str, Query(max_length=30, description="2026, 2026-q3, 2026-10, or 12-months up to now")
]
FormGiven = Annotated[
    Form | None,
    Query(alias="format", description="json, csv, pdf or html; without it, by the Accept header"),
]
DayGiven = Annotated[date | None, Query(description="The day, such as 2026-03-01; today without")]
DrillGiven = Annotated[
    str, Query(max_length=36, description="An exercise's id, or a beginning of it that only it has")
]
_BY_ACCEPT = (
    ("application/pdf", Form.PDF),
    ("text/csv", Form.CSV),
    ("application/json", Form.JSON),
    ("text/html", Form.HTML),
)


def routes(ports: Ports, reader: ReportReader) -> APIRouter:
    """GET /v1/reports/<kind> for each kind."""
    router = APIRouter(prefix="/v1/reports", tags=["reports"], responses=_ANSWERS)
    _add_spans(router, ports, reader)

    @router.get("/training", openapi_extra=_KEY, response_model=None)
    async def training_attestation(
        request: Request, on: DayGiven = None, form: FormGiven = None
    ) -> Response:
        """Who was designated and trained on a day, by roster number."""
        who = await _who(request, ports)
        return await _answer(request, form, reader.training(who.agency, on))

    @router.get("/drill", responses=_NO_CASE, openapi_extra=_KEY, response_model=None)
    async def drill_report(
        request: Request, case_id: DrillGiven, form: FormGiven = None
    ) -> Response:
        """How an exercise went, beside its targets: counts and times, never who."""
        who = await _who(request, ports)
        return await _answer(request, form, reader.drill(who.agency, case_id))

    @router.get("/roi", openapi_extra=_KEY, response_model=None)
    async def cost_and_return(
        request: Request, given: Annotated[Inputs, Query()], form: FormGiven = None
    ) -> Response:
        """Cost and return as a range, from the agency's own numbers."""
        who = await _who(request, ports)
        return await _answer(request, form, reader.roi(who.agency, given))

    return router


def _add_spans(router: APIRouter, ports: Ports, reader: ReportReader) -> None:
    @router.get("/response-times", openapi_extra=_KEY, response_model=None)
    async def report_response_times(
        request: Request, span: SpanGiven = USUAL, form: FormGiven = None
    ) -> Response:
        """Each clock against its target. It counts cases and sessions, never people."""
        who = await _who(request, ports)
        return await _answer(request, form, reader.response_times(who.agency, span))

    @router.get("/impact", openapi_extra=_KEY, response_model=None)
    async def impact_statement(
        request: Request, span: SpanGiven = USUAL, form: FormGiven = None
    ) -> Response:
        """How much support there was, in contacts, by whole quarters that are over; never below 5."""
        who = await _who(request, ports)
        return await _answer(request, form, reader.impact(who.agency, span))


async def _who(request: Request, ports: Ports) -> Principal:
    return await require(request, ports.keyring)


async def _answer(request: Request, form: Form | None, making: Awaitable[Report]) -> Response:
    report = await making
    wanted = form or _accepted(request.headers.get("accept", ""))
    if wanted is Form.HTML:
        query = "&".join(p for p in request.url.query.split("&") if not p.startswith("format="))
        return RedirectResponse(f"/reports/{report.kind.value}?{query}", 303)
    return await handed_out(report, wanted)


async def handed_out(report: Report, form: Form) -> Response:
    """A report as JSON, or as a file with its name."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if form is not Form.JSON:
        name = file_name(report, form.value)
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(await _made(report, form), headers=headers, media_type=MEDIA[form])


async def _made(report: Report, form: Form) -> bytes:
    if form is Form.PDF:
        return await asyncio.to_thread(as_pdf, report)
    return as_csv(report) if form is Form.CSV else report.model_dump_json(indent=2).encode()


def _accepted(accept: str) -> Form:
    """The form that the Accept header names first; JSON when it names none of ours."""
    named = [(accept.find(media), form) for media, form in _BY_ACCEPT if media in accept]
    return min(named)[1] if named else Form.JSON
