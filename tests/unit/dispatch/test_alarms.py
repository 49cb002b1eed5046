"""Alarms and reminders: once each, and a check-in goes to a peer who is really on the team."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.deliveries import DeliveryStarted
from schemas.dispatch import (
    AlarmEscalated,
    AlarmReason,
    CoordinatorAlarmed,
    MemberNotified,
    Purpose,
)
from schemas.refusals import RefusalCode
from schemas.steps import AlarmAnswered, CaseTakenOver
from schemas.subjects import derived_id
from services.dispatch.deadlines import ALARM_UNANSWERED, deadlines
from tests.unit.dispatch.cases import (
    NOW,
    Case,
    accept,
    activated,
    alarm,
    decline,
    expire,
    policy,
    remind,
    roster,
)
from tests.unit.dispatch.steps import answer_alarm, call, cannot, escalate, take_over


@pytest.mark.parametrize("reason", list(AlarmReason))
def test_every_reason_calls_every_coordinator_once(reason: AlarmReason) -> None:
    case = activated(coordinators=("c-1", "c-2")).and_when(alarm(reason, "defusing-responders"))

    case.then_kinds(CoordinatorAlarmed)
    assert case.only(CoordinatorAlarmed).member_ids == ("c-1", "c-2")
    case.and_when(alarm(reason, "defusing-responders")).then_nothing()
    other = case.and_when(alarm(reason, "defusing-dispatchers"))
    if reason is AlarmReason.NO_TIME_FOUND:
        other.then_nothing()  # the same members are missing: one call is enough
    else:
        other.then_kinds(CoordinatorAlarmed)


def test_a_roster_without_coordinators_makes_a_red_row() -> None:
    case = activated(coordinators=()).and_when(alarm(AlarmReason.CHECK_IN_MISSED, "check-in-1"))

    case.then_kinds(CoordinatorAlarmed, AlarmEscalated)
    assert case.only(CoordinatorAlarmed).member_ids == ()
    assert case.only(AlarmEscalated).member_ids == ()


def test_a_member_is_reminded_once_per_item() -> None:
    case = activated().and_when(accept("p-1"))
    case = case.and_when(remind("p-1", "check-in-1")).then_kinds(MemberNotified)

    case.and_when(remind("p-1", "check-in-1")).then_nothing()
    case.and_when(remind("p-1", "check-in-2")).then_kinds(MemberNotified)


def test_a_check_in_of_a_plan_without_peers_goes_to_a_peer_who_joined_later() -> None:
    """The plan is made when one role runs out, while others may still say yes."""
    case = activated(roster(peers=2, mhps=0)).and_when(accept("p-2"))

    reminded = case.and_when(alarm(AlarmReason.CHECK_IN_UNASSIGNED, "check-in-1-responders"))

    reminded.then_kinds(MemberNotified)
    notice = reminded.only(MemberNotified)
    assert (notice.member_id, notice.purpose) == ("p-2", Purpose.CHECK_IN_DUE)
    again = alarm(AlarmReason.CHECK_IN_UNASSIGNED, "check-in-1-responders")
    reminded.and_when(again).then_nothing()


def test_without_any_peer_it_goes_to_the_coordinator() -> None:
    case = activated(roster(peers=1, mhps=1)).and_when(decline("p-1")).and_when(accept("m-1"))

    told = case.and_when(alarm(AlarmReason.CHECK_IN_UNASSIGNED, "check-in-1-responders"))

    told.then_kinds(CoordinatorAlarmed)


def test_peers_who_joined_later_share_the_check_ins() -> None:
    case = activated(roster(peers=3, mhps=0)).and_when(accept("p-1")).and_when(accept("p-2"))

    reminded = {
        case.and_when(alarm(AlarmReason.CHECK_IN_UNASSIGNED, f"check-in-{n}-responders"))
        .only(MemberNotified)
        .member_id
        for n in range(1, 20)
    }

    assert reminded == {"p-1", "p-2"}


def test_a_reminder_for_a_peer_who_left_goes_to_one_who_stayed() -> None:
    case = activated().and_when(accept("p-1")).and_when(accept("p-2")).and_when(cannot("p-1"))

    reminded = case.and_when(remind("p-1", "check-in-1-responders"))

    assert reminded.only(MemberNotified).member_id == "p-2"


def called(coordinators: tuple[str, ...] = ("c-1",)) -> Case:
    case = activated(coordinators=coordinators, program_leads=("l-1", "l-2"))
    return case.and_when(alarm(AlarmReason.CHECK_IN_MISSED, "check-in-1"))


def test_an_alarm_sets_the_time_by_which_somebody_should_have_it() -> None:
    told = called().only(CoordinatorAlarmed)

    (timer,) = deadlines(told)

    assert told.answer_by == timer.due_at == NOW + policy().alarm_answer_within
    assert (timer.kind, timer.key) == (ALARM_UNANSWERED, str(told.alarm_id))


def test_nobody_answers_and_the_program_leads_are_called_once() -> None:
    case = called()
    alarm_id = case.only(CoordinatorAlarmed).alarm_id
    case.and_when(escalate(alarm_id, timedelta(minutes=29))).then_refused(RefusalCode.TIMER_NOT_DUE)

    late = case.and_when(escalate(alarm_id))

    late.then_kinds(AlarmEscalated)
    assert late.only(AlarmEscalated).member_ids == ("l-1", "l-2")
    late.and_when(escalate(alarm_id)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_without_a_coordinator_the_program_leads_are_called_at_once() -> None:
    case = called(coordinators=())

    case.then_kinds(CoordinatorAlarmed, AlarmEscalated)
    assert case.only(AlarmEscalated).member_ids == ("l-1", "l-2")
    alarm_id = case.only(CoordinatorAlarmed).alarm_id
    case.and_when(escalate(alarm_id)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_who_has_an_alarm_keeps_it_from_the_program_leads() -> None:
    case = called()
    alarm_id = case.only(CoordinatorAlarmed).alarm_id

    had = case.and_when(answer_alarm(alarm_id))

    assert had.only(AlarmAnswered).by == "member:c-1"
    had.and_when(escalate(alarm_id)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    had.and_when(answer_alarm(alarm_id)).then_refused(RefusalCode.ITEM_ALREADY_SETTLED)
    other = called().and_when(answer_alarm(derived_id("another alarm")))
    other.then_refused(RefusalCode.UNKNOWN_ALARM)


def test_once_somebody_has_it_nobody_else_is_woken() -> None:
    """A message that still waits, for a throttle or a second attempt, is not sent any more."""
    case = called()
    alarm_id = case.only(CoordinatorAlarmed).alarm_id
    to_another = call(alarm_id, "c-2")
    case.and_when(to_another).then_kinds(DeliveryStarted)

    had = case.and_when(answer_alarm(alarm_id))

    had.and_when(to_another).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)
    to_a_lead = call(alarm_id, "l-1", escalated=True)
    had.and_when(to_a_lead).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)
    other = had.and_when(alarm(AlarmReason.CHECK_IN_MISSED, "check-in-2"))
    fresh = other.only(CoordinatorAlarmed).alarm_id
    other.and_when(call(fresh, "c-2")).then_kinds(DeliveryStarted)


def test_a_complete_team_settles_what_was_called_about_its_places() -> None:
    case = activated(roster(peers=1, mhps=1), policy(peers=1)).and_when(expire("p-1"))
    alarm_id = case.only(CoordinatorAlarmed).alarm_id

    case = case.and_when(accept("p-1")).and_when(accept("m-1"))

    case.and_when(escalate(alarm_id)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_taking_over_has_every_open_alarm() -> None:
    case = called().and_when(alarm(AlarmReason.CHECK_IN_MISSED, "check-in-2"))

    case.and_when(take_over()).then_kinds(CaseTakenOver, AlarmAnswered, AlarmAnswered)
