"""Gaps ahead, each kind by its own cause, and when coordinators are warned of one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.policy import Role
from schemas.refusals import RefusalCode
from schemas.roster import Competency, CompetencyKind, HoursSet, MemberEnrolled, MemberMuted
from schemas.rota import (
    CoverageChecked,
    CoverageCheckPlanned,
    Gap,
    GapKind,
    GapsWarned,
    RotaEnded,
    RotaSet,
    WeeklyHours,
)
from schemas.subjects import derived_id
from services.dispatch.commands.rota import PlanCoverageCheck, RecordCoverage
from services.dispatch.decider import COVERAGE
from services.dispatch.duty import Duty, duty
from services.dispatch.roster import Member, MemberState, Stranger, evolve
from services.dispatch.roster_policy import shipped_rules
from services.dispatch.rota import Rota
from services.dispatch.rota import evolve as rota_after
from services.dispatch.rota_gaps import Team, gaps
from services.dispatch.rota_policy import BadRotaPolicy, Need, read_rota_policy
from services.dispatch.rota_words import words
from tests.support.builders_rota import a_plan, a_rotation, weekly
from tests.support.given import given

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.envelope import Event

ZONE = "America/New_York"
START = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
"""Monday 08:00 in New York."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GROUP = Competency(kind=CompetencyKind.ICISF_GROUP, earned_on=date(2025, 6, 1))
ALONE = Competency(kind=CompetencyKind.ICISF_INDIVIDUAL, earned_on=date(2025, 6, 1))


def a_member(role: Role = Role.PEER, *events: Event, **fields: Any) -> Member:
    entry = {
        "role": role,
        "discipline": "fire",
        "station": "st-1",
        "units": (),
        "designated_from": date(2020, 1, 1),
        "training_valid_until": date(2027, 1, 1),
        "contact_confirmed_on": date(2026, 3, 1),
        "competencies": (GROUP,),
    }
    state: MemberState = Stranger()
    for event in (MemberEnrolled.model_validate(entry | fields), *events):
        state = evolve(state, event)
    assert isinstance(state, Member)
    return state


def a_rota(*layers: Any, role: Role = Role.PEER) -> Rota:
    plan = a_plan(*layers, role=role)
    return rota_after(Rota(), RotaSet(plan=plan, effective_from=START))


ALWAYS = a_rotation("p-1", first="2026-03-02T08:00", weeks=1)
MHPS = a_rota(a_rotation("m-1", first="2026-03-02T08:00", weeks=1), role=Role.MHP)
RULES = read_rota_policy().model_copy(update={"days_on_call": 100})


def a_team(*peers: Any, members: dict[str, Member] | None = None, **fields: Any) -> Team:
    team: dict[str, Any] = {
        "rotas": {"peers": a_rota(*peers or [ALWAYS]), "mhps": MHPS},
        "members": {"p-1": a_member(), "p-2": a_member(), "m-1": a_member(Role.MHP)}
        | (members or {}),
        "busy": {},
        "rules": RULES,
        "roster_rules": shipped_rules(),
        "zone": ZONE,
    }
    return Team(**team | fields)


def told(team: Team, days: float = 7) -> list[str]:
    return [words(gap, ZONE) for gap in gaps(team, START, START + days * DAY)]


def test_a_rota_that_covers_everything_has_no_gap() -> None:
    assert told(a_team()) == []


def test_without_any_rota_there_is_nothing_to_be_missing() -> None:
    assert told(a_team(rotas={})) == []


def test_nobody_is_on_call_at_the_end_of_the_week() -> None:
    days = weekly("mon tue wed thu fri", "00:00", "00:00")
    only = a_rotation("p-1", first="2026-03-02T08:00", weeks=1, only=(days,))
    team = a_team(rotas={"peers": a_rota(only)}, rules=RULES.model_copy(update={"must_have": ()}))
    assert told(team) == [
        "Saturday 7 March 00:00 to Monday 9 March 00:00 nobody is on call",
    ]


def test_nobody_with_group_training_is_on_call() -> None:
    early = weekly("sat", "02:00", "06:00")
    rest = (
        weekly("sat", "06:00", "00:00"),
        weekly("sat", "00:00", "02:00"),
        weekly("sun mon tue wed thu fri", "00:00", "00:00"),
    )
    layers = (
        a_rotation("p-2", first="2026-03-02T08:00", weeks=1, only=(early,)),
        a_rotation("p-1", first="2026-03-02T08:00", weeks=1, only=rest),
    )
    untrained = {
        "p-2": a_member(competencies=(ALONE,)),
        "m-1": a_member(Role.MHP, competencies=(ALONE,)),
    }
    assert told(a_team(*layers, members=untrained)) == [
        "Saturday 7 March 02:00-06:00 nobody with group training is on call"
    ]


def test_no_member_of_a_role_is_on_call() -> None:
    team = a_team(rotas={"peers": a_rota(ALWAYS)})
    assert told(team, days=1) == [
        "Monday 2 March 08:00 to Tuesday 3 March 08:00 no mental health professional is on call"
    ]


