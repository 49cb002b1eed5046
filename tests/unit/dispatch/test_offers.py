"""Asking: enough at once, the next at a no, stood down when complete, an alarm when nobody is left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.candidates import Candidate, Circle
from schemas.dispatch import (
    AlarmEscalated,
    AlarmReason,
    CoordinatorAlarmed,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    RosterExhausted,
    TeamActivated,
    TeamFormed,
)
from schemas.policy import Place, Role
from schemas.refusals import RefusalCode
from schemas.steps import StandbyOffered
from services.dispatch.deadlines import deadlines
from services.dispatch.decider import DISPATCH
from tests.support.given import given
from tests.unit.dispatch.cases import (
    NOW,
    REPLY_WITHIN,
    Case,
    accept,
    activated,
    activation,
    decline,
    expire,
    offer_of,
    overdue,
    policy,
    roster,
)

AFTER_REPLIES = NOW + REPLY_WITHIN


def asked(case: Case) -> list[str]:
    return [offer.member_id for offer in case.all(OfferExtended)]


@pytest.mark.parametrize(
    ("surplus", "members"),
    [
        (0, ["p-1", "p-2", "m-1"]),
        (1, ["p-1", "p-2", "p-3", "m-1", "m-2"]),
        (10, [candidate.member_id for candidate in roster()]),
    ],
)
def test_an_activation_asks_what_is_needed_and_the_surplus_per_role(
    surplus: int, members: list[str]
) -> None:
    assert asked(activated(own=policy(surplus=surplus))) == members


def lent(*numbers: int) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(member_id=f"north--p-{number}", role=Role.PEER, circle=Circle.MUTUAL_AID)
        for number in numbers
    )


def test_a_neighbour_is_asked_for_a_place_and_never_for_the_surplus() -> None:
    """Two places and one more at once: with two of one's own nobody else's phone rings."""
    own = policy(peers=2, mhps=0, surplus=1)
    case = activated((*roster(peers=2, mhps=0), *lent(1, 2)), own)

    assert asked(case) == ["p-1", "p-2"]
    assert asked(case.and_when(decline("p-2"))) == ["north--p-1"]


def test_neighbours_fill_at_once_what_ones_own_team_cannot() -> None:
    own = policy(peers=3, mhps=0, surplus=1)
    case = activated((*roster(peers=1, mhps=0), *lent(1, 2, 3)), own)

    assert asked(case) == ["p-1", "north--p-1", "north--p-2"]
    assert not case.all(RosterExhausted)


def test_too_few_neighbours_are_told_at_once_too() -> None:
    case = activated((*roster(peers=1, mhps=0), *lent(1)), policy(peers=3, mhps=0, surplus=1))

    assert asked(case) == ["p-1", "north--p-1"]
    assert case.only(RosterExhausted).missing == (Place(role=Role.PEER, count=3),)


def test_an_offer_is_open_for_the_policys_time_and_its_timer_is_set_with_it() -> None:
    case = activated()

    for event in case.all(OfferExtended):
        (timer,) = deadlines(event)
        assert event.expires_at == timer.due_at == AFTER_REPLIES
        assert timer.key == str(offer_of(event.member_id))
    (overdue_timer,) = deadlines(case.only(TeamActivated))
    assert overdue_timer.due_at == NOW + timedelta(hours=2)


def test_the_same_activation_again_changes_nothing() -> None:
    activated().and_when(activation()).then_nothing()


@pytest.mark.parametrize("answer", [decline, expire])
def test_a_no_and_a_silence_ask_the_next_in_the_same_decision(answer: object) -> None:
    case = activated().and_when(answer("p-2", AFTER_REPLIES))  # type: ignore[operator]

    assert len(case.events) == 2
    assert isinstance(case.events[0], OfferDeclined | OfferExpired)
    assert asked(case) == ["p-4"]


def test_a_wave_that_stays_silent_is_followed_by_the_next_in_one_decision() -> None:
    others = {"also": (offer_of("p-3"), offer_of("m-1"), offer_of("p-1"))}
    case = activated().and_when(accept("p-1"))

    case = case.and_when(expire("p-2", AFTER_REPLIES).model_copy(update=others))

    lapsed = [event.member_id for event in case.events if isinstance(event, OfferExpired)]
    assert lapsed == ["p-2", "p-3", "m-1"], "who said yes keeps the place"
    assert asked(case) == ["p-4", "p-5", "m-3"]


def test_those_of_a_wave_who_answered_do_not_keep_the_others_time_from_running_out() -> None:
    case = activated().and_when(decline("p-2"))

    command = expire("p-2", AFTER_REPLIES).model_copy(update={"also": (offer_of("p-3"),)})
    case = case.and_when(command)

    assert case.only(OfferExpired).member_id == "p-3"


def test_a_yes_takes_a_place_and_asks_nobody() -> None:
    activated().and_when(accept("p-1")).then_kinds(OfferAccepted)


def test_a_complete_role_stands_its_surplus_down_at_once() -> None:
    case = activated().and_when(accept("p-1")).and_when(accept("p-3"))

    case.then_kinds(OfferAccepted, OfferWithdrawn)
    assert case.only(OfferWithdrawn).member_id == "p-2"


def test_the_team_is_formed_once_with_those_who_said_yes() -> None:
    case = activated().and_when(accept("p-3")).and_when(accept("m-2")).and_when(accept("p-1"))

    case.then_kinds(OfferAccepted, OfferWithdrawn, TeamFormed)
    team = case.only(TeamFormed)
    assert {m.member_id for m in team.members} == {"p-1", "p-3", "m-2"}
    case.and_when(decline("p-2")).then_refused(RefusalCode.TEAM_COMPLETE)


def test_a_late_yes_is_welcome_while_a_place_is_open() -> None:
    case = activated().and_when(expire("p-1")).and_when(accept("p-1", AFTER_REPLIES))

    case.then_kinds(OfferAccepted)


def test_a_place_goes_to_one_role_only() -> None:
    """The peers are complete, the MHP is not: one more peer is not needed, an MHP still is."""
    full = activated().and_when(accept("p-1")).and_when(accept("p-2"))

    full.and_when(accept("p-3")).then_kinds(StandbyOffered)
    full.and_when(accept("m-1")).then_kinds(OfferAccepted, OfferWithdrawn, TeamFormed)


@pytest.mark.parametrize("second", [accept, decline])
def test_an_answer_is_given_once(second: object) -> None:
    case = activated().and_when(accept("p-1"))

    case.and_when(second("p-1")).then_refused(  # type: ignore[operator]
        RefusalCode.OFFER_ALREADY_ANSWERED
    )


def test_a_yes_after_a_no_is_refused() -> None:
    case = activated().and_when(decline("p-1"))

    case.and_when(accept("p-1")).then_refused(RefusalCode.OFFER_ALREADY_ANSWERED)


def test_an_offer_that_was_never_made_is_unknown() -> None:
    activated().and_when(accept("p-5")).then_refused(RefusalCode.UNKNOWN_OFFER)


@pytest.mark.parametrize("command", [accept("p-1"), decline("p-1"), expire("p-1"), overdue()])
def test_a_case_without_a_team_is_unknown(command: object) -> None:
    given(DISPATCH).when(command).then_refused(RefusalCode.UNKNOWN_CASE)  # type: ignore[arg-type]


def test_an_offers_timer_that_comes_early_waits() -> None:
    early = expire("p-1", NOW + REPLY_WITHIN - timedelta(seconds=1))

    activated().and_when(early).then_refused(RefusalCode.TIMER_NOT_DUE)


def test_an_answered_offers_timer_is_not_needed() -> None:
    case = activated().and_when(accept("p-1"))

    case.and_when(expire("p-1")).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_a_roster_that_runs_out_alarms_the_coordinator_and_tells_followup() -> None:
    case = activated(roster(peers=3, mhps=2)).and_when(decline("p-1"))
    case.then_kinds(OfferDeclined)

    case = case.and_when(decline("p-2"))

    case.then_kinds(OfferDeclined, RosterExhausted, CoordinatorAlarmed)
    assert case.only(RosterExhausted).missing == (Place(role=Role.PEER, count=2),)
    alarm = case.only(CoordinatorAlarmed)
    assert (alarm.reason, alarm.member_ids) == (AlarmReason.ROSTER_EXHAUSTED, ("c-1",))


def test_each_role_that_runs_out_is_told_once() -> None:
    case = activated(roster(peers=2, mhps=2))
    case.then_kinds(TeamActivated, *([OfferExtended] * 4))

    peers_out = case.and_when(decline("p-1"))
    peers_out.then_kinds(OfferDeclined, RosterExhausted, CoordinatorAlarmed)
    still = peers_out.and_when(decline("p-2")).then_kinds(OfferDeclined)
    still = still.and_when(decline("m-1")).then_kinds(OfferDeclined)
    both = still.and_when(decline("m-2"))

    both.then_kinds(OfferDeclined, RosterExhausted, CoordinatorAlarmed)
    assert {p.role for p in both.only(RosterExhausted).missing} == {Role.PEER, Role.MHP}
    first, second = peers_out.only(CoordinatorAlarmed), both.only(CoordinatorAlarmed)
    assert first.alarm_id != second.alarm_id


def test_an_empty_roster_is_exhausted_at_once_and_a_red_row_without_coordinator() -> None:
    case = activated((), coordinators=())

    case.then_kinds(TeamActivated, RosterExhausted, CoordinatorAlarmed, AlarmEscalated)
    assert case.only(CoordinatorAlarmed).member_ids == ()


def test_an_exhausted_case_can_still_be_completed_by_a_late_yes() -> None:
    case = activated(roster(peers=1, mhps=1), policy(peers=1)).and_when(expire("p-1"))
    case.then_kinds(OfferExpired, RosterExhausted, CoordinatorAlarmed)

    late = case.and_when(accept("p-1", AFTER_REPLIES)).and_when(accept("m-1"))

    late.then_kinds(OfferAccepted, TeamFormed)


def test_a_team_that_takes_too_long_alarms_once_and_goes_on_asking() -> None:
    case = activated().and_when(overdue())

    case.then_kinds(CoordinatorAlarmed)
    assert case.only(CoordinatorAlarmed).reason is AlarmReason.TEAM_OVERDUE
    case.and_when(overdue()).then_nothing()
    assert asked(case.and_when(decline("p-1"))) == ["p-4"]


def test_a_formed_team_is_not_overdue() -> None:
    case = activated()
    for member_id in ("p-1", "p-2", "m-1"):
        case = case.and_when(accept(member_id))

    case.and_when(overdue()).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
