"""Members who turn out to have been there: not asked, stood down when asked, told when on the team."""

from __future__ import annotations

import pytest

from schemas.dispatch import (
    AlarmReason,
    CoordinatorAlarmed,
    MemberExcluded,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    RosterExhausted,
)
from schemas.refusals import RefusalCode
from services.dispatch.decider import DISPATCH
from tests.support.given import given
from tests.unit.dispatch.cases import accept, activated, decline, exclude, expire, roster


def test_one_who_was_not_asked_yet_is_passed_over() -> None:
    case = activated().and_when(exclude("p-4")).then_kinds(MemberExcluded)

    assert case.and_when(decline("p-1")).only(OfferExtended).member_id == "p-5"


def test_an_open_offer_is_taken_back_and_the_next_is_asked() -> None:
    case = activated().and_when(exclude("p-1"))

    case.then_kinds(MemberExcluded, OfferWithdrawn, OfferExtended)
    assert (case.only(OfferWithdrawn).member_id, case.only(OfferWithdrawn).reason) == (
        "p-1",
        "involved",
    )
    assert case.only(OfferExtended).member_id == "p-4"


@pytest.mark.parametrize("late", [False, True])
def test_a_yes_after_that_is_refused(late: bool) -> None:
    case = activated()
    if late:
        case = case.and_when(expire("p-1")).then_kinds(OfferExpired, OfferExtended)

    excluded = case.and_when(exclude("p-1"))

    excluded.and_when(accept("p-1")).then_refused(RefusalCode.TEAM_COMPLETE)


def test_one_who_is_on_the_team_stays_and_the_coordinator_decides() -> None:
    case = activated().and_when(accept("p-1")).and_when(exclude("p-1"))

    case.then_kinds(MemberExcluded, CoordinatorAlarmed)
    assert case.only(CoordinatorAlarmed).reason is AlarmReason.MEMBER_INVOLVED
    assert case.only(CoordinatorAlarmed).item == "p-1"


def test_one_who_declined_is_left_alone() -> None:
    activated().and_when(decline("p-1")).and_when(exclude("p-1")).then_kinds(MemberExcluded)


def test_it_is_said_once_and_only_of_those_who_could_be_asked() -> None:
    case = activated().and_when(exclude("p-1", "z-9"))

    assert case.only(MemberExcluded).member_id == "p-1"
    case.and_when(exclude("p-1", "z-9")).then_nothing()


def test_when_nobody_is_left_the_coordinator_is_called() -> None:
    case = activated(roster(peers=2, mhps=2)).and_when(exclude("p-1"))

    case.then_kinds(MemberExcluded, OfferWithdrawn, RosterExhausted, CoordinatorAlarmed)


def test_a_case_that_is_not_open_yet_is_tried_again_later() -> None:
    given(DISPATCH).when(exclude("p-1")).then_refused(RefusalCode.UNKNOWN_CASE)
