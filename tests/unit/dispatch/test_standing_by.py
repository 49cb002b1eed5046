"""A yes that comes too late stands by, and a place that opens again goes to it first."""

from __future__ import annotations

from datetime import timedelta

from schemas.deliveries import DeliveryStarted
from schemas.dispatch import (
    AlarmReason,
    CoordinatorAlarmed,
    MemberNotified,
    OfferAccepted,
    OfferDeclined,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    TeamFormed,
)
from schemas.refusals import RefusalCode
from schemas.steps import ArrivalEstimated, MembersAskedAgain, MemberSuggested, StandbyOffered
from schemas.subjects import request_id_for
from services.dispatch.deadlines import TEAM_OVERDUE, deadlines
from services.dispatch.state import Active, OfferStatus
from tests.unit.dispatch.cases import (
    NOW,
    Case,
    accept,
    activated,
    decline,
    delivered,
    exclude,
    expire,
    offer_of,
    overdue,
    policy,
    roster,
    start,
)
from tests.unit.dispatch.steps import cannot, estimate, pause, resume, suggest

FORM_WITHIN = timedelta(hours=2)


def complete() -> Case:
    """p-2, p-3 and m-1 have the places; p-1 did not answer in time and p-4 was let off."""
    case = activated().and_when(expire("p-1"))
    for member_id in ("p-2", "p-3", "m-1"):
        case = case.and_when(accept(member_id))
    return case


def status(case: Case, member_id: str, turn: int = 0) -> OfferStatus:
    state = case.after.state
    assert isinstance(state, Active)
    return state.offers[offer_of(member_id, turn)].status


def asked(case: Case) -> list[str]:
    return [offer.member_id for offer in case.all(OfferExtended)]


def test_a_late_yes_stands_by() -> None:
    late = complete().and_when(accept("p-1"))

    late.then_kinds(StandbyOffered)
    standby = late.only(StandbyOffered)
    assert (standby.member_id, standby.stands_until) == ("p-1", NOW + FORM_WITHIN)
    late.and_when(accept("p-1")).then_refused(RefusalCode.OFFER_ALREADY_ANSWERED)


def test_one_who_was_let_off_may_stand_by_too() -> None:
    complete().and_when(accept("p-4")).then_kinds(StandbyOffered)


def test_who_stands_by_is_not_told_to_go_by_a_message_that_came_late() -> None:
    let_off = delivered(activated(), "p-3").and_when(accept("p-1")).and_when(accept("p-2"))
    go = start("p-3", Purpose.STAND_DOWN)
    let_off.and_when(go).then_kinds(DeliveryStarted)

    standing_by = let_off.and_when(accept("p-3")).then_kinds(StandbyOffered)

    standing_by.and_when(go).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)


def test_one_who_was_let_off_takes_a_place_that_is_open_again() -> None:
    """They tap an old page just after somebody dropped out, while nobody else has answered."""
    case = complete().and_when(cannot("p-2"))

    case.and_when(accept("p-4")).then_kinds(OfferAccepted, OfferWithdrawn, TeamFormed)


def test_who_may_not_serve_does_not_stand_by() -> None:
    case = complete().and_when(exclude("p-1"))

    case.and_when(accept("p-1")).then_refused(RefusalCode.TEAM_COMPLETE)


def test_nobody_stands_by_for_a_members_own_request() -> None:
    request = request_id_for(offer_of("p-1"))
    late = accept("p-1").model_copy(update={"case_id": request})

    complete().and_when(late).then_refused(RefusalCode.TEAM_COMPLETE)


def test_a_standby_may_stop_standing_by() -> None:
    case = complete().and_when(accept("p-1"))

    for no in (decline("p-1"), cannot("p-1")):
        case.and_when(no).then_kinds(OfferDeclined)
    assert asked(case.and_when(decline("p-1")).and_when(cannot("p-2"))) == ["p-5"]


def test_a_dropout_gives_the_place_to_the_standby_in_the_same_decision() -> None:
    case = complete().and_when(accept("p-1")).and_when(cannot("p-3"))

    case.then_kinds(OfferWithdrawn, OfferAccepted, MemberNotified, TeamFormed)
    assert case.only(OfferWithdrawn).reason == "cannot_serve"
    notice = case.only(MemberNotified)
    assert (notice.member_id, notice.purpose) == ("p-1", Purpose.PLACE_GIVEN)
    assert {m.member_id for m in case.only(TeamFormed).members} == {"p-1", "p-2", "m-1"}


