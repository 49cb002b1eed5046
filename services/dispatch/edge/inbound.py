"""What providers post to us: what became of a message, and what a member answered. All of it signed."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.envelope import Slug
from services.dispatch.carriers.signing import BadSignature, verify
from services.dispatch.commands import ConfirmDelivery, DispatchCommand, RecordBounce
from services.dispatch.decider import DISPATCH
from services.dispatch.edge.inbound_replies import Answered, Reply, ReplyDesk
from services.dispatch.links import BadLink
from services.runtime.clock import SystemClock, new_id
from services.runtime.edge import Problem
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from uuid import UUID

    from schemas.subjects import Entity
    from services.dispatch.carriers.desk import CarrierDesk
    from services.dispatch.deliveries import Deliveries
    from services.dispatch.delivery_state import Delivery
    from services.dispatch.links import DeliverySigner

BodyT = TypeVar("BodyT", bound=BaseModel)
Channel = Annotated[Slug, Path(description="A channel of the carriers file, such as `sms`.")]
_UNKNOWN = "no message of ours has this reference on this channel"


class Told(BaseModel):
    """What a provider says of one message. Fields that we do not know are ignored."""

    model_config = ConfigDict(frozen=True)

    reference: str = Field(max_length=200, description="As we sent it with the message")
    status: Literal["queued", "sent", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Inbound:
    """The providers' side of the carriers."""

    deliveries: Deliveries
    replies: ReplyDesk
    clock: SystemClock
    """The wall's: a provider signs with the time of its own."""

    async def read(self, request: Request, channel: str, model: type[BodyT]) -> BodyT:
        """What was posted. Raises Problem 404, 401 or 422, naming nothing of what was posted."""
        secret = self._desk.carriers.inbound.get(channel)
        if secret is None:
            raise Problem(
                HTTPStatus.NOT_FOUND,
                "No provider may post on this channel: give it a secret in the carriers file.",
                code="unknown-channel",
            )
        body = await request.body()
        try:
            verify(secret, request.headers, body, self.clock.now())
            return model.model_validate_json(body)
        except BadSignature as bad:
            code = "bad-signature"
            raise Problem(HTTPStatus.UNAUTHORIZED, f"Not taken: {bad}.", code=code) from bad
        except ValidationError as error:
            wrong = [
                ".".join(str(s) for s in e["loc"]) or "(the whole body)" for e in error.errors()
            ]
            detail = f"The body does not fit: look at {', '.join(wrong)}."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, code="invalid") from None

    async def on_told(self, channel: str, told: Told) -> None:
        """Record what became of a message. Older news, and news told twice, change nothing."""
        entity, delivery_id, delivery = await self._named(channel, told.reference)
        if told.status not in {"delivered", "failed"}:
            return
        shared: dict[str, Any] = {
            "command_id": new_id(),
            "now": self.deliveries.ports.clock.now(),
            "actor": f"carrier:{channel}",
            "trace": trace_from(None),
            "case_id": entity.id,
            "delivery_id": delivery_id,
        }
        command: DispatchCommand = ConfirmDelivery.model_validate(shared)
        if told.status == "failed":
            contact = await self.deliveries.contact_of(entity, delivery.member_id)
            channels = self._desk.carriers.channels_for(contact)
            command = RecordBounce.model_validate({**shared, "channels": channels})
        handled = await handle(self.deliveries.ports.journal, DISPATCH, entity, command)
        if handled.events:
            self._desk.healths.told(channel, delivered=told.status == "delivered")

    async def _named(self, channel: str, reference: str) -> tuple[Entity, UUID, Delivery]:
        try:
            entity, begins = self._links.read(reference)
        except BadLink:
            raise Problem(HTTPStatus.NOT_FOUND, _UNKNOWN, code="unknown-reference") from None
        state = DISPATCH.fold(await self.deliveries.ports.journal.load(entity))
        for delivery_id, delivery in state.deliveries.items():
            if delivery_id.bytes.startswith(begins) and delivery.channel == channel:
                return entity, delivery_id, delivery
        raise Problem(HTTPStatus.NOT_FOUND, _UNKNOWN, code="unknown-reference")

    @property
    def _desk(self) -> CarrierDesk:
        return self.deliveries.desk

    @property
    def _links(self) -> DeliverySigner:
        return self.deliveries.links


def routes(inbound: Inbound) -> APIRouter:
    """Where providers post."""
    router = APIRouter(prefix="/v1/carriers", tags=["carriers"])

    @router.post("/{channel}/callbacks", status_code=204)
    async def callback(channel: Channel, request: Request) -> Response:
        """What became of a message: delivered or failed, signed by the channel's secret."""
        await inbound.on_told(channel, await inbound.read(request, channel, Told))
        return Response(status_code=204)

    @router.post("/{channel}/replies")
    async def reply(channel: Channel, request: Request) -> Answered:
        """A member's answer by text or by digits; `reply` is what to send or say back to them."""
        return await inbound.replies.answer(await inbound.read(request, channel, Reply))

    return router
