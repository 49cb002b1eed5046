"""Documents of other formats over HTTP: each is read by its adapter, and the desk takes its reports.

Nothing of a document is kept: what cannot be read gets an answer that says why, and is forgotten.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from services.intake.adapters import formats
from services.intake.adapters.document import BadDocument
from services.intake.adapters.formats import Format
from services.intake.edge.desk import Taken
from services.intake.edge.reports import SECURED, IdempotencyKey
from services.runtime.edge import PROBLEM, Problem, require
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from services.intake.commands import Told
    from services.intake.edge.desk import Desk
    from services.runtime.auth import Principal
    from services.runtime.host import Ports

_JSON: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
_XML: dict[str, Any] = {"application/xml": {"schema": {"type": "string"}}}
_WHAT = {
    Format.EIDO: ("Take in a NENA EIDO (NENA-STA-021.1), whole or partial.", _JSON),
    Format.CAP: ("Take in CAP 1.1 or 1.2 alerts, alone or in Atom or EDXL-DE, as context.", _XML),
    Format.NERIS: ("Take in a NERIS dispatch or incident payload.", _JSON),
    Format.NEMSIS: ("Take in a NEMSIS 3.5 patient care report.", _XML),
}


def routes(desk: Desk, ports: Ports) -> APIRouter:
    """POST /incidents:eido, :cap, :neris, :nemsis, as far as their adapters are there."""
    router = APIRouter(prefix="/v1", tags=["incidents"])
    for form in formats.READERS:
        if form in _WHAT:
            summary, content = _WHAT[form]
            router.add_api_route(
                f"/incidents:{form}",
                _endpoint(desk, ports, form),
                methods=["POST"],
                name=f"report_{form}",
                operation_id=f"report_{form}",
                description=f"{summary} Answered with one result, or a list of them.",
                status_code=HTTPStatus.ACCEPTED,
                response_model=Taken | list[Taken],
                responses=_RESPONSES,
                openapi_extra={**SECURED, "requestBody": {"required": True, "content": content}},
            )
    return router


_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"model": Taken | list[Taken], "description": "A repeat: nothing new was recorded"},
    401: {"description": "No key, or one that is not known", "content": {PROBLEM: {}}},
    413: {"description": "The body is too large", "content": {PROBLEM: {}}},
    422: {"description": "It cannot be read; `errors` says why", "content": {PROBLEM: {}}},
    503: {"description": "Not stored: send it again", "content": {PROBLEM: {}}},
}


def _endpoint(
    desk: Desk, ports: Ports, form: Format
) -> Callable[..., Awaitable[Taken | list[Taken]]]:
    async def report_document(
        request: Request, response: Response, idempotency_key: IdempotencyKey = None
    ) -> Taken | list[Taken]:
        principal = await require(request, ports.keyring)
        body = await request.body()
        told = keyed(await read(body, principal.label, form), idempotency_key)
        taken = await take_all(desk, told, principal, request.headers.get("traceparent"))
        if len(taken) == 1:
            response.headers["Location"] = f"/v1/cases/{taken[0].case_id}"
        if all(each.answer == "duplicate" for each in taken):
            response.status_code = HTTPStatus.OK
        return taken[0] if len(taken) == 1 else taken

    return report_document


async def read(body: bytes, source: str, form: Format | None) -> tuple[Told, ...]:
    """A document's reports, read beside the other requests. Raises Problem 422."""
    try:
        return await asyncio.to_thread(formats.read, body, source, form)
    except BadDocument as bad:
        raise unreadable(bad) from bad


def unreadable(bad: BadDocument) -> Problem:
    """What is wrong with a document, and what to do: without a value of it."""
    entry = {"field": bad.field or "(the whole document)", "problem": bad.problem}
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The document cannot be read. `errors` says where, what is wrong and what to do.",
        code="bad-document",
        errors=[{**entry, "remedy": bad.remedy}],
    )


def keyed(told: Sequence[Told], key: str | None) -> tuple[Told, ...]:
    """The reports under the caller's key, but for those whose document names itself."""
    if key is None:
        return tuple(told)
    names = [key] if len(told) == 1 else [f"{key}:{number}" for number, _ in enumerate(told, 1)]
    return tuple(
        each if each.key else each.model_copy(update={"key": name})
        for each, name in zip(told, names, strict=True)
    )


async def take_all(
    desk: Desk, told: Sequence[Told], principal: Principal, trace: str | None
) -> list[Taken]:
    """Take each report in turn. Raises Transient, or Problem 503 when only a part was stored."""
    taken: list[Taken] = []
    for each in told:
        try:
            taken.append(await desk.take(each, principal.agency, principal.label, trace))
        except Transient as trouble:
            if not taken:
                raise
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                f"{len(taken)} of {len(told)} reports were stored. Send the same request again.",
                code="unavailable",
                headers={"Retry-After": "1"},
            ) from trouble
    return taken