def test_a_gap_that_is_but_a_part_of_another_is_not_told_beside_it() -> None:
    """Nobody at all at the end of the week, no professional ever: two lines, and not five."""
    days = weekly("mon tue wed thu fri", "00:00", "00:00")
    only = a_rotation("p-1", first="2026-03-02T08:00", weeks=1, only=(days,))
    assert told(a_team(rotas={"peers": a_rota(only)})) == [
        "Monday 2 March 08:00 to Monday 9 March 09:00 no mental health professional is on call",
        "Saturday 7 March 00:00 to Monday 9 March 00:00 nobody is on call",
    ]


def test_a_need_may_be_for_some_hours_only() -> None:
    nights = weekly("mon", "22:00", "06:00")
    need = Need(role=Role.CHAPLAIN, only=(nights,))
    team = a_team(rules=RULES.model_copy(update={"must_have": (need,)}))
    assert told(team) == ["Monday 2 March 22:00 to Tuesday 3 March 06:00 no chaplain is on call"]


def test_those_on_call_who_cannot_be_asked_are_named_with_the_reason() -> None:
    muted = a_member(Role.PEER, MemberMuted(until=START + 2 * HOUR))
    team = a_team(members={"p-1": muted}, rotas={"peers": a_rota(ALWAYS)})
    assert told(team, days=2 / 24) == [
        "Monday 2 March 08:00-10:00 nobody of those on call can be asked",
        "Monday 2 March 08:00-10:00 p-1 is on call and does not want to be asked",
    ]


def test_training_lapses_in_the_middle_of_a_shift() -> None:
    lapses = a_member(competencies=(), training_valid_until=date(2026, 3, 4))
    found = gaps(a_team(members={"p-1": lapses}), START, START + 4 * DAY)
    assert {gap.kind for gap in found} == {GapKind.MEMBER_UNFIT, GapKind.NO_ROLE}
    assert {gap.starts for gap in found} == {datetime(2026, 3, 5, tzinfo=UTC)}


def test_one_who_is_not_on_the_roster_any_more_cannot_be_asked() -> None:
    members = dict(a_team().members)
    del members["p-1"]
    found = gaps(Team(**{**_fields(a_team()), "members": members}), START, START + HOUR)
    assert [(gap.kind, gap.member_id) for gap in found][-1] == (GapKind.MEMBER_UNFIT, "p-1")


def _fields(team: Team) -> dict[str, Any]:
    return {name: getattr(team, name) for name in Team.__slots__}  # type: ignore[attr-defined]


def test_members_are_away_by_their_hours_and_by_their_calendar() -> None:
    office = WeeklyHours(time_zone=ZONE, times=(weekly("mon tue wed thu fri", "07:00", "20:00"),))
    own_hours = a_member(Role.PEER, HoursSet(hours=office))
    busy = {"p-1": ((START + HOUR, START + 2 * HOUR),)}
    found = told(a_team(members={"p-1": own_hours}, busy=busy), days=1)
    assert [line for line in found if "away" in line] == [
        "Monday 2 March 09:00-10:00 p-1 is on call and away by their own hours or calendar",
        "Monday 2 March 20:00 to Tuesday 3 March 07:00 p-1 is on call and away by their own hours"
        " or calendar",
    ]


def test_one_person_is_on_call_twice_at_once() -> None:
    other = a_rotation("p-1", "p-2", first="2026-03-02T08:00", days=1)
    assert told(a_team(ALWAYS, other), days=2) == [
        "Monday 2 March 08:00 to Tuesday 3 March 08:00 p-1 is on call twice at once"
    ]


@pytest.mark.parametrize(
    ("layer", "long"),
    [
        (a_rotation("p-1", "p-2", first="2026-03-02T08:00", weeks=1), False),
        (a_rotation("p-1", "p-1", "p-2", "p-2", first="2026-03-02T08:00", weeks=1), True),
        (a_rotation("p-1", "p-2", first="2026-03-02T08:00", days=8), True),
        (  # every night for two weeks: half a day off is no rest
            a_rotation(
                *("p-1", "p-2"),
                first="2026-03-02T08:00",
                weeks=2,
                only=(weekly("mon tue wed thu fri sat sun", "20:00", "08:00"),),
            ),
            True,
        ),
        (  # the weekend between them is rest
            a_rotation(
                *("p-1", "p-2"),
                first="2026-03-02T08:00",
                weeks=2,
                only=(weekly("mon tue wed thu fri", "20:00", "08:00"),),
            ),
            False,
        ),
    ],
)
def test_too_many_days_in_a_row(layer: Any, long: bool) -> None:
    rules = RULES.model_copy(update={"days_on_call": 7, "must_have": ()})
    team = a_team(rotas={"peers": a_rota(layer)}, rules=rules)
    found = [g for g in gaps(team, START, START + 14 * DAY) if g.kind is GapKind.TOO_MANY_DAYS]
    assert bool(found) == long


def test_an_ended_rota_is_no_gap() -> None:
    ended = rota_after(a_rota(ALWAYS), RotaEnded(ends_at=START + DAY))
    assert told(
        a_team(rotas={"peers": ended, "mhps": rota_after(MHPS, RotaEnded(ends_at=START))})
    ) == ["Monday 2 March 08:00 to Tuesday 3 March 08:00 no mental health professional is on call"]


