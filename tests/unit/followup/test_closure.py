"""A case closes when all is settled and every miss has its reason; or it says what keeps it open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.followup import (
    AddedBecause,
    CaseClosed,
    InterventionAdded,
    InterventionDeclined,
    InterventionHeld,
    InterventionMissed,
    MissExplained,
    MissReason,
    SessionOutcome,
)
from schemas.policy import Driver, InterventionKind, Role
from schemas.refusals import RefusalCode
from services.followup.commands import CloseCase, DeclineIntervention, ExplainMiss
from services.followup.deadlines import deadlines
from services.followup.state import Planned
from tests.unit.followup.cases import (
    COMMAND,
    DAY,
    HOUR,
    NOW,
    Case,
    approval,
    close,
    done,
    miss,
    operations_end,
    planned,
)
from tests.unit.intake.reports import pack

if TYPE_CHECKING:
    from schemas.envelope import Event

ITEM, SUPPORT = "defusing-responders", "staff-support-defusing-responders"
LATE = NOW + 400 * DAY


def _command(kind: type[Any], **fields: Any) -> Any:
    return kind(command_id=COMMAND, now=LATE, actor="member:m-1", **fields)


def decline(item: str) -> DeclineIntervention:
    return _command(DeclineIntervention, item=item)


def explain(item: str, reason: MissReason = MissReason.NOBODY_FREE) -> ExplainMiss:
    return _command(ExplainMiss, item=item, reason=reason)


def close_case() -> CloseCase:
    return _command(CloseCase)


def _state(case: Case) -> Planned:
    state = case.after.state
    assert isinstance(state, Planned)
    return state


def _settle(case: Case) -> tuple[Case, list[Event]]:
    """Everything held or offered, whatever follows from it too."""
    events: list[Event] = []
    while left := _state(case).unsettled():
        case = case.and_when(done(left[0], LATE))
        assert case.refusal is None
        events += case.events
    return case, events


def test_the_last_item_closes_the_case() -> None:
    case, events = _settle(planned().and_when(approval()))

    assert sum(isinstance(event, CaseClosed) for event in events) == 1
    assert isinstance(events[-1], CaseClosed)
    case.and_when(close_case()).then_nothing()


def test_those_who_held_a_group_are_looked_after_within_a_day() -> None:
    held = planned().and_when(done(ITEM, NOW + 2 * HOUR))

    added = held.only(InterventionAdded)
    assert (added.after, added.because) == (ITEM, AddedBecause.SESSION_HELD)
    support = added.intervention
    assert (support.item, support.kind) == (SUPPORT, InterventionKind.STAFF_SUPPORT)
    assert support.leads is Role.MHP
    assert support.target_at == NOW + 2 * HOUR + DAY
    assert {(t.kind, t.due_at) for t in deadlines(added)} == {
        ("session-target", support.target_at),
        ("session-closes", support.closes_at),
        ("propose", support.opens_at),
        ("window-closing", support.closes_at - timedelta(hours=8)),
    }


def test_a_one_on_one_needs_no_support_afterwards() -> None:
    planned().and_when(done("one-on-one-responders")).then_kinds(InterventionHeld)


def test_a_missed_defusing_is_weighed_for_a_debriefing() -> None:
    missed = planned().and_when(close(ITEM, NOW + 12 * HOUR))

    weighed = missed.only(InterventionAdded).intervention
    assert (weighed.item, weighed.kind) == ("triage-responders", InterventionKind.TRIAGE)
    assert weighed.leads is Role.MHP
    assert missed.only(InterventionAdded).because is AddedBecause.DEFUSING_MISSED


def test_without_a_debriefing_in_the_plan_there_is_nothing_to_weigh() -> None:
    trigger = next(
        name
        for name, each in pack().triggers.items()
        if "defusing" in each.interventions and "debriefing" not in each.interventions
    )
    plan = planned(trigger)
    item = next(i for i in _state(plan).interventions if i.startswith("defusing"))
    closes = _state(plan).interventions[item].closes_at

    plan.and_when(close(item, closes)).then_kinds(InterventionMissed)


def test_what_was_missed_keeps_the_case_open_until_somebody_says_why() -> None:
    case = planned().and_when(approval()).and_when(miss("check-in-1-responders", LATE))
    while left := [i for i in _state(case).unsettled() if i != "check-in-1-responders"]:
        case = case.and_when(done(left[0], LATE))
    refused = case.and_when(close_case())
    refused.then_refused(RefusalCode.STILL_OPEN)
    assert refused.refusal is not None
    assert "check-in-1-responders" in refused.refusal.detail

    told = case.and_when(explain("check-in-1-responders"))

    told.then_kinds(MissExplained, CaseClosed)
    assert told.only(MissExplained).by == "member:m-1"
    told.and_when(explain("check-in-1-responders")).then_nothing()


def test_only_what_was_missed_is_explained() -> None:
    planned().and_when(explain(ITEM)).then_refused(RefusalCode.NOT_MISSED)
    planned().and_when(explain("tea")).then_refused(RefusalCode.UNKNOWN_ITEM)


def test_what_was_offered_may_be_declined_without_a_word() -> None:
    declined = planned().and_when(decline(ITEM))

    declined.then(InterventionDeclined(item=ITEM))
    declined.and_when(close(ITEM, NOW + 12 * HOUR)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    declined.and_when(decline(ITEM)).then_nothing()
    declined.and_when(done(ITEM)).then_kinds(InterventionHeld, InterventionAdded)


def test_what_takes_place_because_of_the_event_is_declined_by_nobody() -> None:
    plan = planned("mass_casualty")
    driven = [i for i, each in _state(plan).interventions.items() if each.driver is Driver.EVENT]
    assert driven, "the pack says which interventions the event alone brings about"

    plan.and_when(decline(driven[0])).then_refused(RefusalCode.NOT_OPTIONAL)


def test_operations_that_go_on_keep_the_case_open() -> None:
    case = planned(operations_ongoing=True)
    refused = case.and_when(close_case())
    refused.then_refused(RefusalCode.STILL_OPEN)
    assert ITEM in _state(case).unsettled()

    after = case.and_when(operations_end(NOW + HOUR))
    assert ITEM in _state(after).unsettled()


def test_how_a_session_went_is_counted_and_not_told() -> None:
    command = done(ITEM, NOW + 5 * HOUR).model_copy(
        update={
            "held_at": NOW + 4 * HOUR,
            "minutes": 45,
            "head_count": 9,
            "facilitators": ("p-1", "p-2"),
            "outcome": SessionOutcome.FOLLOW_UP,
        }
    )

    held = planned().and_when(command).only(InterventionHeld)

    assert held.model_dump() == {
        "item": ITEM,
        "held_at": NOW + 4 * HOUR,
        "minutes": 45,
        "head_count": 9,
        "facilitators": ("p-1", "p-2"),
        "outcome": SessionOutcome.FOLLOW_UP,
    }


@pytest.mark.parametrize(
    ("held_at", "code"),
    [(NOW + 6 * HOUR, RefusalCode.NOT_YET), (NOW - HOUR, RefusalCode.NOT_OPEN_YET)],
)
def test_a_session_was_held_in_its_window_and_in_the_past(held_at: Any, code: RefusalCode) -> None:
    command = done(ITEM, NOW + 5 * HOUR).model_copy(update={"held_at": held_at})

    planned().and_when(command).then_refused(code)
