"""Delivering at most once per message and channel: the claim is recorded before the sending.

A message whose fate is unknown (we stopped between the claim and the result) is not sent again on
that channel, because a second page costs trust; the member's next channel is tried instead, and when
none is left the next member is asked at once, because a lost page costs more (docs/adr/0006).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.deliveries import (
    DeliveryConfirmed,
    DeliveryFailed,
    DeliverySent,
    DeliveryStarted,
    DeliveryUnanswered,
    delivery_id_for,
)
from schemas.dispatch import Failure, Purpose
from schemas.refusals import Refusal, RefusalCode
from services.dispatch.commands import (
    ConfirmDelivery,
    RecordBounce,
    RecordFailure,
    RecordSent,
    StartDelivery,
    TryNextChannel,
)
from services.dispatch.decide.asking import fill
from services.dispatch.decide.claims import being_sent, not_needed, to_claim
from services.dispatch.delivery_state import Delivery, DeliveryStatus, is_lost, status_of
from services.dispatch.state import Active, DispatchState, OfferStatus, evolve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from services.dispatch.commands import DeliveryCommand

MAX_ATTEMPTS = 3
_PATIENCE = timedelta(seconds=10)
"""PROPOSAL: about as long as three attempts take."""
_NOT_NEEDED = Refusal(RefusalCode.DELIVERY_NOT_NEEDED, "What it was about is settled.")
_UNKNOWN = Refusal(RefusalCode.DELIVERY_NOT_NEEDED, "No such message was sent.")
_OVERTAKEN = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This message was answered or arrived.")
_EARLY = Refusal(RefusalCode.TIMER_NOT_DUE, "This message still has time.")
_CONFIRMABLE = frozenset(DeliveryStatus) - {DeliveryStatus.DELIVERED}


def about_a_message(command: DeliveryCommand, state: DispatchState) -> Sequence[Event] | Refusal:
    """What follows from a command about a message."""
    match command:
        case StartDelivery():
            return start(command, state)
        case RecordSent():
            return record_sent(command, state)
        case RecordFailure():
            return record_failure(command, state)
        case RecordBounce():
            return record_bounce(command, state)
        case ConfirmDelivery():
            return confirm(command, state)
        case TryNextChannel():
            return try_next(command, state)


def start(command: StartDelivery, state: DispatchState) -> Sequence[Event] | Refusal:
    """Claim the sending, if it is still needed and nobody else has claimed it."""
    if lost := _claims_without_result(command, state):
        return lost
    chosen = to_claim(command, state)
    if not chosen:
        return being_sent(command, state) or _NOT_NEEDED
    if refusal := not_needed(command, state):
        return refusal
    return tuple(_started(command, channel, state) for channel in chosen)


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
            next_at=_next_at(command, state, delivery),
        ),
    )


def record_failure(command: RecordFailure, state: DispatchState) -> Sequence[Event] | Refusal:
    """It did not go out: for now, or for good after the last attempt."""
    delivery = state.deliveries.get(command.delivery_id)
    if delivery is None or delivery.status is not DeliveryStatus.SENDING:
        return _NOT_NEEDED
    final = (
        command.failure is not Failure.TEMPORARY
        or delivery.attempt >= MAX_ATTEMPTS
        or _is_slower_than_the_next(command, delivery, state)
    )
    failed = _failed(command, command.delivery_id, command.failure, state, final=final)
    return (failed, *_ask_next(state, (failed,), command.case_id, command.now))


def record_bounce(command: RecordBounce, state: DispatchState) -> Sequence[Event] | Refusal:
    """It will not arrive after all. Said twice, or of what did arrive, it changes nothing."""
    delivery = state.deliveries.get(command.delivery_id)
    if delivery is None:
        return _UNKNOWN
    if delivery.status not in {DeliveryStatus.SENDING, DeliveryStatus.SENT}:
        return ()
    failed = _failed(command, command.delivery_id, Failure.PERMANENT, state, final=True)
    return (failed, *_ask_next(state, (failed,), command.case_id, command.now))


def confirm(command: ConfirmDelivery, state: DispatchState) -> Sequence[Event] | Refusal:
    """It is on the phone, whatever was thought of it before."""
    delivery = state.deliveries.get(command.delivery_id)
    if delivery is None:
        return _UNKNOWN
    if delivery.status not in _CONFIRMABLE:
        return ()
    return (
        DeliveryConfirmed(
            delivery_id=command.delivery_id,
            member_id=delivery.member_id,
            purpose=delivery.purpose,
            channel=delivery.channel,
        ),
    )


def try_next(command: TryNextChannel, state: DispatchState) -> Sequence[Event] | Refusal:
    """Nothing was heard of an open offer: its member's next channel is tried as well."""
    delivery = state.deliveries.get(command.delivery_id)
    offers = state.offers if isinstance(state, Active) else {}
    offer = offers.get(delivery.offer_id) if delivery and delivery.offer_id else None
    waits = delivery and delivery.status is DeliveryStatus.SENT and not delivery.passed_over
    if delivery is None or not waits or offer is None or offer.status is not OfferStatus.OPEN:
        return _OVERTAKEN
    if delivery.next_at is None or command.now < delivery.next_at:
        return _EARLY if delivery.next_at else _OVERTAKEN
    return (
        DeliveryUnanswered(
            delivery_id=command.delivery_id,
            member_id=delivery.member_id,
            purpose=delivery.purpose,
            channel=delivery.channel,
        ),
    )


