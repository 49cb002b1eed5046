"""Raising an emergency for programs: one POST, which nothing holds up and nothing counts.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from schemas.envelope import UtcDatetime
from schemas.requests import EmergencyCategory
from services.dispatch.edge.requests_doors import Doors
from services.dispatch.links import RequestSigner
from services.dispatch.requests import LONGEST_CALLBACK, RequestDesk, Wish
from services.runtime.access import May
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer
from services.runtime.errors import Transient
from services.runtime.host import Ports

CRISIS_LINES = ("911", "988")


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


class Emergency(BaseModel):
    """Raising one. Fields that we do not know are dropped unread: none of them is needed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    category: EmergencyCategory = EmergencyCategory.OTHER
    callback: Annotated[str, Field(max_length=LONGEST_CALLBACK), AfterValidator(_on_one_line)] = (
        Field(default="", description="How they reach you; it can also be said later, on the page")
    )


class Raised(BaseModel):
    """What happens now. Keep `page_url` to yourself: it can end the emergency."""

    page_url: str
    category: EmergencyCategory
    answer_by: UtcDatetime
    """By then somebody answers, or everybody is paged again."""
    crisis_lines: tuple[str, ...] = CRISIS_LINES
    until_then: str = "Stay with the person. Call 911 if a life is in danger. Call or text 988."


@dataclass(frozen=True, slots=True)
class EmergencyApi:
    """The same desk as the pages."""

    ports: Ports
    desk: RequestDesk
    signer: RequestSigner
    doors: Doors

    async def taken(self, told: Emergency, request: Request, once: str | None) -> Raised:
        """Page whoever can help. Raises Problem 401 and 503, each with the crisis lines."""
        credentials = await bearer(request)
        key = credentials.credentials if credentials else request.headers.get("x-api-key", "")
        agency = self.doors.agency_of(key, May.RAISE_EMERGENCY)
        if agency is None:
            detail = "Send an operator's key or the members': `Authorization: Bearer <key>`."
            raise _problem(HTTPStatus.UNAUTHORIZED, detail)
        wish = Wish(told.callback, emergency=True, category=told.category)
        try:
            entity = await self.desk.ask(agency, wish, once or new_id().hex)
            standing = await self.desk.standing(entity)
        except Transient:
            detail = "Nobody was paged. Call 911 or 988, and send the same again."
            raise _problem(HTTPStatus.SERVICE_UNAVAILABLE, detail) from None
        asked = standing.request
        assert asked is not None  # noqa: S101 - it has just been recorded
        return Raised(
            page_url=f"{self.ports.settings.base_url}/emergency/{self.signer.sign(entity)}",
            category=told.category,
            answer_by=asked.answer_by,
        )


def routes(api: EmergencyApi) -> APIRouter:
    """POST /v1/emergencies."""
    router = APIRouter(tags=["requests"])
    secured: dict[str, Any] = {"security": [{bearer.scheme_name: []}, {}]}

    @router.post(
        "/v1/emergencies",
        status_code=HTTPStatus.CREATED,
        responses={
            401: {"description": "No key, or one that may not raise one; with the crisis lines"},
            503: {"description": "Nobody was paged: call, and send it again"},
        },
        openapi_extra=secured,
    )
    async def raise_an_emergency(
        request: Request,
        response: Response,
        told: Emergency | None = None,
        idempotency_key: Annotated[
            str | None, Header(max_length=LONGEST_CALLBACK, description="Makes a repeat harmless")
        ] = None,
    ) -> Raised:
        """Page a mental health professional and a backup at once, on all their channels."""
        response.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        return await api.taken(told or Emergency(), request, idempotency_key)

    return router


def _problem(status: HTTPStatus, detail: str) -> Problem:
    return Problem(status, detail, code="emergency", crisis_lines=list(CRISIS_LINES))
