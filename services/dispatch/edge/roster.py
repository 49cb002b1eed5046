"""Changes of the roster over HTTP: enroll, amend, and each small step. Contacts go to the bucket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from schemas.refusals import Refusal, RefusalCode
from schemas.roster import MemberFields
from schemas.subjects import Entity, Stream
from services.dispatch.carriers.port import NotDelivered
from services.dispatch.commands import (
    ConfirmContact,
    EnrollMember,
    LeaveTeam,
    MuteMember,
    ReturnMember,
    RosterCommand,
    StandMemberDown,
    UnmuteMember,
)
from services.dispatch.decide.roster import CONTACT_ERASED
from services.dispatch.decider import ROSTER
from services.dispatch.edge.roster_changes import laid_over
from services.dispatch.edge.roster_models import (
    Confirmed,
    Entry,
    LastDay,
    Numbered,
    PartOfEntry,
    Reason,
    Until,
)
from services.dispatch.own_pages import NoContact
from services.dispatch.roster import Member
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer, require
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from services.dispatch.own_pages import OwnPages
    from services.dispatch.personal import PersonalRecords
    from services.runtime.auth import Principal
    from services.runtime.host import Ports

SECURED: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
_STATUS = {
    RefusalCode.NOT_ENROLLED: HTTPStatus.NOT_FOUND,
    RefusalCode.DESIGNATION_ENDED: HTTPStatus.CONFLICT,
}
"""Any other refusal is about what was sent."""


@dataclass(frozen=True, slots=True)
class RosterEdge:
    """What an operator can change."""

    ports: Ports
    personal: PersonalRecords
    own: OwnPages

    async def enroll(self, who: Principal, member_id: str, entry: Entry) -> None:
        """Keep the contact first: a member on the roster can be reached from the first moment."""
        fields = {name: getattr(entry, name) for name in MemberFields.model_fields}
        command = EnrollMember.model_validate({**fields, **self._who(who)})
        history = await self.ports.journal.load(self._entity(who, member_id))
        if isinstance(refusal := ROSTER.decide(command, ROSTER.fold(history)), Refusal):
            raise _problem(refusal)
        await self.personal.keep_contact(who.agency, member_id, entry.contact)
        if entry.profile is not None:
            await self.personal.keep_profile(who.agency, member_id, entry.profile)
        await self.change(who, member_id, command)

    async def amend(self, who: Principal, member_id: str, part: PartOfEntry) -> None:
        """Replace some fields. Raises RequestValidationError when the whole does not fit."""
        state = ROSTER.fold(await self.ports.journal.load(self._entity(who, member_id)))
        member = state if isinstance(state, Member) else None
        contact = await self.personal.contact(who.agency, member_id)
        profile = await self.personal.profile(who.agency, member_id)
        try:
            entry = laid_over(member, contact, profile, part)
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error
        await self.enroll(who, member_id, entry)

    async def change(self, who: Principal, member_id: str, command: RosterCommand) -> None:
        """Record a change. Raises Problem 404 for somebody who is not on the roster."""
        entity = self._entity(who, member_id)
        handled = await handle(self.ports.journal, ROSTER, entity, command)
        if handled.refusal:
            raise _problem(handled.refusal)

    async def step(
        self, who: Principal, member_id: str, kind: type[RosterCommand], **fields: Any
    ) -> Response:
        """One small step, as a command."""
        await self.change(who, member_id, kind.model_validate({**self._who(who), **fields}))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def back(self, who: Principal, member_id: str) -> Response:
        """Ask this member again. Raises Problem 409 for one whom nothing can reach."""
        if await self.personal.contact(who.agency, member_id) is None:
            history = await self.ports.journal.load(self._entity(who, member_id))
            if history.events:
                raise _no_contact()
        return await self.step(who, member_id, ReturnMember)

    async def invite(self, who: Principal, member_id: str, *, fresh: bool) -> Response:
        """Send the member the link of their own page. Raises Problem 404, 409 or 502."""
        if not (await self.ports.journal.load(self._entity(who, member_id))).events:
            raise _problem(Refusal(RefusalCode.NOT_ENROLLED, "This member is not on the roster."))
        try:
            await self.own.invite(who.agency, member_id, fresh=fresh)
        except NoContact as missing:
            raise _no_contact() from missing
        except NotDelivered as failed:
            detail = "The message did not go out. Try again, or correct the member's contact."
            raise Problem(HTTPStatus.BAD_GATEWAY, detail, code="not-delivered") from failed
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def erase(self, who: Principal, member_id: str) -> Response:
        """Nothing can read how to reach this member any more; who they were in events stays."""
        await self.change(
            who,
            member_id,
            StandMemberDown.model_validate({**self._who(who), "reason": CONTACT_ERASED}),
        )
        await self.personal.erase(who.agency, member_id)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def today(self) -> date:
        """The day by the agency's clock."""
        zone = ZoneInfo(self.ports.settings.time_zone)
        return self.ports.clock.now().astimezone(zone).date()

    def _entity(self, who: Principal, member_id: str) -> Entity:
        return Entity(Stream.ROSTER, who.agency, member_id)

    def _who(self, who: Principal) -> dict[str, object]:
        return {
            "command_id": new_id(),
            "now": self.ports.clock.now(),
            "actor": f"key:{who.label}",
            "trace": trace_from(None),
        }


