"""Where each message of a case stands, folded from the case's own events (docs/reference/delivery.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from schemas.dispatch import DeliveryFailed, DeliverySent, DeliveryStarted, Failure, Purpose

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class DeliveryStatus(Enum):
    """Where a message stands (docs/reference/delivery.md)."""

    SENDING = auto()
    SENT = auto()
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

    @property
    def may_have_arrived(self) -> bool:
        """Whether the member may hold this message."""
        return self.status is DeliveryStatus.SENT or self.failure is Failure.UNCERTAIN


def delivered(
    deliveries: dict[UUID, Delivery], event: DeliveryStarted | DeliverySent | DeliveryFailed
) -> Delivery:
    """The message that an event is about, after it."""
    match event:
        case DeliveryStarted():
            return Delivery(
                event.member_id, event.purpose, event.channel, event.attempt, event.give_up_at
            )
        case DeliverySent():
            return replace(deliveries[event.delivery_id], status=DeliveryStatus.SENT)
        case DeliveryFailed():
            good = DeliveryStatus.FAILED_FOR_GOOD
            status = good if event.final else DeliveryStatus.FAILED_FOR_NOW
            before = deliveries[event.delivery_id]
            return replace(before, status=status, failure=event.failure)
