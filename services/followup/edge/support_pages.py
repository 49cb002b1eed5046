"""A member's own pages for places and for what must be told, behind their personal link.

They need no script. Only a POST records anything, and nothing recorded names the member.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schemas.jurisdiction import ExceptionCategory, Notified
from schemas.policy import Role
from schemas.referrals import ReferralCategory
from schemas.refusals import Refusal
from services.followup.edge import support_shown as shown
from services.followup.edge.support_bodies import exception_told
from services.followup.edge.support_notice import written_notice
from services.followup.edge.support_words import EXCEPTIONS, PLACES
from services.followup.own_links import OwnLinks, Whose
from services.followup.support_commands import (
    ExceptionCommand,
    NoteNoticeSent,
    NoteNotified,
    OfferReferral,
)
from services.followup.support_desk import SupportDesk
from services.followup.support_state import Told
from services.runtime.clock import new_id
from services.runtime.errors import Transient

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_DONE = {
    "counted": "Counted: the kind of place, and nothing else.",
    "recorded": "Recorded: the kind, the time and who was told.",
    "added": "Added.",
    "sent": "The written notice is marked as sent.",
}
_BY = "role:peer"
"""Who recorded it, for the event: never which member."""
_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}
Number = Annotated[int, InPath(ge=0, le=999)]
Show = Callable[[Whose], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class SupportPages:
    """The pages."""

    desk: SupportDesk
    links: OwnLinks

    @property
    def zone(self) -> ZoneInfo:
        """Where people read times."""
        return ZoneInfo(self.desk.ports.settings.time_zone)

    async def opened(self, token: str, show: Show) -> Response:
        """The page of whoever's link this is; a page with the crisis lines whatever goes wrong."""
        try:
            whose = await self.links.whose(token)
            if whose is None or not whose.is_open or not whose.roles:
                detail = "Open your page from the newest message, or ask your coordinator for it."
                return _gone(token, HTTPStatus.NOT_FOUND, "This link does not work", detail)
            return await show(whose)
        except Transient:
            detail = "Nothing was recorded. Please try again in a moment."
            return _gone(token, HTTPStatus.SERVICE_UNAVAILABLE, "We cannot look just now", detail)

    async def places(self, token: str, whose: Whose, done: str, wrong: str = "") -> Response:
        """The places to turn to, by kind."""
        now, found = self.desk.ports.clock.now(), await self.desk.places(whose.agency)
        return _page(
            "places.html",
            token,
            HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
            done=_DONE.get(done, ""),
            wrong=wrong,
            groups=shown.places_shown(self.desk, found, now),
            once=new_id().hex,
            kinds=[(kind.value, words) for kind, words in PLACES.items()],
        )

    async def refer(self, token: str, whose: Whose, given: Mapping[str, Any]) -> Response:
        """Count that somebody was pointed to a kind of place."""
        if given.get("category") not in set(ReferralCategory):
            return await self.places(token, whose, "", "Choose what kind of place it was.")
        category = ReferralCategory(given["category"])
        about = self.desk.about(_BY)
        command = OfferReferral(**about, category=category, by_role=_role(whose))
        once = str(given.get("once", ""))[:64]
        await self.desk.refer(whose.agency, command, f"{token}{once}" if once else "")
        return _see(f"/f/{token}/places?done=counted")

    async def exceptions(self, token: str, whose: Whose) -> Response:
        """Which kinds there are under the law in force, and what this member recorded."""
        law, now = self.desk.law, self.desk.ports.clock.now()
        own = await self.desk.own(whose.agency, whose.member_id)
        return _page(
            "exceptions.html",
            token,
            law=law.title,
            kinds=[(each.category.value, EXCEPTIONS[each.category]) for each in law.exceptions],
            remark=shown.remark(law),
            own=shown.own_shown(own, now),
        )

    async def one_kind(self, token: str, whose: Whose, word: str, wrong: str = "") -> Response:
        """What the law says of a kind, and the form to record that it was told."""
        known = ExceptionCategory(word) if word in set(ExceptionCategory) else None
        values = shown.says_shown(self.desk.law, known) if known else None
        if values is None:
            return _see(f"/f/{token}/exceptions")
        own = await self.desk.own(whose.agency, whose.member_id)
        within = self.desk.rules.written_notice_within
        days = max(1, round(within.total_seconds() / 86400))
        return _page(
            "exception_new.html",
            token,
            HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
            wrong=wrong,
            number=len(own),
            once=new_id().hex,
            within=f"{days} day{'' if days == 1 else 's'}",
            **values,
        )

    async def record(self, token: str, whose: Whose, given: Mapping[str, Any]) -> Response:
        """Record it; the same form twice is one exception."""
        word, number = str(given.get("category", "")), str(given.get("number", ""))
        if word not in set(ExceptionCategory) or not number.isdecimal() or len(number) > 3:
            return _see(f"/f/{token}/exceptions")
        notified = _notified(given)
        if not notified:
            return await self.one_kind(token, whose, word, "Say who was told: tick at least one.")
        category, at = ExceptionCategory(word), int(number)
        before = (await self._own(whose, at)).recorded
        if before and before.category is not category:  # another tab was faster
            at = len(await self.desk.own(whose.agency, whose.member_id))
        command = self.desk.recording(category, notified, self.desk.about(_BY))
        return await self._step(token, whose, at, command, "recorded")

    async def one(self, token: str, whose: Whose, number: int, done: str = "") -> Response:
        """One exception of this member, as it stands."""
        told = await self._own(whose, number)
        if told.recorded is None:
            return _see(f"/f/{token}/exceptions")
        now = self.desk.ports.clock.now()
        values = shown.exception_shown(told, now, self.zone)
        return _page("exception.html", token, done=_DONE.get(done, ""), number=number, **values)

    async def notice(self, token: str, whose: Whose, number: int) -> Response:
        """The text to print."""
        told = await self._own(whose, number)
        if told.recorded is None:
            return _see(f"/f/{token}/exceptions")
        found = exception_told("", told, told.recorded)
        text = written_notice(found, self.desk.law, self.zone)
        return _page("exception_notice.html", token, text=text)

    async def also(
        self, token: str, whose: Whose, number: int, given: Mapping[str, Any]
    ) -> Response:
        """Somebody else was told."""
        notified = _notified(given)
        if not notified:
            return await self.one(token, whose, number)
        command = NoteNotified(**self.desk.about(_BY), notified=notified)
        return await self._step(token, whose, number, command, "added")

    async def sent(self, token: str, whose: Whose, number: int) -> Response:
        """The written notice went out."""
        command = NoteNoticeSent(**self.desk.about(_BY))
        return await self._step(token, whose, number, command, "sent")

    async def _own(self, whose: Whose, number: int) -> Told:
        reference = self.desk.own_reference(whose.agency, whose.member_id, number)
        return await self.desk.exception(whose.agency, reference)

    async def _step(
        self, token: str, whose: Whose, number: int, command: ExceptionCommand, done: str
    ) -> Response:
        reference = self.desk.own_reference(whose.agency, whose.member_id, number)
        handled = await self.desk.tell(whose.agency, reference, command)
        if isinstance(handled.refusal, Refusal):
            return _see(f"/f/{token}/exceptions")
        return _see(f"/f/{token}/exceptions/{number}?done={done}")


