"""The carriers over HTTP, for operators: how each does, and whether a message gets through."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from schemas.envelope import MemberId, Slug
from schemas.subjects import Entity, Stream
from services.dispatch.carriers import messages
from services.dispatch.carriers.health import Health
from services.dispatch.carriers.port import NotDelivered
from services.dispatch.carriers.short_forms import in_short
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer, require

if TYPE_CHECKING:
    from services.dispatch.carriers.port import Contact
    from services.dispatch.deliveries import Deliveries
    from services.runtime.auth import Principal

_SECURED: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}


class Listed(BaseModel):
    """One carrier, in the order in which members are reached by default."""

    channel: str
    form: str
    answered: bool
    """Whether its provider posts to us what members answer."""
    health: Health


class CarrierList(BaseModel):
    """An agency's carriers, since this process began."""

    carriers: tuple[Listed, ...]


class Check(BaseModel):
    """What to check. With `member_id` a test message goes to that member; else nothing is sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    member_id: MemberId | None = None
    channel: Slug | None = None


class Checked(BaseModel):
    """What came of it on one channel: `ok`, or how it failed and why."""

    channel: str
    outcome: str
    reason: str = ""


class CheckResult(BaseModel):
    """One line per channel."""

    checked: tuple[Checked, ...]


@dataclass(frozen=True, slots=True)
class CarrierEdge:
    """The operators' side of the carriers."""

    deliveries: Deliveries

    def listed(self) -> CarrierList:
        """Every carrier with its health."""
        desk = self.deliveries.desk
        rows = (
            Listed(
                channel=each.channel,
                form=each.form,
                answered=each.channel in desk.carriers.inbound,
                health=desk.healths.of(each.channel),
            )
            for each in desk.carriers.all
        )
        return CarrierList(carriers=tuple(rows))

    async def check(self, who: Principal, wish: Check) -> CheckResult:
        """Look whether messages get through. Raises Problem 422 for a channel that is not there."""
        desk = self.deliveries.desk
        contact: Contact | None = None
        channels = tuple(each.channel for each in desk.carriers.all)
        if wish.channel is not None and wish.channel not in channels:
            detail = f"There is no channel {wish.channel}: choose one of {', '.join(channels)}."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, code="unknown-channel")
        if wish.member_id is not None:
            entity = Entity(Stream.ROSTER, who.agency, wish.member_id)
            contact = await self.deliveries.contact_of(entity, wish.member_id)
            channels = desk.carriers.channels_for(contact)
        chosen = [each for each in channels if wish.channel in {None, each}] or [wish.channel or ""]
        done = await asyncio.gather(*(self._one(channel, contact) for channel in chosen))
        return CheckResult(checked=tuple(done))

    async def _one(self, channel: str, contact: Contact | None) -> Checked:
        desk = self.deliveries.desk
        try:
            if contact is None:
                await desk.carriers.on(channel).probe()
            else:
                await desk.send(channel, in_short(messages.test(new_id()), ""), contact)
        except NotDelivered as failure:
            outcome = failure.failure.value
            return Checked(channel=channel, outcome=outcome, reason=str(failure))
        return Checked(channel=channel, outcome="ok")


def routes(edge: CarrierEdge) -> APIRouter:
    """The carriers."""
    router = APIRouter(prefix="/v1/carriers", tags=["carriers"])
    keyring = edge.deliveries.ports.keyring

    @router.get("", openapi_extra=_SECURED)
    async def list_carriers(request: Request) -> CarrierList:
        """Every channel, and how it does."""
        await require(request, keyring)
        return edge.listed()

    @router.post("/check", openapi_extra=_SECURED)
    async def check_carriers(wish: Check, request: Request) -> CheckResult:
        """Connect to each carrier; or send a test message, which says that it is one, to a member."""
        return await edge.check(await require(request, keyring), wish)

    return router
