"""A member's own page behind their link: what the roster holds, confirm, mute, the team page.

It works without script, and shows their contact only in part: enough to know it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import ValidationError

from services.dispatch.carriers.port import NotDelivered
from services.dispatch.commands import (
    ConfirmContact,
    MuteMember,
    RosterCommand,
    ShowOnTeamPage,
    UnmuteMember,
)
from services.dispatch.decider import ROSTER
from services.dispatch.edge.member_shown import Shown, shown
from services.dispatch.edge.replies import HEADERS
from services.dispatch.edge.requests_pages import page
from services.dispatch.edge.team_load_page import looks_after
from services.dispatch.own_pages import NoContact
from services.dispatch.personal import Profile
from services.runtime.clock import new_id
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from services.dispatch.own_pages import Opened, OwnPages
    from services.runtime.host import Ports

CalendarAddress = Callable[[str, str], "Awaitable[str | None]"]
"""The address of one member's own calendar, by agency and roster number; None where there is none."""
Act = Callable[["Opened"], "Awaitable[str]"]
SPANS = (
    ("4", "4 hours"),
    ("12", "12 hours"),
    ("24", "a day"),
    ("72", "3 days"),
    ("168", "a week"),
    ("336", "2 weeks"),
)
"""Hours, and how the page says it."""
DONE = {
    "confirmed": "Thank you. Your contact is confirmed.",
    "muted": "You are left in peace. Nobody is told why.",
    "unmuted": "You can be asked again.",
    "saved": "What the team page says of you is saved.",
    "hidden": "You are not on the team page.",
    "sent": "A new link is on its way to you.",
}
_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}
_TEMPLATE = "member.html"


@dataclass(frozen=True, slots=True)
class MemberPages:
    """What a member sees and does behind their link. Only a POST changes anything."""

    ports: Ports
    own: OwnPages
    team_page: bool
    calendar: CalendarAddress

    async def show(self, token: str, done: str = "", wrong: str = "") -> HTMLResponse:
        """The page as it is now; `wrong` names the form that has to be put right."""
        try:
            opened = await self.own.opened(token)
            if opened is None:
                return _bare("bad", HTTPStatus.NOT_FOUND)
            if not opened.is_open(self._now()):
                return _bare("expired", HTTPStatus.GONE, token, done)
            personal = self.own.personal
            contact = await personal.contact(opened.agency, opened.member_id)
            profile = await personal.profile(opened.agency, opened.member_id)
        except Transient:
            return _bare("down", HTTPStatus.SERVICE_UNAVAILABLE)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        at = Shown(self._now(), self._zone(), self.own.rules)
        return page(
            _TEMPLATE,
            status,
            view="own",
            token=token,
            done=DONE.get(done, ""),
            wrong=wrong,
            spans=SPANS,
            team_page=self.team_page,
            profile=profile,
            looks_after=looks_after(opened.member, self._today()),
            calendar=await self.calendar(opened.agency, opened.member_id),
            valid_until=opened.page.valid_until.astimezone(self._zone()),
            **shown(opened.member_id, opened.member, contact, at),
        )

    async def confirm(self, token: str) -> Response:
        """The contact on file is right."""

        async def act(opened: Opened) -> str:
            await self._record(opened, ConfirmContact, confirmed_on=self._today())
            return "confirmed"

        return await self._do(token, act)

    async def mute(self, token: str, given: Mapping[str, str]) -> Response:
        """Leave the member in peace for a while."""
        until = self._until(given)
        if until is None:
            return await self.show(token, wrong="mute")

        async def act(opened: Opened) -> str:
            await self._record(opened, MuteMember, until=until)
            return "muted"

        return await self._do(token, act)

    async def unmute(self, token: str) -> Response:
        """Ask the member again."""

        async def act(opened: Opened) -> str:
            await self._record(opened, UnmuteMember)
            return "unmuted"

        return await self._do(token, act)

    async def on_team_page(self, token: str, given: Mapping[str, str]) -> Response:
        """Whether and how the team page shows the member; nobody is shown without a name."""
        agreed = given.get("agreed") == "yes"
        profile = _profile(given)
        if profile is None or (agreed and not profile.name):
            return await self.show(token, wrong="page")

        async def act(opened: Opened) -> str:
            await self._record(opened, ShowOnTeamPage, shown=agreed)
            await self.own.personal.keep_profile(opened.agency, opened.member_id, profile)
            return "saved" if agreed else "hidden"

        return await self._do(token, act)

    async def renew(self, token: str) -> Response:
        """Send a new link to the member, when the old one is too old."""
        try:
            opened = await self.own.opened(token)
            if opened is None:
                return _bare("bad", HTTPStatus.NOT_FOUND)
            await self.own.renew(opened)
        except NoContact:
            return _bare("bad", HTTPStatus.NOT_FOUND)
        except (NotDelivered, Transient):
            return _bare("down", HTTPStatus.SERVICE_UNAVAILABLE)
        return RedirectResponse(f"/m/{token}?done=sent", HTTPStatus.SEE_OTHER, HEADERS)

    async def _do(self, token: str, act: Act) -> Response:
        """Then show the page again: reloading it does nothing."""
        try:
            opened = await self.own.opened(token)
            if opened is None:
                return _bare("bad", HTTPStatus.NOT_FOUND)
            done = await act(opened) if opened.is_open(self._now()) else ""
        except Transient:
            return _bare("down", HTTPStatus.SERVICE_UNAVAILABLE)
        return RedirectResponse(f"/m/{token}?done={done}", HTTPStatus.SEE_OTHER, HEADERS)

    async def _record(self, opened: Opened, kind: type[RosterCommand], **fields: Any) -> None:
        command = {
            "command_id": new_id(),
            "now": self._now(),
            "actor": "member-page",
            "trace": trace_from(None),
        }
        told = kind.model_validate(command | fields)
        await handle(self.ports.journal, ROSTER, opened.entity, told)

    def _until(self, given: Mapping[str, str]) -> datetime | None:
        """The chosen day's beginning by the agency's clock, else so many hours from now."""
        now, day = self._now(), given.get("until", "").strip()
        if not day:
            hours = given.get("for", "")
            known = any(hours == value for value, _ in SPANS)
            return now + timedelta(hours=int(hours)) if known else None
        try:
            chosen = date.fromisoformat(day)
            until = datetime(chosen.year, chosen.month, chosen.day, tzinfo=self._zone())
        except ValueError:
            return None
        return until if until > now else None

    def _now(self) -> datetime:
        return self.ports.clock.now()

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.ports.settings.time_zone)

    def _today(self) -> date:
        return self._now().astimezone(self._zone()).date()


