"""One incident under two numbers: nothing is lost by merging, and a split gives it all back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from schemas.intake import (
    ActivationRequested,
    CaseAbsorbed,
    CaseMerged,
    CaseSplit,
    DeactivationRequested,
    ExposureRecorded,
    IncidentReported,
    IncidentUpdated,
    MatchedBy,
    ReviewAnswered,
)
from schemas.refusals import RefusalCode
from schemas.subjects import derived_id
from services.intake.commands import AbsorbCase, LowerCase, Match, MergeCase, SplitCase
from services.intake.state import Merged
from tests.support.given import Outcome as Decided
from tests.support.given import given
from tests.unit.intake.reports import CHILD_DIED, DECIDER, NOW, telling

if TYPE_CHECKING:
    from services.intake.commands import ReportIncident

LATER = NOW + timedelta(minutes=5)
OTHER = "b" * 8 + "-0000-5000-8000-000000000000"
THERE = Match(case_id=OTHER, matched_by=MatchedBy.TIME_PLACE_TYPE, why=("same_place",))


def about(name: str) -> dict[str, Any]:
    return {"command_id": derived_id(name), "now": LATER, "actor": "key:coordinator"}


def merge(into_tier: int | None = None) -> MergeCase:
    return MergeCase(**about(f"merge {into_tier}"), into=THERE, into_tier=into_tier)


def joining(**fields: Any) -> ReportIncident:
    return telling(**fields).model_copy(update={"joins": THERE})


def split(case: Decided[Any, Any]) -> Decided[Any, Any]:
    return case.and_when(SplitCase(**about("split")))


def test_a_report_that_joins_is_kept_and_brings_nobody_in_here() -> None:
    joined = given(DECIDER).when(joining(**CHILD_DIED))

    joined.then_kinds(IncidentReported, CaseMerged)
    assert joined.only(CaseMerged).why == ("same_place",)


def test_a_split_brings_in_who_was_wanted_for_it() -> None:
    joined = given(DECIDER).when(joining(**CHILD_DIED))

    split(joined).then_kinds(CaseSplit, ActivationRequested)


def test_what_is_told_while_merged_is_not_lost_by_a_split() -> None:
    joined = given(DECIDER).when(joining())
    worse = joined.and_when(telling(**CHILD_DIED, now=LATER)).then_kinds(IncidentUpdated)

    apart = split(worse)

    assert apart.only(ActivationRequested).brief.trigger_class == "child_death"


def test_a_repeat_while_merged_is_no_event() -> None:
    joined = given(DECIDER).when(joining())

    joined.and_when(telling()).then_nothing()


def test_a_number_that_nobody_reported_points_to_the_case_from_now_on() -> None:
    merged = given(DECIDER).when(merge()).then_kinds(CaseMerged)

    told = merged.and_when(telling(**CHILD_DIED)).then_kinds(IncidentReported)

    assert isinstance(told.after.state, Merged)
    assert split(told).all(ActivationRequested)


def test_the_graver_case_goes_on() -> None:
    grave = given(DECIDER).when(telling(**CHILD_DIED))

    grave.and_when(merge()).then_refused(RefusalCode.MERGE_THE_OTHER_WAY)
    grave.and_when(merge(into_tier=3)).then_refused(RefusalCode.MERGE_THE_OTHER_WAY)


def test_a_team_of_the_lesser_case_is_stood_down_as_the_other_goes_on() -> None:
    grave = given(DECIDER).when(telling(**CHILD_DIED))

    grave.and_when(merge(into_tier=2)).then_kinds(DeactivationRequested, CaseMerged)


def test_an_open_question_is_moot_once_merged() -> None:
    asked = given(DECIDER).when(telling(incident_type="Call", flags=("media_interest",)))

    asked.and_when(merge()).then_kinds(ReviewAnswered, CaseMerged)


def test_merging_again_changes_nothing() -> None:
    merged = given(DECIDER).when(telling()).and_when(merge())

    merged.and_when(merge(into_tier=1)).then_nothing()


def test_what_is_merged_is_decided_where_it_went() -> None:
    merged = given(DECIDER).when(telling()).and_when(merge())

    lowered = merged.and_when(LowerCase(**about("lower"), reason="not_needed"))

    lowered.then_refused(RefusalCode.MERGED)
    assert lowered.refusal is not None
    assert OTHER in lowered.refusal.detail


def test_units_of_the_other_case_took_part_too() -> None:
    wanted = given(DECIDER).when(telling(**CHILD_DIED, units=("E12",)))
    absorb = AbsorbCase(**about("absorb"), other=THERE, units=("E12", "M4"))

    absorbed = wanted.and_when(absorb)

    absorbed.then_kinds(CaseAbsorbed, ExposureRecorded)
    assert absorbed.only(ExposureRecorded).units == ("M4",)
    absorbed.and_when(absorb).then_nothing()


def test_another_feeds_report_is_said_to_be_of_another_number_once() -> None:
    first = given(DECIDER).when(telling())
    again = telling(now=LATER, source="police", number="P-7", units=("P1",))
    absorbing = again.model_copy(update={"absorbs": THERE})

    told = first.and_when(absorbing).then_kinds(CaseAbsorbed, IncidentUpdated)

    later = telling(now=LATER, source="police", number="P-7", units=("P1", "P2"))
    told.and_when(later.model_copy(update={"absorbs": THERE})).then_kinds(IncidentUpdated)


def test_another_feeds_silence_does_not_take_back_what_the_first_told() -> None:
    first = given(DECIDER).when(telling(**CHILD_DIED))

    police = telling(now=LATER, source="police", number="P-7", narrative="traffic control")
    told = first.and_when(police.model_copy(update={"absorbs": THERE}))

    told.then_kinds(CaseAbsorbed, IncidentUpdated)


def test_a_case_that_is_not_merged_cannot_be_split() -> None:
    given(DECIDER).when(telling()).and_when(SplitCase(**about("split"))).then_refused(
        RefusalCode.NOT_MERGED
    )