def test_duty_joins_the_rotas_and_says_who_is_away() -> None:
    office = WeeklyHours(time_zone=ZONE, times=(weekly("mon", "09:00", "17:00"),))
    members = {"p-1": a_member(), "p-2": a_member(Role.PEER, HoursSet(hours=office))}
    second = a_rota(a_rotation("p-2", first="2026-03-02T08:00", days=1), ALWAYS)
    busy = {"p-1": ((START, START + HOUR),)}
    found = duty([a_rota(ALWAYS), second], members, busy, START)
    assert found == Duty({"p-1": 1, "p-2": 1}, frozenset({"p-1", "p-2"}))
    assert duty([], members, {}, START + 2 * HOUR) == Duty()


def test_a_policy_file_is_told_what_is_wrong_with_it(tmp_path: Path) -> None:
    file = tmp_path / "rota.yaml"
    file.write_text("version: 1\nlook_ahead: P14D\nwarn_before: never\nmust_have: [{}]\n")
    with pytest.raises(
        BadRotaPolicy, match=r"warn_before: .*check_at: .*must_have\.0: .*name a role"
    ):
        read_rota_policy(file)


HOLE = Gap(kind=GapKind.NOBODY, starts=START + 2 * DAY, ends=START + 3 * DAY)
DUE = START + HOUR


def look(at: datetime = DUE, **fields: Any) -> RecordCoverage:
    meant: dict[str, Any] = {
        "command_id": derived_id("look", at),
        "now": at,
        "actor": "timer",
        "due_at": DUE,
        "gaps": (HOLE,),
        "coordinators": ("c-1",),
        "next_at": START + DAY,
    }
    return RecordCoverage.model_validate(meant | fields)


def plan(due_at: datetime = DUE) -> PlanCoverageCheck:
    meant = {"command_id": derived_id("plan"), "now": START, "actor": "timer", "due_at": due_at}
    return PlanCoverageCheck.model_validate(meant)


PLANNED = CoverageCheckPlanned(due_at=DUE)


def test_a_look_is_planned_once_and_never_later() -> None:
    outcome = given(COVERAGE).when(plan()).then(PLANNED)
    assert [timer.due_at for timer in COVERAGE.deadlines(PLANNED)] == [DUE]
    outcome.and_when(plan(DUE + HOUR)).then_nothing()
    outcome.and_when(plan(DUE - HOUR / 2)).then_kinds(CoverageCheckPlanned)


def test_coordinators_are_warned_of_a_gap_once_while_it_stays_open() -> None:
    outcome = given(COVERAGE, PLANNED).when(look()).then_kinds(GapsWarned, CoverageChecked)
    assert outcome.only(GapsWarned).member_ids == ("c-1",)
    tomorrow = START + DAY
    later = Gap(kind=GapKind.NOBODY, starts=HOLE.starts + 2 * HOUR, ends=HOLE.ends + DAY)
    again = outcome.and_when(look(tomorrow, due_at=tomorrow, gaps=(later,)))
    again.then_kinds(CoverageChecked)


def test_another_gap_at_the_same_time_is_told() -> None:
    first = given(COVERAGE, PLANNED).when(look())
    tomorrow = START + DAY
    for kind, role in ((GapKind.NO_ROLE, Role.MHP), (GapKind.NO_GROUP_TRAINING, None)):
        other = Gap(kind=kind, role=role, starts=HOLE.starts, ends=HOLE.ends)
        told = first.and_when(look(tomorrow, due_at=tomorrow, gaps=(HOLE, other)))
        assert told.only(GapsWarned).gaps == (other,)


def test_a_gap_that_was_closed_and_opens_again_is_told_again() -> None:
    first = given(COVERAGE, PLANNED).when(look())
    tomorrow, day_after = START + DAY, START + 2 * DAY
    closed = first.and_when(look(tomorrow, due_at=tomorrow, gaps=(), next_at=day_after))
    closed.then_kinds(CoverageChecked)
    closed.and_when(look(day_after, due_at=day_after)).then_kinds(GapsWarned, CoverageChecked)


def test_what_is_amiss_with_one_member_is_shown_and_wakes_nobody() -> None:
    muted = Gap(kind=GapKind.MEMBER_MUTED, member_id="p-1", starts=START, ends=DUE)
    given(COVERAGE, PLANNED).when(look(gaps=(muted,))).then_kinds(CoverageChecked)


def test_a_look_waits_for_its_time_and_an_old_timer_does_nothing() -> None:
    given(COVERAGE, PLANNED).when(look(START)).then_refused(RefusalCode.TIMER_NOT_DUE)
    old = given(COVERAGE, PLANNED).when(look(due_at=DUE - HOUR))
    old.then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


def test_without_any_rota_left_there_is_no_next_look() -> None:
    checked = given(COVERAGE, PLANNED).when(look(gaps=(), next_at=None)).only(CoverageChecked)
    assert COVERAGE.deadlines(checked) == ()
