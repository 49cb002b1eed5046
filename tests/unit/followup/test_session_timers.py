"""What a session's timers do, in time, late, and once they are overtaken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemas.followup import FollowupPlanned
from schemas.refusals import RefusalCode
from schemas.sessions import (
    Ahead,
    FacilitatorsReminded,
    InterventionProposed,
    InterventionScheduled,
    OutcomeAsked,
    WindowClosingWarned,
    WindowExtended,
)
from services.followup import deadlines as module
from services.followup.commands import AskOutcome, RemindFacilitators, WarnOfClosing
from services.followup.deadlines import LATE, WhenLate, deadlines, remind_at, warn_at
from services.followup.state import Planned
from tests.unit.followup.cases import COMMAND, DAY, HOUR, NOW, Case, approval, done, planned
from tests.unit.followup.test_session_times import (
    BY_ITSELF,
    CISD,
    ITEM,
    NINE,
    extend,
    planned_with,
    propose,
    schedule,
    scheduled,
)

if TYPE_CHECKING:
    from datetime import datetime

THIRD_DAY = NOW + 3 * DAY + 6 * HOUR
OVERTAKEN = RefusalCode.TIMER_NO_LONGER_NEEDED


def cisd() -> Case:
    agreed = planned().and_when(approval())
    return agreed.and_when(schedule(CISD, NOW + 2 * DAY, starts_at=THIRD_DAY))


def timer(kind: Any, at: datetime, due_at: datetime, item: str, **fields: Any) -> Any:
    meant = {"command_id": COMMAND, "now": at, "actor": "timer", "item": item, "due_at": due_at}
    return kind(**meant, **fields)


def reminder(at: datetime, ahead: Ahead, starts_at: datetime = THIRD_DAY) -> RemindFacilitators:
    due_at = remind_at(starts_at, ahead)
    command: RemindFacilitators = timer(RemindFacilitators, at, due_at, CISD, ahead=ahead)
    return command


def test_every_timer_has_its_row_in_the_table_of_lateness() -> None:
    names = {
        value
        for name, value in vars(module).items()
        if name.isupper() and name[0] != "_" and isinstance(value, str)
    }
    assert names | set(module.REMINDERS.values()) == set(LATE)


def test_a_session_has_two_reminders_and_a_question() -> None:
    told = cisd().only(InterventionScheduled)
    assert {(each.kind, each.due_at) for each in deadlines(told)} == {
        ("session-reminder-day", THIRD_DAY - DAY),
        ("session-reminder-hour", THIRD_DAY - HOUR),
        ("session-over", THIRD_DAY + 2 * HOUR),
    }


def test_a_session_that_is_near_needs_no_reminder_a_day_ahead() -> None:
    kinds = {each.kind for each in deadlines(scheduled().only(InterventionScheduled))}
    assert kinds == {"session-reminder-hour", "session-over"}


def test_a_proposal_that_confirms_itself_has_a_timer() -> None:
    waits = planned_with(BY_ITSELF).and_when(propose()).only(InterventionProposed)
    assert [(each.kind, each.due_at) for each in deadlines(waits)] == [
        ("session-confirm", waits.confirm_at)
    ]
    assert deadlines(planned().and_when(propose()).only(InterventionProposed)) == ()


@pytest.mark.parametrize("ahead", Ahead)
def test_facilitators_are_reminded_in_time(ahead: Ahead) -> None:
    at = remind_at(THIRD_DAY, ahead)
    told = cisd().and_when(reminder(at, ahead)).only(FacilitatorsReminded)

    assert (told.ahead, told.skipped, told.late_seconds) == (ahead, False, 0)
    assert told.facilitators == ("m-1", "p-1")
    early = reminder(at, ahead).model_copy(update={"now": at - HOUR})
    cisd().and_when(early).then_refused(RefusalCode.TIMER_NOT_DUE)


def test_a_reminder_that_comes_too_late_is_recorded_and_skipped() -> None:
    begun = cisd().and_when(reminder(THIRD_DAY, Ahead.HOUR)).only(FacilitatorsReminded)
    assert (begun.skipped, begun.late_seconds) == (True, 3600)
    nearly = reminder(THIRD_DAY - HOUR / 2, Ahead.HOUR)
    assert not cisd().and_when(nearly).only(FacilitatorsReminded).skipped
    day = reminder(THIRD_DAY - HOUR, Ahead.DAY)
    assert cisd().and_when(day).only(FacilitatorsReminded).skipped, "the hour's reminder is due"
    assert LATE["session-reminder-day"] is WhenLate.SKIPS_IT


def test_what_moved_or_was_held_is_not_reminded_of() -> None:
    moved = cisd().and_when(schedule(CISD, NOW + 2 * DAY, starts_at=THIRD_DAY + HOUR))
    moved.and_when(reminder(THIRD_DAY - HOUR, Ahead.HOUR)).then_refused(OVERTAKEN)
    held = cisd().and_when(done(CISD, NOW + 2 * DAY))
    held.and_when(reminder(THIRD_DAY - HOUR, Ahead.HOUR)).then_refused(OVERTAKEN)


def test_a_window_that_closes_with_nothing_in_it_is_told_once() -> None:
    case = planned()
    assert isinstance(case.after.state, Planned)
    window = case.after.state.interventions[ITEM]
    due = warn_at(window.opens_at, window.closes_at)
    assert window.closes_at - due == 2 * HOUR
    warning: WarnOfClosing = timer(WarnOfClosing, due, due, ITEM)

    warned = case.and_when(warning)
    assert warned.only(WindowClosingWarned).closes_at == window.closes_at
    warned.and_when(warning).then_refused(OVERTAKEN)
    scheduled(starts_at=NINE).and_when(warning).then_refused(OVERTAKEN)
    closed = warning.model_copy(update={"now": window.closes_at})
    case.and_when(closed).then_refused(OVERTAKEN)
    late = warning.model_copy(update={"now": due + HOUR})
    assert case.and_when(late).only(WindowClosingWarned).late_seconds == 3600


def test_a_long_window_is_warned_of_a_day_ahead_and_a_longer_one_anew() -> None:
    case = planned()
    assert isinstance(case.after.state, Planned)
    window = case.after.state.interventions[CISD]
    assert window.closes_at - warn_at(window.opens_at, window.closes_at) == DAY

    most = case.after.state.interventions[ITEM].extends_to
    assert most is not None
    told = case.and_when(extend(most)).only(WindowExtended)
    timers = {each.kind: each.due_at for each in deadlines(told)}
    assert timers["session-closes"] == most
    assert most - 5 * HOUR < timers["window-closing"] < most


def test_after_a_session_its_facilitators_are_asked_once_however_late() -> None:
    ends = THIRD_DAY + 2 * HOUR
    question: AskOutcome = timer(AskOutcome, ends, ends, CISD)

    asked = cisd().and_when(question)
    assert asked.only(OutcomeAsked).facilitators == ("m-1", "p-1")
    asked.and_when(question).then_refused(OVERTAKEN)
    cisd().and_when(done(CISD, ends)).and_when(question).then_refused(OVERTAKEN)
    late = question.model_copy(update={"now": ends + 5 * HOUR})
    assert cisd().and_when(late).only(OutcomeAsked).late_seconds == 5 * 3600
    early = question.model_copy(update={"now": ends - HOUR})
    cisd().and_when(early).then_refused(RefusalCode.TIMER_NOT_DUE)


def test_a_plan_made_late_has_all_of_its_timers() -> None:
    plan = planned().only(FollowupPlanned)
    assert {each.kind for each in deadlines(plan)} >= {"propose", "window-closing"}
