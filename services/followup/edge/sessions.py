"""HTTP in: when sessions take place. JSON with a key, or a form of the console with its pass.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel

from schemas.envelope import Slug
from schemas.refusals import RefusalCode
from schemas.subjects import Entity, Stream, derived_id
from services.followup.commands import (
    CancelSession,
    ExtendWindow,
    FollowupCommand,
    ProposeTimes,
    ScheduleSession,
)
from services.followup.edge.session_bodies import (
    Cancel,
    CaseSessions,
    Confirm,
    Extend,
    Move,
    Propose,
    SessionsToCome,
    SessionTold,
)
from services.followup.edge.session_shown import held_told, session_told, sessions_told
from services.followup.session_desk import SessionDesk
from services.followup.state import Planned
from services.runtime.auth import Passes, Principal
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer, read_as, require, with_leave
from services.runtime.telemetry import trace_from

_STATUS = {
    RefusalCode.UNKNOWN_CASE: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_ITEM: HTTPStatus.NOT_FOUND,
    RefusalCode.ALREADY_PAST: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_MANY = frozenset({"facilitators", "units"})
_TIMES = frozenset({"starts_at", "closes_at"})
_BODIES: dict[str, type[BaseModel]] = {
    "propose": Propose,
    "confirm": Confirm,
    "move": Move,
    "cancel": Cancel,
    "extend": Extend,
}
_DOES = {
    "propose": "Find up to three times inside the window at which enough of the team are free.",
    "confirm": "Choose a proposed time by its number, or set one: who holds it is invited.",
    "move": "Set another time or other facilitators: calendars get the change.",
    "cancel": "It does not take place, and why as a code: settled, calendars get the cancellation.",
    "extend": "A mental health professional of the team keeps the window open, as the policy lets.",
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "This key may report, and not schedule"},
    404: {"description": "There is no such case, or no such item in its plan"},
    409: {"description": "It cannot be scheduled so: `detail` says why and what to do"},
    422: {"description": "A field does not fit; `errors` names it"},
    503: {"description": "Not stored: send it again"},
}
CaseId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
Item = Annotated[Slug, Path(description="Such as `defusing-responders`")]
Days = Annotated[int, Query(ge=1, le=60, description="How far ahead")]


@dataclass(frozen=True, slots=True)
class Scheduling:
    """What an operator says of a session's time becomes commands."""

    desk: SessionDesk
    passes: Passes

    async def do(
        self, word: str, who: Principal, case_id: str, item: str, told: BaseModel, request: Request
    ) -> SessionTold:
        """Record it; how the session stands then. Raises Problem when it is refused."""
        entity = Entity(Stream.FOLLOWUP, who.agency, case_id)
        command = await self._command(word, entity, item, told, self._about(who, item, request))
        handled = await self.desk.handle(entity, command)
        if refusal := handled.refusal:
            status = _STATUS.get(refusal.code, HTTPStatus.CONFLICT)
            raise Problem(status, refusal.detail, code=refusal.code.value)
        assert isinstance(handled.state, Planned)  # noqa: S101 - else it had been refused
        return session_told(case_id, item, handled.state)

    async def of_case(self, who: Principal, case_id: str) -> tuple[SessionTold, ...]:
        """Every session of a plan. Raises Problem without one."""
        state = await self.desk.state(Entity(Stream.FOLLOWUP, who.agency, case_id))
        if not isinstance(state, Planned):
            detail = "Nothing is planned in this case."
            raise Problem(HTTPStatus.NOT_FOUND, detail, code=RefusalCode.UNKNOWN_CASE.value)
        return sessions_told(case_id, state)

    def _about(self, who: Principal, item: str, request: Request) -> dict[str, Any]:
        once = request.headers.get("idempotency-key", "")[:200]
        named = derived_id(who.agency, request.url.path, once) if once else new_id()
        return {
            "command_id": named,
            "now": self.desk.ports.clock.now(),
            "actor": f"key:{who.label}",
            "trace": trace_from(request.headers.get("traceparent")),
            "item": item,
        }

    async def _command(
        self, word: str, of: Entity, item: str, told: BaseModel, about: dict[str, Any]
    ) -> FollowupCommand:
        match told:
            case Cancel():
                return CancelSession.model_validate(about | told.model_dump())
            case Extend():
                return ExtendWindow.model_validate(about | told.model_dump())
            case Propose():
                known = await self.desk.known(of, item)
                return ProposeTimes.model_validate(about | {"known": known})
            case _:
                fields = about | told.model_dump() | {"must_move": word == "move"}
                known = await self.desk.known(of, item)
                return ScheduleSession.model_validate(fields | {"known": known})


