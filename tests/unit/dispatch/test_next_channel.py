"""One message on several channels: the next when one is lost, another member when all are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from schemas.deliveries import (
    DeliveryConfirmed,
    DeliveryFailed,
    DeliverySent,
    DeliveryStarted,
    DeliveryUnanswered,
)
from schemas.dispatch import Failure, OfferExtended, Purpose
from schemas.refusals import RefusalCode
from services.dispatch.deadlines import NEXT_CHANNEL, deadlines
from services.dispatch.state import Active
from tests.unit.dispatch.cases import (
    NOW,
    REPLY_WITHIN,
    Case,
    accept,
    activated,
    bounced,
    confirmed,
    delivery_of,
    expire,
    failed,
    sent,
    start,
    try_next,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.envelope import Event
    from services.dispatch.commands import DispatchCommand

BOTH = ("sms", "email")
SHARE = REPLY_WITHIN / 4


def _on_the_first() -> Case:
    return activated().and_when(start("p-1", channels=BOTH))


def _sent_on_the_first() -> Case:
    return _on_the_first().and_when(sent("p-1", channels=BOTH))


def _failed_on_the_first(failure: Failure = Failure.PERMANENT) -> Case:
    return _on_the_first().and_when(failed("p-1", failure, channels=BOTH))


def test_the_first_channel_is_claimed_and_no_other() -> None:
    assert _on_the_first().only(DeliveryStarted).channel == "sms"


@pytest.mark.parametrize("failure", [Failure.PERMANENT, Failure.UNCERTAIN])
def test_a_channel_that_is_lost_leaves_the_next_and_asks_nobody_else(failure: Failure) -> None:
    case = _failed_on_the_first(failure).then_kinds(DeliveryFailed)

    assert case.only(DeliveryFailed).left == ("email",)
    assert case.and_when(start("p-1", channels=BOTH)).only(DeliveryStarted).channel == "email"


def test_when_the_last_channel_is_lost_the_next_member_is_asked() -> None:
    case = _failed_on_the_first().and_when(start("p-1", channels=BOTH))

    lost = case.and_when(failed("p-1", Failure.PERMANENT, channels=BOTH, on=1))

    lost.then_kinds(DeliveryFailed, OfferExtended)
    lost.and_when(start("p-1", channels=BOTH)).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_a_claim_without_a_result_leaves_the_next_channel() -> None:
    later = NOW + timedelta(seconds=11)
    case = _on_the_first().and_when(start("p-1", now=later, channels=BOTH))

    case.then_kinds(DeliveryFailed)
    assert case.only(DeliveryFailed).left == ("email",)


def test_what_went_out_waits_for_its_share_of_the_offers_time() -> None:
    case = _sent_on_the_first()
    went = case.only(DeliverySent)

    assert went.next_at == NOW + SHARE
    (timer,) = deadlines(went)
    assert (timer.kind, timer.due_at) == (NEXT_CHANNEL, NOW + SHARE)
    case.and_when(try_next("p-1", BOTH, NOW)).then_refused(RefusalCode.TIMER_NOT_DUE)
    case.and_when(start("p-1", channels=BOTH)).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_the_last_channel_sets_no_timer() -> None:
    went = activated().and_when(start("p-1")).and_when(sent("p-1")).only(DeliverySent)

    assert went.next_at is None
    assert deadlines(went) == ()


def test_silence_moves_on_once() -> None:
    silent = _sent_on_the_first().and_when(try_next("p-1", BOTH, NOW + SHARE))

    silent.then_kinds(DeliveryUnanswered)
    again = silent.and_when(try_next("p-1", BOTH, NOW + SHARE))
    again.then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    assert silent.and_when(start("p-1", channels=BOTH)).only(DeliveryStarted).channel == "email"


@pytest.mark.parametrize("settled", [accept("p-1"), confirmed("p-1", BOTH), expire("p-1")])
def test_who_answered_or_has_it_is_not_sent_it_again(settled: DispatchCommand) -> None:
    case = _sent_on_the_first().and_when(settled)

    over = case.and_when(try_next("p-1", BOTH, NOW + SHARE))

    over.then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_a_failure_on_the_second_channel_does_not_count_against_one_who_has_the_first() -> None:
    silent = _sent_on_the_first().and_when(try_next("p-1", BOTH, NOW + SHARE))
    case = silent.and_when(start("p-1", channels=BOTH))

    lost = case.and_when(failed("p-1", Failure.PERMANENT, channels=BOTH, on=1))

    lost.then_kinds(DeliveryFailed)


def test_all_channels_are_claimed_in_one_decision_and_only_the_loss_of_all_counts() -> None:
    case = activated().and_when(start("p-1", channels=BOTH, all_channels=True))
    case.then_kinds(DeliveryStarted, DeliveryStarted)

    one = case.and_when(failed("p-1", Failure.PERMANENT, channels=BOTH))
    one.then_kinds(DeliveryFailed)
    assert one.only(DeliveryFailed).left == ()

    both = one.and_when(failed("p-1", Failure.PERMANENT, channels=BOTH, on=1))
    both.then_kinds(DeliveryFailed, OfferExtended)


def test_an_offer_whose_time_is_over_is_not_sent() -> None:
    late = start("p-1", now=NOW + REPLY_WITHIN, channels=BOTH)

    activated().and_when(late).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_a_bounce_leaves_the_next_channel_and_says_so_once() -> None:
    case = _sent_on_the_first().and_when(bounced("p-1", BOTH))

    case.then_kinds(DeliveryFailed)
    assert case.only(DeliveryFailed).left == ("email",)
    case.and_when(bounced("p-1", BOTH)).then_kinds()


def test_an_arrival_is_believed_over_a_failure_and_not_the_other_way_round() -> None:
    arrived = _sent_on_the_first().and_when(confirmed("p-1", BOTH))
    arrived.and_when(bounced("p-1", BOTH)).then_kinds()
    arrived.and_when(confirmed("p-1", BOTH)).then_kinds()

    after_all = _failed_on_the_first().and_when(confirmed("p-1", BOTH))

    after_all.then_kinds(DeliveryConfirmed)
    after_all.and_when(start("p-1", channels=BOTH)).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_who_was_thought_lost_and_has_it_counts_as_asked_again() -> None:
    lost = activated().and_when(start("p-1")).and_when(failed("p-1", Failure.UNCERTAIN))
    found = lost.and_when(confirmed("p-1"))

    state = found.after.state
    assert isinstance(state, Active)
    assert next(o for o in state.offers.values() if o.member_id == "p-1").reached


def test_what_a_provider_says_of_a_message_that_we_never_sent_is_refused() -> None:
    activated().and_when(confirmed("p-1")).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)
    activated().and_when(bounced("p-1")).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_a_carrier_that_wants_a_long_pause_is_passed_over_while_there_is_another() -> None:
    slow = failed("p-1", Failure.TEMPORARY, channels=BOTH)
    minutes = slow.model_copy(update={"retry_at": NOW + timedelta(minutes=5)})

    assert _on_the_first().and_when(minutes).only(DeliveryFailed).final
    alone = failed("p-1", Failure.TEMPORARY)
    waits = alone.model_copy(update={"retry_at": NOW + timedelta(minutes=5)})
    assert not activated().and_when(start("p-1")).and_when(waits).only(DeliveryFailed).final


def test_who_is_stood_down_hears_it_where_they_heard_of_the_offer() -> None:
    case = _failed_on_the_first().and_when(start("p-1", channels=BOTH))
    asked = case.and_when(sent("p-1", channels=BOTH, on=1))
    full = asked.and_when(accept("p-2")).and_when(accept("p-3"))

    stood_down = full.and_when(start("p-1", Purpose.STAND_DOWN, channels=BOTH))

    assert stood_down.only(DeliveryStarted).channel == "email"


_FAR = NOW + timedelta(minutes=10)
_STEPS: dict[str, Callable[[int], DispatchCommand]] = {
    "send": lambda _on: start("p-1", channels=BOTH),
    "send on all": lambda _on: start("p-1", channels=BOTH, all_channels=True),
    "send late": lambda _on: start("p-1", now=_FAR, channels=BOTH),
    "sent": lambda on: sent("p-1", channels=BOTH, on=on),
    "for now": lambda on: failed("p-1", Failure.TEMPORARY, channels=BOTH, on=on),
    "for good": lambda on: failed("p-1", Failure.PERMANENT, channels=BOTH, on=on),
    "lost": lambda on: failed("p-1", Failure.UNCERTAIN, channels=BOTH, on=on),
    "bounced": lambda on: bounced("p-1", BOTH, on),
    "arrived": lambda on: confirmed("p-1", BOTH, on),
    "silent": lambda on: try_next("p-1", BOTH, _FAR, on),
}


@settings(max_examples=300, deadline=None)
@for_all(st.lists(st.tuples(st.sampled_from(sorted(_STEPS)), st.sampled_from([0, 1])), max_size=25))
def test_whatever_is_said_of_it_a_message_goes_out_once_per_channel(
    steps: list[tuple[str, int]],
) -> None:
    case = activated()
    for step, on in steps:
        case = case.and_when(_STEPS[step](on))

    for channel in BOTH:
        _goes_out_once(case.after.history, channel)
    extended = [e for e in case.after.history if isinstance(e, OfferExtended)]
    finals = [e for e in case.after.history if isinstance(e, DeliveryFailed) and e.final]
    more_asked = any(offer.member_id == "p-4" for offer in extended)
    assert not more_asked or {e.channel for e in finals} == set(BOTH), "another before all failed"


def _goes_out_once(history: tuple[Event, ...], channel: str) -> None:
    """A claim follows nothing, or a failure for now; an arrival is the last word."""
    before: Event | None = None
    for event in history:
        if getattr(event, "delivery_id", None) != delivery_of("p-1", Purpose.OFFER, channel):
            continue
        if isinstance(event, DeliveryStarted):
            for_now = isinstance(before, DeliveryFailed) and not before.final
            assert before is None or for_now, f"claimed after {before}"
        assert not isinstance(before, DeliveryConfirmed), "something after an arrival"
        before = event
