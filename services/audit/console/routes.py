"""The console's addresses: who may see a page, what goes into it. The pages say nothing new.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Self
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.audit.console import reference
from services.audit.console.decisions import REFUSED, Deciding
from services.audit.console.pages import HEADERS, STATIC, Pages, pages, static
from services.audit.console.phones import phones
from services.audit.console.picture import picture
from services.audit.console.session import Sessions, end, safe_path
from services.audit.reader import Reader
from services.audit.settings import AuditSettings
from services.audit.views.open_work import Which
from services.runtime.auth import Keyring, KeyRole, Principal
from services.runtime.edge import Problem

_BOARD, _LIST = 200, 200
_YEAR = "public, max-age=31536000, immutable"


class SignInFirst(Exception):
    """Nobody is signed in."""


@dataclass(frozen=True, slots=True)
class Console:
    """What the pages are made from."""

    settings: AuditSettings
    keyring: Keyring
    reader: Reader
    sessions: Sessions
    pages: Pages
    deciding: Deciding

    @classmethod
    def of(cls, settings: AuditSettings, keyring: Keyring, reader: Reader) -> Self:
        """The console of these settings."""
        rendered = pages(
            ZoneInfo(settings.time_zone),
            demo=settings.demo,
            has_phones=settings.phones_dir is not None,
        )
        sessions, deciding = Sessions.of(settings), Deciding.of(settings)
        return cls(settings, keyring, reader, sessions, rendered, deciding)

    def who(self, request: Request) -> Principal:
        """Who is looking. Raises SignInFirst."""
        principal = self.sessions.who(request)
        if principal is None:
            raise SignInFirst
        return principal

    async def show(self, template: str, request: Request, here: str, **shown: Any) -> Response:
        """A page for whoever is looking, with how many questions wait for a person."""
        principal = self.sessions.who(request)
        waiting = await self.reader.open_reviews(principal.agency) if principal else 0
        status = shown.pop("status", HTTPStatus.OK)
        about = {"here": here, "principal": principal, "waiting": waiting}
        return self.pages.html(template, status, **about, **shown)

    async def board(self, request: Request) -> Response:
        """The questions that wait, then the open cases by urgency."""
        listed = await self.reader.cases(self.who(request).agency, Which.OPEN, _BOARD)
        return await self.show(
            "board.html", request, "board", listed=listed, **await self._asked(request)
        )

    async def reviews(self, request: Request) -> Response:
        """Everything that waits for a person's decision."""
        return await self.show("reviews.html", request, "reviews", **await self._asked(request))

    async def _asked(self, request: Request) -> dict[str, Any]:
        principal = self.who(request)
        asked = await self.reader.reviews(principal.agency)
        return {
            "asked": asked,
            "leaves": self.deciding.leaves(principal, asked.reviews),
            "may_raise": principal.role is KeyRole.OPERATOR,
        }

    async def to_raise(self, request: Request, refused: str) -> Response:
        """A form for an incident that no feed has told."""
        leave = self.deciding.to_raise(self.who(request))
        if not leave:
            raise Problem(HTTPStatus.FORBIDDEN, "Only an operator's key may raise an incident.")
        return await self.show(
            "raise.html",
            request,
            "",
            leave=leave,
            choices=self.deciding.choices,
            refused=REFUSED.get(refused),
            now=self.reader.clock.now(),
        )

    async def cases(self, request: Request, which: Which, find: str) -> Response:
        """The newest cases of a kind, or the way to one case by the beginning of its id."""
        principal = self.who(request)
        if find:
            file = await self.reader.find(principal.agency, find)
            return RedirectResponse(f"/cases/{file.case.case_id}", HTTPStatus.SEE_OTHER, HEADERS)
        listed = await self.reader.cases(principal.agency, which, _LIST)
        return await self.show(
            "cases.html", request, "cases", listed=listed, which=which, limit=_LIST
        )

    async def case(self, request: Request, case_id: str, refused: str, typed: str) -> Response:
        """One case with its picture, its timeline, and what can be decided on it."""
        principal = self.who(request)
        page, file = await self.reader.case(principal.agency, case_id)
        found = await self.reader.look_up(principal.agency, typed) if typed else ()
        return await self.show(
            "case.html",
            request,
            "cases",
            page=page,
            picture=picture(file, page.as_of),
            panel=self.deciding.panel(principal, page.case, typed, found),
            refused=REFUSED.get(refused),
        )

    async def phones(self, request: Request) -> Response:
        """What the demo's phones received."""
        self.who(request)
        if self.settings.phones_dir is None:
            raise Problem(HTTPStatus.NOT_FOUND, "Only a demo shows phones.")
        found = await asyncio.to_thread(phones, self.settings.phones_dir)
        return await self.show("phones.html", request, "phones", phones=found)

    async def reference(self, request: Request) -> Response:
        """Operations and events; nothing about any case, so it needs no sign-in."""
        return await self.show(
            "reference.html",
            request,
            "reference",
            operations=reference.operations(request.app.openapi()),
            streams=reference.streams(),
        )

    async def sign_in(self, key: str, onward: str) -> Response:
        """Begin a session with an API key."""
        principal = self.keyring.find(key.strip())
        if principal is None or principal.role is KeyRole.MEMBER:
            return self.pages.html(
                "sign_in.html", HTTPStatus.FORBIDDEN, onward=safe_path(onward), wrong=True
            )
        response = RedirectResponse(safe_path(onward), HTTPStatus.SEE_OTHER, HEADERS)
        self.sessions.begin(response, principal)
        return response

    async def answer(self, request: Request, page: Awaitable[Response]) -> Response:
        """The page; or the way to sign in; or, in words, why there is no such page."""
        try:
            return await page
        except SignInFirst:
            path = quote(request.url.path)
            return RedirectResponse(f"/sign-in?next={path}", HTTPStatus.SEE_OTHER, HEADERS)
        except Problem as problem:
            return await self.show(
                "problem.html", request, "", status=problem.status, problem=problem
            )


def routes(console: Console) -> APIRouter:
    """The console's pages."""
    router = APIRouter(include_in_schema=False)
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


def _add_pages(router: APIRouter, console: Console) -> None:
    @router.get("/")
    async def board(request: Request) -> Response:
        return await console.answer(request, console.board(request))

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

    @router.get("/reviews")
    async def reviews(request: Request) -> Response:
        return await console.answer(request, console.reviews(request))

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
        return console.pages.html("sign_in.html", onward=safe_path(onward), wrong=False)

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