def test_an_old_yes_is_asked_again_before_anybody_else() -> None:
    case = complete().and_when(accept("p-1")).and_when(cannot("p-3", NOW + FORM_WITHIN))

    case.then_kinds(OfferWithdrawn, MembersAskedAgain, OfferExtended, OfferExtended)
    assert asked(case) == ["p-1", "p-5"]
    assert case.only(MembersAskedAgain).by == "rule:standby"
    assert status(case, "p-1") is OfferStatus.SUPERSEDED
    yes = case.and_when(accept("p-1"))
    assert yes.only(OfferAccepted).offer_id == offer_of("p-1", 1), "the old link is the new offer's"


def test_without_a_standby_the_next_members_are_asked_and_the_clock_runs_anew() -> None:
    later = NOW + timedelta(hours=1)
    case = complete().and_when(cannot("p-2", later))

    case.then_kinds(OfferWithdrawn, OfferExtended)
    assert asked(case) == ["p-5"]
    state = case.after.state
    assert isinstance(state, Active)
    assert not state.formed
    (timer,) = deadlines(case.only(OfferWithdrawn))
    assert (timer.kind, timer.due_at) == (TEAM_OVERDUE, later + FORM_WITHIN)
    early = overdue().model_copy(update={"due_at": NOW + FORM_WITHIN})
    case.and_when(early).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    now = later + FORM_WITHIN
    in_time = overdue().model_copy(update={"due_at": now, "now": now})
    assert case.and_when(in_time).only(CoordinatorAlarmed).reason is AlarmReason.TEAM_OVERDUE


def test_who_dropped_out_is_not_asked_again() -> None:
    case = complete().and_when(cannot("p-2")).and_when(cannot("p-3"))

    assert "p-2" not in asked(case)
    case.and_when(accept("p-2")).then_refused(RefusalCode.TEAM_COMPLETE)
    case.and_when(cannot("p-2")).then_refused(RefusalCode.NOT_ON_TEAM)


def test_a_dropout_with_nobody_left_calls_the_coordinator() -> None:
    case = activated(roster(peers=1, mhps=1), policy(peers=1))
    case = case.and_when(accept("p-1")).and_when(accept("m-1")).and_when(cannot("p-1"))

    assert case.only(CoordinatorAlarmed).reason is AlarmReason.ROSTER_EXHAUSTED


def test_a_dropout_while_asking_is_paused_is_told_and_filled_when_it_is_resumed() -> None:
    case = complete().and_when(pause()).and_when(accept("p-1")).and_when(cannot("p-2"))

    case.then_kinds(OfferWithdrawn, CoordinatorAlarmed)
    assert case.only(CoordinatorAlarmed).reason is AlarmReason.ASKING_PAUSED
    resumed = case.and_when(resume())
    assert resumed.only(OfferAccepted).member_id == "p-1"


def test_a_named_colleague_is_asked_next() -> None:
    case = activated().and_when(suggest("p-1", "p-5"))

    case.then_kinds(OfferDeclined, MemberSuggested, OfferExtended)
    assert asked(case) == ["p-5"]
    assert asked(case.and_when(decline("p-2"))) == ["p-4"], "then the order goes on"


def test_a_colleague_who_may_not_be_asked_is_named_in_vain() -> None:
    """Asked already, of another role, or not among the candidates: nobody learns which."""
    for colleague in ("p-2", "m-3", "p-99", "p-1"):
        case = activated().and_when(suggest("p-1", colleague))
        assert case.only(MemberSuggested).member_id is None
        assert asked(case) == ["p-4"]


def test_the_newest_estimate_counts() -> None:
    case = activated().and_when(accept("p-1")).and_when(estimate("p-1", 40))

    case.then_kinds(ArrivalEstimated)
    case = case.and_when(estimate("p-1", 20))
    state = case.after.state
    assert isinstance(state, Active)
    assert state.offers[offer_of("p-1")].arrives_at == NOW + timedelta(minutes=20)


def test_only_who_has_a_place_is_on_the_way() -> None:
    activated().and_when(estimate("p-1", 40)).then_refused(RefusalCode.NOT_ON_TEAM)
    activated().and_when(estimate("p-5", 40)).then_refused(RefusalCode.UNKNOWN_OFFER)
