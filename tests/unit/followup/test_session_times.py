"""When a session takes place, given/when/then: proposed, confirmed, moved, cancelled, kept open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.candidates import Candidate
from schemas.followup import (
    ApprovalGiven,
    CrewsSet,
    FollowupCancelled,
    InterventionDeclined,
    InterventionHeld,
    TeamNoted,
    WindowsMoved,
)
from schemas.policy import Crew, Group, Role
from schemas.refusals import RefusalCode
from schemas.scheduling import SchedulingRules
from schemas.sessions import (
    Busy,
    CancelReason,
    CoverageReleased,
    CoverageRequested,
    ExtendReason,
    InterventionCancelled,
    InterventionProposed,
    InterventionScheduled,
    InterventionUnscheduled,
    ProposalFailed,
    Shortage,
    UnscheduledBecause,
    WindowExtended,
)
from schemas.subjects import derived_id
from services.followup.commands import (
    Availability,
    CancelFollowup,
    CancelSession,
    ConfirmByPolicy,
    DeclineIntervention,
    ExtendWindow,
    PlanFollowup,
    ProposeTimes,
    ScheduleSession,
    SetCrews,
)
from services.followup.decider import FOLLOWUP
from services.followup.state import Planned, Status
from tests.support.given import given
from tests.unit.followup.cases import (
    COMMAND,
    DAY,
    HOUR,
    NOW,
    Case,
    approval,
    done,
    operations_end,
    planned,
    planning,
)

ITEM, CISD = "defusing-responders", "debriefing-responders"
NINE = NOW + 6 * HOUR  # NOW is 03:00, and the day begins at 08:00
FREE = Availability(zone="UTC")
BY_ITSELF = SchedulingRules(confirm_after=2 * HOUR)


def propose(item: str = ITEM, at: datetime = NOW + HOUR, **fields: Any) -> ProposeTimes:
    usual: dict[str, Any] = {"command_id": COMMAND, "now": at, "actor": "timer", "known": FREE}
    return ProposeTimes(**usual | {"item": item} | fields)


def schedule(item: str = ITEM, at: datetime = NOW + 2 * HOUR, **fields: Any) -> ScheduleSession:
    usual: dict[str, Any] = {"command_id": COMMAND, "now": at, "actor": "key:c", "known": FREE}
    return ScheduleSession(**usual | {"item": item} | fields)


def by_policy(at: datetime, item: str = ITEM, known: Availability = FREE) -> ConfirmByPolicy:
    fields: dict[str, Any] = {"command_id": COMMAND, "now": at, "actor": "timer", "item": item}
    return ConfirmByPolicy(**fields, due_at=at, known=known)


def cancel(item: str = ITEM, reason: CancelReason = CancelReason.NOBODY_WANTED_IT) -> CancelSession:
    return CancelSession(
        command_id=COMMAND, now=NOW + 3 * HOUR, actor="key:c", item=item, reason=reason
    )


def extend(until: datetime, item: str = ITEM, member: str = "m-1") -> ExtendWindow:
    return ExtendWindow(
        command_id=COMMAND,
        now=NOW + 3 * HOUR,
        actor="key:c",
        item=item,
        closes_at=until,
        member_id=member,
        reason=ExtendReason.OFF_SHIFT,
    )


def planned_with(rules: SchedulingRules, **fields: Any) -> Case:
    plan = planning(**fields)
    policy = plan.brief.policy.model_copy(update={"scheduling": rules})
    brief = plan.brief.model_copy(update={"policy": policy})
    return given(FOLLOWUP).when(PlanFollowup(**plan.model_dump() | {"brief": brief}))


def scheduled(**fields: Any) -> Case:
    return planned().and_when(propose()).and_when(schedule(**fields))


def team_of(*members: tuple[str, Role]) -> TeamNoted:
    return TeamNoted(members=tuple(Candidate(member_id=n, role=r) for n, r in members))


def test_when_its_window_opens_times_are_proposed() -> None:
    proposal = planned().and_when(propose()).only(InterventionProposed)

    assert [slot.starts_at.hour for slot in proposal.slots] == [8, 9, 11]
    assert proposal.slots[0].facilitators == ("p-1", "p-2")
    assert (proposal.facilitators, proposal.unsure, proposal.confirm_at) == (2, False, None)


def test_a_proposal_is_not_made_before_its_window_opens_nor_twice_nor_once_it_is_settled() -> None:
    case = planned()
    opens = NOW + DAY - 20 * timedelta(minutes=1)
    assert isinstance(case.after.state, Planned)
    opens = case.after.state.interventions[CISD].opens_at

    case.and_when(propose(CISD, opens - HOUR, due_at=opens)).then_refused(RefusalCode.TIMER_NOT_DUE)
    other = opens + HOUR
    overtaken = RefusalCode.TIMER_NO_LONGER_NEEDED
    case.and_when(propose(CISD, other, due_at=other)).then_refused(overtaken)
    case.and_when(propose()).and_when(propose()).then_nothing()
    settled = RefusalCode.ITEM_ALREADY_SETTLED
    case.and_when(done(ITEM)).and_when(propose()).then_refused(settled)


def test_one_that_comes_hours_late_is_made_at_once_and_says_so() -> None:
    case = planned()
    assert isinstance(case.after.state, Planned)
    opens = case.after.state.interventions[ITEM].opens_at

    proposal = case.and_when(propose(at=opens + 3 * HOUR, due_at=opens))
    assert proposal.only(InterventionProposed).late_seconds == 3 * 3600
    again = case.and_when(propose(at=opens, due_at=opens)).only(InterventionProposed)
    assert again.late_seconds == 0


def test_when_dispatch_says_nothing_times_are_proposed_all_the_same_and_marked() -> None:
    unsure = Availability(zone="UTC", unsure=True)
    assert planned().and_when(propose(known=unsure)).only(InterventionProposed).unsure


def test_who_is_too_few_is_told_once() -> None:
    case = planned(peers=1).and_when(propose(CISD, NOW + 2 * DAY))
    case.then_kinds(InterventionProposed)

    alone = planned(peers=0).and_when(propose())
    failed = alone.only(ProposalFailed)
    assert (failed.why, failed.wanted, failed.found) == (Shortage.NO_LEADER, 2, 1)
    alone.and_when(propose()).then_nothing()


def test_two_groups_are_proposed_different_times_for_the_same_members() -> None:
    case = planned().and_when(propose()).and_when(propose("defusing-dispatchers"))
    other = case.only(InterventionProposed)
    assert other.slots[0].facilitators == ("p-1", "p-2")
    assert other.slots[0].starts_at.hour > 8


def test_what_two_people_settle_has_no_times_proposed_by_itself() -> None:
    at = NOW + HOUR
    case = planned()
    assert isinstance(case.after.state, Planned)
    opens = case.after.state.interventions["one-on-one-responders"].opens_at
    by_timer = propose("one-on-one-responders", at, due_at=opens)

    case.and_when(by_timer).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    case.and_when(propose("one-on-one-responders", at)).then_kinds(InterventionProposed)


def test_a_coordinator_confirms_the_first_time_with_one_tap() -> None:
    case = scheduled()
    told = case.only(InterventionScheduled)

    assert (told.starts_at.hour, told.sequence, told.by) == (8, 0, "key:c")
    assert (told.facilitators, told.released) == (("p-1", "p-2"), ())
    case.and_when(schedule(starts_at=told.starts_at)).then_nothing()
    case.and_when(schedule(slot=1)).then_refused(RefusalCode.NOT_PROPOSED)


def test_another_time_and_others_have_a_higher_sequence_and_release_who_was_to_come() -> None:
    moved = scheduled().and_when(
        schedule(starts_at=NINE, facilitators=("p-2", "m-1"), must_move=True)
    )
    told = moved.only(InterventionScheduled)

    assert (told.sequence, told.released) == (1, ("p-1",))
    assert told.ends_at - told.starts_at == timedelta(minutes=45)
    kept = moved.and_when(schedule(starts_at=NINE + HOUR, place="st-4", minutes=60))
    again = kept.only(InterventionScheduled)
    assert (again.sequence, again.place, again.facilitators) == (2, "st-4", ("p-2", "m-1"))
    assert again.ends_at - again.starts_at == HOUR
    planned().and_when(schedule(starts_at=NINE, must_move=True)).then_refused(
        RefusalCode.NOT_SCHEDULED
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"slot": 3, "item": "defusing-dispatchers"}, RefusalCode.NOT_PROPOSED),
        ({"starts_at": NOW + 20 * HOUR}, RefusalCode.OUTSIDE_WINDOW),
        ({"starts_at": NOW - 5 * HOUR}, RefusalCode.OUTSIDE_WINDOW),
        ({"starts_at": NOW + HOUR}, RefusalCode.ALREADY_PAST),
        ({"starts_at": NINE, "facilitators": ("p-1", "p-9")}, RefusalCode.NOT_ON_TEAM),
        ({"starts_at": NINE, "facilitators": ("p-1",)}, RefusalCode.TOO_FEW_FACILITATORS),
        ({"starts_at": NINE, "item": CISD}, RefusalCode.NEEDS_APPROVAL),
        ({"starts_at": NINE, "item": "nothing"}, RefusalCode.UNKNOWN_ITEM),
        ({"starts_at": NINE, "item": "check-in-1-responders"}, RefusalCode.UNKNOWN_ITEM),
    ],
)
def test_what_does_not_fit_is_refused(fields: dict[str, Any], code: RefusalCode) -> None:
    planned().and_when(schedule(**fields)).then_refused(code)


def test_a_coordinator_may_do_with_fewer_or_busy_members_but_not_by_accident() -> None:
    busy = Availability(zone="UTC", busy={"p-1": (Busy(starts_at=NINE, ends_at=NINE + HOUR),)})
    both = schedule(starts_at=NINE, facilitators=("p-1", "p-2"), known=busy)

    planned().and_when(both).then_refused(RefusalCode.FACILITATOR_BUSY)
    anyway = both.model_copy(update={"anyway": True})
    planned().and_when(anyway).then_kinds(InterventionScheduled)
    alone = schedule(starts_at=NINE, facilitators=("p-1",), anyway=True)
    planned().and_when(alone).then_kinds(InterventionScheduled)


def test_two_sessions_of_one_member_need_rest_and_way_between_them() -> None:
    case = scheduled()
    soon = schedule("defusing-dispatchers", starts_at=NINE, facilitators=("p-1", "p-2"))
    case.and_when(soon).then_refused(RefusalCode.FACILITATOR_BUSY)
    later = soon.model_copy(update={"starts_at": NINE + HOUR + timedelta(minutes=15)})
    case.and_when(later).then_kinds(InterventionScheduled)


def test_a_debriefing_waits_for_the_professionals_word_and_for_the_professional() -> None:
    at = NOW + 2 * DAY
    case = planned().and_when(propose(CISD, at))
    assert case.only(InterventionProposed).awaits_approval

    case.and_when(schedule(CISD, at)).then_refused(RefusalCode.NEEDS_APPROVAL)
    agreed = case.and_when(approval(at=at))
    peers = schedule(CISD, at, slot=1, facilitators=("p-1", "p-2"))
    agreed.and_when(peers).then_refused(RefusalCode.NEEDS_MHP)
    agreed.and_when(schedule(CISD, at)).then_kinds(InterventionScheduled)


def test_it_confirms_itself_by_policy_when_nobody_chooses() -> None:
    case = planned_with(BY_ITSELF).and_when(propose())
    at = case.only(InterventionProposed).confirm_at
    assert at == NOW + 3 * HOUR

    told = case.and_when(by_policy(at)).only(InterventionScheduled)
    assert (told.by, told.starts_at.hour) == ("rule:confirm_after", 8)
    late = RefusalCode.TIMER_NO_LONGER_NEEDED
    case.and_when(schedule()).and_when(by_policy(at)).then_refused(late)
    early = by_policy(at).model_copy(update={"now": at - HOUR})
    case.and_when(early).then_refused(RefusalCode.TIMER_NOT_DUE)


def test_it_confirms_itself_before_the_time_itself_comes_too_near() -> None:
    case = planned_with(BY_ITSELF).and_when(propose(at=NOW + 6 * HOUR))
    proposal = case.only(InterventionProposed)
    assert proposal.slots[0].starts_at == NOW + 7 * HOUR
    assert proposal.confirm_at == NOW + 6 * HOUR + timedelta(minutes=30)


def test_a_proposed_time_that_holds_no_more_is_passed_over() -> None:
    case = planned_with(BY_ITSELF).and_when(propose())
    first = case.only(InterventionProposed).slots[0]
    held = (Busy(starts_at=first.starts_at, ends_at=first.ends_at),)
    known = Availability(zone="UTC", elsewhere={"p-1": held})

    told = case.and_when(by_policy(NOW + 3 * HOUR, known=known)).only(InterventionScheduled)
    assert told.starts_at == case.only(InterventionProposed).slots[2].starts_at

    whole_day = Availability(zone="UTC", busy={"p-2": (Busy(starts_at=NOW, ends_at=NOW + DAY),)})
    failed = case.and_when(by_policy(NOW + 3 * HOUR, known=whole_day)).only(ProposalFailed)
    assert failed.why is Shortage.NOBODY_FREE


def test_what_waited_only_for_the_professional_is_confirmed_with_their_word() -> None:
    at = NOW + 2 * DAY
    case = planned_with(BY_ITSELF).and_when(propose(CISD, at))
    due = case.only(InterventionProposed).confirm_at
    assert due is not None
    same = case.only(InterventionProposed).model_copy(update={"item": "debriefing-dispatchers"})
    case = given(FOLLOWUP, *case.after.history, same).when(by_policy(due, "nothing"))

    case.and_when(by_policy(due, CISD)).then_nothing()
    told = case.and_when(approval(at=due))
    told.then_kinds(ApprovalGiven, InterventionScheduled, InterventionScheduled)
    first, second = told.all(InterventionScheduled)
    assert first.ends_at < second.starts_at, "the same professional holds both"
    case.and_when(approval(at=due - HOUR)).then_kinds(ApprovalGiven)


def test_a_cancelled_session_is_settled_and_called_off() -> None:
    case = scheduled().and_when(cancel())
    case.then_kinds(InterventionUnscheduled, InterventionCancelled)

    off = case.only(InterventionUnscheduled)
    assert (off.because, off.sequence) == (UnscheduledBecause.CANCELLED, 1)
    assert isinstance(case.after.state, Planned)
    assert case.after.state.status[ITEM] is Status.CANCELLED
    assert ITEM not in case.after.state.unsettled()
    case.and_when(cancel()).then_nothing()
    case.and_when(schedule(starts_at=NINE)).then_refused(RefusalCode.ITEM_ALREADY_SETTLED)


def test_what_waits_for_the_end_of_operations_can_be_cancelled_and_stays_so() -> None:
    case = planned(operations_ongoing=True).and_when(cancel(CISD))
    case.then_kinds(InterventionCancelled)
    opened = case.and_when(operations_end(NOW + 4 * HOUR))
    assert isinstance(opened.after.state, Planned)
    assert CISD not in opened.after.state.interventions
    crews = SetCrews(
        command_id=COMMAND, now=NOW, actor="key:c", crews=(Crew(exposure=Group.RESPONDERS),)
    )
    again = case.and_when(crews).and_when(operations_end(NOW + 4 * HOUR))
    assert isinstance(again.after.state, Planned)
    assert CISD not in again.after.state.interventions


def test_what_is_done_or_no_session_is_not_cancelled() -> None:
    settled = RefusalCode.ITEM_ALREADY_SETTLED
    planned().and_when(done(ITEM)).and_when(cancel()).then_refused(settled)
    for unknown in ("check-in-1-responders", "nothing"):
        planned().and_when(cancel(unknown)).then_refused(RefusalCode.UNKNOWN_ITEM)


def test_a_professional_of_the_team_keeps_a_window_open_as_far_as_the_policy_lets() -> None:
    case = planned()
    assert isinstance(case.after.state, Planned)
    before = case.after.state.interventions[ITEM]
    most = before.extends_to
    assert most is not None

    longer = case.and_when(extend(most))
    told = longer.only(WindowExtended)
    assert (told.by, told.reason) == ("member:m-1", ExtendReason.OFF_SHIFT)
    assert isinstance(longer.after.state, Planned)
    assert longer.after.state.interventions[ITEM].closes_at == most
    longer.and_when(extend(most)).then_nothing()
    case.and_when(extend(most, member="p-1")).then_refused(RefusalCode.NOT_ON_TEAM)
    case.and_when(extend(most + HOUR)).then_refused(RefusalCode.BEYOND_POLICY)
    case.and_when(extend(before.opens_at)).then_refused(RefusalCode.DATES_REVERSED)
    cisd = case.after.state.interventions[CISD]
    beyond = extend(cisd.closes_at + HOUR, CISD)
    case.and_when(beyond).then_refused(RefusalCode.BEYOND_POLICY)


def test_other_crews_close_no_window_that_a_professional_keeps_open() -> None:
    case = planned()
    assert isinstance(case.after.state, Planned)
    most = case.after.state.interventions[ITEM].extends_to
    assert most is not None
    crews = SetCrews(
        command_id=COMMAND,
        now=NOW + 4 * HOUR,
        actor="key:c",
        crews=(Crew(exposure=Group.RESPONDERS, count=9),),
    )
    after = case.and_when(extend(most)).and_when(crews).after.state
    assert isinstance(after, Planned)
    assert after.interventions[ITEM].about == 9
    assert after.interventions[ITEM].closes_at == most


def test_units_on_duty_are_covered_moved_and_released() -> None:
    case = scheduled(units=("E1", "M4"), count=6)
    case.then_kinds(InterventionScheduled, CoverageRequested)
    asked = case.only(CoverageRequested)
    assert (asked.units, asked.count, asked.starts_at.hour) == (("E1", "M4"), 6, 8)

    moved = case.and_when(schedule(starts_at=NINE)).only(CoverageRequested)
    assert (moved.units, moved.starts_at, moved.sequence) == (("E1", "M4"), NINE, 1)
    off = case.and_when(cancel())
    off.then_kinds(InterventionUnscheduled, CoverageReleased, InterventionCancelled)
    first = case.before
    assert first, "a plan came before"
    later = schedule(starts_at=asked.starts_at, units=("E1",))
    case.and_when(later).then_kinds(CoverageRequested)


def test_what_the_plan_gives_up_is_called_off_first() -> None:
    case = scheduled(starts_at=NINE)
    at = NOW + 4 * HOUR

    declined = case.and_when(
        DeclineIntervention(command_id=COMMAND, now=at, actor="key:c", item=ITEM)
    )
    declined.then_kinds(InterventionUnscheduled, InterventionDeclined)
    off = case.and_when(CancelFollowup(command_id=COMMAND, now=at, actor="intake", decided_at=at))
    off.then_kinds(InterventionUnscheduled, FollowupCancelled)
    assert off.only(InterventionUnscheduled).because is UnscheduledBecause.NOT_WANTED
    other_end = operations_end(NOW + 12 * HOUR).model_copy(update={"now": at})
    ended = case.and_when(other_end)
    ended.then_kinds(InterventionUnscheduled, WindowsMoved)
    crews = (Crew(agency="a", count=5), Crew(agency="b", count=5))
    split = case.and_when(SetCrews(command_id=COMMAND, now=at, actor="key:c", crews=crews))
    split.then_kinds(InterventionUnscheduled, CrewsSet)
    before = case.and_when(done(ITEM, at))
    assert before.only(InterventionUnscheduled).because is UnscheduledBecause.HELD_BEFORE
    during = case.and_when(done(ITEM, NINE + timedelta(minutes=30)))
    assert during.all(InterventionUnscheduled) == ()
    assert during.all(InterventionHeld)


def test_a_plan_that_comes_back_goes_on_counting() -> None:
    """A calendar that has seen sequence 1 would ignore another 0 with the same id."""
    at = NOW + 4 * HOUR
    off = scheduled(starts_at=NINE).and_when(
        CancelFollowup(command_id=COMMAND, now=at, actor="intake", decided_at=at)
    )
    anew = planning(reported_at=at + HOUR).model_copy(update={"command_id": derived_id("again")})
    told = off.and_when(anew).and_when(schedule(at=at + HOUR, starts_at=NINE))
    assert told.only(InterventionScheduled).sequence == 2


def test_when_somebody_leaves_the_team_times_are_proposed_and_the_session_stays() -> None:
    case = scheduled(starts_at=NINE)
    left = given(
        FOLLOWUP,
        *case.after.history,
        team_of(("p-2", Role.PEER), ("p-3", Role.PEER), ("m-1", Role.MHP)),
    )
    again = left.when(propose(at=NOW + 4 * HOUR))
    again.then_kinds(InterventionProposed)
    assert again.only(InterventionProposed).slots[0].facilitators == ("p-2", "p-3")
    assert isinstance(again.after.state, Planned)
    known = again.after.state.sessions[ITEM].time
    assert known is not None
    assert known.starts_at == NINE
