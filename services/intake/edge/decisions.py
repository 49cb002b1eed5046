"""HTTP in for what people decide: raise, lower, answer a review, merge, split.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from schemas.envelope import Code, Slug, UtcDatetime
from schemas.intake import CaseId, MatchedBy, ReviewAnswer, Unit
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import Entity, Stream, case_id_for
from services.intake.commands import AnswerReview, IntakeCommand, LowerCase, RaiseCase, SplitCase
from services.intake.edge.joining import Joining
from services.intake.state import Seen
from services.runtime.auth import Principal
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer, require
from services.runtime.telemetry import log, trace_from

_PATH = r"^[0-9a-f-]{36}$"
_CaseId = Annotated[str, Path(pattern=_PATH)]
_SECURED: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
_STATUS = {
    RefusalCode.UNKNOWN_CASE: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_TRIGGER: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "This key may report, and not decide"},
    404: {"description": "There is no such case"},
    409: {
        "description": "It was decided already, or the cases are merged: `detail` says what to do"
    },
    422: {"description": "A field does not fit; `errors` names it"},
    503: {"description": "Not stored: send it again"},
}


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Raise(_Told):
    """Why the team is wanted."""

    trigger_class: Code
    occurred_at: UtcDatetime | None = None
    units: Annotated[tuple[Unit, ...], Field(max_length=200)] = ()


class RaiseNew(Raise):
    """An incident that no feed has told."""

    source: Slug = "person"
    incident_number: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """Given, so that the feed's own report finds this case; together with the feed's `source`."""


class Lower(_Told):
    """Why no team is wanted; a word of a list, as nothing about anybody belongs here."""

    reason: Literal["not_needed", "false_alarm", "duplicate", "handled_elsewhere"] = "not_needed"


class Answer(_Told):
    """A decision on a review."""

    answer: ReviewAnswer


class Merge(_Told):
    """The other case."""

    other: CaseId


class Decided(BaseModel):
    """What the case is now."""

    case_id: str
    activated: bool
    link: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """People's decisions become commands."""

    joining: Joining

    async def command(self, case_id: str, who: Principal, command: IntakeCommand) -> Decided:
        """Do it on the case that goes on. Raises Problem when it is refused."""
        entity = Entity(Stream.INTAKE, who.agency, case_id)
        if not isinstance(command, SplitCase):
            entity, _ = await self.joining.going_on(entity)
        handled = await self.joining.record(entity, command)
        if handled.refusal:
            raise refused(handled.refusal)
        log.info("decided", case_id=entity.id, decision=type(command).__name__)
        return self.now(entity.id, handled.state)

    async def merge(
        self, case_id: str, other: str, who: Principal, cause: IntakeCommand
    ) -> Decided:
        """Make two cases one; the graver goes on. Raises Problem when it cannot be done."""
        one, two = (Entity(Stream.INTAKE, who.agency, each) for each in (other, case_id))
        united = await self.joining.unite(one, two, MatchedBy.PERSON, cause)
        if isinstance(united, Refusal):
            raise refused(united)
        _, state = await self.joining.going_on(united)
        return self.now(united.id, state)

    async def who(self, request: Request) -> Principal:
        """Who decides. Raises Problem for a key that may only report."""
        keyring = self.joining.ports.keyring
        return await require(request, keyring)

    def about(self, who: Principal, request: Request) -> dict[str, Any]:
        """What every command carries."""
        return {
            "command_id": new_id(),
            "now": self.joining.ports.clock.now(),
            "actor": f"key:{who.label}",
            "trace": trace_from(request.headers.get("traceparent")),
        }

    async def raise_new(self, who: Principal, about: dict[str, Any], told: RaiseNew) -> Decided:
        """Open a case that no feed has told. Raises Problem when it is refused."""
        case_id = case_id_for(who.agency, told.source, told.incident_number or str(new_id()))
        fields = told.model_dump(exclude={"source", "incident_number"})
        return await self.command(case_id, who, RaiseCase.model_validate({**about, **fields}))

    def now(self, case_id: str, state: object) -> Decided:
        """The answer."""
        return Decided(
            case_id=case_id,
            activated=isinstance(state, Seen) and state.activated,
            link=f"{self.joining.ports.settings.base_url}/cases/{case_id}",
        )


