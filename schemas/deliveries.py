"""What dispatch records of each message: claimed, taken, confirmed, unanswered or failed.

One delivery is one message to one member on one channel (docs/reference/delivery.md).
"""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.dispatch import Failure, Purpose
from schemas.envelope import Event, MemberId, Slug, UtcDatetime
from schemas.subjects import derived_id

FIRST_CHANNEL = "email"
"""The only one that there was before channels had names of their own."""


def delivery_id_for(parcel_id: UUID, channel: str) -> UUID:
    """One message goes out at most once per channel, so the delivery's id follows from both.

    Mail keeps the message's own id, as it had before there were other channels.
    """
    return parcel_id if channel == FIRST_CHANNEL else derived_id(parcel_id, channel)


class DeliveryStarted(Event):
    """We are about to hand a message to a carrier; recorded first, so that it is never sent twice."""

    NAME: ClassVar[str] = "delivery_started"
    delivery_id: UUID
    member_id: MemberId
    purpose: Purpose
    channel: Slug
    attempt: Annotated[int, Field(ge=1)]
    give_up_at: UtcDatetime
    """When nobody can still be sending it: without a result by then, it is uncertain."""
    parcel_id: UUID | None = None
    """The same for one message on every channel; None means that it went by mail alone."""
    offer_id: UUID | None = None
    """The offer that it is about, if it is about one."""


class DeliverySent(Event):
    """The carrier took the message."""

    NAME: ClassVar[str] = "delivery_sent"
    delivery_id: UUID
    member_id: MemberId
    purpose: Purpose
    channel: Slug
    next_at: UtcDatetime | None = None
    """When the member's next channel is tried, if by then it is neither confirmed nor answered."""


class DeliveryConfirmed(Event):
    """The provider says that the message is on the phone."""

    NAME: ClassVar[str] = "delivery_confirmed"
    delivery_id: UUID
    member_id: MemberId
    purpose: Purpose
    channel: Slug


class DeliveryUnanswered(Event):
    """Sent, and neither confirmed nor answered in its share of the time: the next channel is tried."""

    NAME: ClassVar[str] = "delivery_unanswered"
    delivery_id: UUID
    member_id: MemberId
    purpose: Purpose
    channel: Slug


class DeliveryFailed(Event):
    """The message did not go out. `final` means that nothing more is tried on this channel."""

    NAME: ClassVar[str] = "delivery_failed"
    delivery_id: UUID
    member_id: MemberId
    purpose: Purpose
    channel: Slug
    failure: Failure
    final: bool
    left: tuple[Slug, ...] = ()
    """This member's channels that are still to be tried, in order."""
