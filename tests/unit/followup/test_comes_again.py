"""A case that was called off and comes again has a plan of its own: its timers are not the first's."""

from __future__ import annotations

from datetime import timedelta

from schemas.followup import CheckInFellDue
from schemas.subjects import derived_id
from services.followup.commands import CancelFollowup, PlanFollowup
from services.followup.session_desk import of_this_plan
from tests.unit.followup.cases import COMMAND, DAY, HOUR, NOW, Case, fall_due, planned, planning

CALLED_OFF = NOW + 4 * DAY


def again() -> Case:
    """The same plan for a second wish, after the first was taken back."""
    off = CancelFollowup(command_id=COMMAND, now=CALLED_OFF, actor="intake", decided_at=CALLED_OFF)
    first = planning()
    brief = first.brief.model_copy(update={"reported_at": CALLED_OFF + HOUR})
    wish: PlanFollowup = first.model_copy(update={"brief": brief, "now": CALLED_OFF + HOUR})
    return planned().and_when(off).and_when(wish)


def test_plans_are_counted_whatever_becomes_of_them() -> None:
    assert planned().after.state.plans == 1
    assert again().after.state.plans == 2


def test_a_timer_of_the_second_plan_is_not_the_first_ones() -> None:
    timer = fall_due("check-in-1-responders", CALLED_OFF + HOUR)
    first = of_this_plan(timer, planned().after.state)
    second = of_this_plan(timer, again().after.state)

    assert first.command_id == timer.command_id, "what was recorded before plans were counted"
    assert second.command_id == derived_id(timer.command_id, "plan", 2)
    assert of_this_plan(timer, again().after.state) == second, "delivered twice it is one"
    assert again().and_when(second).only(CheckInFellDue).due_at == NOW + timedelta(days=3)
