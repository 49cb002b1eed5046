"""The board of activations: what is most urgent, what each place stands at, and what happens next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.candidates import Candidate, Exclusion
from schemas.dispatch import (
    AlarmReason,
    CoordinatorAlarmed,
    MemberExcluded,
    OfferAccepted,
    OfferExpired,
    OfferExtended,
    TeamStoodDown,
)
from schemas.policy import Place, Role, Urgency
from schemas.steps import (
    AlarmAnswered,
    AskingResumed,
    CandidateAdded,
    StepReason,
    TeamResized,
)
from schemas.subjects import Stream
from services.audit.steps import RowState
from services.audit.views.activations import Activation, Phase
from tests.unit.audit import night
from tests.unit.audit.desk import Desk
from tests.unit.audit.night import AT, Night
from tests.unit.audit.story import AGENCY, START, Story, hours, minutes

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


async def board(desk: Desk, at: datetime = AT) -> tuple[Activation, ...]:
    desk.clock.at = at
    async with desk.reading() as reader:
        return (await reader.activations(AGENCY)).activations


async def one(desk: Desk, after: timedelta) -> Activation:
    (found,) = await board(desk, START + after)
    return found


async def a_search(desk: Desk, **more: object) -> Night:
    """Two peers and a professional wanted, three and two asked after a minute."""
    search = Night(Story(desk.journal))
    await search.begun(**more)  # type: ignore[arg-type]
    await search.ask("p-01", "p-02", "p-03", after=minutes(1))
    await search.ask("h-01", "h-02", after=minutes(1), role=Role.MHP)
    return search


async def test_the_most_urgent_activation_comes_first(desk: Desk) -> None:
    await night.whole(desk.journal)
    assert [(each.trigger, each.phase) for each in await board(desk)] == [
        ("Line-of-duty death", Phase.STUCK),
        ("Known victim", Phase.PAUSED),
        ("Child death", Phase.ASKING),
        ("Mass casualty", Phase.ASKING),
        ("Officer-involved shooting", Phase.COMPLETE),
    ]


async def test_places_are_taken_asked_for_or_free(desk: Desk) -> None:
    await night.asking(desk.journal)
    ((peers, mhps),) = (each.places for each in await board(desk))
    assert (peers.wanted, peers.taken, peers.asked, peers.free) == (3, 1, 2, 0)
    assert peers.words == "one of 3 taken, two asked"
    assert (mhps.taken, mhps.asked, mhps.free) == (1, 0, 0)
    await night.stuck(desk.journal)
    stuck = (await board(desk))[0]
    assert [(each.taken, each.free) for each in stuck.places] == [(1, 1), (0, 1)]


async def test_each_member_is_shown_with_their_message_and_their_clock(desk: Desk) -> None:
    await night.asking(desk.journal)
    (found,) = await board(desk)
    shown = {each.member_id: each for each in found.asked}
    assert {each.member_id for each in found.asked[:2]} == {"p-02", "h-01"}, "who comes is first"
    assert (shown["p-02"].clock, shown["p-02"].arrival) == ("said yes", "21 min out")
    assert (shown["p-07"].clock, shown["p-07"].seconds_left) == ("9 min left", 9 * 60)
    assert (shown["p-06"].clock, shown["p-06"].tone) == ("not reached", RowState.MISSED)
    told = [f"{each.channel} {each.words}" for each in shown["p-08"].channels]
    assert told == ["Email failed", "SMS sent"]
    assert shown["p-03"].clock == "said no"
    assert shown["p-05"].clock == "no answer in time"
    assert shown["h-02"].clock == "not needed, thanked"


async def test_who_is_expected_and_late_is_said_so(desk: Desk) -> None:
    await night.asking(desk.journal)
    (found,) = await board(desk, AT + minutes(30))
    assert next(e for e in found.asked if e.member_id == "p-02").arrival == "expected 9 min ago"


async def test_the_next_wave_is_foretold(desk: Desk) -> None:
    await a_search(desk)
    found = await one(desk, minutes(10))
    assert found.next
    assert found.next.distance == "in 6 min"
    assert found.next.what == (
        "the next three peers are asked; "
        "no other mental health professional is left to ask: the coordinator is called"
    )
    assert [each.what for each in found.then] == [
        "the coordinator is called if the team is not complete"
    ]


async def test_roles_that_run_out_together_are_said_together(desk: Desk) -> None:
    await a_search(desk, peers=("p-01", "p-02", "p-03"))
    found = await one(desk, minutes(10))
    assert found.next
    assert found.next.what == (
        "no other peer or mental health professional is left to ask: the coordinator is called"
    )


async def test_as_many_are_foretold_as_the_open_places_need(desk: Desk) -> None:
    search = await a_search(desk)
    await search.answer(OfferAccepted, "h-01", minutes(2), Role.MHP)
    await search.answer(OfferAccepted, "p-01", minutes(2))
    found = await one(desk, minutes(10))
    assert found.next
    assert found.next.what.startswith("the next two peers are asked"), "one place and one surplus"


async def test_a_neighbour_s_members_are_told_apart(desk: Desk) -> None:
    await a_search(desk, peers=("p-01", "p-02", "p-03", "metro--p-01", "metro--p-02"))
    found = await one(desk, minutes(10))
    assert found.next
    assert "the next two peers of a neighbour agency are asked" in found.next.what


async def test_when_another_channel_is_tried_stands_beside_the_member(desk: Desk) -> None:
    search = Night(Story(desk.journal))
    await search.begun(peers=("p-01",), mhps=(), wanted=1)
    await search.ask("p-01", after=minutes(1), sent=False)
    await search.send("p-01", minutes(1), next_at=START + minutes(5))
    found = await one(desk, minutes(3))
    assert found.asked[0].another == "another channel in 2 min"
    assert found.next
    assert found.next.what == ("no other peer is left to ask: the coordinator is called"), (
        "a second message to the same member is not the next thing"
    )
    assert (await one(desk, minutes(6))).asked[0].another == ""


async def test_who_was_not_reached_is_not_waited_for(desk: Desk) -> None:
    search = Night(Story(desk.journal))
    await search.begun(peers=("p-01", "p-02"), wanted=1)
    await search.ask("p-01", after=minutes(1), sent=False)
    await search.send("p-01", minutes(1), fails=True)
    found = await one(desk, minutes(3))
    assert (found.places[0].asked, found.places[0].free) == (0, 1)
    assert found.next
    assert found.next.what == "the coordinator is called if the team is not complete"


async def test_an_alarm_says_who_was_called_and_when_the_program_lead_is(desk: Desk) -> None:
    search = await a_search(desk, leads=())
    await search.tell(minutes(16), search.alarm(minutes(16)))
    found = await one(desk, minutes(20))
    (call,) = found.alarms
    assert (found.phase, call.words) == (Phase.ALARM, "Nobody is left to ask")
    assert call.whom == "c-01 called 4 min ago"
    assert call.then == "the program lead is called in 26 min"
    assert "the program lead is called if nobody answers the alarm" in [
        step.what for step in (found.next, *found.then) if step
    ]


async def test_an_answered_alarm_is_no_longer_shown(desk: Desk) -> None:
    search = await a_search(desk)
    alarm = search.alarm(minutes(16))
    await search.tell(minutes(16), alarm)
    await search.tell(minutes(18), AlarmAnswered(alarm_id=alarm.alarm_id, by="member:c-01"))
    found = await one(desk, minutes(20))
    assert (found.phase, found.alarms) == (Phase.ASKING, ())


async def test_a_team_that_is_complete_needs_no_answer_to_its_alarm(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    await story.activated()
    await story.tell(Stream.DISPATCH, minutes(16), Night(story).alarm(minutes(16)))
    await story.formed()
    (found,) = await board(desk, START + minutes(40))
    assert (found.phase, found.alarms) == (Phase.COMPLETE, ())


async def test_an_alarm_of_the_follow_up_brings_a_case_back_on_the_board(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    assert await board(desk, START + hours(9)) == ()
    late = CoordinatorAlarmed(
        alarm_id=story.offer_id("alarm"),
        reason=AlarmReason.INTERVENTION_OVERDUE,
        item="defusing-responders",
        member_ids=(),
        answer_by=START + hours(9),
    )
    await Night(story).tell(hours(8), late)
    (found,) = await board(desk, START + hours(8.1))
    assert found.phase is Phase.FOLLOWUP_ALARM
    assert found.alarms[0].words == "Intervention overdue: Defusing for responders"
    assert (found.alarms[0].whom, found.alarms[0].tone) == (
        "No coordinator to call",
        RowState.MISSED,
    )


async def test_who_took_a_case_over_and_that_asking_is_paused(desk: Desk) -> None:
    story = await night.paused(desk.journal)
    (found,) = await board(desk)
    assert (found.owner, found.owned, found.paused) == (
        "c-01",
        "taken over 9 min ago (sensitive)",
        True,
    )
    assert found.next
    assert found.next.what == (
        "the offers to 3 peers run out; the offer to mental health professional h-02 runs out"
    )
    resumed = AskingResumed(by="member:c-01", reason=StepReason.SETTLED)
    await Night(story).tell(minutes(40), resumed)
    (found,) = await board(desk)
    assert not found.paused
    assert found.next
    assert found.next.what.startswith("the next three peers are asked")


async def test_a_resized_team_has_its_new_places(desk: Desk) -> None:
    search = await a_search(desk)
    larger = TeamResized(
        places=(Place(role=Role.PEER, count=4), Place(role=Role.CHAPLAIN, count=1)),
        by="key:desk",
        reason=StepReason.MORE_EXPOSED,
        form_by=START + hours(3),
    )
    await search.tell(minutes(5), larger)
    found = await one(desk, minutes(6))
    assert [(each.label, each.wanted) for each in found.places] == [("Peers", 4), ("Chaplains", 1)]
    assert found.target == "2 h 54 min left"


async def test_who_was_added_by_hand_is_not_out_any_more(desk: Desk) -> None:
    search = await a_search(desk, peers=("p-01", "p-02", "p-03", "p-04"))
    out = MemberExcluded(member_id="p-04", reasons=(Exclusion.INVOLVED,))
    await search.tell(minutes(2), out)
    assert "no other peer or" in str((await one(desk, minutes(3))).next)
    added = CandidateAdded(
        candidate=Candidate(member_id="p-04", role=Role.PEER),
        by="key:desk",
        reason=StepReason.BETTER_FIT,
    )
    await search.tell(minutes(4), added)
    assert "the next peer is asked" in str((await one(desk, minutes(5))).next)


async def test_who_is_asked_again_is_shown_once(desk: Desk) -> None:
    search = await a_search(desk)
    await search.answer(OfferExpired, "p-01", minutes(16))
    again = OfferExtended(
        offer_id=search.story.offer_id("p-01 again"),
        member_id="p-01",
        role=Role.PEER,
        urgency=Urgency.NOW,
        expires_at=START + minutes(40),
    )
    await search.tell(minutes(25), again)
    shown = [each for each in (await one(desk, minutes(30))).asked if each.member_id == "p-01"]
    assert [(each.status, each.clock) for each in shown] == [("open", "10 min left")]


async def test_a_new_team_after_a_stand_down_starts_with_a_clean_board(desk: Desk) -> None:
    search = await a_search(desk)
    await search.answer(OfferExpired, "p-01", minutes(16))
    await search.tell(minutes(16), search.alarm(minutes(16)))
    down = TeamStoodDown(reason="not_needed", decided_at=START + minutes(17))
    await search.tell(minutes(17), down)
    assert await board(desk, START + minutes(18)) == ()
    await search.begun()
    (found,) = await board(desk, START + minutes(18))
    assert (found.asked, found.alarms) == ((), ())


async def test_a_complete_team_leaves_the_board_after_some_hours(desk: Desk) -> None:
    await night.complete(desk.journal)
    (found,) = await board(desk, START + hours(3))
    assert found.target == "complete after 9 min"
    assert [each.status for each in found.asked] == ["accepted", "accepted", "accepted", "standby"]
    assert await board(desk, START + hours(5)) == ()


async def test_a_drill_is_marked(desk: Desk) -> None:
    await night.drill(desk.journal)
    (found,) = await board(desk)
    assert found.drill


async def test_a_search_that_is_over_time_says_by_how_much(desk: Desk) -> None:
    await a_search(desk)
    found = await one(desk, minutes(125))
    assert (found.phase, found.target, found.used) == (Phase.STUCK, "5 min over time", 1.0)
    assert await board(desk, START + hours(27)) == ()
