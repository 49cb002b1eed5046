"""Delivering at most once per member and purpose: the claim is recorded before the sending.

A message whose fate is unknown (we stopped between the claim and the result) is not sent again,
because a second page costs trust; instead the next member is asked at once, because a lost page
costs more (docs/adr/0006).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import DeliveryFailed, DeliverySent, DeliveryStarted, Failure, Purpose
from schemas.refusals import Refusal, RefusalCode
from services.dispatch.decide.offers import fill
from services.dispatch.delivery_state import Delivery, DeliveryStatus
from services.dispatch.state import (
    Active,
    DispatchState,
    Idle,
    OfferStatus,
    evolve,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from services.dispatch.commands import RecordFailure, RecordSent, StartDelivery

MAX_ATTEMPTS = 3
_BEING_SENT = Refusal(RefusalCode.DELIVERY_ALREADY_STARTED, "It is being sent right now.")
_NOT_NEEDED = Refusal(RefusalCode.DELIVERY_NOT_NEEDED, "What it was about is settled.")


def start(command: StartDelivery, state: DispatchState) -> Sequence[Event] | Refusal:
    """Claim the sending, if it is still needed and nobody else has claimed it."""
    before = state.deliveries.get(command.delivery_id)
    match before.status if before else None:
        case DeliveryStatus.SENT | DeliveryStatus.FAILED_FOR_GOOD:
            return _NOT_NEEDED
        case DeliveryStatus.SENDING:
            return _still_sending(command, state)
        case DeliveryStatus.FAILED_FOR_NOW | None:
            if refusal := _not_needed(command, state):
                return refusal
    return (
        DeliveryStarted(
            delivery_id=command.delivery_id,
            member_id=command.member_id,
            purpose=command.purpose,
            channel=command.channel,
            attempt=before.attempt + 1 if before else 1,
            give_up_at=command.give_up_at,
        ),
    )


def record_sent(command: RecordSent, state: DispatchState) -> Sequence[Event] | Refusal:
    """The carrier took it."""
    delivery = state.deliveries.get(command.delivery_id)
    if delivery is None or delivery.status is not DeliveryStatus.SENDING:
        return _NOT_NEEDED
    return (
        DeliverySent(
            delivery_id=command.delivery_id,
            member_id=delivery.member_id,
            purpose=delivery.purpose,
            channel=delivery.channel,
        ),
    )


def record_failure(command: RecordFailure, state: DispatchState) -> Sequence[Event] | Refusal:
    """It did not go out: for now, or for good after the last attempt."""
    delivery = state.deliveries.get(command.delivery_id)
    if delivery is None or delivery.status is not DeliveryStatus.SENDING:
        return _NOT_NEEDED
    final = command.failure is not Failure.TEMPORARY or delivery.attempt >= MAX_ATTEMPTS
    failed = _failed(command.delivery_id, delivery, command.failure, final=final)
    return (failed, *_ask_next(state, failed, command.case_id, command.now))


def _still_sending(command: StartDelivery, state: DispatchState) -> Sequence[Event] | Refusal:
    delivery = state.deliveries[command.delivery_id]
    if command.now < delivery.give_up_at:
        return _BEING_SENT
    lost = _failed(command.delivery_id, delivery, Failure.UNCERTAIN, final=True)
    return (lost, *_ask_next(state, lost, command.case_id, command.now))


def _not_needed(command: StartDelivery, state: DispatchState) -> Refusal | None:
    """The last look before sending: is what this message says still so?"""
    match command.purpose:
        case Purpose.OFFER:
            offers = state.offers if isinstance(state, Active) else {}
            offer = offers.get(command.offer_id) if command.offer_id else None
            is_open = offer is not None and offer.status is OfferStatus.OPEN
            return None if is_open else _NOT_NEEDED
        case Purpose.STAND_DOWN:
            return _nothing_to_stand_down(command, state)
        case Purpose.REVIEW:
            waits = any(
                review.is_open and command.member_id in review.asked
                for review in state.reviews.values()
            )
            return None if waits else _NOT_NEEDED
        case Purpose.ALARM | Purpose.CHECK_IN_DUE:
            return None if isinstance(state, Active) else _NOT_NEEDED
        case Purpose.CALLBACK_DUE:
            took = isinstance(state, Active) and state.taken_by(command.member_id)
            return None if took else _NOT_NEEDED


def _nothing_to_stand_down(command: StartDelivery, state: DispatchState) -> Refusal | None:
    """Only one who may hold the offer is stood down: anybody else would get a ghost page."""
    asked = [
        delivery
        for delivery in state.deliveries.values()
        if delivery.member_id == command.member_id and delivery.purpose is Purpose.OFFER
    ]
    if any(each.status is DeliveryStatus.SENDING for each in asked):
        on_its_way = any(command.now < each.give_up_at for each in asked)
        return _BEING_SENT if on_its_way else None
    return None if any(each.may_have_arrived for each in asked) else _NOT_NEEDED


def _failed(
    delivery_id: UUID, delivery: Delivery, failure: Failure, *, final: bool
) -> DeliveryFailed:
    return DeliveryFailed(
        delivery_id=delivery_id,
        member_id=delivery.member_id,
        purpose=delivery.purpose,
        channel=delivery.channel,
        failure=failure,
        final=final,
    )


def _ask_next(
    state: DispatchState, failed: DeliveryFailed, case_id: str, now: datetime
) -> Sequence[Event]:
    if not failed.final or failed.purpose is not Purpose.OFFER or isinstance(state, Idle):
        return ()
    after = evolve(state, failed)
    assert isinstance(after, Active)  # noqa: S101 - an active case stays active
    return fill(after, case_id, now)
