"""What the team carries, behind the personal link of a mental health professional or clinical director.

No key opens it, and no coordinator or program lead: it is for looking after members (docs/domain.md,
section 10), and would be a tool of supervision in any other hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from schemas.policy import Role
from services.dispatch.edge.member_shown import ROLES
from services.dispatch.edge.requests_pages import page
from services.dispatch.roster_check import has_left
from services.dispatch.team_load import LOOK_BACK, loads
from services.dispatch.team_load_read import read_loads
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from datetime import date

    from services.dispatch.book import RosterBook
    from services.dispatch.own_pages import OwnPages
    from services.dispatch.roster import Member

_LOOK_AFTER = frozenset({Role.MHP, Role.CLINICAL_DIRECTOR})
_CARRY = frozenset({Role.PEER, Role.MHP, Role.CHAPLAIN, Role.CLINICAL_DIRECTOR})
"""Those who serve: coordinators and program leads are called, and hold nothing."""
_TEMPLATE = "team_load.html"
_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}


def looks_after(member: Member, today: date) -> bool:
    """Whether a member may see what the others carry: by their role, while they are designated."""
    return (
        member.entry.role in _LOOK_AFTER
        and member.entry.designated_from <= today
        and not has_left(member, today)
        and not member.stood_down
    )


@dataclass(frozen=True, slots=True)
class TeamLoads:
    """The page, made anew each time it is opened."""

    own: OwnPages
    book: RosterBook

    async def show(self, token: str) -> HTMLResponse:
        """Plain loads of everybody who serves, by roster number."""
        ports = self.own.ports
        now, zone = ports.clock.now(), ZoneInfo(ports.settings.time_zone)
        try:
            opened = await self.own.opened(token)
            if opened is None:
                return _page("bad", HTTPStatus.NOT_FOUND)
            if not opened.is_open(now):
                return _page("expired", HTTPStatus.GONE, token=token)
            if not looks_after(opened.member, now.astimezone(zone).date()):
                return _page("not_yours", HTTPStatus.FORBIDDEN)
            roster = await self.book.of(opened.agency)
            told = await read_loads(ports, opened.agency)
        except Transient:
            return _page("down", HTTPStatus.SERVICE_UNAVAILABLE)
        serving = {
            name: ROLES[member.entry.role]
            for name, member in roster.items()
            if member.entry.role in _CARRY and not has_left(member, now.astimezone(zone).date())
        }
        return _page(
            "loads",
            loads=[(each, serving[each.member_id]) for each in loads(told, serving, now, zone)],
            caps=told.caps,
            waking=told.waking,
            hours=round(told.caps.rest_after_tier1 / timedelta(hours=1)),
            days=LOOK_BACK.days,
            zone=zone,
        )


def routes(pages: TeamLoads) -> APIRouter:
    """GET /m/<token>/team-load."""
    router = APIRouter(prefix="/m")

    @router.get("/{token}/team-load", **_HIDDEN)
    async def show(token: str) -> HTMLResponse:
        return await pages.show(token)

    return router


def _page(view: str, status: HTTPStatus = HTTPStatus.OK, **shown: Any) -> HTMLResponse:
    return page(_TEMPLATE, status, **{"view": view, "token": "", "zone": None, "loads": ()} | shown)
