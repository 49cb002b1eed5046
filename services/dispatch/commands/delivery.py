"""Commands about one message on its way to one phone."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.dispatch import Failure, Purpose
from schemas.envelope import MemberId, Slug, UtcDatetime
from services.dispatch.commands.case import CaseCommand


class StartDelivery(CaseCommand):
    """Claim the sending of one message, right before it is handed over."""

    parcel_id: UUID
    offer_id: UUID | None
    member_id: MemberId
    purpose: Purpose
    channels: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """The member's channels, in order: the first that has not been tried is claimed."""
    all_channels: bool = False
    """Claim every channel at once: an emergency, or an alarm."""
    give_up_at: UtcDatetime


class RecordSent(CaseCommand):
    """The carrier took it."""

    delivery_id: UUID
    channels: tuple[Slug, ...] = ()
    """The member's channels, in order: what can be tried if nothing is heard."""


class RecordFailure(CaseCommand):
    """The carrier did not take it, or we cannot know."""

    delivery_id: UUID
    failure: Failure
    channels: tuple[Slug, ...] = ()
    retry_at: UtcDatetime | None = None
    """When the provider wants to be asked again, if it said so."""


class RecordBounce(CaseCommand):
    """The provider, who had taken it, says that it will not arrive."""

    delivery_id: UUID
    channels: tuple[Slug, ...] = ()


class ConfirmDelivery(CaseCommand):
    """The provider says that it is on the phone."""

    delivery_id: UUID


class TryNextChannel(CaseCommand):
    """Its share of the offer's time is over."""

    delivery_id: UUID


DeliveryCommand = (
    StartDelivery | RecordSent | RecordFailure | RecordBounce | ConfirmDelivery | TryNextChannel
)
