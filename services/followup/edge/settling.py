"""HTTP in: what became of the plan. Held, offered, declined, missed and why; never what was said.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.envelope import MemberId, Slug, UtcDatetime
from schemas.followup import HeadCount, MissReason, SessionOutcome
from schemas.policy import Crew, Role
from schemas.referrals import ReferralCategory
from schemas.refusals import RefusalCode
from schemas.subjects import Entity, Stream
from services.followup.commands import (
    CloseCase,
    DeclineIntervention,
    ExplainMiss,
    FollowupCommand,
    MarkDone,
    SetCrews,
)
from services.followup.decider import FOLLOWUP
from services.followup.support_commands import OfferReferral
from services.followup.support_desk import SupportDesk
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer, require
from services.runtime.handle import handle
from services.runtime.host import Ports
from services.runtime.telemetry import trace_from

_STATUS = {
    RefusalCode.UNKNOWN_CASE: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_ITEM: HTTPStatus.NOT_FOUND,
    RefusalCode.NOT_YET: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "This key may report, and not settle"},
    404: {"description": "There is no such case, or no such item in its plan"},
    409: {"description": "It cannot be settled so: `detail` says why and what to do"},
    422: {"description": "A field does not fit; `errors` names it"},
    503: {"description": "Not stored: send it again"},
}
_OPTIONS: dict[str, Any] = {
    "status_code": HTTPStatus.NO_CONTENT,
    "openapi_extra": {"security": [{bearer.scheme_name: []}]},
    "responses": _ANSWERS,
}
CaseId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
Item = Annotated[Slug, Path(description="Such as `defusing-responders`")]


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Held(_Told):
    """How a session went, as far as anybody may know: all of it can be left out."""

    held_at: UtcDatetime | None = None
    """When it began; now, when left out."""
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    head_count: HeadCount | None = None
    """How many were there. Never who."""
    facilitators: Annotated[tuple[MemberId, ...], Field(max_length=20)] = ()
    outcome: SessionOutcome | None = None
    referrals: Annotated[tuple[ReferralCategory, ...], Field(max_length=20)] = ()
    """Kinds of places that were pointed to. Each is recorded apart, and on no page of the case."""
    referred_by: Role = Role.PEER

    @model_validator(mode="after")
    def _of_a_piece(self) -> "Held":
        if self.referrals and self.outcome not in {None, SessionOutcome.REFERRAL}:
            raise ValueError("referrals go with the outcome `referral`, or with none")
        return self


class Missed(_Told):
    """Why something was missed: a word of a list, as nothing about anybody belongs here."""

    reason: MissReason


class WhoWasThere(_Told):
    """All crews that were there; it replaces what was known."""

    crews: Annotated[tuple[Crew, ...], Field(max_length=50)]


@dataclass(frozen=True, slots=True)
class Settling:
    """What an operator says of a plan becomes commands."""

    ports: Ports
    support: SupportDesk

    async def refer(self, request: Request, case_id: str, item: str, held: Held) -> None:
        """Record the referrals that were offered in it; the same again are the same ones."""
        if not held.referrals:
            return
        who = await require(request, self.ports.keyring)
        for number, category in enumerate(held.referrals):
            command = OfferReferral(
                **self.support.about(f"key:{who.label}"),
                category=category,
                by_role=held.referred_by,
                case_id=case_id,
                item=item,
            )
            once = f"{case_id} {item} {number} {category}"
            await self.support.refer(who.agency, command, once)

    async def do(
        self, request: Request, case_id: str, kind: type[FollowupCommand], **fields: Any
    ) -> Response:
        """Record it; nothing to answer. Raises Problem when it is refused."""
        principal = await require(request, self.ports.keyring)
        command = kind.model_validate(
            {
                "command_id": new_id(),
                "now": self.ports.clock.now(),
                "actor": f"key:{principal.label}",
                "trace": trace_from(request.headers.get("traceparent")),
                **fields,
            }
        )
        entity = Entity(Stream.FOLLOWUP, principal.agency, case_id)
        handled = await handle(self.ports.journal, FOLLOWUP, entity, command)
        if refusal := handled.refusal:
            status = _STATUS.get(refusal.code, HTTPStatus.CONFLICT)
            raise Problem(status, refusal.detail, code=refusal.code.value)
        return Response(status_code=HTTPStatus.NO_CONTENT)


def routes(ports: Ports, support: SupportDesk) -> APIRouter:
    """The HTTP edge of a plan."""
    router = APIRouter(prefix="/v1/cases", tags=["followup"])
    settling = Settling(ports, support)

    @router.post("/{case_id}/items/{item}/done", **_OPTIONS)
    async def mark_done(
        case_id: CaseId, item: Item, request: Request, told: Held | None = None
    ) -> Response:
        """Record that a session was held or a check-in was offered."""
        held = told or Held()
        how = held.model_dump(exclude={"referrals", "referred_by"})
        answer = await settling.do(request, case_id, MarkDone, item=item, **how)
        await settling.refer(request, case_id, item, held)
        return answer

    @router.post("/{case_id}/items/{item}/decline", **_OPTIONS)
    async def decline(case_id: CaseId, item: Item, request: Request) -> Response:
        """Record that what was offered is not wanted. Nobody asks why."""
        return await settling.do(request, case_id, DeclineIntervention, item=item)

    @router.post("/{case_id}/items/{item}/explain", **_OPTIONS)
    async def explain(case_id: CaseId, item: Item, told: Missed, request: Request) -> Response:
        """Say why something was missed."""
        return await settling.do(request, case_id, ExplainMiss, item=item, reason=told.reason)

    @router.put("/{case_id}/crews", **_OPTIONS)
    async def set_crews(case_id: CaseId, told: WhoWasThere, request: Request) -> Response:
        """Say who was there: group sessions that nobody has held are planned anew for them."""
        return await settling.do(request, case_id, SetCrews, crews=told.crews)

    @router.post("/{case_id}/close", **_OPTIONS)
    async def close(case_id: CaseId, request: Request) -> Response:
        """Close the case, or hear what keeps it open."""
        return await settling.do(request, case_id, CloseCase)

    return router
