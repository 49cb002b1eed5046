"""The rules of exercises: when they begin, what ends them, and that none ever becomes a real case."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from schemas.drills import DrillEnd, DrillEnded, DrillPlanned
from schemas.intake import ActivationRequested, IncidentReported, MatchedBy, Outcome
from schemas.policy import Role
from schemas.refusals import RefusalCode
from schemas.subjects import derived_id
from services.intake.commands import (
    AbsorbCase,
    BeginDrill,
    CancelDrill,
    EndDrill,
    IntakeCommand,
    LowerCase,
    Match,
    MergeCase,
    PlanDrill,
    RaiseCase,
    SplitCase,
)
from services.intake.decider import drill_decider
from services.intake.drills import DRILL_BEGINS, DRILL_ENDS, deadlines, moment_of
from services.intake.drills_policy import BadDrillsPolicy, read_drills_policy
from services.intake.screening.screen import wants_team
from tests.support.builders import an
from tests.support.given import given
from tests.unit.intake.reports import DECIDER, NOW, pack, telling

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

POLICY = read_drills_policy()
SECRET = b"a secret of the server"
DRILLS = drill_decider(pack(), SECRET)
SHARED: dict[str, Any] = {"command_id": derived_id("drill"), "actor": "key:operator"}
OTHER = "11111111-1111-5111-8111-111111111111"


def planning(earliest: datetime = NOW, latest: datetime | None = None, **more: Any) -> PlanDrill:
    fields = {
        "now": NOW,
        "trigger_class": "child_death",
        "earliest": earliest,
        "latest": latest or earliest,
        "lot": derived_id("lot"),
        "targets": POLICY.snapshot(),
        "quiet_after_real": POLICY.quiet_after_real,
    }
    return PlanDrill.model_validate({**SHARED, **fields, **more})


def beginning(at: datetime, late: timedelta = timedelta(0), **more: Any) -> BeginDrill:
    fields = {
        "now": at + late,
        "due_at": at,
        "late_by": POLICY.late_by,
        "quiet_after_real": POLICY.quiet_after_real,
    }
    return BeginDrill.model_validate({**SHARED, **fields, **more})


def ending(reason: DrillEnd, after: timedelta) -> EndDrill:
    return EndDrill(**SHARED, now=NOW + after, reason=reason)


TOMORROW = NOW + timedelta(days=1)
LATER = given(DRILLS).when(planning(TOMORROW)).after
RUNNING = given(DRILLS).when(planning()).after


class TestPlanning:
    def test_one_that_begins_now_is_an_ordinary_case_that_wants_a_team(self) -> None:
        outcome = given(DRILLS).when(planning())
        outcome.then_kinds(DrillPlanned, IncidentReported, ActivationRequested)
        wanted = outcome.only(ActivationRequested)
        assert wanted.brief.drill
        assert wanted.brief.policy == pack().snapshot("child_death")
        reported = outcome.only(IncidentReported)
        assert (reported.source, reported.exercise) == ("drill", True)
        assert reported.incident_type.startswith("EXERCISE")
        assert reported.screening.outcome is Outcome.CRITICAL
        assert wants_team(reported.screening), "no exercise rule holds it back"
        assert reported.whereabouts == (), "no feed's report can be matched with it"

    def test_one_for_later_asks_nobody_yet(self) -> None:
        given(DRILLS).when(planning(TOMORROW)).then_kinds(DrillPlanned)

    def test_planning_it_again_is_no_second_exercise(self) -> None:
        RUNNING.when(planning()).then_nothing()

    def test_only_some_roles(self) -> None:
        begun = given(DRILLS).when(planning(roles=(Role.MHP,))).only(ActivationRequested)
        assert [place.role for place in begun.brief.policy.places] == [Role.MHP]

    def test_what_the_policy_does_not_have_is_refused_with_what_it_has(self) -> None:
        trigger = given(DRILLS).when(planning(trigger_class="picnic"))
        trigger.then_refused(RefusalCode.UNKNOWN_TRIGGER)
        assert trigger.refusal
        assert "child_death" in trigger.refusal.detail
        role = given(DRILLS).when(planning(roles=(Role.COORDINATOR,)))
        role.then_refused(RefusalCode.UNKNOWN_ITEM)
        assert role.refusal
        assert "peer" in role.refusal.detail

    def test_none_begins_while_a_real_team_was_wanted_a_short_while_ago(self) -> None:
        busy = {"real_team_at": NOW - POLICY.quiet_after_real + timedelta(seconds=1)}
        given(DRILLS).when(planning(**busy)).then_refused(RefusalCode.REAL_INCIDENT)
        quiet = {"real_team_at": NOW - POLICY.quiet_after_real}
        assert given(DRILLS).when(planning(**quiet)).only(ActivationRequested)
        given(DRILLS).when(planning(TOMORROW, **busy)).then_kinds(DrillPlanned)


class TestItsMoment:
    @settings(max_examples=60, deadline=None)
    @for_all(st.integers(0, 14 * 86400), st.uuids())
    def test_it_lies_in_the_window_and_only_the_secret_tells_it(
        self, length: int, lot: Any
    ) -> None:
        latest = NOW + timedelta(seconds=length)
        plan = an(DrillPlanned, earliest=NOW, latest=latest, lot=lot)
        (timer,) = deadlines(SECRET, plan)
        assert timer.kind == DRILL_BEGINS
        assert NOW <= timer.due_at <= latest
        assert timer.due_at == moment_of(plan, SECRET)
        told = plan.model_dump_json(exclude={"earliest", "latest"})
        assert timer.due_at.isoformat()[:19] not in told

    def test_another_secret_gives_another_moment(self) -> None:
        plan = an(DrillPlanned, earliest=NOW, latest=NOW + timedelta(days=14))
        moments = {moment_of(plan, secret) for secret in (SECRET, b"another", b"a third")}
        assert len(moments) == 3

    def test_windows_are_used_evenly(self) -> None:
        latest = NOW + timedelta(hours=10)
        plans = [
            an(DrillPlanned, earliest=NOW, latest=latest, lot=derived_id(n)) for n in range(1000)
        ]
        first_half = sum(moment_of(p, SECRET) < NOW + timedelta(hours=5) for p in plans)
        assert 430 < first_half < 570

    def test_it_begins_once(self) -> None:
        begun = LATER.when(beginning(TOMORROW))
        begun.then_kinds(IncidentReported, ActivationRequested)
        assert begun.only(ActivationRequested).brief.occurred_at == TOMORROW
        begun.and_when(beginning(TOMORROW)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)

    def test_a_timer_that_came_early_is_put_off(self) -> None:
        early = beginning(TOMORROW, late=timedelta(seconds=-1))
        LATER.when(early).then_refused(RefusalCode.TIMER_NOT_DUE)

    def test_after_an_outage_nobody_is_called_outside_the_window(self) -> None:
        just = LATER.when(beginning(TOMORROW, late=POLICY.late_by))
        assert just.only(ActivationRequested)
        late = LATER.when(beginning(TOMORROW, late=POLICY.late_by + timedelta(seconds=1)))
        late.then_kinds(DrillEnded)
        ended = late.only(DrillEnded)
        assert (ended.reason, ended.begun) == (DrillEnd.WINDOW_MISSED, False)

    def test_a_real_incident_goes_first(self) -> None:
        busy = LATER.when(beginning(TOMORROW, real_team_at=TOMORROW - timedelta(hours=1)))
        assert busy.only(DrillEnded).reason is DrillEnd.REAL_INCIDENT
        assert not busy.only(DrillEnded).begun

    def test_a_trigger_class_that_is_gone_asks_nobody(self) -> None:
        plan = an(DrillPlanned, trigger_class="gone", earliest=TOMORROW, latest=TOMORROW)
        outcome = given(DRILLS, plan).when(beginning(TOMORROW))
        assert outcome.only(DrillEnded).reason is DrillEnd.POLICY_CHANGED

    def test_what_was_never_planned_is_unknown(self) -> None:
        for command in (beginning(NOW), CancelDrill(**SHARED, now=NOW)):
            given(DRILLS).when(command).then_refused(RefusalCode.UNKNOWN_EXERCISE)


class TestItsEnd:
    FORM = pack().snapshot("child_death").form_team_within

    def test_it_ends_by_itself_after_the_time_to_form_a_team(self) -> None:
        begun = given(DRILLS).when(planning()).only(ActivationRequested)
        (timer,) = deadlines(SECRET, begun)
        assert (timer.kind, timer.due_at) == (DRILL_ENDS, NOW + self.FORM)
        early = ending(DrillEnd.TIME_OVER, self.FORM - timedelta(seconds=1))
        RUNNING.when(early).then_refused(RefusalCode.TIMER_NOT_DUE)
        over = RUNNING.when(ending(DrillEnd.TIME_OVER, self.FORM))
        assert over.only(DrillEnded).begun

    @pytest.mark.parametrize("reason", [DrillEnd.TEAM_FORMED, DrillEnd.REAL_INCIDENT])
    def test_it_ends_once(self, reason: DrillEnd) -> None:
        over = RUNNING.when(ending(reason, timedelta(minutes=2)))
        assert over.only(DrillEnded).reason is reason
        again = ending(DrillEnd.TIME_OVER, self.FORM)
        over.and_when(again).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
        cancel = CancelDrill(**SHARED, now=NOW)
        over.and_when(cancel).then_refused(RefusalCode.EXERCISE_OVER)

    def test_cancelling_says_whether_anybody_was_asked(self) -> None:
        cancel = CancelDrill(**SHARED, now=NOW)
        assert not LATER.when(cancel).only(DrillEnded).begun
        assert RUNNING.when(cancel).only(DrillEnded).begun
        gone = LATER.when(cancel).and_when(beginning(TOMORROW))
        gone.then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)

    def test_what_has_not_begun_is_not_ended_by_a_real_incident(self) -> None:
        real = ending(DrillEnd.REAL_INCIDENT, timedelta(0))
        LATER.when(real).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


class TestNeverARealCase:
    """The rules of real incidents, on an exercise."""

    MATCH = Match(case_id=OTHER, matched_by=MatchedBy.PERSON)
    COMMANDS: tuple[IntakeCommand, ...] = (
        telling(),
        RaiseCase(**SHARED, now=NOW, trigger_class="child_death"),
        LowerCase(**SHARED, now=NOW, reason="not_needed"),
        MergeCase(**SHARED, now=NOW, into=MATCH, into_tier=None),
        AbsorbCase(**SHARED, now=NOW, other=MATCH),
        SplitCase(**SHARED, now=NOW),
    )

    @pytest.mark.parametrize("command", COMMANDS, ids=lambda each: type(each).__name__)
    @pytest.mark.parametrize("history", [LATER.history, RUNNING.history], ids=["later", "running"])
    def test_nothing_that_is_said_of_real_incidents_applies(
        self, command: IntakeCommand, history: tuple[Any, ...]
    ) -> None:
        given(DECIDER, *history).when(command).then_refused(RefusalCode.EXERCISE)

    def test_the_exercise_of_a_feed_still_calls_nobody(self) -> None:
        told = telling(
            exercise=True, incident_type="Pediatric cardiac arrest", narrative="3 y/o, pronounced"
        )
        given(DECIDER).when(told).then_kinds(IncidentReported)


class TestThePolicy:
    def test_a_file_that_does_not_fit_names_what_is_wrong(self, tmp_path: Path) -> None:
        file = tmp_path / "own.yaml"
        file.write_text("version: 1\nend_when_formed: maybe\nsurprise: 1\n")
        with pytest.raises(BadDrillsPolicy, match=r"end_when_formed.*surprise"):
            read_drills_policy(file)
        file.write_text("version: [")
        with pytest.raises(BadDrillsPolicy, match=r"own\.yaml"):
            read_drills_policy(file)
