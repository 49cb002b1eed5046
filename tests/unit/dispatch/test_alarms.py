"""Alarms and reminders: once each, and a check-in goes to a peer who is really on the team."""

from __future__ import annotations

import pytest

from schemas.dispatch import AlarmReason, CoordinatorAlarmed, MemberNotified, Purpose
from tests.unit.dispatch.cases import accept, activated, alarm, decline, remind, roster


@pytest.mark.parametrize("reason", list(AlarmReason))
def test_every_reason_calls_every_coordinator_once(reason: AlarmReason) -> None:
    case = activated(coordinators=("c-1", "c-2")).and_when(alarm(reason, "defusing-responders"))

    case.then_kinds(CoordinatorAlarmed)
    assert case.only(CoordinatorAlarmed).member_ids == ("c-1", "c-2")
    case.and_when(alarm(reason, "defusing-responders")).then_nothing()
    case.and_when(alarm(reason, "defusing-dispatchers")).then_kinds(CoordinatorAlarmed)


def test_a_roster_without_coordinators_makes_a_red_row() -> None:
    case = activated(coordinators=()).and_when(alarm(AlarmReason.CHECK_IN_MISSED, "check-in-1"))

    assert case.only(CoordinatorAlarmed).member_ids == ()


def test_a_member_is_reminded_once_per_item() -> None:
    case = activated().and_when(remind("p-1", "check-in-1")).then_kinds(MemberNotified)

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
