"""Where each message of a case stands, folded from the case's own events (docs/reference/delivery.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from schemas.deliveries import (
    DeliveryConfirmed,
    DeliveryFailed,
    DeliverySent,
    DeliveryStarted,
    DeliveryUnanswered,
)
from schemas.dispatch import Failure, Purpose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

DeliveryEvent = (
    DeliveryStarted | DeliverySent | DeliveryConfirmed | DeliveryUnanswered | DeliveryFailed
)


class DeliveryStatus(Enum):
    """Where a message stands on one channel."""

    PENDING = auto()
    """Decided, and not begun: nothing is recorded of it yet."""
    SENDING = auto()
    SENT = auto()
    """The carrier took it."""
    DELIVERED = auto()
    """The provider says that it is on the phone."""
    FAILED_FOR_NOW = auto()
    FAILED_FOR_GOOD = auto()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one member on one channel."""

    member_id: str
    purpose: Purpose
    channel: str
    attempt: int
    give_up_at: datetime
    status: DeliveryStatus = DeliveryStatus.SENDING
    failure: Failure | None = None
    parcel_id: UUID | None = None
    """Shared by one message's deliveries; None for a history from before there were channels."""
    offer_id: UUID | None = None
    next_at: datetime | None = None
    """When the next channel is tried if nothing is heard until then."""
    passed_over: bool = False
    """Nothing was heard in its share of the time, so the next channel is tried as well."""

    @property
    def may_have_arrived(self) -> bool:
        """Whether the member may hold this message."""
        taken = {DeliveryStatus.SENT, DeliveryStatus.DELIVERED}
        return self.status in taken or self.failure is Failure.UNCERTAIN


def status_of(deliveries: Mapping[UUID, Delivery], delivery_id: UUID) -> DeliveryStatus:
    """Where a delivery stands; PENDING while nothing of it is recorded."""
    known = deliveries.get(delivery_id)
    return known.status if known else DeliveryStatus.PENDING


def is_lost(deliveries: Mapping[UUID, Delivery], failed: DeliveryFailed) -> bool:
    """Whether a failure leaves nothing to hope for: no channel is left, and all others failed."""
    if not failed.final or failed.left:
        return False
    lost = deliveries[failed.delivery_id]
    return all(
        other.status is DeliveryStatus.FAILED_FOR_GOOD
        for delivery_id, other in deliveries.items()
        if delivery_id != failed.delivery_id
        and lost.parcel_id is not None
        and other.parcel_id == lost.parcel_id
    )


def delivered(deliveries: dict[UUID, Delivery], event: DeliveryEvent) -> dict[UUID, Delivery]:
    """All messages, after an event that is about one of them."""
    if isinstance(event, DeliveryStarted):
        after = Delivery(
            event.member_id,
            event.purpose,
            event.channel,
            event.attempt,
            event.give_up_at,
            parcel_id=event.parcel_id,
            offer_id=event.offer_id,
        )
    else:
        after = _moved(deliveries[event.delivery_id], event)
    return deliveries | {event.delivery_id: after}


def _moved(
    before: Delivery,
    event: DeliverySent | DeliveryConfirmed | DeliveryUnanswered | DeliveryFailed,
) -> Delivery:
    match event:
        case DeliverySent():
            return replace(before, status=DeliveryStatus.SENT, next_at=event.next_at)
        case DeliveryConfirmed():
            return replace(before, status=DeliveryStatus.DELIVERED, failure=None)
        case DeliveryUnanswered():
            return replace(before, passed_over=True)
        case DeliveryFailed():
            good = DeliveryStatus.FAILED_FOR_GOOD
            status = good if event.final else DeliveryStatus.FAILED_FOR_NOW
            return replace(before, status=status, failure=event.failure)
