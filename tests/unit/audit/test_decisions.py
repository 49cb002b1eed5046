"""How a case stands after people decided: raised, asked, stood down, widened, merged, split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.followup import CheckInCompleted, FollowupPlanned, InterventionHeld
from schemas.intake import (
    CaseLowered,
    CaseMerged,
    CaseSplit,
    ChangeReason,
    MatchedBy,
    Outcome,
    RecommendationChanged,
    ReviewAnswer,
    ReviewEscalated,
    ReviewKind,
    ReviewOverdue,
)
from schemas.subjects import Stream
from services.audit.steps import RowState, Step
from services.audit.views.open_work import CaseSummary, Which
from services.audit.views.standing import CaseState
from tests.unit.audit import decided
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, Story, hours, minutes

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.envelope import Event, Recorded
    from services.audit.reader import CaseList, CasePage


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


async def board(desk: Desk, which: Which = Which.OPEN) -> CaseList:
    async with desk.reading() as reader:
        return await reader.cases(AGENCY, which, 100)


async def page(desk: Desk, story: Story) -> CasePage:
    async with desk.reading() as reader:
        return (await reader.case(AGENCY, story.case_id))[0]


async def summary(desk: Desk, story: Story) -> CaseSummary:
    return (await page(desk, story)).case


def lines(told: CasePage, step: Step) -> list[str]:
    return [" / ".join((row.detail, *row.lines)) for row in told.timeline if row.step is step]


async def test_a_case_that_no_feed_told_appears_once_it_is_raised(desk: Desk) -> None:
    story = Story(desk.journal, trigger="coworker_suicide")
    await decided.raised(story)
    told = await page(desk, story)
    assert told.case.state is CaseState.ASKING
    assert told.case.incident_type == "Raised by a person"
    assert told.case.reported_at == START
    assert told.case.trigger == "Coworker suicide"
    assert (told.case.source, told.case.number) == (None, None)
    assert [case.case_id for case in (await board(desk)).cases] == [story.case_id]
    assert lines(told, Step.RAISED) == [
        "Coworker suicide: a person wants the team / On the incident: E12"
    ]


async def test_the_feed_s_own_report_names_a_raised_case_and_keeps_when_it_began(
    desk: Desk,
) -> None:
    story = Story(desk.journal, number="F-7")
    await decided.raised(story)
    await decided.updated(story, minutes(30), incident_type="Shooting")
    found = await summary(desk, story)
    assert (found.incident_type, found.number) == ("Shooting", "F-7")
    assert found.reported_at == START


async def test_raising_a_reported_case_takes_none_of_its_words_away(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported(Outcome.ROUTINE, None, "Medical aid")
    await decided.raised(story)
    found = await summary(desk, story)
    assert (found.incident_type, found.source) == ("Medical aid", "city-cad")
    assert (found.state, found.outcome) == (CaseState.ASKING, "critical")


async def test_an_update_that_names_no_kind_leaves_the_known_one(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported(incident_type="Structure fire")
    await decided.updated(story, minutes(3), number="another feed's", source="police")
    found = await summary(desk, story)
    assert found.incident_type == "Structure fire"
    assert (found.source, found.number) == ("city-cad", story.number)


async def test_a_wanted_team_keeps_its_trigger_when_news_says_nothing_of_it(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    routine = story.told(Outcome.ROUTINE, None, "").screening.model_dump()
    await decided.updated(story, minutes(3), screening=routine)
    found = await summary(desk, story)
    assert (found.trigger, found.tier, found.state) == ("Child critical", 2, CaseState.ASKING)


async def test_a_question_waits_with_its_clock(desk: Desk) -> None:
    story = await decided.to_review(desk.journal, "asked")
    desk.clock.at = START + minutes(10)
    told = await page(desk, story)
    assert told.case.state is CaseState.SCREENED
    assert told.case.next
    assert told.case.next.what == "the mental health professionals are asked to decide too"
    assert told.review
    assert (told.review.question, told.review.distance) == (
        "Shall the team come?",
        "1 h 50 min left",
    )
    assert told.review.reasons == ("flags: media interest (media interest)",)
    assert (told.review.confidence, told.review.sureness) == (1.0, "quite sure")
    ahead = [row for row in told.timeline if row.step is Step.DECISION_DUE]
    assert [row.distance for row in ahead] == ["in 1 h 50 min"]


async def test_the_most_urgent_question_comes_first_and_an_overdue_one_is_red(desk: Desk) -> None:
    late = await decided.to_review(desk.journal, "late")
    soon = await decided.to_review(desk.journal, "soon", start=START + minutes(30))
    asked = decided.review_id(late)
    await late.tell(Stream.INTAKE, minutes(30), ReviewEscalated(review_id=asked))
    await late.tell(Stream.INTAKE, hours(2), ReviewOverdue(review_id=asked))
    desk.clock.at = START + minutes(125)
    async with desk.reading() as reader:
        waiting = (await reader.reviews(AGENCY)).reviews
        assert await reader.open_reviews(AGENCY) == 2
        assert (await reader.reviews("elsewhere")).reviews == ()
    assert [each.number for each in waiting] == [late.number, soon.number]
    assert [each.is_overdue for each in waiting] == [True, False]
    assert waiting[0].distance == "5 min overdue"
    told = await page(desk, late)
    assert told.case.marks == ("Decision overdue",)
    assert [row.state for row in told.timeline if row.step is Step.UNANSWERED] == [RowState.MISSED]


async def test_an_answered_question_waits_no_more_and_says_how_fast_it_was(desk: Desk) -> None:
    story = await decided.to_review(desk.journal, "asked")
    lower = RecommendationChanged(
        before=Outcome.REVIEW,
        after=Outcome.ROUTINE,
        trigger_class=None,
        reason=ChangeReason.LOWERED,
    )
    await decided.answered(story, ReviewAnswer.DECLINE, then=(lower,))
    told = await page(desk, story)
    assert (told.case.state, told.review) == (CaseState.ROUTINE, None)
    (row,) = (row for row in told.timeline if row.step is Step.DECIDED)
    assert (row.state, row.distance) == (RowState.ON_TIME, "1 h 40 min before target")
    assert lines(told, Step.RECOMMENDED) == [
        "For a person to review → routine: a person lowered it"
    ]
    assert (await board(desk)).cases == ()


async def test_a_declined_case_does_not_wait_again_when_it_is_told_again(desk: Desk) -> None:
    story = await decided.to_review(desk.journal, "asked")
    await decided.answered(story, ReviewAnswer.DECLINE)
    again = story.told(Outcome.REVIEW, None, "").screening.model_dump()
    await decided.updated(story, minutes(40), screening=again)
    found = await board(desk)
    assert (found.cases, found.counts.open, found.counts.set_aside) == ((), 0, 1)


async def test_a_stood_down_case_is_complete_and_not_stuck(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.reported()
    await story.activated()
    await story.formed()
    await story.planned()
    held = InterventionHeld(item="defusing-responders", held_at=START + minutes(50))
    await story.tell(Stream.FOLLOWUP, minutes(50), held)
    await decided.stood_down(story)
    desk.clock.at = START + hours(300)
    told = await page(desk, story)
    assert (told.case.state, told.case.state_label) == (CaseState.STOOD_DOWN, "Stood down")
    assert (told.case.next, told.case.marks) == (None, ())
    assert told.case.trigger == "Child critical"
    assert [row for row in told.timeline if row.at is None] == []
    listed = await board(desk)
    assert (listed.cases, listed.counts.open, listed.counts.complete) == ((), 0, 1)


async def test_what_was_planned_anew_counts_again(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    held = InterventionHeld(item="defusing-responders", held_at=START + minutes(50))
    await story.tell(Stream.FOLLOWUP, minutes(50), held)
    await decided.stood_down(story)
    await story.tell(Stream.INTAKE, hours(2), story.wanted())
    await story.planned()
    async with desk.reading() as reader:
        file = await reader.find(AGENCY, story.case_id)
    assert not any(item.settled for item in file.planned.values())
    listed = await board(desk)
    assert (len(listed.cases), listed.counts.open, listed.counts.complete) == (1, 1, 0)


async def test_what_only_the_plan_taken_back_held_keeps_no_case_open(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    await decided.stood_down(story)
    await story.tell(Stream.INTAKE, hours(2), story.wanted())
    (plan,) = (told.event for told in planned_by(story))
    smaller = plan.model_copy(update={"interventions": (), "check_ins": plan.check_ins[:1]})
    done = CheckInCompleted(item=plan.check_ins[0].item)
    await story.tell(Stream.FOLLOWUP, hours(3), smaller, done)
    assert (await summary(desk, story)).state is CaseState.COMPLETE
    listed = await board(desk)
    assert (listed.cases, listed.counts.complete) == ((), 1)


def planned_by(story: Story) -> list[Recorded[FollowupPlanned]]:
    told = story.journal.all(Stream.FOLLOWUP)
    return [each for each in told if isinstance(each.event, FollowupPlanned)]  # type: ignore[misc]


async def test_lowering_says_why_and_a_cancelled_plan_says_so(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    await story.tell(Stream.INTAKE, hours(1), CaseLowered(reason="false_alarm"))
    await decided.stood_down(story)
    told = await page(desk, story)
    assert lines(told, Step.LOWERED) == ["A person wants no team (false alarm)"]
    assert lines(told, Step.PLAN_CANCELLED) == [
        "The team is not wanted: what was planned and not yet done is not needed"
    ]


async def test_a_widened_team_is_formed_anew_by_a_later_time(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    await decided.widened(story)
    desk.clock.at = START + minutes(70)
    found = await summary(desk, story)
    assert (found.state, found.formed_at) == (CaseState.ASKING, None)
    assert found.form_by == START + hours(3)
    await story.tell(Stream.DISPATCH, minutes(90), *last_formed(story))
    assert (await summary(desk, story)).formed_at == START + minutes(90)


def last_formed(story: Story) -> list[Event]:
    told = [each.event for each in story.journal.all(Stream.DISPATCH)]
    return [event for event in told if event.NAME == "team_formed"][-1:]


async def test_a_team_asked_to_stand_down_goes_on_until_somebody_decides(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    await decided.asked(story, ReviewKind.STAND_DOWN, after=minutes(40), within=minutes(30))
    desk.clock.at = START + minutes(45)
    told = await page(desk, story)
    assert told.case.state is CaseState.FOLLOWUP_RUNNING
    assert told.review
    assert (told.review.kind, told.review.question) == (
        ReviewKind.STAND_DOWN,
        "Shall the team stand down?",
    )


@pytest.mark.parametrize(
    ("by", "why"),
    [
        (MatchedBy.TIME_PLACE_TYPE, "within 20 minutes, same place, same kind"),
        (MatchedBy.PERSON, "a person merged them"),
    ],
)
async def test_a_merged_case_is_the_other_one_until_it_is_split(
    desk: Desk, by: MatchedBy, why: str
) -> None:
    stays, gone = Story(desk.journal, number="fire"), Story(desk.journal, number="police")
    await stays.reported()
    await gone.reported()
    await decided.merged(gone, stays, by)
    listed = await board(desk)
    assert [case.case_id for case in listed.cases] == [stays.case_id]
    assert listed.counts.open == 1
    told = await page(desk, gone)
    assert (told.case.state, told.case.merged_into) == (CaseState.MERGED, stays.case_id)
    assert told.merges.into
    assert (told.merges.into.number, told.merges.into.why) == ("fire", why)
    kept = await page(desk, stays)
    assert [(each.number, each.why) for each in kept.merges.absorbed] == [("police", why)]
    assert "It brought P9" in lines(kept, Step.ABSORBED)[0]

    await gone.tell(Stream.INTAKE, hours(1), CaseSplit(out_of=stays.case_id))
    assert (await page(desk, stays)).merges.absorbed == ()
    assert len((await board(desk)).cases) == 2


async def test_a_number_that_was_never_reported_says_what_it_became(desk: Desk) -> None:
    stays, gone = Story(desk.journal, number="1"), Story(desk.journal, number="2")
    await stays.reported()
    into = CaseMerged(into=stays.case_id, matched_by=MatchedBy.NUMBER)
    await gone.tell(Stream.INTAKE, minutes(1), into)
    told = await page(desk, gone)
    assert told.case.state is CaseState.MERGED
    assert told.merges.into
    assert told.merges.into.why == "the source gives both numbers to one incident"
    await gone.tell(Stream.INTAKE, minutes(2), CaseSplit(out_of=stays.case_id))
    assert (await summary(desk, gone)).state is CaseState.SET_ASIDE


async def test_a_case_is_looked_up_by_number_or_by_the_beginning_of_its_id(desk: Desk) -> None:
    story = Story(desk.journal, number="26-000123")
    await story.reported()
    async with desk.reading() as reader:
        for typed in ("26-000123", story.case_id[:8].upper(), story.case_id):
            assert [case.case_id for case in await reader.look_up(AGENCY, typed)] == [story.case_id]
        for typed in ("26-0001", "%", "ffffff"):
            assert await reader.look_up(AGENCY, typed) == ()
        assert await reader.look_up("elsewhere", "26-000123") == ()
