"""The last look before sending: which channel is next, and is what the message says still so?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.deliveries import delivery_id_for
from schemas.dispatch import Purpose
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import derived_id
from services.dispatch.delivery_state import Delivery, DeliveryStatus
from services.dispatch.state import Active, DispatchState, OfferStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.dispatch.commands import StartDelivery

_BEING_SENT = Refusal(RefusalCode.DELIVERY_ALREADY_STARTED, "It is being sent right now.")
_NOT_NEEDED = Refusal(RefusalCode.DELIVERY_NOT_NEEDED, "What it was about is settled.")
_HOLDS_WHATEVER_HAPPENS = frozenset(
    {
        Purpose.EXERCISE_OVER,
        Purpose.SESSION_CANCELLED,
        Purpose.COVERAGE,
        Purpose.PLACE_UNCONFIRMED,
        Purpose.NOTICE_DUE,
        Purpose.NOTICE_OVERDUE,
        Purpose.AFTERCARE_DUE,
        Purpose.AFTERCARE_MISSED,
        Purpose.CONTACT_DUE,
        Purpose.HAND_OVER_OFFERED,
        Purpose.GLASS_BROKEN,
        Purpose.ONE_ON_ONE_OVERDUE,
        Purpose.ONE_ON_ONE_ORPHANED,
    }
)
_OPEN = frozenset({DeliveryStatus.PENDING, DeliveryStatus.FAILED_FOR_NOW})


def to_claim(command: StartDelivery, state: DispatchState) -> tuple[str, ...]:
    """The channels to send on now: the next in order, or all at once; none when it is on its way."""
    found = [(channel, _on(command, channel, state)) for channel in _in_order(command, state)]
    open_ones = tuple(channel for channel, known in found if _status(known) in _OPEN)
    if command.all_channels:
        return open_ones
    for channel, known in found:
        match _status(known):
            case DeliveryStatus.PENDING | DeliveryStatus.FAILED_FOR_NOW:
                return (channel,)
            case DeliveryStatus.FAILED_FOR_GOOD:
                continue
            case DeliveryStatus.SENT if known and known.passed_over:
                continue
            case _:
                return ()
    return ()


def being_sent(command: StartDelivery, state: DispatchState) -> Refusal | None:
    """Somebody else is at it: look again when they are done, or gone."""
    found = [_on(command, channel, state) for channel in command.channels]
    return _BEING_SENT if any(_status(k) is DeliveryStatus.SENDING for k in found) else None


def not_needed(  # noqa: PLR0911 - one line per purpose
    command: StartDelivery, state: DispatchState
) -> Refusal | None:
    """Why not to send it any more."""
    match command.purpose:
        case Purpose.OFFER:
            return _not_open(command, state)
        case Purpose.STAND_DOWN:
            return _nothing_to_stand_down(command, state)
        case Purpose.REVIEW:
            waits = any(
                review.is_open and command.member_id in review.asked
                for review in state.reviews.values()
            )
            return None if waits else _NOT_NEEDED
        case Purpose.ALARM:
            return _NOT_NEEDED if _is_had(command, state) else None
        case Purpose.CHECK_IN_DUE:
            return None if isinstance(state, Active) else _NOT_NEEDED
        case Purpose.CALLBACK_DUE | Purpose.PLACE_GIVEN:
            took = isinstance(state, Active) and state.taken_by(command.member_id)
            return None if took else _NOT_NEEDED
        case purpose if purpose in _HOLDS_WHATEVER_HAPPENS:
            return None
        case _:
            return _about_a_time(command, state)


def _about_a_time(command: StartDelivery, state: DispatchState) -> Refusal | None:
    """A session's time that has changed since is told by a message of its own."""
    if not isinstance(state, Active):
        return _NOT_NEEDED
    return _NOT_NEEDED if command.parcel_id in state.oversight.outdated else None


def alarm_parcel(alarm_id: UUID, member_id: str, *, escalated: bool) -> UUID:
    """The message to one who is called about an alarm, as coordinator or as program lead."""
    return derived_id(alarm_id, "lead", member_id) if escalated else derived_id(alarm_id, member_id)


def _is_had(command: StartDelivery, state: DispatchState) -> bool:
    """Somebody has this alarm, or the team is gone: nobody else needs to be woken."""
    if not isinstance(state, Active):
        return True
    return any(
        alarm.answered
        and command.parcel_id
        in {alarm_parcel(each, command.member_id, escalated=lead) for lead in (True, False)}
        for each, alarm in state.oversight.alarms.items()
    )


def _not_open(command: StartDelivery, state: DispatchState) -> Refusal | None:
    """An offer that was settled, or whose time is over, would be a ghost page."""
    offers = state.offers if isinstance(state, Active) else {}
    offer = offers.get(command.offer_id) if command.offer_id else None
    if offer is None or offer.status is not OfferStatus.OPEN:
        return _NOT_NEEDED
    return _NOT_NEEDED if command.now >= offer.expires_at else None


def _nothing_to_stand_down(command: StartDelivery, state: DispatchState) -> Refusal | None:
    """Only one who may hold the offer is stood down: anybody else would get a ghost page. One who
    said in the meantime that they stand by, or has the place by now, is not told to go."""
    offer = (
        state.offers.get(command.offer_id)
        if isinstance(state, Active) and command.offer_id
        else None
    )
    if offer is not None and offer.status is not OfferStatus.WITHDRAWN:
        return _NOT_NEEDED
    asked = _offers_sent(command, state)
    if any(each.status is DeliveryStatus.SENDING for each in asked):
        on_its_way = any(command.now < each.give_up_at for each in asked)
        return _BEING_SENT if on_its_way else None
    return None if any(each.may_have_arrived for each in asked) else _NOT_NEEDED


def _in_order(command: StartDelivery, state: DispatchState) -> tuple[str, ...]:
    """Who is stood down hears it where they heard of the offer, the newest first."""
    if command.purpose is not Purpose.STAND_DOWN:
        return command.channels
    heard = [each.channel for each in _offers_sent(command, state) if each.may_have_arrived]
    newest = [channel for channel in reversed(heard) if channel in command.channels]
    return tuple(dict.fromkeys((*newest, *command.channels)))


def _offers_sent(command: StartDelivery, state: DispatchState) -> Sequence[Delivery]:
    return [
        each
        for each in state.deliveries.values()
        if each.member_id == command.member_id and each.purpose is Purpose.OFFER
    ]


def _on(command: StartDelivery, channel: str, state: DispatchState) -> Delivery | None:
    return state.deliveries.get(delivery_id_for(command.parcel_id, channel))


def _status(known: Delivery | None) -> DeliveryStatus:
    return known.status if known else DeliveryStatus.PENDING
