"""The roster as it is read over HTTP: list, one, who was designated when, what bites, the export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from services.dispatch.edge import roster_shown
from services.dispatch.edge.roster import SECURED
from services.dispatch.edge.roster_changes import preview
from services.dispatch.edge.roster_csv import CONFIDENTIAL, as_csv
from services.dispatch.edge.roster_models import (
    Check,
    DesignatedOn,
    Listed,
    Numbered,
    Previews,
    Proposed,
    Roster,
)
from services.dispatch.edge.roster_shown import Moment
from services.dispatch.personal import Profile
from services.runtime.access import May
from services.runtime.edge import Problem, allow, require

if TYPE_CHECKING:
    from services.dispatch.book import RosterBook
    from services.dispatch.carriers.port import Contact
    from services.dispatch.personal import PersonalRecords
    from services.runtime.host import Ports

_PRIVATE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class RosterReads:
    """What an operator can look at."""

    ports: Ports
    book: RosterBook
    personal: PersonalRecords

    def moment(self) -> Moment:
        """Now, by the agency's clock and rules."""
        now = self.ports.clock.now()
        today = now.astimezone(ZoneInfo(self.ports.settings.time_zone)).date()
        return Moment(now, today, self.book.rules)

    async def listed(self, agency: str) -> Roster:
        """Every member, with what would keep them from being asked now."""
        at = self.moment()
        members = sorted((await self.book.of(agency)).items())
        return Roster(members=tuple(roster_shown.listed(name, each, at) for name, each in members))

    async def one(self, agency: str, member_id: str) -> Listed:
        """One member. Raises Problem 404."""
        member = (await self.book.of(agency)).get(member_id)
        if member is None:
            detail = "This member is not on the roster."
            raise Problem(HTTPStatus.NOT_FOUND, detail, code="not-enrolled")
        return roster_shown.listed(member_id, member, self.moment())

    async def check(self, agency: str) -> Check:
        """All that bites now or soon."""
        reachable = await self.personal.with_contact(agency)
        return roster_shown.check(await self.book.of(agency), reachable, self.moment())

    async def designated(self, agency: str, on: date | None) -> DesignatedOn:
        """Who was designated on a day; today when none is given."""
        at = self.moment()
        return roster_shown.designated(await self.book.of(agency), on or at.today, at)

    async def previews(self, agency: str, proposed: Proposed) -> Previews:
        """What these parts of entries would change; nothing is changed."""
        members = await self.book.of(agency)
        found = []
        for each in proposed.members:
            on_file = await self._on_file(agency, each.member_id)
            member = members.get(each.member_id)
            found.append(preview(each.member_id, member, on_file, each.entry))
        return Previews(members=tuple(found))

    async def export(self, agency: str, *, contacts: bool) -> str:
        """The roster as CSV that the import takes again; contacts only when they are asked for."""
        members = sorted((await self.book.of(agency)).items())
        on_file: dict[str, tuple[Contact | None, Profile]] | None = None
        if contacts:
            on_file = {name: await self._on_file(agency, name) for name, _ in members}
        return as_csv(members, on_file)

    async def _on_file(self, agency: str, member_id: str) -> tuple[Contact | None, Profile]:
        contact = await self.personal.contact(agency, member_id)
        return contact, await self.personal.profile(agency, member_id)


def routes(reads: RosterReads) -> APIRouter:
    """The HTTP edge of reading."""
    router = APIRouter(prefix="/v1/roster", tags=["roster"])
    _add_members(router, reads)
    _add_dates(router, reads)
    _add_files(router, reads)
    return router


def _add_members(router: APIRouter, reads: RosterReads) -> None:
    @router.get("/members", openapi_extra=SECURED)
    async def list_members(request: Request) -> Roster:
        """Who is on the roster, who could be asked now, and what ends soon."""
        who = await require(request, reads.ports.keyring)
        return await reads.listed(who.agency)

    @router.get("/members/{member_id}", openapi_extra=SECURED)
    async def one_member(member_id: Numbered, request: Request) -> Listed:
        """One member, with every designation."""
        who = await require(request, reads.ports.keyring)
        return await reads.one(who.agency, member_id)


def _add_dates(router: APIRouter, reads: RosterReads) -> None:
    @router.get("/designated", openapi_extra=SECURED)
    async def designated(
        request: Request, on: Annotated[date | None, Query(description="Today if left out")] = None
    ) -> DesignatedOn:
        """Who was designated on a day, since when and until when."""
        who = await require(request, reads.ports.keyring)
        return await reads.designated(who.agency, on)

    @router.get("/check", openapi_extra=SECURED)
    async def check(request: Request) -> Check:
        """What keeps members from being asked, what soon will, and roles with too few members."""
        who = await require(request, reads.ports.keyring)
        return await reads.check(who.agency)


def _add_files(router: APIRouter, reads: RosterReads) -> None:
    @router.post("/preview", openapi_extra=SECURED)
    async def preview_import(proposed: Proposed, request: Request) -> Previews:
        """What an import would change, member by member. Nothing is changed."""
        who = await require(request, reads.ports.keyring)
        return await reads.previews(who.agency, proposed)

    @router.get("/export.csv", openapi_extra=SECURED, response_class=Response)
    async def export(request: Request, *, contacts: bool = False) -> Response:
        """The roster as CSV. With `contacts=true` it names people and is confidential."""
        who = await require(request, reads.ports.keyring)
        if contacts:
            allow(who, May.SEE_PHONES)
        text = await reads.export(who.agency, contacts=contacts)
        name = f"roster-{CONFIDENTIAL}.csv" if contacts else "roster.csv"
        headers = {**_PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
