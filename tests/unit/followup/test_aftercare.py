"""What follows a member's own request: planned, due, offered, missed and why, and closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from schemas.aftercare import (
    AftercareDeclined,
    AftercareEscalated,
    AftercarePlanned,
    AftercareTakenOver,
)
from schemas.candidates import Candidate
from schemas.followup import (
    CaseClosed,
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    MissExplained,
    MissReason,
)
from schemas.jurisdiction import ContactKind
from schemas.policy import Role
from schemas.refusals import RefusalCode
from services.followup.aftercare_commands import (
    AftercareCloses,
    AftercareCommand,
    AftercareDue,
    AftercareUnanswered,
    DeclineAftercare,
    ExplainAftercare,
    OfferAftercare,
    PlanAftercare,
)
from services.followup.aftercare_policy import AftercareRules
from services.followup.aftercare_state import Aftercare
from services.followup.deadlines import (
    AFTERCARE_CLOSES,
    AFTERCARE_DUE,
    AFTERCARE_UNANSWERED,
    LATE,
    deadlines,
)
from services.followup.decider import AFTERCARE
from services.runtime.policy_files import read_policy_file
from tests.support.given import Outcome, given

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = read_policy_file(AftercareRules, "aftercare", None)
PEER = Candidate(member_id="p-1", role=Role.PEER)
OTHER = Candidate(member_id="p-2", role=Role.PEER)
MHP = Candidate(member_id="m-1", role=Role.MHP)
ID = UUID(int=7)
Case = Outcome[Aftercare, AftercareCommand]


def told(kind: type[AftercareCommand], now: datetime = NOW, **fields: Any) -> AftercareCommand:
    return kind.model_validate({"command_id": ID, "now": now, "actor": "test", **fields})


def planning(*takers: Candidate, **fields: Any) -> AftercareCommand:
    base: dict[str, Any] = {"emergency": False, "takers": takers, "since": NOW, "rules": RULES}
    return told(PlanAftercare, **base | fields)


def planned(*takers: Candidate, **fields: Any) -> Case:
    return given(AFTERCARE).when(planning(*(takers or (PEER,)), **fields))


def due(days: int) -> AftercareCommand:
    at = NOW + days * DAY
    return told(AftercareDue, at, item=f"check-in-{days}d", due_at=at)


def closes(days: int) -> AftercareCommand:
    at = NOW + days * DAY + RULES.grace
    return told(AftercareCloses, at, item=f"check-in-{days}d", due_at=at)


def missed(days: int) -> Case:
    within = {"answer_within": RULES.answer_within}
    return planned().and_when(due(days)).and_when(closes(days).model_copy(update=within))


def unanswered(days: int, early: timedelta = timedelta(0)) -> AftercareCommand:
    at = NOW + days * DAY + RULES.grace + RULES.answer_within
    return told(AftercareUnanswered, at - early, item=f"check-in-{days}d", due_at=at)


def by_a_coordinator(days: int) -> AftercareCommand:
    said = told(ExplainAftercare, item=f"check-in-{days}d", reason=MissReason.NOBODY_FREE)
    return said.model_copy(update={"actor": "key:desk"})


def offered(days: int, by: str = "p-1") -> AftercareCommand:
    return told(OfferAftercare, item=f"check-in-{days}d", member_id=by)


def explained(days: int, by: str = "p-1") -> AftercareCommand:
    reason = MissReason.NOBODY_FREE
    return told(ExplainAftercare, item=f"check-in-{days}d", member_id=by, reason=reason)


def test_who_took_it_offers_to_talk_again_after_a_week_and_after_four() -> None:
    event = planned().only(AftercarePlanned)

    assert event.kind is ContactKind.COMPREHENSIVE
    assert event.takers == (PEER,)
    assert [each.due_at - NOW for each in event.check_ins] == [7 * DAY, 28 * DAY]
    assert [each.closes_at - each.due_at for each in event.check_ins] == [RULES.grace] * 2
    assert {timer.kind for timer in deadlines(event)} == {AFTERCARE_DUE, AFTERCARE_CLOSES}
    assert len(deadlines(event)) == 4
    assert {AFTERCARE_DUE, AFTERCARE_CLOSES} <= LATE.keys()


def test_after_an_emergency_the_professional_who_took_it_calls_the_next_day() -> None:
    case = planned(PEER, MHP, emergency=True)

    assert case.only(AftercarePlanned).check_ins[0].due_at == NOW + DAY
    fell_due = case.and_when(due(1)).only(CheckInFellDue)
    assert fell_due.peer == "m-1"


def test_a_request_that_becomes_an_emergency_gains_the_next_day_and_keeps_the_rest() -> None:
    taken = planning(MHP, emergency=True, adds=True, since=NOW + DAY)
    case = planned(PEER).and_when(taken)

    event = case.only(AftercarePlanned)
    assert [each.item for each in event.check_ins] == ["check-in-1d"]
    assert event.takers == (PEER, MHP)
    assert case.after.state.check_ins["check-in-7d"].due_at == NOW + 7 * DAY
    assert case.after.state.peer == "m-1"


def test_what_nobody_sees_to_is_told_to_those_behind_the_coordinators_once() -> None:
    case = missed(7)

    event = case.only(CheckInMissed)
    assert event.answer_by == NOW + 7 * DAY + RULES.grace + RULES.answer_within
    (timer,) = deadlines(event)
    assert (timer.kind, timer.key, timer.due_at) == (
        AFTERCARE_UNANSWERED,
        "check-in-7d",
        event.answer_by,
    )
    assert AFTERCARE_UNANSWERED in LATE
    case.and_when(unanswered(7, early=DAY / 24)).then_refused(RefusalCode.TIMER_NOT_DUE)
    case = case.and_when(unanswered(7))
    case.then(AftercareEscalated(item="check-in-7d", peer="p-1"))
    again = unanswered(7).model_copy(update={"command_id": UUID(int=9)})
    case.and_when(again).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


@pytest.mark.parametrize("step", [offered(7), explained(7), by_a_coordinator(7)])
def test_whoever_sees_to_it_spares_the_others_the_call(step: AftercareCommand) -> None:
    case = missed(7).and_when(step)

    case.and_when(unanswered(7)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_a_coordinator_says_why_it_was_missed_and_the_record_says_who_said_it() -> None:
    case = missed(7).and_when(by_a_coordinator(7))

    case.then(MissExplained(item="check-in-7d", reason=MissReason.NOBODY_FREE, by="key:desk"))
    case.and_when(by_a_coordinator(9)).then_refused(RefusalCode.UNKNOWN_ITEM)
    case.and_when(by_a_coordinator(28)).then_refused(RefusalCode.NOT_MISSED)


def test_what_was_missed_before_there_was_such_a_clock_calls_nobody() -> None:
    case = planned().and_when(closes(7))

    assert deadlines(case.only(CheckInMissed)) == ()
    case.and_when(unanswered(7)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_said_again_nothing_changes_and_who_took_it_over_has_it() -> None:
    case = planned(PEER)

    case.and_when(planning(PEER)).then_nothing()
    case.and_when(planning()).then_nothing()
    over = case.and_when(planning(OTHER)).then(AftercareTakenOver(takers=(OTHER,)))
    assert over.and_when(due(7)).only(CheckInFellDue).peer == "p-2"
    over.and_when(offered(7, "p-1")).then_refused(RefusalCode.UNKNOWN_ITEM)


def test_nothing_is_planned_for_nobody_or_by_a_policy_without_times() -> None:
    planned_nothing = RULES.model_copy(update={"peer": ()})

    given(AFTERCARE).when(planning()).then_nothing()
    planned(rules=planned_nothing).then_nothing()


def test_it_falls_due_once_is_missed_and_is_closed_with_a_reason() -> None:
    case = planned().and_when(due(7))
    case.then(CheckInFellDue(item="check-in-7d", due_at=NOW + 7 * DAY, peer="p-1"))

    case.and_when(due(7)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    missed = case.and_when(closes(7)).then(CheckInMissed(item="check-in-7d", peer="p-1"))
    missed.and_when(closes(7)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    last = missed.and_when(offered(28)).then(CheckInCompleted(item="check-in-28d"))
    last.and_when(explained(7)).then(
        MissExplained(item="check-in-7d", reason=MissReason.NOBODY_FREE, by="member:p-1"),
        CaseClosed(),
    )


def test_offered_late_is_welcome_and_twice_is_once() -> None:
    late = planned().and_when(closes(7)).and_when(offered(7))

    late.then(CheckInCompleted(item="check-in-7d"))
    late.and_when(offered(7)).then_nothing()
    late.and_when(closes(7)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    planned().and_when(explained(7)).then_refused(RefusalCode.NOT_MISSED)


def test_a_timer_that_comes_too_soon_comes_again() -> None:
    at = NOW + 7 * DAY
    soon = told(AftercareDue, at - DAY, item="check-in-7d", due_at=at)

    planned().and_when(soon).then_refused(RefusalCode.TIMER_NOT_DUE)


@pytest.mark.parametrize("by", ["p-2", "c-1"])
def test_only_who_took_it_may_speak_for_it(by: str) -> None:
    planned().and_when(offered(7, by)).then_refused(RefusalCode.UNKNOWN_ITEM)


def test_no_follow_up_please_ends_it_at_any_moment() -> None:
    case = planned().and_when(due(7)).and_when(told(DeclineAftercare))

    case.then(AftercareDeclined(), CaseClosed())
    case.and_when(due(28)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    case.and_when(closes(7)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    case.and_when(offered(7)).then_refused(RefusalCode.ITEM_ALREADY_SETTLED)
    case.and_when(told(DeclineAftercare)).then_nothing()
    case.and_when(planning(MHP, emergency=True, adds=True)).then_nothing()


def test_no_follow_up_is_remembered_before_there_is_a_plan() -> None:
    case = given(AFTERCARE).when(told(DeclineAftercare)).then(AftercareDeclined())

    case.and_when(planning(PEER)).then_nothing()


_STEPS = st.one_of(
    st.sampled_from([due(1), due(7), due(28), closes(1), closes(7), closes(28)]),
    st.sampled_from([planning(PEER), planning(OTHER), planning(MHP, emergency=True, adds=True)]),
    st.builds(offered, st.sampled_from([1, 7, 28]), st.sampled_from(["p-1", "p-2", "m-1"])),
    st.builds(explained, st.sampled_from([1, 7, 28]), st.sampled_from(["p-1", "p-2", "m-1"])),
    st.just(told(DeclineAftercare)),
)


@for_all(st.lists(_STEPS, max_size=25))
@settings(max_examples=300, deadline=None)
def test_it_is_closed_exactly_when_nothing_waits_in_whatever_order(
    steps: list[AftercareCommand],
) -> None:
    case = given(AFTERCARE)
    for number, step in enumerate(steps):
        own = step.model_copy(update={"command_id": uuid5(ID, str(number))})
        case = case.when(own).after
        state = case.state
        assert state.closed == bool(state.check_ins and not state.unsettled())
        ends = sum(isinstance(event, CaseClosed) for event in case.history)
        plans = sum(isinstance(event, AftercarePlanned) for event in case.history)
        assert ends <= max(plans, 1)
    for days in (1, 7, 28):
        case = case.when(closes(days)).after
        case = case.when(explained(days, case.state.peer or "p-1")).after
    assert not case.state.unsettled()