def routes(scheduling: Scheduling) -> APIRouter:
    """One route per word, and what is scheduled."""
    router = APIRouter(tags=["sessions"])
    ports = scheduling.desk.ports
    options: dict[str, Any] = {
        "openapi_extra": {"security": [{bearer.scheme_name: []}]},
        "responses": _ANSWERS,
    }
    for word, body in _BODIES.items():
        router.add_api_route(
            f"/v1/cases/{{case_id}}/items/{{item}}/{word}",
            _endpoint(scheduling, word, body),
            methods=["POST"],
            name=f"session_{word}",
            summary=f"{word.capitalize()} a session",
            description=_DOES[word],
            response_model=SessionTold,
            responses=_ANSWERS,
            openapi_extra=_documented(body),
        )

    @router.get("/v1/cases/{case_id}/sessions", **options)
    async def of_case(case_id: CaseId, request: Request) -> CaseSessions:
        """Every session of a case, its window, its time and the times that are proposed."""
        who = await require(request, ports.keyring)
        return CaseSessions(sessions=await scheduling.of_case(who, case_id))

    @router.get("/v1/sessions", **options)
    async def to_come(request: Request, days: Days = 14) -> SessionsToCome:
        """The sessions to come of every case, the soonest first."""
        who = await require(request, ports.keyring)
        until = ports.clock.now() + timedelta(days=days)
        found = scheduling.desk.book.of(who.agency, until)
        return SessionsToCome(sessions=tuple(held_told(each) for each in found))

    return router


def _endpoint(
    scheduling: Scheduling, word: str, body: type[BaseModel]
) -> Callable[[CaseId, Item, Request], Coroutine[Any, Any, Response]]:
    async def endpoint(case_id: CaseId, item: Item, request: Request) -> Response:
        if request.headers.get("content-type", "").startswith(_FORMS):
            return await _from_a_form(scheduling, word, body, case_id, item, request)
        who = await require(request, scheduling.desk.ports.keyring)
        told = read_as(body, await _json(request))
        done = await scheduling.do(word, who, case_id, item, told, request)
        return JSONResponse(done.model_dump(mode="json"))

    return endpoint


async def _from_a_form(
    scheduling: Scheduling,
    word: str,
    body: type[BaseModel],
    case_id: str,
    item: str,
    request: Request,
) -> RedirectResponse:
    """Answered with the case's page; a no is one word of a closed list in its address."""
    zone = ZoneInfo(scheduling.desk.ports.settings.time_zone)
    given = await fields_of(request, zone)
    page = f"/cases/{case_id}"
    leave = str(given.pop("leave", ""))
    who = with_leave(request, scheduling.passes, leave, f"decide:{case_id}")
    given.pop("once", None)
    if who is None:
        return RedirectResponse(f"{page}?refused=old-page", HTTPStatus.SEE_OTHER)
    try:
        await scheduling.do(word, who, case_id, item, read_as(body, given), request)
    except Problem as problem:
        code = str(problem.body["type"]).rpartition(":")[2]
        known = code if code in set(RefusalCode) else "misfit"
        return RedirectResponse(f"{page}?refused={known}", HTTPStatus.SEE_OTHER)
    return RedirectResponse(page, HTTPStatus.SEE_OTHER)


async def fields_of(request: Request, zone: ZoneInfo) -> dict[str, Any]:
    """A form's fields as JSON has them; a browser's times are those of the agency's wall clock."""
    given: dict[str, Any] = {}
    async with request.form() as form:
        for name, value in form.multi_items():
            if not isinstance(value, str) or not value.strip():
                continue
            if name in _MANY:
                given.setdefault(name, []).extend(value.replace(",", " ").split())
            else:
                given[name] = _on_the_wall(value, zone) if name in _TIMES else value.strip()
    return given


def _on_the_wall(told: str, zone: ZoneInfo) -> str:
    try:
        at = datetime.fromisoformat(told.strip())
    except ValueError:
        return told
    return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()


async def _json(request: Request) -> object:
    try:
        return await request.json() if await request.body() else {}
    except ValueError as error:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The body is not JSON.", code="invalid"
        ) from error


def _documented(body: type[BaseModel]) -> dict[str, Any]:
    content = {"application/json": {"schema": body.model_json_schema()}}
    return {
        "requestBody": {"required": False, "content": content},
        "security": [{bearer.scheme_name: []}],
    }
