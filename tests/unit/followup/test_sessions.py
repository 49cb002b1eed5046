"""A session: held in its window, overdue after the target, missed after the close."""

from __future__ import annotations

from datetime import timedelta

from schemas.followup import (
    InterventionAdded,
    InterventionHeld,
    InterventionMissed,
    InterventionOverdue,
)
from schemas.refusals import RefusalCode
from tests.unit.followup.cases import DAY, HOUR, NOW, approval, close, done, pass_target, planned

ITEM = "defusing-responders"
TARGET, CLOSES = NOW + 8 * HOUR, NOW + 12 * HOUR
SECOND = timedelta(seconds=1)


def test_held_before_the_target_raises_no_alarm() -> None:
    held = planned().and_when(done(ITEM, TARGET - HOUR))

    assert held.only(InterventionHeld) == InterventionHeld(item=ITEM, held_at=TARGET - HOUR)
    held.and_when(pass_target(ITEM, TARGET)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    held.and_when(close(ITEM, CLOSES)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_not_held_by_the_target_is_overdue_once() -> None:
    late = planned().and_when(pass_target(ITEM, TARGET))

    late.then(InterventionOverdue(item=ITEM, closes_at=CLOSES))
    late.and_when(pass_target(ITEM, TARGET)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_an_overdue_session_can_still_be_held() -> None:
    held = planned().and_when(pass_target(ITEM, TARGET)).and_when(done(ITEM, TARGET + HOUR))

    held.then_kinds(InterventionHeld, InterventionAdded)
    held.and_when(close(ITEM, CLOSES)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_not_held_by_the_close_is_missed_once() -> None:
    missed = planned().and_when(pass_target(ITEM, TARGET)).and_when(close(ITEM, CLOSES))

    assert missed.only(InterventionMissed) == InterventionMissed(item=ITEM)
    missed.and_when(close(ITEM, CLOSES)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_held_after_the_close_is_recorded_beside_the_miss() -> None:
    late = planned().and_when(close(ITEM, CLOSES)).and_when(done(ITEM, CLOSES + HOUR))

    assert late.only(InterventionHeld) == InterventionHeld(item=ITEM, held_at=CLOSES + HOUR)


def test_held_twice_is_refused() -> None:
    held = planned().and_when(done(ITEM))

    held.and_when(done(ITEM)).then_refused(RefusalCode.ITEM_ALREADY_SETTLED)


def test_timers_that_come_early_wait() -> None:
    case = planned()

    case.and_when(pass_target(ITEM, TARGET - SECOND)).then_refused(RefusalCode.TIMER_NOT_DUE)
    case.and_when(close(ITEM, CLOSES - SECOND)).then_refused(RefusalCode.TIMER_NOT_DUE)


def test_after_a_long_outage_there_is_one_alarm_and_not_two() -> None:
    """Target and close both passed meanwhile: it is missed, and not overdue as well."""
    case = planned()

    case.and_when(pass_target(ITEM, CLOSES)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    case.and_when(close(ITEM, CLOSES)).then_kinds(InterventionMissed, InterventionAdded)


def test_a_debriefing_cannot_be_held_on_the_first_day() -> None:
    item = "debriefing-responders"

    case = planned().and_when(approval())

    case.and_when(done(item, NOW + DAY - SECOND)).then_refused(RefusalCode.NOT_OPEN_YET)
    case.and_when(done(item, NOW + DAY)).then_kinds(InterventionHeld, InterventionAdded)
