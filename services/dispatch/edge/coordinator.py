"""HTTP in for a coordinator's steps with a team: JSON with a key, or a form of the console.

A form carries a pass for whoever is looking at the case, and is answered with the case's page:
what could not be done is one word of a closed list in its address.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from schemas.refusals import RefusalCode
from services.dispatch.edge.coordinator_bodies import BODIES, Step
from services.dispatch.edge.coordinator_steps import CoordinatorDesk, TeamNow
from services.runtime.edge import Problem, bearer, read_as, require, with_leave

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from schemas.steps import TeamStep

OLD_PAGE, MISFIT = "old-page", "misfit"
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_MANY = frozenset({"override", "member_ids"})
_OWN = frozenset({"leave", "once"})
_DOES = {
    "take-over": "Own the case, and have its open alarms. Asking goes on until it is paused.",
    "pause": "Ask nobody new by itself; who was asked may still answer.",
    "resume": "Ask for the open places again.",
    "answer-alarm": "Have one alarm, or all that are open: nobody else is called about them.",
    "add-member": "Ask a member past the order; what is against it must be named in `override`.",
    "withdraw-member": "Take a member off the team, or take back what they were asked.",
    "replace-member": "Take a member off the team and ask another in their place.",
    "ask-again": "Ask once more those who did not answer, or members by number.",
    "resize": "Say how many of each role the team is to have; who has a place keeps it.",
    "stand-down": "No team: who was asked is stood down with thanks, and nothing is followed up.",
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "This key may report, and not decide"},
    404: {"description": "There is no such case, member or alarm"},
    409: {"description": "It cannot be done as the team stands: `detail` says why and what to do"},
    422: {"description": "A field does not fit; `errors` names it"},
    503: {"description": "Not stored: send it again"},
}


def routes(desk: CoordinatorDesk) -> APIRouter:
    """One route per step."""
    router = APIRouter(prefix="/v1/cases/{case_id}", tags=["team"], responses=_ANSWERS)
    for step, body in BODIES.items():
        router.add_api_route(
            f"/{step}",
            _endpoint(desk, step, body),
            methods=["POST"],
            name=step.value.replace("-", "_"),
            summary=step.value.replace("-", " ").capitalize(),
            description=_DOES[step],
            response_model=TeamNow,
            openapi_extra=_documented(body),
        )
    return router


def _endpoint(
    desk: CoordinatorDesk, step: TeamStep, body: type[Step]
) -> Callable[[str, Request], Coroutine[Any, Any, Response]]:
    async def endpoint(case_id: str, request: Request) -> Response:
        if request.headers.get("content-type", "").startswith(_FORMS):
            return await _from_a_form(desk, step, body, case_id, request)
        principal = await require(request, desk.ports.keyring)
        told = read_as(body, await _json(request))
        once = request.headers.get("idempotency-key", "")
        done = await desk.do(step, principal, case_id, told, once, request.headers)
        return JSONResponse(done.model_dump(mode="json"))

    return endpoint


async def _from_a_form(
    desk: CoordinatorDesk, step: TeamStep, body: type[Step], case_id: str, request: Request
) -> RedirectResponse:
    given = await _fields(request)
    page = f"/cases/{case_id}"
    leave = str(given.get("leave", ""))
    principal = with_leave(request, desk.passes, leave, f"decide:{case_id}")
    if principal is None:
        return _back(page, OLD_PAGE)
    try:
        told = read_as(body, {name: value for name, value in given.items() if name not in _OWN})
        once = str(given.get("once", ""))
        await desk.do(step, principal, case_id, told, once, request.headers)
    except Problem as problem:
        return _back(page, _word(problem))
    return RedirectResponse(page, HTTPStatus.SEE_OTHER)


async def _json(request: Request) -> object:
    try:
        return await request.json()
    except ValueError as error:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The body is not JSON.", code="invalid"
        ) from error


async def _fields(request: Request) -> dict[str, object]:
    """A form's fields as JSON has them: what is left empty is left out, `places.peer` is a place."""
    given: dict[str, object] = {}
    places: list[dict[str, str]] = []
    async with request.form() as form:
        for name, value in form.multi_items():
            if not isinstance(value, str) or not value.strip():
                continue
            if name.startswith("places."):
                places.append({"role": name.partition(".")[2], "count": value})
            elif name in _MANY:
                given[name] = [*_listed(given.get(name)), value.strip()]
            else:
                given[name] = value.strip()
    return given | ({"places": [each for each in places if each["count"] != "0"]} if places else {})


def _listed(known: object) -> list[object]:
    return known if isinstance(known, list) else []


def _documented(body: type[Step]) -> dict[str, Any]:
    schema = body.model_json_schema()
    content: Mapping[str, Any] = {"application/json": {"schema": schema}}
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "maxLength": 200},
        "description": "The same key again gives the first answer again and changes nothing.",
    }
    case = {
        "name": "case_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
    }
    return {
        "requestBody": {"required": True, "content": content},
        "parameters": [case, key],
        "security": [{bearer.scheme_name: []}],
    }


def _word(problem: Problem) -> str:
    code = str(problem.body["type"]).rpartition(":")[2]
    return code if code in {each.value for each in RefusalCode} else MISFIT


def _back(page: str, word: str) -> RedirectResponse:
    return RedirectResponse(f"{page}?refused={word}", HTTPStatus.SEE_OTHER)
