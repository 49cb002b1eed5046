"""The roster over HTTP: enroll, stand down, return, list. Contacts go in and never come out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from schemas.candidates import Exclusion
from schemas.envelope import Code, MemberId, Slug
from schemas.intake import Unit
from schemas.policy import Role
from schemas.subjects import Entity, Stream
from services.dispatch.carriers.port import Contact
from services.dispatch.commands import EnrollMember, ReturnMember, RosterCommand, StandMemberDown
from services.dispatch.decider import ROSTER
from services.dispatch.roster import exclusions
from services.runtime.auth import KeyRole
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer, require
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from services.dispatch.book import RosterBook
    from services.runtime.auth import Principal
    from services.runtime.bucket import Bucket
    from services.runtime.host import Ports

_OPERATORS = frozenset({KeyRole.OPERATOR})
_SECURED: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}
Numbered = Annotated[MemberId, Path(description="A roster number such as `p-07`; never a name.")]


class Entry(BaseModel):
    """A member as the roster is told of them. `contact` goes to the erasable bucket only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    discipline: Slug
    station: Slug
    units: tuple[Unit, ...] = ()
    designated_from: date
    training_valid_until: date
    contact_confirmed_on: date
    contact: Contact


class Reason(BaseModel):
    """Why a member is stood down, as a code such as `rest` or `leave`."""

    reason: Code


class Listed(BaseModel):
    """A member as the roster shows them: no name, no contact."""

    member_id: str
    role: Role
    discipline: str
    station: str
    units: tuple[str, ...]
    pageable: bool
    reasons: tuple[Exclusion, ...] = Field(description="Why not pageable; empty when pageable")


class Roster(BaseModel):
    """An agency's members."""

    members: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class RosterEdge:
    """The roster's ports."""

    ports: Ports
    book: RosterBook
    contacts: Bucket

    async def enroll(self, who: Principal, member_id: str, entry: Entry) -> None:
        """Keep the contact first: a member on the roster can be reached from the first moment."""
        contact = entry.contact.model_dump_json().encode()
        await self.contacts.put(f"{who.agency}.{member_id}", contact)
        command = EnrollMember.model_validate(
            {**entry.model_dump(exclude={"contact"}), **self._who(who)}
        )
        await self.change(who, member_id, command)

    async def change(self, who: Principal, member_id: str, command: RosterCommand) -> None:
        """Record a change. Raises Problem 404 for somebody who is not on the roster."""
        entity = Entity(Stream.ROSTER, who.agency, member_id)
        handled = await handle(self.ports.journal, ROSTER, entity, command)
        if handled.refusal:
            raise Problem(
                HTTPStatus.NOT_FOUND, handled.refusal.detail, code=handled.refusal.code.value
            )

    async def stand_down(self, who: Principal, member_id: str, reason: str) -> None:
        """Ask this member no more, until they return."""
        command = StandMemberDown.model_validate({**self._who(who), "reason": reason})
        await self.change(who, member_id, command)

    async def back(self, who: Principal, member_id: str) -> None:
        """Ask this member again."""
        await self.change(who, member_id, ReturnMember.model_validate(self._who(who)))

    async def listed(self, who: Principal) -> Roster:
        """Every member, with what would keep them from being asked today."""
        today = self.ports.clock.now().date()
        members = await self.book.of(who.agency)
        rows = []
        for member_id, member in sorted(members.items()):
            reasons = exclusions(member, (), today, today)
            shown = {"member_id": member_id, "pageable": not reasons, "reasons": reasons}
            fields = {"role", "discipline", "station", "units"}
            rows.append(Listed.model_validate(member.entry.model_dump(include=fields) | shown))
        return Roster(members=tuple(rows))

    def _who(self, who: Principal) -> dict[str, object]:
        return {
            "command_id": new_id(),
            "now": self.ports.clock.now(),
            "actor": f"key:{who.label}",
            "trace": trace_from(None),
        }


def routes(edge: RosterEdge) -> APIRouter:
    """The HTTP edge of the roster."""
    router = APIRouter(prefix="/v1/roster/members", tags=["roster"])
    keyring = edge.ports.keyring

    @router.get("", openapi_extra=_SECURED)
    async def list_members(request: Request) -> Roster:
        """Who is on the roster, and who could be asked today."""
        return await edge.listed(await require(request, keyring, _OPERATORS))

    @router.put("/{member_id}", status_code=204, openapi_extra=_SECURED)
    async def enroll_member(member_id: Numbered, entry: Entry, request: Request) -> Response:
        """Add a member, or replace their entry."""
        await edge.enroll(await require(request, keyring, _OPERATORS), member_id, entry)
        return Response(status_code=204)

    @router.post("/{member_id}/stand-down", status_code=204, openapi_extra=_SECURED)
    async def stand_down(member_id: Numbered, why: Reason, request: Request) -> Response:
        """Do not ask this member until they return."""
        await edge.stand_down(await require(request, keyring, _OPERATORS), member_id, why.reason)
        return Response(status_code=204)

    @router.post("/{member_id}/return", status_code=204, openapi_extra=_SECURED)
    async def return_member(member_id: Numbered, request: Request) -> Response:
        """Ask this member again."""
        await edge.back(await require(request, keyring, _OPERATORS), member_id)
        return Response(status_code=204)

    return router
