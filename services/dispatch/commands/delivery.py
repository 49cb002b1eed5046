"""Commands about one message on its way to one phone."""

from __future__ import annotations

from uuid import UUID

from schemas.dispatch import Failure, Purpose
from schemas.envelope import MemberId, Slug, UtcDatetime
from services.dispatch.commands.case import CaseCommand


class StartDelivery(CaseCommand):
    """Claim the sending of one message, right before it is handed over."""

    delivery_id: UUID
    offer_id: UUID | None
    member_id: MemberId
    purpose: Purpose
    channel: Slug
    give_up_at: UtcDatetime


class RecordSent(CaseCommand):
    """The carrier took it."""

    delivery_id: UUID


class RecordFailure(CaseCommand):
    """The carrier did not take it, or we cannot know."""

    delivery_id: UUID
    failure: Failure


DeliveryCommand = StartDelivery | RecordSent | RecordFailure