def _is_slower_than_the_next(
    command: RecordFailure, delivery: Delivery, state: DispatchState
) -> bool:
    """Whether the carrier wants a longer pause than a member should wait who has another channel."""
    asked = command.retry_at
    return bool(asked and asked - command.now > _PATIENCE and _left(command, delivery, state))


def _claims_without_result(command: StartDelivery, state: DispatchState) -> Sequence[Event]:
    """Whoever claimed these stopped: nobody can know whether they went out."""
    lost = []
    for channel in command.channels:
        delivery_id = delivery_id_for(command.parcel_id, channel)
        delivery = state.deliveries.get(delivery_id)
        if delivery is None or delivery.status is not DeliveryStatus.SENDING:
            continue
        if command.now >= delivery.give_up_at:
            lost.append(_failed(command, delivery_id, Failure.UNCERTAIN, state, final=True))
    return (*lost, *_ask_next(state, lost, command.case_id, command.now))


def _started(command: StartDelivery, channel: str, state: DispatchState) -> DeliveryStarted:
    delivery_id = delivery_id_for(command.parcel_id, channel)
    before = state.deliveries.get(delivery_id)
    return DeliveryStarted(
        delivery_id=delivery_id,
        member_id=command.member_id,
        purpose=command.purpose,
        channel=channel,
        attempt=before.attempt + 1 if before else 1,
        give_up_at=command.give_up_at,
        parcel_id=command.parcel_id,
        offer_id=command.offer_id,
    )


def _next_at(command: RecordSent, state: DispatchState, delivery: Delivery) -> datetime | None:
    """When to try the next channel: an offer's share of its time, counted from now."""
    offers = state.offers if isinstance(state, Active) else {}
    offer = offers.get(delivery.offer_id) if delivery.offer_id else None
    is_offer = delivery.purpose is Purpose.OFFER and offer is not None
    if not is_offer or not isinstance(state, Active) or not _left(command, delivery, state):
        return None
    policy = state.brief.policy
    at = command.now + policy.next_channel_after * policy.reply_within
    return at if offer and at < offer.expires_at else None


def _left(
    command: StartDelivery | RecordSent | RecordFailure | RecordBounce,
    delivery: Delivery,
    state: DispatchState,
) -> tuple[str, ...]:
    """The member's channels on which this message was not begun."""
    if delivery.parcel_id is None:
        return ()
    known, parcel_id = state.deliveries, delivery.parcel_id
    return tuple(
        channel
        for channel in command.channels
        if status_of(known, delivery_id_for(parcel_id, channel)) is DeliveryStatus.PENDING
    )


def _failed(
    command: StartDelivery | RecordFailure | RecordBounce,
    delivery_id: UUID,
    failure: Failure,
    state: DispatchState,
    *,
    final: bool,
) -> DeliveryFailed:
    delivery = state.deliveries[delivery_id]
    return DeliveryFailed(
        delivery_id=delivery_id,
        member_id=delivery.member_id,
        purpose=delivery.purpose,
        channel=delivery.channel,
        failure=failure,
        final=final,
        left=_left(command, delivery, state) if final else (),
    )


def _ask_next(
    state: DispatchState, failures: Sequence[DeliveryFailed], case_id: str, now: datetime
) -> Sequence[Event]:
    """Who is asked instead of a member whom the offer reaches on no channel."""
    after = state
    for failed in failures:
        after = evolve(after, failed)
    lost = [each for each in failures if is_lost(after.deliveries, each)]
    if not isinstance(after, Active) or all(each.purpose is not Purpose.OFFER for each in lost):
        return ()
    return fill(after, case_id, now)
