"""Delivering: claimed once, never sent twice, and the next is asked when a message is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.deliveries import DeliveryFailed, DeliverySent, DeliveryStarted
from schemas.dispatch import Failure, OfferExtended, Purpose
from schemas.refusals import RefusalCode
from services.dispatch.decide.deliveries import MAX_ATTEMPTS
from services.dispatch.decider import DISPATCH
from tests.support.given import given
from tests.unit.dispatch.cases import (
    NOW,
    accept,
    activated,
    decline,
    delivered,
    failed,
    sent,
    start,
)

GIVEN_UP = NOW + timedelta(seconds=11)


def test_an_open_offer_is_claimed_and_sent() -> None:
    case = activated().and_when(start("p-1")).then_kinds(DeliveryStarted)

    assert case.only(DeliveryStarted).attempt == 1
    case.and_when(sent("p-1")).then_kinds(DeliverySent)


def test_a_claim_is_taken_once() -> None:
    claimed = activated().and_when(start("p-1"))

    claimed.and_when(start("p-1")).then_refused(RefusalCode.DELIVERY_ALREADY_STARTED)


def test_what_went_out_is_not_sent_again() -> None:
    case = delivered(activated(), "p-1")

    case.and_when(start("p-1", now=GIVEN_UP)).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


@pytest.mark.parametrize("answer", [accept, decline])
def test_an_offer_that_was_settled_is_not_sent(answer: object) -> None:
    case = activated().and_when(answer("p-1"))  # type: ignore[operator]

    case.and_when(start("p-1")).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_an_offer_that_was_never_made_is_not_sent() -> None:
    activated().and_when(start("p-5")).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)
    given(DISPATCH).when(start("p-1")).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_a_claim_without_a_result_is_uncertain_and_the_next_is_asked() -> None:
    case = activated().and_when(start("p-1")).and_when(start("p-1", now=GIVEN_UP))

    case.then_kinds(DeliveryFailed, OfferExtended)
    lost = case.only(DeliveryFailed)
    assert (lost.failure, lost.final) == (Failure.UNCERTAIN, True)
    assert case.only(OfferExtended).member_id == "p-4"


def test_an_uncertain_message_is_never_sent_again() -> None:
    lost = activated().and_when(start("p-1")).and_when(start("p-1", now=GIVEN_UP))

    lost.and_when(start("p-1", now=GIVEN_UP)).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)
    lost.and_when(sent("p-1")).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_a_member_of_an_uncertain_message_may_still_say_yes() -> None:
    lost = activated().and_when(start("p-1")).and_when(start("p-1", now=GIVEN_UP))

    assert lost.and_when(accept("p-1")).events


def test_a_temporary_failure_is_tried_again_and_asks_nobody_else() -> None:
    case = activated().and_when(start("p-1")).and_when(failed("p-1", Failure.TEMPORARY))

    case.then_kinds(DeliveryFailed)
    assert not case.only(DeliveryFailed).final
    assert case.and_when(start("p-1")).only(DeliveryStarted).attempt == 2


def test_the_last_attempt_is_final_and_asks_the_next() -> None:
    case = activated()
    for _ in range(MAX_ATTEMPTS):
        case = case.and_when(start("p-1")).and_when(failed("p-1", Failure.TEMPORARY))

    case.then_kinds(DeliveryFailed, OfferExtended)
    assert case.only(DeliveryFailed).final
    case.and_when(start("p-1")).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


@pytest.mark.parametrize("failure", [Failure.PERMANENT, Failure.UNCERTAIN])
def test_what_will_never_arrive_asks_the_next_at_once(failure: Failure) -> None:
    case = activated().and_when(start("p-1")).and_when(failed("p-1", failure))

    case.then_kinds(DeliveryFailed, OfferExtended)


def test_a_result_without_a_claim_is_refused() -> None:
    activated().and_when(sent("p-1")).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)
    lost = failed("p-1", Failure.PERMANENT)
    activated().and_when(lost).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_a_lost_offer_of_a_complete_role_asks_nobody() -> None:
    case = activated().and_when(start("p-1")).and_when(accept("p-2")).and_when(accept("p-3"))

    case.and_when(failed("p-1", Failure.PERMANENT)).then_kinds(DeliveryFailed)


def test_who_was_asked_is_stood_down() -> None:
    case = delivered(activated(), "p-1", "p-2", "p-3")
    full = case.and_when(accept("p-1")).and_when(accept("p-2"))

    full.and_when(start("p-3", Purpose.STAND_DOWN)).then_kinds(DeliveryStarted)


def test_who_never_heard_of_it_is_not_stood_down() -> None:
    full = activated().and_when(accept("p-1")).and_when(accept("p-2"))

    never = start("p-3", Purpose.STAND_DOWN)
    full.and_when(never).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


@pytest.mark.parametrize("failure", [Failure.TEMPORARY, Failure.PERMANENT])
def test_whom_the_offer_did_not_reach_is_not_stood_down(failure: Failure) -> None:
    case = activated().and_when(start("p-3")).and_when(failed("p-3", failure))
    full = case.and_when(accept("p-1")).and_when(accept("p-2"))

    ghost = start("p-3", Purpose.STAND_DOWN)
    full.and_when(ghost).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_who_may_hold_the_offer_is_stood_down() -> None:
    case = activated().and_when(start("p-3")).and_when(failed("p-3", Failure.UNCERTAIN))
    full = case.and_when(accept("p-1")).and_when(accept("p-2"))

    full.and_when(start("p-3", Purpose.STAND_DOWN)).then_kinds(DeliveryStarted)


def test_a_failed_stand_down_asks_nobody() -> None:
    case = delivered(activated(), "p-3").and_when(accept("p-1")).and_when(accept("p-2"))
    started = case.and_when(start("p-3", Purpose.STAND_DOWN))

    lost = started.and_when(failed("p-3", Failure.PERMANENT, Purpose.STAND_DOWN))

    lost.then_kinds(DeliveryFailed)
