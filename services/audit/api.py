"""HTTP for programs: cases, timelines and the live feed, for the caller's own agency only.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.audit.reader import CaseList, CasePage, Reader
from services.audit.views.activations import Activations
from services.audit.views.open_work import Which
from services.audit.views.private import Private
from services.audit.views.requests import Requests
from services.audit.views.reviews import Reviews
from services.audit.views.support import Support
from services.runtime.auth import Principal
from services.runtime.edge import Problem, bearer, require
from services.runtime.host import Ports

CaseId = Annotated[
    str, Path(max_length=36, description="A case's id, or a beginning of it that only it has")
]
_KEY: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
_NO_KEY: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"}
}
_ROLE: dict[int | str, dict[str, Any]] = {403: {"description": "This key's role may not"}}
_NO_CASE: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such case"},
    409: {"description": "Several cases begin like that"},
}


def _resumed(
    last_event_id: Annotated[
        str | None, Header(description="Resume behind this id; without it, from now on")
    ] = None,
) -> int | None:
    if last_event_id is None:
        return None
    if not last_event_id.isdecimal() or len(last_event_id) > 18:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "Last-Event-ID is the id of an event of this feed: a number."
        )
    return int(last_event_id)


def routes(ports: Ports, reader: Reader) -> APIRouter:
    """The HTTP edge of audit."""
    router = APIRouter(prefix="/v1", tags=["audit"], responses=_NO_KEY)

    async def caller(request: Request) -> Principal:
        return await require(request, ports.keyring)

    async def watched(
        principal: Annotated[Principal, Depends(caller)],
        case: Annotated[str | None, Query(max_length=36, description="Only this case")] = None,
    ) -> str | None:
        """The whole id of the case to watch, found before the stream begins."""
        return (await reader.find(principal.agency, case)).case.case_id if case else None

    @router.get("/cases", openapi_extra=_KEY)
    async def list_cases(
        principal: Annotated[Principal, Depends(caller)],
        state: Annotated[Which, Query(description="Which cases")] = Which.OPEN,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> CaseList:
        """The newest cases; the open ones by urgency, with what happens next by itself."""
        return await reader.cases(principal.agency, state, limit)

    @router.get("/cases/{case_id}", responses=_NO_CASE, openapi_extra=_KEY)
    async def read_case(
        case_id: CaseId, principal: Annotated[Principal, Depends(caller)]
    ) -> CasePage:
        """One case: how it stands, and its timeline with every distance to its target."""
        page, _file = await reader.case(principal.agency, case_id)
        return page

    @router.get(
        "/watch", response_class=EventSourceResponse, responses=_NO_CASE, openapi_extra=_KEY
    )
    async def watch(
        principal: Annotated[Principal, Depends(caller)],
        case_id: Annotated[str | None, Depends(watched)],
        after: Annotated[int | None, Depends(_resumed)],
    ) -> AsyncIterator[ServerSentEvent]:
        """The timelines as they grow: one JSON line per event, a comment every 15 s."""
        start = await reader.newest_entry() if after is None else after
        async for event in _feed(reader, principal.agency, case_id, start):
            yield event

    _waiting(router, reader, caller)
    return router


def _waiting(
    router: APIRouter, reader: Reader, caller: Callable[[Request], Awaitable[Principal]]
) -> None:
    """What waits for somebody."""

    @router.get("/activations", openapi_extra=_KEY)
    async def list_activations(
        principal: Annotated[Principal, Depends(caller)],
    ) -> Activations:
        """The open activations, the most urgent first: places, offers, clocks, alarms, what is next."""
        return await reader.activations(principal.agency)

    @router.get("/reviews", openapi_extra=_KEY)
    async def list_reviews(principal: Annotated[Principal, Depends(caller)]) -> Reviews:
        """What waits for a person's decision, the most urgent first, each with its clock."""
        return await reader.reviews(principal.agency)

    @router.get("/requests", openapi_extra=_KEY)
    async def requests(principal: Annotated[Principal, Depends(caller)]) -> Requests:
        """Members' own requests for a peer, by whole months; fewer than five are not told."""
        return await reader.requests(principal.agency)

    @router.get("/support", openapi_extra=_KEY)
    async def support(principal: Annotated[Principal, Depends(caller)]) -> Support:
        """Referrals offered and exceptions recorded, as totals by kind; small ones are not told."""
        return await reader.support(principal.agency)

    @router.get("/one-on-ones", responses=_ROLE, openapi_extra=_KEY)
    async def one_on_ones(principal: Annotated[Principal, Depends(caller)]) -> Private:
        """How many one-on-ones, legal holds, and who opened what is not theirs. Nobody is named."""
        return await reader.private(principal.agency)


async def _feed(
    reader: Reader, agency: str, case_id: str | None, after: int
) -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(comment="watching", retry=2000)
    while True:
        seen = reader.news.latest(agency)
        while rows := await reader.since(agency, after, case_id):
            for row in rows:
                after = row.id or after
                yield ServerSentEvent(data=row, id=str(after))
        await reader.news.wait(agency, seen)
