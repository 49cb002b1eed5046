"""A check-in: falls due for one peer in turn, is offered, or is missed and told."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import timedelta

from schemas.followup import CheckInCompleted, CheckInFellDue, CheckInMissed, FollowupPlanned
from schemas.refusals import RefusalCode
from tests.unit.followup.cases import DAY, HOUR, NOW, done, fall_due, miss, planned

ITEM = "check-in-1-responders"
DUE, CLOSES = NOW + 3 * DAY, NOW + 4 * DAY
SECOND = timedelta(seconds=1)


def test_it_falls_due_once_for_one_peer() -> None:
    due = planned().and_when(fall_due(ITEM, DUE))

    due.then(CheckInFellDue(item=ITEM, due_at=DUE, peer="p-1"))
    due.and_when(fall_due(ITEM, DUE)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_the_peers_take_turns() -> None:
    case = planned("line_of_duty_death", peers=3)
    plan = case.only(FollowupPlanned)

    turns = [
        case.and_when(fall_due(each.item, each.due_at)).only(CheckInFellDue).peer
        for each in plan.check_ins
    ]

    assert Counter(turns) == {"p-1": 4, "p-2": 4, "p-3": 4}
    assert all(one != other for one, other in itertools.pairwise(turns))


def test_without_peers_it_falls_due_for_nobody() -> None:
    due = planned(peers=0).and_when(fall_due(ITEM, DUE))

    assert due.only(CheckInFellDue).peer is None


def test_a_contact_that_was_offered_is_not_missed() -> None:
    offered = planned().and_when(fall_due(ITEM, DUE)).and_when(done(ITEM, DUE + HOUR))

    offered.then(CheckInCompleted(item=ITEM))
    offered.and_when(miss(ITEM, CLOSES)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    offered.and_when(done(ITEM, CLOSES)).then_refused(RefusalCode.ITEM_ALREADY_SETTLED)


def test_a_contact_that_was_offered_early_reminds_nobody() -> None:
    early = planned().and_when(done(ITEM, NOW + DAY)).then_kinds(CheckInCompleted)

    early.and_when(fall_due(ITEM, DUE)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_nobody_marks_it_and_it_is_missed_once() -> None:
    missed = planned().and_when(fall_due(ITEM, DUE)).and_when(miss(ITEM, CLOSES))

    missed.then(CheckInMissed(item=ITEM))
    missed.and_when(miss(ITEM, CLOSES)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_a_late_contact_is_recorded_beside_the_miss() -> None:
    late = planned().and_when(miss(ITEM, CLOSES)).and_when(done(ITEM, CLOSES + DAY))

    late.then_kinds(CheckInCompleted)


def test_timers_that_come_early_wait() -> None:
    case = planned()

    case.and_when(fall_due(ITEM, DUE - SECOND)).then_refused(RefusalCode.TIMER_NOT_DUE)
    case.and_when(miss(ITEM, CLOSES - SECOND)).then_refused(RefusalCode.TIMER_NOT_DUE)


def test_a_reminder_that_an_outage_held_up_still_comes() -> None:
    planned().and_when(fall_due(ITEM, DUE + 5 * HOUR)).then_kinds(CheckInFellDue)
