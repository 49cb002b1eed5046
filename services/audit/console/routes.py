"""The console's addresses: which page is where.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.audit.console.console import Console, SignInFirst
from services.audit.console.pages import HEADERS, STATIC, static
from services.audit.console.session import end, safe_path
from services.audit.views.open_work import Which
from services.runtime.auth import Principal
from services.runtime.edge import Problem

_YEAR = "public, max-age=31536000, immutable"


def routes(console: Console) -> APIRouter:
    """The console's pages."""
    router = APIRouter(include_in_schema=False)
    _add_boards(router, console)
    _add_pages(router, console)
    _add_session(router, console)

    @router.get("/static/{name}")
    async def own_file(name: str) -> Response:
        content = static(name)
        if content is None:
            raise Problem(HTTPStatus.NOT_FOUND, "There is no such file.")
        return Response(
            content, headers={**HEADERS, "Cache-Control": _YEAR}, media_type=STATIC[name]
        )

    def looker(request: Request) -> Principal:
        try:
            return console.who(request)
        except SignInFirst:
            raise Problem(HTTPStatus.UNAUTHORIZED, "Sign in first.") from None

    @router.get("/live", response_class=EventSourceResponse)
    async def live(
        principal: Annotated[Principal, Depends(looker)],
    ) -> AsyncIterator[ServerSentEvent]:
        news, agency = console.reader.news, principal.agency
        seen = news.latest(agency)
        yield ServerSentEvent(comment="watching", retry=2000)
        while True:
            seen = await news.wait(agency, seen)
            yield ServerSentEvent(data="changed")

    return router


def _add_boards(router: APIRouter, console: Console) -> None:
    @router.get("/")
    async def board(request: Request) -> Response:
        return await console.answer(request, console.board(request))

    @router.get("/activations")
    async def activations(request: Request) -> Response:
        return await console.answer(request, console.activations(request))

    @router.get("/roster")
    async def roster(request: Request) -> Response:
        return await console.answer(request, console.roster(request))

    @router.get("/places")
    async def places(
        request: Request, refused: Annotated[str, Query(max_length=40)] = ""
    ) -> Response:
        return await console.answer(request, console.places(request, refused))

    @router.get("/reviews")
    async def reviews(request: Request) -> Response:
        return await console.answer(request, console.reviews(request))


def _add_pages(router: APIRouter, console: Console) -> None:
    @router.get("/cases")
    async def cases(
        request: Request,
        state: Which = Which.ALL,
        find: Annotated[str, Query(max_length=36)] = "",
    ) -> Response:
        return await console.answer(request, console.cases(request, state, find.strip()))

    @router.get("/cases/{case_id}")
    async def case(
        request: Request,
        case_id: Annotated[str, Path(max_length=36)],
        refused: Annotated[str, Query(max_length=40)] = "",
        merge: Annotated[str, Query(max_length=80)] = "",
    ) -> Response:
        page = console.case(request, case_id, refused, merge.strip())
        return await console.answer(request, page)

    @router.get("/raise")
    async def to_raise(
        request: Request, refused: Annotated[str, Query(max_length=40)] = ""
    ) -> Response:
        return await console.answer(request, console.to_raise(request, refused))

    @router.get("/phones")
    async def shown_phones(request: Request) -> Response:
        return await console.answer(request, console.phones(request))

    @router.get("/reference")
    async def shown_reference(request: Request) -> Response:
        return await console.answer(request, console.reference(request))


def _add_session(router: APIRouter, console: Console) -> None:
    @router.get("/sign-in")
    async def ask(onward: Annotated[str, Query(alias="next", max_length=200)] = "/") -> Response:
        return console.pages.html("sign_in.html", onward=safe_path(onward), wrong="")

    @router.post("/sign-in")
    async def sign_in(
        key: Annotated[str, Form(max_length=200)],
        onward: Annotated[str, Form(alias="next", max_length=200)] = "/",
    ) -> Response:
        return await console.sign_in(key, onward)

    @router.post("/sign-out")
    async def sign_out() -> Response:
        response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER, HEADERS)
        end(response)
        return response
