"""Groups are homogeneous, none is too large, and enough people hold them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as any_given
from hypothesis import strategies as st

from schemas.followup import CrewsSet, FollowupPlanned
from schemas.policy import Crew, Group, InterventionKind
from schemas.refusals import RefusalCode
from services.followup.commands import SetCrews
from services.followup.deadlines import deadlines
from services.followup.decider import FOLLOWUP
from tests.support.given import given
from tests.unit.followup.cases import (
    COMMAND,
    HOUR,
    NOW,
    done,
    operations_end,
    planned,
    planning,
)

TALKS = {InterventionKind.DEFUSING, InterventionKind.DEBRIEFING}
FIVE_AGENCIES = tuple(
    Crew(agency=agency, discipline=discipline, count=count)
    for agency, discipline, count in (
        ("metro", "fire", 24),
        ("metro", "ems", 8),
        ("county", "law", 15),
        ("valley", "fire", 6),
        ("state", "law", 3),
    )
)


def set_crews(*crews: Crew) -> SetCrews:
    return SetCrews(command_id=COMMAND, now=NOW + HOUR, actor="key:test", crews=crews)


def talks(**fields: Any) -> dict[str, Any]:
    plan = planned(**fields).only(FollowupPlanned)
    return {each.item: each for each in plan.interventions if each.kind in TALKS}


def test_without_word_of_the_crews_there_is_one_group_an_exposure() -> None:
    assert set(talks()) == {
        f"{kind}-{group}"
        for kind in ("defusing", "debriefing")
        for group in ("responders", "dispatchers")
    }


def test_agencies_and_disciplines_are_never_mixed() -> None:
    found = talks(crews=FIVE_AGENCIES)

    named = {item for item in found if item.startswith("defusing-responders")}
    assert named == {
        "defusing-responders-metro-fire-1",
        "defusing-responders-metro-fire-2",
        "defusing-responders-metro-ems",
        "defusing-responders-county-law",
        "defusing-responders-valley-fire",
        "defusing-responders-state-law",
    }
    assert "defusing-dispatchers" in found, "dispatchers are always a group of their own"


def test_a_large_group_is_split_evenly_and_held_by_one_for_seven() -> None:
    found = talks(crews=(Crew(discipline="fire", count=45),))

    sizes = [found[f"defusing-responders-{number}"].about for number in (1, 2, 3)]
    assert sizes == [15, 15, 15]
    assert found["defusing-responders-1"].facilitators == 3


@pytest.mark.parametrize(("people", "holders"), [(None, 2), (1, 2), (14, 2), (15, 3), (20, 3)])
def test_nobody_holds_a_group_alone(people: int | None, holders: int) -> None:
    crews = (Crew(discipline="fire", count=people),)

    assert talks(crews=crews)["defusing-responders"].facilitators == holders


def test_the_head_count_of_a_feed_splits_the_only_group() -> None:
    assert talks(exposed=9)["defusing-responders"].about == 9


def test_command_staff_and_hospitals_are_groups_of_their_own_once_they_were_there() -> None:
    crews = (Crew(discipline="fire"), Crew(exposure=Group.COMMAND), Crew(exposure=Group.HOSPITAL))

    found = talks(crews=crews)

    assert {"defusing-command", "defusing-hospital", "debriefing-command"} <= set(found)


def test_information_for_many_is_not_split() -> None:
    plan = planned("mass_casualty", crews=FIVE_AGENCIES).only(FollowupPlanned)

    briefings = [each for each in plan.interventions if each.kind is InterventionKind.BRIEFING]
    assert [each.group for each in briefings] == [Group.RESPONDERS, Group.DISPATCHERS]
    assert briefings[0].about == 56


def test_names_stay_apart_however_long_they_are() -> None:
    long = "metropolitan-fire-and-rescue-department"
    crews = (Crew(agency=f"{long}-north"), Crew(agency=f"{long}-south"), Crew())

    found = [item for item in talks(crews=crews) if item.startswith("debriefing-responders")]

    assert len(found) == len(set(found)) == 3
    assert all(len(item) <= 63 for item in found)


def test_who_was_there_can_be_said_later() -> None:
    held = planned().and_when(done("defusing-responders"))

    regrouped = held.and_when(set_crews(*FIVE_AGENCIES))

    told = regrouped.only(CrewsSet)
    assert told.by == "key:test"
    assert told.dropped == ("debriefing-responders",), "what was held stays"
    assert {each.item for each in told.interventions} >= {"debriefing-responders-state-law"}
    timers = {timer.key for timer in deadlines(told)}
    assert timers == {each.item for each in told.interventions}
    regrouped.and_when(set_crews(*FIVE_AGENCIES)).then_nothing()
    regrouped.and_when(done("debriefing-responders")).then_refused(RefusalCode.UNKNOWN_ITEM)


def test_groups_that_wait_for_operations_are_named_anew_too() -> None:
    waiting = planned(operations_ongoing=True).and_when(set_crews(*FIVE_AGENCIES))

    opened = waiting.and_when(operations_end(NOW + 30 * HOUR)).events[0]

    items = {each.item for each in opened.interventions}  # type: ignore[attr-defined]
    assert "defusing-responders-metro-fire-2" in items
    assert "defusing-responders" not in items


def test_reports_add_to_who_was_there_before_and_after_the_plan() -> None:
    fire, law = Crew(agency="metro", discipline="fire", count=9), Crew(discipline="law", count=3)
    adding = {"adds": True, "actor": "rule:reports"}
    early = given(FOLLOWUP).when(set_crews(fire).model_copy(update=adding))
    early.then_kinds(CrewsSet)

    plan = early.and_when(planning()).only(FollowupPlanned)
    assert plan.brief.crews == (fire,)
    fewer = set_crews(law, fire.model_copy(update={"count": 2})).model_copy(update=adding)
    later = early.and_when(planning()).and_when(fewer)

    assert later.only(CrewsSet).crews == (fire, law)
    later.and_when(fewer).then_nothing()


@any_given(
    st.lists(
        st.builds(
            Crew,
            exposure=st.sampled_from(Group),
            agency=st.sampled_from([None, "metro", "county"]),
            discipline=st.sampled_from([None, "fire", "law"]),
            count=st.none() | st.integers(1, 400),
        ),
        max_size=6,
    )
)
def test_whoever_was_there_every_group_is_homogeneous_and_small_enough(crews: list[Crew]) -> None:
    plan = planned(crews=tuple(crews)).only(FollowupPlanned)
    items = [each.item for each in plan.interventions]

    assert len(items) == len(set(items))
    for each in plan.interventions:
        if each.kind in TALKS:
            assert (each.about or 0) <= plan.brief.policy.group_limit
            assert each.facilitators >= max(2, -(-(each.about or 0) // 7))
    told = sum(c.count or 0 for c in crews if c.exposure is Group.RESPONDERS)
    planned_for = sum(
        each.about or 0
        for each in plan.interventions
        if each.kind is InterventionKind.DEFUSING and each.group is Group.RESPONDERS
    )
    assert planned_for == told, "nobody is left out of the groups"
