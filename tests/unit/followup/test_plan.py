"""The plan: every window of the policy, dispatchers always, groups only after operations."""

from __future__ import annotations

import pytest

from schemas.candidates import Candidate
from schemas.followup import (
    FollowupPlanned,
    GroupWindowsOpened,
    InterventionOverdue,
    OperationsEndNoted,
    TeamNoted,
    WindowsMoved,
)
from schemas.policy import Group, Role
from schemas.refusals import RefusalCode
from services.followup.deadlines import deadlines
from services.followup.decider import FOLLOWUP
from services.followup.slots import PROPOSED
from tests.support.given import given
from tests.unit.followup.cases import (
    COMMAND,
    DAY,
    HOUR,
    NOW,
    close,
    done,
    fall_due,
    miss,
    operations_end,
    pass_target,
    planned,
    planning,
)
from tests.unit.intake.reports import pack

ENDED = NOW + 30 * HOUR
_ALWAYS = (Group.RESPONDERS, Group.DISPATCHERS)


def test_the_sessions_of_a_childs_death_have_the_policys_windows() -> None:
    plan = planned().only(FollowupPlanned)
    windows = {
        each.item: (each.opens_at, each.target_at, each.closes_at) for each in plan.interventions
    }

    assert windows == {
        f"{kind}-{group}": window
        for group in ("responders", "dispatchers")
        for kind, window in {
            "defusing": (NOW, NOW + 8 * HOUR, NOW + 12 * HOUR),
            "one-on-one": (NOW, NOW + DAY, NOW + 3 * DAY),
            "debriefing": (NOW + DAY, NOW + 3 * DAY, NOW + 10 * DAY),
        }.items()
    }


def test_a_debriefing_is_planned_with_a_mental_health_professional() -> None:
    plan = planned().only(FollowupPlanned)

    needing = {each.kind for each in plan.interventions if each.mhp_required}
    assert needing == {"debriefing"}


@pytest.mark.parametrize("trigger", list(pack().triggers))
def test_every_trigger_gives_a_plan_whose_items_have_names_of_their_own(trigger: str) -> None:
    plan = planned(trigger).only(FollowupPlanned)
    items = [each.item for each in plan.interventions]
    items += [each.item for each in plan.check_ins]

    assert len(items) == len(set(items))
    assert {each.group for each in plan.check_ins} == set(_ALWAYS)
    days = [rule.after.days for rule in plan.brief.policy.check_ins]
    for group in _ALWAYS:
        own = [each for each in plan.check_ins if each.group is group]
        assert [(each.due_at - NOW).days for each in own] == days
        assert all(each.closes_at - each.due_at == DAY for each in own)


def test_everything_that_is_planned_has_its_timers() -> None:
    plan = planned().only(FollowupPlanned)
    timers = {(timer.kind, timer.key): timer.due_at for timer in deadlines(plan)}

    groups = [each for each in plan.interventions if each.kind in PROPOSED]
    every = (*groups, *plan.interventions, *plan.check_ins)
    assert len(timers) == 2 * len(every)
    for session in groups:
        assert timers["propose", session.item] == session.opens_at
        assert session.target_at < timers["window-closing", session.item] < session.closes_at
    for session in plan.interventions:
        assert timers["session-target", session.item] == session.target_at
        assert timers["session-closes", session.item] == session.closes_at
    for contact in plan.check_ins:
        assert timers["check-in-due", contact.item] == contact.due_at
        assert timers["check-in-closes", contact.item] == contact.closes_at


def test_a_plan_is_made_once() -> None:
    planned().and_when(planning()).then_nothing()


def test_nothing_follows_an_exercise() -> None:
    given(FOLLOWUP).when(planning(drill=True)).then_nothing()


def test_an_incomplete_team_changes_nothing_of_the_plan() -> None:
    whole, partial = planned(), planned(complete=False, peers=0)

    assert not partial.only(FollowupPlanned).team_complete
    assert partial.only(FollowupPlanned).interventions == whole.only(FollowupPlanned).interventions
    assert partial.only(FollowupPlanned).check_ins == whole.only(FollowupPlanned).check_ins


def test_only_peers_take_check_ins() -> None:
    members = tuple(
        Candidate(member_id=role.value[:1], role=role)
        for role in (Role.MHP, Role.PEER, Role.CHAPLAIN)
    )
    command = planning().model_copy(update={"members": members})

    assert given(FOLLOWUP).when(command).only(FollowupPlanned).peers == ("p",)


def test_groups_wait_while_operations_go_on_and_one_on_ones_do_not() -> None:
    plan = planned(operations_ongoing=True).only(FollowupPlanned)

    assert {each.kind for each in plan.interventions} == {"one_on_one"}
    assert {each.item for each in plan.deferred} == {
        "defusing-responders",
        "defusing-dispatchers",
        "debriefing-responders",
        "debriefing-dispatchers",
    }


