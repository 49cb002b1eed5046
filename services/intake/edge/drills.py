"""HTTP in for exercises: hold one now, at a time or in a window, and take one back. Operators only.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from schemas.envelope import Code, UtcDatetime
from schemas.policy import Role
from schemas.refusals import Refusal, RefusalCode
from services.intake.drills import Drill, DrillState, Stage
from services.intake.edge.reports import IdempotencyKey
from services.intake.exercises import Exercises, Wanted
from services.runtime.auth import Principal
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer, require
from services.runtime.telemetry import log, trace_from

_CaseId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
_SECURED: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
_STATUS = {
    RefusalCode.UNKNOWN_EXERCISE: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_TRIGGER: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.UNKNOWN_ITEM: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "Only an operator's key may hold exercises"},
    404: {"description": "There is no such exercise"},
    409: {"description": "It is over, or a real team was wanted a short while ago"},
    422: {"description": "A field does not fit; `errors` or `detail` names it"},
    503: {"description": "Not stored: send it again"},
}


class Window(BaseModel):
    """An unannounced exercise: the server picks the moment between these two and tells nobody."""

    model_config = ConfigDict(extra="forbid")

    earliest: UtcDatetime
    latest: UtcDatetime


class NewDrill(BaseModel):
    """An exercise. Without `at` and `between` it begins now."""

    model_config = ConfigDict(extra="forbid")

    trigger_class: Code | None = None
    """What is practised; by default the policy's own (policy/drills.yaml)."""
    roles: Annotated[tuple[Role, ...], Field(max_length=10)] = ()
    """Only these are asked; empty means the whole team of the trigger class."""
    at: UtcDatetime | None = None
    between: Window | None = None


class Held(BaseModel):
    """What the exercise is now. When an unannounced one begins is told to nobody."""

    case_id: str
    state: str
    """`planned`, `running` or `over`."""
    trigger_class: str
    roles: tuple[Role, ...]
    earliest: UtcDatetime
    latest: UtcDatetime
    link: str


@dataclass(frozen=True, slots=True)
class DrillEdge:
    """What operators ask for becomes a command."""

    exercises: Exercises

    async def plan(self, told: NewDrill, request: Request, key: str | None) -> Held:
        """Plan it, or hold it at once. Raises Problem."""
        who = await self._who(request)
        now = self.exercises.ports.clock.now()
        earliest, latest = self._when(told, now)
        wanted = Wanted(
            trigger_class=told.trigger_class or self.exercises.policy.trigger,
            roles=told.roles,
            earliest=earliest,
            latest=latest,
        )
        about = self._about(who, request, now)
        entity, handled = await self.exercises.plan(who.agency, wanted, key or new_id().hex, about)
        if handled.refusal:
            raise _refused(handled.refusal)
        log.info("exercise", case_id=entity.id, stage=_stage(handled.state))
        return self._held(entity.id, handled.state)

    async def cancel(self, case_id: str, request: Request) -> Held:
        """End it. Raises Problem."""
        who = await self._who(request)
        about = self._about(who, request, self.exercises.ports.clock.now())
        handled = await self.exercises.cancel(who.agency, case_id, about)
        if handled.refusal:
            raise _refused(handled.refusal)
        return self._held(case_id, handled.state)

    def _when(self, told: NewDrill, now: UtcDatetime) -> tuple[UtcDatetime, UtcDatetime]:
        if told.at and told.between:
            raise _misfit("at", "give `at` or `between`, not both")
        if told.between:
            earliest, latest, field = told.between.earliest, told.between.latest, "between"
        else:
            earliest = latest = told.at or now
            field = "at"
        if latest < earliest:
            raise _misfit("between", "`latest` comes before `earliest`")
        if earliest < now:
            raise _misfit(field, "this is past: an exercise begins now or later")
        longest = self.exercises.policy.longest_ahead
        if latest > now + longest:
            raise _misfit(field, f"an exercise is planned at most {longest.days} days ahead")
        return earliest, latest

    def _held(self, case_id: str, state: DrillState) -> Held:
        assert isinstance(state, Drill)  # noqa: S101 - it was just planned, or was there
        return Held(
            case_id=case_id,
            state=_stage(state),
            trigger_class=state.plan.trigger_class,
            roles=state.plan.roles,
            earliest=state.plan.earliest,
            latest=state.plan.latest,
            link=f"{self.exercises.ports.settings.base_url}/drills/{case_id}",
        )

    async def _who(self, request: Request) -> Principal:
        keyring = self.exercises.ports.keyring
        return await require(request, keyring)

    def _about(self, who: Principal, request: Request, now: UtcDatetime) -> dict[str, Any]:
        trace = trace_from(request.headers.get("traceparent"))
        return {"command_id": new_id(), "now": now, "actor": f"key:{who.label}", "trace": trace}


def routes(exercises: Exercises) -> APIRouter:
    """POST /drills and DELETE /drills/{case_id}; audit answers what became of them."""
    router = APIRouter(prefix="/v1", tags=["exercises"], responses=_ANSWERS)
    edge = DrillEdge(exercises)

    @router.post("/drills", status_code=HTTPStatus.CREATED, openapi_extra=_SECURED)
    async def hold_an_exercise(
        request: Request, told: NewDrill | None = None, idempotency_key: IdempotencyKey = None
    ) -> Held:
        """Hold an exercise that asks real members: now, at a time, or at a moment that the server
        picks in a window. Every message and page of it says EXERCISE."""
        return await edge.plan(told or NewDrill(), request, idempotency_key)

    @router.delete("/drills/{case_id}", openapi_extra=_SECURED)
    async def cancel_an_exercise(case_id: _CaseId, request: Request) -> Held:
        """Take back what is planned, or end what runs: whoever was asked is thanked."""
        return await edge.cancel(case_id, request)

    return router


def _stage(state: DrillState) -> str:
    return state.stage.name.lower() if isinstance(state, Drill) else Stage.OVER.name.lower()


def _refused(refusal: Refusal) -> Problem:
    status = _STATUS.get(refusal.code, HTTPStatus.CONFLICT)
    return Problem(status, refusal.detail, code=refusal.code.value)


def _misfit(field: str, problem: str) -> Problem:
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"{field}: {problem}.",
        code="invalid",
        errors=[{"field": field, "problem": problem}],
    )
