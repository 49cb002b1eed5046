"""Intake's rules: one case per incident, one activation per case, nothing for a repeat."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.intake import (
    ActivationRequested,
    ChangeReason,
    ExposureRecorded,
    HoldReason,
    IncidentReported,
    IncidentUpdated,
    OperationsEnded,
    Outcome,
    RecommendationChanged,
    ReviewKind,
    ReviewOpened,
)
from tests.support.given import given
from tests.unit.intake.reports import CHILD_DIED, DECIDER, NOW, pack, telling

LATER = NOW + timedelta(minutes=10)


def test_a_routine_incident_is_one_event() -> None:
    outcome = given(DECIDER).when(telling()).then_kinds(IncidentReported)

    assert outcome.only(IncidentReported).screening.outcome is Outcome.ROUTINE


def test_a_critical_incident_asks_for_the_team() -> None:
    outcome = given(DECIDER).when(telling(**CHILD_DIED))

    outcome.then_kinds(IncidentReported, ActivationRequested)
    wish = outcome.only(ActivationRequested)
    assert wish.brief.trigger_class == "child_death"
    assert wish.brief.policy == pack().snapshot("child_death")
    assert wish.units == ("E12",)


def test_the_wish_says_which_crews_were_there_each_with_the_greatest_number_told() -> None:
    fire = {"agency": "metro", "discipline": "fire"}
    first = given(DECIDER).when(telling(crews=({**fire, "count": 9},)))
    law = {"agency": "county", "discipline": "law", "count": 3}
    second = first.and_when(telling(now=LATER, crews=({**fire, "count": 4}, law)))

    wish = second.and_when(telling(now=LATER, **CHILD_DIED)).only(ActivationRequested)

    told = [(crew.agency, crew.discipline, crew.count) for crew in wish.brief.crews]
    assert told == [("metro", "fire", 9), ("county", "law", 3)]
    assert wish.brief.exposed == 9
    assert wish.brief.disciplines == ("fire", "law")


def test_the_wish_says_how_many_were_there_and_of_which_disciplines() -> None:
    """A later telling may name more people and other disciplines; a smaller count takes none back."""
    first = given(DECIDER).when(telling(exposed=9, disciplines=("fire",)))
    second = first.and_when(telling(now=LATER, exposed=4, disciplines=("ems", "fire")))

    wish = second.and_when(telling(now=LATER, **CHILD_DIED)).only(ActivationRequested)

    assert wish.brief.exposed == 9
    assert wish.brief.disciplines == ("ems", "fire")


def test_the_same_report_again_is_no_event() -> None:
    first = given(DECIDER).when(telling(**CHILD_DIED))

    first.and_when(telling(**CHILD_DIED, now=LATER)).then_nothing()


def test_an_old_telling_that_comes_late_is_no_event() -> None:
    first = given(DECIDER).when(telling(units=("E12",)))
    second = first.and_when(telling(now=LATER, units=("E12", "M4")))

    second.and_when(telling(now=LATER, units=("E12",))).then_nothing()


def test_an_update_is_screened_again() -> None:
    first = given(DECIDER).when(telling())

    update = first.and_when(telling(now=LATER, incident_type="Cardiac arrest"))

    update.then_kinds(IncidentUpdated, RecommendationChanged)
    assert update.only(IncidentUpdated).screening.outcome is Outcome.REVIEW
    changed = update.only(RecommendationChanged)
    assert (changed.before, changed.after) == (Outcome.ROUTINE, Outcome.REVIEW)
    assert changed.reason is ChangeReason.NEW_REPORT


def test_an_upgrade_after_routine_activates_once_and_never_twice() -> None:
    upgraded = given(DECIDER).when(telling()).and_when(telling(now=LATER, **CHILD_DIED))
    upgraded.then_kinds(IncidentUpdated, RecommendationChanged, ActivationRequested)

    more = upgraded.and_when(telling(now=LATER, **CHILD_DIED, flags=("media_interest",)))

    more.then_kinds(IncidentUpdated)


def test_a_graver_trigger_asks_for_a_larger_team() -> None:
    first = given(DECIDER).when(telling(**CHILD_DIED))

    graver = first.and_when(telling(**CHILD_DIED, now=LATER, responders=("killed",)))

    graver.then_kinds(IncidentUpdated, RecommendationChanged, ActivationRequested)
    assert graver.only(ActivationRequested).brief.tier == 1


def test_more_people_than_was_known_ask_for_a_larger_team_and_no_more_than_once() -> None:
    first = given(DECIDER).when(telling(**CHILD_DIED, exposed=9))

    grown = first.and_when(telling(**CHILD_DIED, now=LATER, exposed=60))

    grown.then_kinds(IncidentUpdated, ActivationRequested)
    assert grown.only(ActivationRequested).brief.exposed == 60
    few_more = grown.and_when(telling(**CHILD_DIED, now=LATER, exposed=61, units=("E99",)))
    few_more.then_kinds(IncidentUpdated, ExposureRecorded)


def test_a_few_people_more_than_was_known_are_no_reason_to_ask_again() -> None:
    first = given(DECIDER).when(telling(**CHILD_DIED))

    first.and_when(telling(**CHILD_DIED, now=LATER, exposed=5)).then_kinds(IncidentUpdated)


def test_silence_lowers_nothing() -> None:
    first = given(DECIDER).when(telling(**CHILD_DIED))

    said_less = first.and_when(telling(now=LATER, **(CHILD_DIED | {"narrative": ""})))

    said_less.then_kinds(IncidentUpdated)
    assert said_less.only(IncidentUpdated).screening.outcome is Outcome.CRITICAL


def test_news_that_no_team_is_needed_asks_a_person_and_stands_nobody_down() -> None:
    first = given(DECIDER).when(telling(**CHILD_DIED))

    lesser = first.and_when(telling(now=LATER, narrative="adult, refused transport"))

    lesser.then_kinds(IncidentUpdated, RecommendationChanged, ReviewOpened)
    question = lesser.only(ReviewOpened)
    assert (question.kind, question.trigger_class) == (ReviewKind.STAND_DOWN, "child_death")


@pytest.mark.parametrize(
    ("fields", "hold"),
    [
        ({"exercise": True}, HoldReason.EXERCISE),
        ({"status": "cancelled"}, HoldReason.CANCELLED),
        ({"status": "false_alarm"}, HoldReason.CANCELLED),
        ({"occurred_at": NOW - timedelta(days=10, seconds=1)}, HoldReason.TOO_OLD),
    ],
)
def test_what_holds_a_page_back_is_recorded(fields: dict[str, object], hold: HoldReason) -> None:
    outcome = given(DECIDER).when(telling(**(CHILD_DIED | fields)))

    outcome.then_kinds(IncidentReported)
    assert outcome.only(IncidentReported).screening.hold is hold


def test_an_incident_exactly_ten_days_old_still_pages() -> None:
    at_the_edge = telling(**CHILD_DIED, occurred_at=NOW - timedelta(days=10))

    given(DECIDER).when(at_the_edge).then_kinds(IncidentReported, ActivationRequested)


def test_a_cancelled_incident_that_turns_out_real_activates() -> None:
    cancelled = given(DECIDER).when(telling(**CHILD_DIED, status="cancelled"))

    real = cancelled.and_when(telling(**CHILD_DIED, now=LATER, status="active"))

    real.then_kinds(IncidentUpdated, ActivationRequested)


def test_a_time_in_the_future_is_taken_as_now() -> None:
    ahead = telling(**CHILD_DIED, occurred_at=NOW + timedelta(hours=3))

    outcome = given(DECIDER).when(ahead)

    assert outcome.only(IncidentReported).occurred_at == NOW
    assert outcome.only(ActivationRequested).brief.occurred_at == NOW


def test_an_incident_without_a_time_happened_when_it_was_first_told() -> None:
    first = given(DECIDER).when(telling(occurred_at=None))

    update = first.and_when(telling(occurred_at=None, now=LATER, units=("M4",)))

    assert update.only(IncidentUpdated).occurred_at == NOW


def test_a_mistyped_year_can_be_corrected_and_then_pages() -> None:
    mistyped = NOW - timedelta(days=365)
    first = given(DECIDER).when(telling(**CHILD_DIED, occurred_at=mistyped))
    first.then_kinds(IncidentReported)

    corrected = first.and_when(telling(**CHILD_DIED, now=LATER, occurred_at=NOW))

    assert corrected.only(ActivationRequested).brief.occurred_at == NOW


def test_how_many_fields_were_unknown_is_kept() -> None:
    outcome = given(DECIDER).when(telling(ignored_fields=3))

    assert outcome.only(IncidentReported).ignored_fields == 3


def test_a_case_keeps_the_urgency_of_its_trigger() -> None:
    in_danger = telling(incident_type="CPR in progress", narrative="infant")
    planned = given(DECIDER).when(in_danger).only(ActivationRequested)
    paged = given(DECIDER).when(telling(**CHILD_DIED)).only(ActivationRequested)

    assert (planned.brief.urgency, paged.brief.urgency) == ("today", "now")
    assert planned.brief.policy.reply_within > paged.brief.policy.reply_within


def test_nothing_asks_for_operations_to_end_when_none_were_going_on() -> None:
    first = given(DECIDER).when(telling())

    assert not first.and_when(telling(now=LATER, status="closed")).all(OperationsEnded)


def test_units_that_are_named_after_the_activation_are_told_once() -> None:
    first = given(DECIDER).when(telling(**CHILD_DIED, units=("E12",)))

    more = first.and_when(telling(**CHILD_DIED, now=LATER, units=("E12", "M4")))
    more.then_kinds(IncidentUpdated, ExposureRecorded)
    assert more.only(ExposureRecorded).units == ("M4",)

    fewer = more.and_when(telling(**CHILD_DIED, now=LATER, units=("M4",)))
    fewer.then_kinds(IncidentUpdated)


def test_units_that_were_named_before_it_are_part_of_the_wish() -> None:
    routine = given(DECIDER).when(telling(units=("E12",)))

    upgraded = routine.and_when(telling(**CHILD_DIED, now=LATER, units=("M4",)))

    assert upgraded.only(ActivationRequested).units == ("E12", "M4")
