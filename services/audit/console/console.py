"""What the console's pages are made from, and who may see them. The pages say nothing new."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi.responses import RedirectResponse

from services.audit.console import reference
from services.audit.console.decisions import REFUSED, Deciding
from services.audit.console.nav import home
from services.audit.console.pages import HEADERS, Pages, pages
from services.audit.console.phones import phones
from services.audit.console.picture import picture
from services.audit.console.plan_steps import Planning
from services.audit.console.session import Sessions, safe_path
from services.audit.console.steps import Acting
from services.audit.currency import Numbers, read_numbers
from services.audit.views.open_work import Which
from services.audit.views.places import kind_label
from services.runtime.access import May, may
from services.runtime.access_rows import address_of, needed
from services.runtime.edge import Problem, allow

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import Request, Response

    from services.audit.reader import Reader
    from services.audit.settings import AuditSettings
    from services.runtime.auth import Keyring, Principal

_BOARD, _LIST, _WALL = 200, 200, 24


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
    numbers: Numbers
    level: Callable[[], Awaitable[None]]
    """Waits a moment until the views hold what has just been recorded."""

    @classmethod
    def of(
        cls,
        settings: AuditSettings,
        keyring: Keyring,
        reader: Reader,
        level: Callable[[], Awaitable[None]],
    ) -> Self:
        """The console of these settings."""
        rendered = pages(
            ZoneInfo(settings.time_zone),
            demo=settings.demo,
            has_phones=settings.phones_dir is not None,
        )
        sessions, deciding = Sessions.of(settings), Deciding.of(settings)
        numbers = read_numbers(settings.roster_file)
        return cls(settings, keyring, reader, sessions, rendered, deciding, numbers, level)

    def who(self, request: Request) -> Principal:
        """Who is looking, as they may open this page. Raises SignInFirst, and Problem 403."""
        principal = self.looking(request)
        if principal is None:
            raise SignInFirst
        return allow(principal, needed(address_of(request)))

    def looking(self, request: Request) -> Principal | None:
        """Whose session it is; None without one, or once their key was removed or ran out."""
        who = self.sessions.who(request)
        return who if who == self.sessions.demo or (who and self.keyring.has(who)) else None

    async def show(self, template: str, request: Request, here: str, **shown: Any) -> Response:
        """A page for whoever is looking, with how many questions wait for a person."""
        principal, waiting = self.looking(request), 0
        if principal and may(principal, May.READ_CASES):
            waiting = await self.reader.open_reviews(principal.agency)
        status = shown.pop("status", HTTPStatus.OK)
        about = {"here": here, "waiting": waiting, "principal": principal}
        return self.pages.html(template, status, **about, **shown)

    async def board(self, request: Request) -> Response:
        """The questions that wait, then the open cases by urgency."""
        listed = await self.reader.cases(self.who(request).agency, Which.OPEN, _BOARD)
        return await self.show(
            "board.html", request, "board", listed=listed, **await self._asked(request)
        )

    async def activations(self, request: Request) -> Response:
        """The open activations, the most urgent first, for a phone at night and for a wall."""
        shown = await self.reader.activations(self.who(request).agency, _WALL)
        return await self.show("activations.html", request, "activations", shown=shown, most=_WALL)

    async def roster(self, request: Request) -> Response:
        """Who can be asked, what bites soon, gaps ahead, and how messages go out."""
        who = self.who(request)
        zone = ZoneInfo(self.settings.time_zone)
        shown = await self.reader.roster(who.agency, zone, self.numbers)
        return await self.show("roster.html", request, "roster", shown=shown)

    async def places(self, request: Request, refused: str) -> Response:
        """The places that peers point to, and how often they did, as far as it may be told."""
        who = self.who(request)
        await self.level()  # perhaps a button led here
        support = await self.reader.support(who.agency)
        offered = [
            (kind_label(kind), count)
            for kind, count in support.referrals.by_category.items()
            if count is not None
        ]
        return await self.show(
            "places.html",
            request,
            "places",
            shown=await self.reader.places(who.agency),
            support=support if may(who, May.READ_COUNTS) else None,
            offered=offered,
            months=f"{support.since:%B %Y} to {support.until - timedelta(days=1):%B %Y}",
            leave=self.deciding.to_confirm(who),
            refused=refused,
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
            "may_raise": may(principal, May.DECIDE),
        }

    async def to_raise(self, request: Request, refused: str) -> Response:
        """A form for an incident that no feed has told."""
        leave = self.deciding.to_raise(self.who(request))
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
        if request.headers.get("sec-fetch-mode", "navigate") == "navigate":
            await self.level()  # perhaps a button led here
        page, file = await self.reader.case(principal.agency, case_id)
        found = await self.reader.look_up(principal.agency, typed) if typed else ()
        panel = self.deciding.panel(principal, page.case, typed, found)
        acting = None
        if panel and page.team and not page.merges.into:
            acting = Acting.on(panel.leave, page.team, page.order)
        planning, leave = None, self.deciding.to_schedule(principal, page.case)
        if leave and not page.merges.into:
            planning = Planning.on(leave, file, page.team)
        return await self.show(
            "case.html",
            request,
            "cases",
            page=page,
            picture=picture(file, page.as_of),
            panel=panel,
            acting=acting,
            planning=planning,
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
        if principal is None or not home(principal):
            wrong = "no-page" if principal else "unknown"
            return self.pages.html(
                "sign_in.html", HTTPStatus.FORBIDDEN, onward=safe_path(onward), wrong=wrong
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
            first = home(self.looking(request))
            if request.url.path == "/" and problem.status is HTTPStatus.FORBIDDEN and first:
                return RedirectResponse(first, HTTPStatus.SEE_OTHER, HEADERS)
            return await self.show(
                "problem.html", request, "", status=problem.status, problem=problem, first=first
            )