def routes(pages: MemberPages) -> APIRouter:
    """The pages behind members' own links."""
    router = APIRouter(prefix="/m")

    @router.get("/{token}", **_HIDDEN)
    async def show(token: str, done: str = "") -> HTMLResponse:
        return await pages.show(token, done)

    @router.post("/{token}/confirm", **_HIDDEN)
    async def confirm(token: str) -> Response:
        return await pages.confirm(token)

    @router.post("/{token}/mute", **_HIDDEN)
    async def mute(token: str, request: Request) -> Response:
        return await pages.mute(token, await fields_of(request))

    @router.post("/{token}/unmute", **_HIDDEN)
    async def unmute(token: str) -> Response:
        return await pages.unmute(token)

    @router.post("/{token}/page", **_HIDDEN)
    async def on_team_page(token: str, request: Request) -> Response:
        return await pages.on_team_page(token, await fields_of(request))

    @router.post("/{token}/renew", **_HIDDEN)
    async def renew(token: str) -> Response:
        return await pages.renew(token)

    return router


def _profile(given: Mapping[str, str]) -> Profile | None:
    """What was typed, with lines as people mean them; None when it is too long."""
    bio = given.get("bio", "").replace("\r\n", "\n")
    try:
        return Profile(name=" ".join(given.get("name", "").split()), bio=bio)
    except ValidationError:
        return None


async def fields_of(request: Request) -> dict[str, str]:
    """What was typed into a form."""
    async with request.form(max_files=0, max_fields=20) as fields:
        return {name: value for name, value in fields.items() if isinstance(value, str)}


def _bare(view: str, status: HTTPStatus, token: str = "", done: str = "") -> HTMLResponse:
    return page(_TEMPLATE, status, view=view, token=token, done=DONE.get(done, ""))
