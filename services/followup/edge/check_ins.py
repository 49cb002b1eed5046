"""Check-ins after requests that were missed, for coordinators: which wait, and why they were missed.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from schemas.envelope import Frozen, Slug
from schemas.followup import MissReason
from services.followup.aftercare_desk import AftercareDesk
from services.followup.edge.support import allowed
from services.runtime.auth import Principal
from services.runtime.edge import bearer, require

RequestId = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-f-]{36}$",
        description="As `GET /v1/check-ins` tells it; it leads to nobody",
    ),
]
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "Only an operator's key may"},
}
_KEY: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}


class MissedTold(Frozen):
    """One that nobody has seen to."""

    request_id: str
    item: Slug
    peer: str | None
    """Whose it was: who took the request. Who asked is not known here."""
    missed_at: datetime
    answer_by: datetime | None
    """Then those behind the coordinators hear of it."""
    escalated: bool


class MissedList(Frozen):
    """All of them, the longest missed first."""

    as_of: datetime
    missed: tuple[MissedTold, ...]


class Explained(Frozen):
    """Why it was missed."""

    reason: MissReason


@dataclass(frozen=True, slots=True)
class MissedCheckIns:
    """What coordinators see and say."""

    desk: AftercareDesk

    async def who(self, request: Request) -> Principal:
        """Whose key it is. Raises Problem."""
        return await require(request, self.desk.ports.keyring)

    async def listed(self, request: Request) -> MissedList:
        """What waits for a coordinator."""
        who = await self.who(request)
        missed = (MissedTold(**each._asdict()) for each in self.desk.book.missed(who.agency))
        return MissedList(as_of=self.desk.ports.clock.now(), missed=tuple(missed))

    async def explain(self, request: Request, of: str, item: str, reason: MissReason) -> None:
        """A coordinator saw to it. Raises Problem."""
        who = await self.who(request)
        actor = f"key:{who.label}"
        allowed(await self.desk.by_a_coordinator(who.agency, of, item, reason, actor))


def routes(missed: MissedCheckIns) -> APIRouter:
    """`/v1/check-ins`."""
    router = APIRouter(prefix="/v1/check-ins", tags=["followup"], responses=_ANSWERS)

    @router.get("", openapi_extra=_KEY)
    async def list_missed(request: Request) -> MissedList:
        """Check-ins after members' requests that were missed and nobody has seen to. The peer is named,
        and never who asked."""
        return await missed.listed(request)

    @router.post(
        "/{request_id}/{item}/explain",
        status_code=HTTPStatus.NO_CONTENT,
        responses={
            404: {"description": "There is no such check-in"},
            409: {"description": "It was not missed"},
        },
        openapi_extra=_KEY,
    )
    async def explain(
        request_id: RequestId, item: Slug, told: Explained, request: Request
    ) -> Response:
        """Say that you spoke with the peer, and why it was missed. Then nobody else is called for it."""
        await missed.explain(request, request_id, item, told.reason)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return router
