"""What a feed cannot see or tell for sure, a person decides: in one tap, with a clock behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import TeamFormed, TeamStoodDown
from schemas.followup import CheckInFellDue, FollowupCancelled, FollowupPlanned, FollowupWidened
from schemas.intake import ReviewOverdue
from tests.scenarios.calls import LINE_OF_DUTY_DEATH, PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town

PRESS = {
    "incident_number": "26-000400",
    "incident_type": "Structure fire",
    "flags": ["media_interest"],
    "units": ["E12"],
}


async def test_the_coordinator_taps_and_the_team_comes(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=1)
    taken = await town.report(**PRESS)
    assert not taken["activated"]

    town.phones.expect_text("c-1", "your decision is needed")
    town.phones.assert_silent()
    page = (await town.http.get(town.phones.review("c-1"))).text
    assert "Shall the team come?" in page
    assert "media interest" in page

    assert "The team is being called" in await town.decide("c-1", "raise")
    assert town.phones.asked() == ["p-1", "p-2"] or len(town.phones.asked()) == 2
    assert "This is decided" in await town.decide("c-1", "decline")
    assert len(town.phones.asked()) == 2, "the second tap changes nothing"


async def test_nobody_answers_the_question(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)
    case_id = (await town.report(**PRESS))["case_id"]
    town.phones.look()

    await town.advance(minutes=29)
    town.phones.assert_silent()
    await town.advance(minutes=2)
    town.phones.expect_text("m-1", "no coordinator has answered")
    town.phones.expect_text("m-2", "no coordinator has answered")
    town.phones.assert_silent()

    await town.advance(minutes=90)
    assert town.events(case_id, ReviewOverdue)
    for phone in ("c-1", "m-1", "m-2"):
        town.phones.expect_text(phone, "time has run out")
    town.phones.assert_silent()

    await town.decide("m-2", "raise")
    assert town.phones.asked()
    assert "This is decided" in (await town.http.get(town.phones.review("c-1"))).text


async def test_it_is_not_needed(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=1)
    await town.report(**PRESS)
    town.phones.look()

    assert "No team is called" in await town.decide("c-1", "decline")

    await town.advance(days=2)
    await town.report(**PRESS | {"units": ["E12", "L3"]})
    town.phones.assert_silent()


async def test_a_friend_of_the_crew_dies_off_the_scene(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)

    raised = await town.post("/v1/raises", trigger_class="coworker_suicide", units=["E12"])

    assert raised["activated"]
    assert town.phones.asked() == ["m-1", "m-2", "p-1", "p-2", "p-3"]
    again = await town.post(
        f"/v1/cases/{raised['case_id']}:raise", trigger_class="coworker_suicide"
    )
    assert again == raised


async def test_the_call_turns_out_to_be_nothing(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)
    case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
    asked = town.phones.asked()
    for member in ("p-1", "p-2", "p-3", "m-1"):
        if member in asked and not town.events(case_id, TeamFormed):
            await town.accept(member)
    town.phones.look()

    await town.report(**PEDIATRIC_DEATH | {"status": "false_alarm"})
    town.phones.expect_text("c-1", "your decision is needed")
    town.phones.assert_silent()
    page = (await town.http.get(town.phones.review("c-1"))).text
    assert "Shall the team stand down?" in page

    assert "The team stands down" in await town.decide("c-1", "decline")
    assert town.events(case_id, TeamStoodDown)
    assert town.events(case_id, FollowupCancelled)
    accepted = [member for member in asked if town.phones.unread(member)]
    assert accepted, "who said yes is told"
    for member in accepted:
        town.phones.expect_text(member, "please stand down")
    shown = (await town.http.get(town.phones.link(accepted[0]))).text
    assert "not needed for this one after all" in shown

    await town.advance(days=30)
    town.phones.assert_silent()
    assert not town.events(case_id, CheckInFellDue), "nothing falls due any more"


async def test_it_was_something_after_all(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)
    case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
    first = town.phones.asked()
    await town.post(f"/v1/cases/{case_id}:lower", reason="false_alarm")
    town.phones.look()
    await town.advance(minutes=5)

    await town.post(f"/v1/cases/{case_id}:raise", trigger_class="child_death")

    for member in first:
        town.phones.expect_text(member, "is needed now")
    assert "on the team" in await town.accept(first[0])


async def test_a_firefighter_dies_days_after_the_fire(town: Town) -> None:
    """The team of a lesser case grows; what was planned stays, and more is planned besides."""
    await town.enroll_team(peers=5, mhps=2)
    raised = await town.post("/v1/raises", trigger_class="media_interest", units=["E12"])
    for member in town.phones.asked():
        await town.accept(member)
    case_id = raised["case_id"]
    (plan,) = town.events(case_id, FollowupPlanned)
    before = town.phones.asked()

    await town.advance(days=1)
    await town.post(f"/v1/cases/{case_id}:raise", trigger_class="line_of_duty_death")

    assert set(town.phones.asked()) > set(before)
    for member in set(town.phones.asked()) - set(before):
        await town.accept(member)
    (wider,) = town.events(case_id, FollowupWidened)
    assert isinstance(plan, FollowupPlanned)
    assert isinstance(wider, FollowupWidened)
    planned = {each.item for each in (*plan.interventions, *plan.check_ins)}
    more = {each.item for each in (*wider.interventions, *wider.check_ins)}
    assert more
    assert not planned & more, "nothing is planned twice"
    assert {"debriefing-responders", "check-in-6-responders"} <= more


async def test_one_crash_told_by_two_centers_is_one_case(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)
    place = {"latitude": 47.6, "longitude": -122.33}
    fire = await town.report(
        source="fire", incident_number="F1", incident_type="MVA", place=place, units=["E12"]
    )
    await town.advance(minutes=2)

    police = await town.report(
        source="police",
        incident_number="P1",
        incident_type="Traffic collision",
        place={"latitude": 47.6003, "longitude": -122.3301},
        patients=[{"age_years": 4, "outcome": "died"}],
        units=["P9"],
    )

    assert police["case_id"] == fire["case_id"]
    assert police["matched"] == ["within_20_minutes", "same_place", "same_kind"]
    assert police["activated"]
    asked = town.phones.asked()
    again = await town.report(
        source="fire",
        incident_number="F1",
        incident_type="MVA",
        place=place,
        units=["E12", "M4"],
        patients=[{"age_years": 4, "outcome": "died"}],
    )
    assert again["case_id"] == fire["case_id"]
    assert town.phones.asked() == asked, "nobody is paged twice for one crash"


async def test_two_cases_are_merged_and_split_by_hand(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)
    fire = await town.report(**LINE_OF_DUTY_DEATH)
    police = await town.report(source="police", incident_number="P1", incident_type="Assist fire")

    merged = await town.post(f"/v1/cases/{fire['case_id']}:merge", other=police["case_id"])
    assert merged["case_id"] == fire["case_id"], "the graver goes on"
    told = await town.report(source="police", incident_number="P1", incident_type="Assist")
    assert told["case_id"] == fire["case_id"]

    apart = await town.post(f"/v1/cases/{police['case_id']}:split")
    assert apart["case_id"] == police["case_id"]
    told = await town.report(source="police", incident_number="P1", incident_type="Assist 2")
    assert told["case_id"] == police["case_id"]
