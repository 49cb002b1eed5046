"""An incident turns out graver while work goes on: what its first policy promised is not forgotten."""

from __future__ import annotations

from schemas.followup import CrewsSet, FollowupWidened, GroupWindowsOpened, OperationsEndNoted
from schemas.policy import Crew
from services.followup.commands import SetCrews
from services.followup.state import Planned
from tests.unit.followup.cases import (
    COMMAND,
    DAY,
    HOUR,
    NOW,
    Case,
    operations_end,
    planned,
    planning,
)

DEMOBILIZATION = "demobilization-responders"
"""The plan of a mass casualty has it, and that of a line-of-duty death has not."""


def of_another_policy() -> Case:
    """The same tier cannot widen a plan, so the first is told to be less grave than it is."""
    first = planned("mass_casualty", operations_ongoing=True, tier=2)
    return first.and_when(planning("line_of_duty_death", operations_ongoing=True))


def test_what_waited_by_the_first_policy_opens_with_the_rest() -> None:
    case = of_another_policy()
    opened = case.and_when(operations_end(NOW + 2 * DAY)).only(GroupWindowsOpened)
    windows = {each.item: each for each in opened.interventions}

    assert windows[DEMOBILIZATION].opens_at == NOW + 2 * DAY
    assert windows[DEMOBILIZATION].target_at == NOW + 2 * DAY + HOUR
    assert "defusing-responders" in windows, "of the graver policy"
    state = case.after.state
    assert isinstance(state, Planned)
    assert {each.item for each in state.deferred} == windows.keys(), "nothing is left to wait"


def test_what_waited_by_the_first_policy_is_not_lost_when_crews_are_told() -> None:
    crews = (Crew(agency="metro", discipline="fire", count=9),)
    said = SetCrews(command_id=COMMAND, now=NOW + HOUR, actor="key:test", crews=crews)
    told = of_another_policy().and_when(said).only(CrewsSet)

    assert DEMOBILIZATION in {each.item for each in told.deferred}


def test_a_graver_incident_of_the_same_kinds_opens_each_once() -> None:
    first = planned("violent_death", operations_ongoing=True)
    graver = first.and_when(planning("line_of_duty_death", operations_ongoing=True))
    opened = graver.and_when(operations_end(NOW + DAY)).only(GroupWindowsOpened)
    items = [each.item for each in opened.interventions]
    assert len(items) == len(set(items))


def test_an_end_that_concerns_no_session_yet_is_remembered_for_the_graver_plan() -> None:
    """The graver wish was told while work went on, and its team took an hour to form."""
    talks_only = planned("adverse_clinical_event", operations_ongoing=True)
    end = operations_end(NOW + HOUR)
    noted = talks_only.and_when(end)
    assert noted.only(OperationsEndNoted).ended_at == NOW + HOUR
    noted.and_when(end).then_nothing()

    graver = noted.and_when(planning("line_of_duty_death", operations_ongoing=True))
    widened = graver.only(FollowupWidened)
    assert widened.deferred == (), "nothing waits for what is over"
    windows = {each.item: each for each in widened.interventions}
    assert windows["defusing-responders"].opens_at == NOW + HOUR
