"""The console's reports: a list with what each needs to know, and each as a page to print.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from collections.abc import Awaitable
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from services.audit.console.console import Console
from services.audit.reports.forms import Form
from services.audit.reports.model import Report
from services.audit.reports.reading import ReportReader
from services.audit.reports.roi import Inputs
from services.audit.reports_api import handed_out
from services.audit.spans import USUAL
from services.runtime.access import May, may
from services.runtime.edge import Problem

_Text = Annotated[str, Query(max_length=36)]
_Form = Annotated[Form, Query(alias="format")]


def routes(console: Console, reader: ReportReader) -> APIRouter:
    """GET /reports and GET /reports/<kind> for each kind."""
    router = APIRouter(include_in_schema=False)

    @router.get("/reports")
    async def reports(request: Request) -> Response:
        return await console.answer(request, _listed(console, reader, request))

    _add_spans(router, console, reader)
    _add_others(router, console, reader)
    _add_cost(router, console, reader)
    return router


def _add_spans(router: APIRouter, console: Console, reader: ReportReader) -> None:
    @router.get("/reports/response-times")
    async def response_times(
        request: Request, span: _Text = USUAL, form: _Form = Form.HTML
    ) -> Response:
        async def made() -> Report:
            return await reader.response_times(console.who(request).agency, span)

        return await console.answer(request, _shown(console, request, form, made()))

    @router.get("/reports/impact")
    async def impact(request: Request, span: _Text = USUAL, form: _Form = Form.HTML) -> Response:
        async def made() -> Report:
            return await reader.impact(console.who(request).agency, span)

        return await console.answer(request, _shown(console, request, form, made()))


def _add_others(router: APIRouter, console: Console, reader: ReportReader) -> None:
    @router.get("/reports/training")
    async def training(request: Request, on: _Text = "", form: _Form = Form.HTML) -> Response:
        async def made() -> Report:
            return await reader.training(console.who(request).agency, _day(on))

        return await console.answer(request, _shown(console, request, form, made()))

    @router.get("/reports/drill")
    async def drill(request: Request, case_id: _Text = "", form: _Form = Form.HTML) -> Response:
        async def made() -> Report:
            return await reader.drill(console.who(request).agency, case_id)

        if not case_id:
            return await console.answer(request, _listed(console, reader, request))
        return await console.answer(request, _shown(console, request, form, made()))


def _add_cost(router: APIRouter, console: Console, reader: ReportReader) -> None:
    @router.get("/reports/roi")
    async def roi(request: Request, form: _Form = Form.HTML) -> Response:
        async def made() -> Report:
            return await reader.roi(console.who(request).agency, _inputs(request))

        if not request.query_params:
            return await console.answer(request, _listed(console, reader, request))
        return await console.answer(request, _shown(console, request, form, made()))


async def _listed(console: Console, reader: ReportReader, request: Request) -> Response:
    """The forms of all reports that this key opens."""
    who = console.who(request)
    found = None
    if may(who, May.READ_REPORTS):
        found = (await reader.drills.listed(who.agency)).drills
    today = reader.reader.clock.now().astimezone(reader.zone).date()
    return await console.show(
        "reports.html",
        request,
        "reports",
        spans=tuple(reader.spans()),
        drills=found,
        today=today,
        reads_counts=may(who, May.READ_COUNTS),
    )


async def _shown(
    console: Console, request: Request, form: Form, making: Awaitable[Report]
) -> Response:
    report = await making
    if form is not Form.HTML:
        return await handed_out(report, form)
    forms = {
        each.name: f"{request.url.path}?{request.url.include_query_params(format=each.value).query}"
        for each in (Form.PDF, Form.CSV, Form.JSON)
    }
    return await console.show("report.html", request, "reports", report=report, forms=forms)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError as error:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "on: give a day, such as 2026-03-01."
        ) from error


def _inputs(request: Request) -> Inputs:
    """What the form was given; what was left empty is not in the sum. Raises Problem 422."""
    given = {name: value for name, value in request.query_params.items() if value.strip()}
    try:
        return Inputs.model_validate(
            {name: value for name, value in given.items() if name in Inputs.model_fields}
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{name}: {first['msg']}.") from error