def routes(pages: SupportPages) -> APIRouter:
    """The pages behind `/f/<token>`."""
    router = APIRouter(prefix="/f/{token}")

    @router.get("/places", **_HIDDEN)
    async def places(token: str, done: str = "") -> Response:
        return await pages.opened(token, lambda whose: pages.places(token, whose, done))

    @router.post("/refer", **_HIDDEN)
    async def refer(token: str, request: Request) -> Response:
        given = await _fields(request)
        return await pages.opened(token, lambda whose: pages.refer(token, whose, given))

    @router.get("/exceptions", **_HIDDEN)
    async def exceptions(token: str) -> Response:
        return await pages.opened(token, lambda whose: pages.exceptions(token, whose))

    @router.get("/exceptions/new", **_HIDDEN)
    async def one_kind(token: str, category: str = "") -> Response:
        return await pages.opened(token, lambda whose: pages.one_kind(token, whose, category))

    @router.post("/exceptions", **_HIDDEN)
    async def record(token: str, request: Request) -> Response:
        given = await _fields(request)
        return await pages.opened(token, lambda whose: pages.record(token, whose, given))

    _add_own(router, pages)
    return router


def _add_own(router: APIRouter, pages: SupportPages) -> None:
    @router.get("/exceptions/{number}", **_HIDDEN)
    async def one(token: str, number: Number, done: str = "") -> Response:
        return await pages.opened(token, lambda whose: pages.one(token, whose, number, done))

    @router.get("/exceptions/{number}/notice", **_HIDDEN)
    async def notice(token: str, number: Number) -> Response:
        return await pages.opened(token, lambda whose: pages.notice(token, whose, number))

    @router.post("/exceptions/{number}/notified", **_HIDDEN)
    async def also(token: str, number: Number, request: Request) -> Response:
        given = await _fields(request)
        return await pages.opened(token, lambda whose: pages.also(token, whose, number, given))

    @router.post("/exceptions/{number}/sent", **_HIDDEN)
    async def sent(token: str, number: Number) -> Response:
        return await pages.opened(token, lambda whose: pages.sent(token, whose, number))


async def _fields(request: Request) -> dict[str, Any]:
    """A form's text fields; those who were told as a list."""
    given: dict[str, Any] = {"notified": []}
    async with request.form(max_files=0, max_fields=40) as form:
        for name, value in form.multi_items():
            if name == "notified":
                given["notified"].append(value)
            elif isinstance(value, str):
                given[name] = value
    return given


def _notified(given: Mapping[str, Any]) -> tuple[Notified, ...]:
    return tuple(Notified(each) for each in given["notified"] if each in set(Notified))


def _role(whose: Whose) -> Role:
    roles: Sequence[Role] = whose.roles
    return roles[0] if roles else Role.PEER


def _see(address: str) -> RedirectResponse:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, HEADERS)


def _gone(token: str, status: HTTPStatus, heading: str, detail: str) -> HTMLResponse:
    return _page("support_gone.html", token, status, heading=heading, detail=detail)


def _page(
    template: str, token: str, status: HTTPStatus = HTTPStatus.OK, **values: Any
) -> HTMLResponse:
    told = {"done": "", "wrong": "", "token": token, **values}
    return HTMLResponse(_PAGES.get_template(template).render(told), status, HEADERS)