def routes(joining: Joining) -> APIRouter:
    """The API for decisions."""
    router = APIRouter(prefix="/v1", tags=["incidents", "decisions"], responses=_ANSWERS)
    decisions = Decisions(joining)
    _raising(router, decisions)
    _settling(router, decisions)
    return router


def _raising(router: APIRouter, decisions: Decisions) -> None:
    @router.post("/raises", status_code=HTTPStatus.CREATED, openapi_extra=_SECURED)
    async def raise_new(told: RaiseNew, request: Request) -> Decided:
        """Bring the team in for an incident that no feed has told (a death off the scene, a
        coworker's suicide, a shooting by an officer, a victim whom somebody knew)."""
        principal = await decisions.who(request)
        return await decisions.raise_new(principal, decisions.about(principal, request), told)

    @router.post("/cases/{case_id}:raise", openapi_extra=_SECURED)
    async def raise_case(case_id: _CaseId, told: Raise, request: Request) -> Decided:
        """Bring the team in, or widen it, whatever screening recommends."""
        principal = await decisions.who(request)
        about = decisions.about(principal, request)
        command = RaiseCase.model_validate({**about, **told.model_dump()})
        return await decisions.command(
            await _known(decisions, principal, case_id), principal, command
        )

    @router.post("/cases/{case_id}:lower", openapi_extra=_SECURED)
    async def lower_case(case_id: _CaseId, told: Lower, request: Request) -> Decided:
        """No team; who was asked is stood down with thanks."""
        principal = await decisions.who(request)
        about = decisions.about(principal, request)
        command = LowerCase.model_validate({**about, **told.model_dump()})
        return await decisions.command(case_id, principal, command)


def _settling(router: APIRouter, decisions: Decisions) -> None:
    @router.post("/cases/{case_id}/reviews/{review_id}", openapi_extra=_SECURED)
    async def answer(case_id: _CaseId, review_id: UUID, told: Answer, request: Request) -> Decided:
        """Decide a review: the first answer counts."""
        principal = await decisions.who(request)
        about = decisions.about(principal, request)
        command = AnswerReview.model_validate(
            {**about, "review_id": review_id, "answer": told.answer}
        )
        return await decisions.command(case_id, principal, command)

    @router.post("/cases/{case_id}:merge", openapi_extra=_SECURED)
    async def merge(case_id: _CaseId, told: Merge, request: Request) -> Decided:
        """Two cases are one incident. The graver goes on; the answer says which."""
        principal = await decisions.who(request)
        cause = SplitCase.model_validate(decisions.about(principal, request))
        return await decisions.merge(case_id, told.other, principal, cause)

    @router.post("/cases/{case_id}:split", openapi_extra=_SECURED)
    async def split(case_id: _CaseId, request: Request) -> Decided:
        """A merged case is an incident of its own after all."""
        principal = await decisions.who(request)
        command = SplitCase.model_validate(decisions.about(principal, request))
        return await decisions.command(case_id, principal, command)


async def _known(decisions: Decisions, who: Principal, case_id: str) -> str:
    """Raising opens a case only by `/raises`: a mistyped id here is an error."""
    entity = Entity(Stream.INTAKE, who.agency, case_id)
    history = await decisions.joining.ports.journal.load(entity)
    if not history.events:
        raise refused(Refusal(RefusalCode.UNKNOWN_CASE, "There is no such case."))
    return case_id


def refused(refusal: Refusal) -> Problem:
    """A no, as HTTP tells it."""
    status = _STATUS.get(refusal.code, HTTPStatus.CONFLICT)
    return Problem(status, refusal.detail, code=refusal.code.value)