def test_the_end_of_operations_opens_the_windows_that_waited() -> None:
    case = planned(operations_ongoing=True).and_when(operations_end(ENDED))

    case.then_kinds(GroupWindowsOpened)
    opened = {each.item: each for each in case.only(GroupWindowsOpened).interventions}
    assert opened["defusing-responders"].target_at == ENDED + 8 * HOUR
    assert opened["debriefing-dispatchers"].closes_at == ENDED + 10 * DAY
    assert len(deadlines(case.only(GroupWindowsOpened))) == 16
    case.and_when(operations_end(ENDED)).then_nothing()


def test_an_end_that_comes_before_the_plan_is_known_to_it() -> None:
    noted = given(FOLLOWUP).when(operations_end(ENDED)).then(OperationsEndNoted(ended_at=ENDED))
    noted.and_when(operations_end(ENDED + HOUR)).then_nothing()

    plan = noted.and_when(planning(operations_ongoing=True)).only(FollowupPlanned)

    assert plan.deferred == ()
    by_item = {each.item: each for each in plan.interventions}
    assert by_item["defusing-responders"].target_at == ENDED + 8 * HOUR
    assert by_item["one-on-one-responders"].target_at == NOW + DAY


def test_both_orders_lead_to_the_same_windows() -> None:
    before = given(FOLLOWUP).when(operations_end(ENDED)).and_when(planning(operations_ongoing=True))
    after = planned(operations_ongoing=True).and_when(operations_end(ENDED))

    first = {each.item: each for each in before.only(FollowupPlanned).interventions}
    second = {each.item: each for each in after.only(GroupWindowsOpened).interventions}

    assert {item: first[item] for item in second} == second


def test_an_end_that_the_brief_knows_anchors_the_groups() -> None:
    plan = planned(operations_ended_at=ENDED).only(FollowupPlanned)

    by_item = {each.item: each for each in plan.interventions}
    assert by_item["defusing-responders"].closes_at == ENDED + 12 * HOUR


@pytest.mark.parametrize("ongoing", [True, False])
def test_a_later_end_of_operations_moves_what_nobody_has_held(ongoing: bool) -> None:
    case = planned(operations_ongoing=ongoing)
    if ongoing:
        case = case.and_when(operations_end(ENDED))
    later = ENDED + 5 * HOUR
    held = "defusing-dispatchers"
    case = case.and_when(done(held, ENDED + HOUR)).and_when(operations_end(later))

    moved = {each.item: each for each in case.only(WindowsMoved).interventions}
    assert held not in moved
    assert "one-on-one-responders" not in moved
    assert moved["defusing-responders"].target_at == later + 8 * HOUR
    timers = {(t.kind, t.key): t.due_at for t in deadlines(case.only(WindowsMoved))}
    assert timers["session-closes", "defusing-responders"] == later + 12 * HOUR
    case.and_when(operations_end(later)).then_nothing()


def test_the_timer_of_a_window_that_moved_is_overtaken_and_not_early() -> None:
    """As early it would be tried again and again until the new target."""
    item, target = "defusing-responders", NOW + 8 * HOUR
    moved = planned().and_when(operations_end(NOW + 3 * HOUR))

    old = pass_target(item, target).model_copy(update={"due_at": target})
    moved.and_when(old).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
    fresh = target + 3 * HOUR
    new = pass_target(item, fresh).model_copy(update={"due_at": fresh})
    moved.and_when(new).then_kinds(InterventionOverdue)


def test_who_joined_the_team_later_is_noted() -> None:
    later = planning(peers=3)

    noted = planned(peers=0, complete=False).and_when(later)

    noted.then(TeamNoted(members=later.members))
    assert noted.after.state.peers == ("p-1", "p-2", "p-3")  # type: ignore[union-attr]
    noted.and_when(later).then_nothing()


def test_a_session_that_still_waits_cannot_have_been_held() -> None:
    case = planned(operations_ongoing=True)

    case.and_when(done("defusing-responders")).then_refused(RefusalCode.NOT_OPEN_YET)


@pytest.mark.parametrize("ask", [pass_target, close, fall_due, miss, done])
def test_without_a_plan_nothing_falls_due(ask: object) -> None:
    command = ask("defusing-responders", NOW)  # type: ignore[operator]

    given(FOLLOWUP).when(command).then_refused(RefusalCode.UNKNOWN_CASE)
    planned().and_when(ask("picnic-responders", NOW)).then_refused(  # type: ignore[operator]
        RefusalCode.UNKNOWN_ITEM
    )
    assert command.command_id == COMMAND