def _problem(refusal: Refusal) -> Problem:
    status = _STATUS.get(refusal.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    return Problem(status, refusal.detail, code=refusal.code.value)


def _no_contact() -> Problem:
    detail = "Nothing is on file to reach this member by: enroll them with a contact."
    return Problem(HTTPStatus.CONFLICT, detail, code="no-contact")


def routes(edge: RosterEdge) -> APIRouter:
    """The HTTP edge of changes."""
    router = APIRouter(prefix="/v1/roster/members", tags=["roster"])
    _add_entries(router, edge)
    _add_team_steps(router, edge)
    _add_member_steps(router, edge)
    return router


def _add_entries(router: APIRouter, edge: RosterEdge) -> None:
    keyring = edge.ports.keyring

    @router.put("/{member_id}", status_code=204, openapi_extra=SECURED)
    async def enroll_member(member_id: Numbered, entry: Entry, request: Request) -> Response:
        """Add a member, or replace their entry as a whole."""
        await edge.enroll(await require(request, keyring), member_id, entry)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.patch("/{member_id}", status_code=204, openapi_extra=SECURED)
    async def amend_member(member_id: Numbered, part: PartOfEntry, request: Request) -> Response:
        """Replace some fields of an entry; a new member needs those that have no default."""
        await edge.amend(await require(request, keyring), member_id, part)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.delete("/{member_id}/contact", status_code=204, openapi_extra=SECURED)
    async def erase_contact(member_id: Numbered, request: Request) -> Response:
        """Erase how to reach a member, with their name and bio; the member is stood down."""
        return await edge.erase(await require(request, keyring), member_id)

    @router.post("/{member_id}/invite", status_code=204, openapi_extra=SECURED)
    async def invite(member_id: Numbered, request: Request, *, fresh: bool = False) -> Response:
        """Send the member the link of their own page; `fresh=true` closes every earlier link."""
        who = await require(request, keyring)
        return await edge.invite(who, member_id, fresh=fresh)


def _add_team_steps(router: APIRouter, edge: RosterEdge) -> None:
    keyring = edge.ports.keyring

    @router.post("/{member_id}/stand-down", status_code=204, openapi_extra=SECURED)
    async def stand_down(member_id: Numbered, why: Reason, request: Request) -> Response:
        """Do not ask this member until they return."""
        who = await require(request, keyring)
        return await edge.step(who, member_id, StandMemberDown, reason=why.reason)

    @router.post("/{member_id}/return", status_code=204, openapi_extra=SECURED)
    async def return_member(member_id: Numbered, request: Request) -> Response:
        """Ask this member again; also takes back a leaving that has not come yet."""
        return await edge.back(await require(request, keyring), member_id)

    @router.post("/{member_id}/leave", status_code=204, openapi_extra=SECURED)
    async def leave(member_id: Numbered, last: LastDay, request: Request) -> Response:
        """End the designation with this day as its last; what was said before stays under it."""
        who = await require(request, keyring)
        return await edge.step(who, member_id, LeaveTeam, designated_until=last.on)


def _add_member_steps(router: APIRouter, edge: RosterEdge) -> None:
    keyring = edge.ports.keyring

    @router.post("/{member_id}/confirm-contact", status_code=204, openapi_extra=SECURED)
    async def confirm(
        member_id: Numbered, request: Request, confirmed: Confirmed | None = None
    ) -> Response:
        """The member is still reached as the bucket says: today, or on the day that is given."""
        who = await require(request, keyring)
        day = (confirmed.on if confirmed else None) or edge.today()
        return await edge.step(who, member_id, ConfirmContact, confirmed_on=day)

    @router.post("/{member_id}/mute", status_code=204, openapi_extra=SECURED)
    async def mute(member_id: Numbered, muted: Until, request: Request) -> Response:
        """Do not ask this member before a time, except in an emergency."""
        who = await require(request, keyring)
        until = muted.after(edge.ports.clock.now())
        return await edge.step(who, member_id, MuteMember, until=until)

    @router.post("/{member_id}/unmute", status_code=204, openapi_extra=SECURED)
    async def unmute(member_id: Numbered, request: Request) -> Response:
        """Ask this member again before that time."""
        who = await require(request, keyring)
        return await edge.step(who, member_id, UnmuteMember)
