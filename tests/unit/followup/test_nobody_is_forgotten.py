"""A small year of follow-ups breaks no promise; and whatever is broken by hand, the checker finds.

The whole year is `python -m benchmarks year-of-followups`.
"""

from __future__ import annotations

import asyncio
import gc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import year_of_followups
from benchmarks.followups_checked import End, checked
from benchmarks.followups_found import Breach
from benchmarks.followups_run import Year
from schemas.dispatch import AlarmEscalated, CoordinatorAlarmed, MemberNotified
from schemas.followup import (
    ApprovalGiven,
    CaseClosed,
    CheckInMissed,
    CrewsSet,
    FollowupPlanned,
    GroupWindowsOpened,
    InterventionHeld,
    InterventionMissed,
)
from schemas.intake import OperationsEnded
from schemas.sessions import FacilitatorsReminded, InterventionScheduled, OutcomeAsked
from schemas.steps import AlarmAnswered, GroupSessionsApproved
from schemas.subjects import derived_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from schemas.envelope import Event, Recorded

    Told = Sequence[Recorded[Event]]

CASES, SEED = 24, 3


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    """Everything that is recorded of some cases."""
    folder: Path = tmp_path_factory.mktemp("year")
    simulated = Year(SEED, 0, CASES, folder)
    gc.disable()
    asyncio.run(simulated.run())
    gc.enable()
    return [simulated.journal.told(case_id) for case_id in simulated.case_ids]


def test_nobody_is_forgotten_in_a_small_year(year: list[Told]) -> None:
    found = [checked(told) for told in year]

    assert [violation for each in found for violation in each.violations] == []
    ends = {end for each in found for _, end in each.ends}
    assert ends == set(End), "every way to end was gone"
    kinds = {kind for each in found for kind, _ in each.ends}
    assert {"check_in", "defusing", "debriefing", "staff_support", "triage"} <= kinds


def without(*kinds: type[Event], every: bool = False) -> Callable[[Told], Told]:
    """A case that lacks the first event of these kinds, or every one."""

    def planted(told: Told) -> Told:
        of_kind = [each for each in told if isinstance(each.event, kinds)]
        gone = of_kind if every else of_kind[:1]
        return [each for each in told if each not in gone]

    return planted


def until(kind: type[Event]) -> Callable[[Told], Told]:
    """A case in which nothing follows any more from the first event of a kind."""

    def planted(told: Told) -> Told:
        first = next((n for n, each in enumerate(told) if isinstance(each.event, kind)), None)
        return told[:first]

    return planted


def again(kind: type[Event]) -> Callable[[Told], Told]:
    """A case in which the last event of a kind is recorded once more, as if it were new."""

    def planted(told: Told) -> Told:
        last = next((each for each in reversed(told) if isinstance(each.event, kind)), None)
        if last is None:
            return told
        meta = last.meta.model_copy(update={"event_id": derived_id("planted")})
        place = told.index(last) + 1
        return [*told[:place], replace(last, meta=meta), *told[place:]]

    return planted


def at_another_time(kind: type[Event], by: timedelta, **fields: Any) -> Callable[[Told], Told]:
    """A case in which the events of a kind are recorded earlier or later."""

    def planted(told: Told) -> Told:
        return [moved(each) if isinstance(each.event, kind) else each for each in told]

    def moved(told: Recorded[Event]) -> Recorded[Event]:
        meta = told.meta.model_copy(update={"time": told.meta.time + by})
        return replace(told, meta=meta, event=told.event.model_copy(update=fields))

    return planted


def closed_at_once(told: Told) -> Told:
    for place, each in enumerate(told, start=1):
        if isinstance(each.event, FollowupPlanned):
            meta = each.meta.model_copy(update={"event_id": derived_id("planted")})
            return [*told[:place], replace(each, meta=meta, event=CaseClosed()), *told[place:]]
    return told


def regrouped_to_nothing(told: Told) -> Told:
    nothing = {"interventions": (), "deferred": ()}
    return at_another_time(CrewsSet, timedelta(0), **nothing)(told)


DAY = timedelta(days=1)
PLANTED: dict[str, tuple[Breach, Callable[[Told], Told]]] = {
    "a check-in without an end": (Breach.DROPPED, without(CheckInMissed)),
    "a session without an end": (Breach.DROPPED, without(InterventionMissed)),
    "windows that never open": (Breach.DROPPED, until(GroupWindowsOpened)),
    "groups that vanish": (Breach.DROPPED, regrouped_to_nothing),
    "a second plan": (Breach.TWICE, again(FollowupPlanned)),
    "held twice": (Breach.TWICE, again(InterventionHeld)),
    "missed twice": (Breach.TWICE, again(CheckInMissed)),
    "scheduled twice": (Breach.TWICE, again(InterventionScheduled)),
    "asked twice": (Breach.TWICE, again(OutcomeAsked)),
    "an alarm twice": (Breach.TWICE, again(CoordinatorAlarmed)),
    "a notice twice": (Breach.TWICE, again(MemberNotified)),
    "no alarms": (Breach.NO_ALARM, without(CoordinatorAlarmed, every=True)),
    "no reminders": (Breach.NO_ALARM, without(MemberNotified, every=True)),
    "an alarm that goes no further": (
        Breach.NO_ALARM,
        without(AlarmEscalated, AlarmAnswered, every=True),
    ),
    "held while work went on": (
        Breach.DURING_OPERATIONS,
        at_another_time(OperationsEnded, 40 * DAY),
    ),
    "held before the end": (
        Breach.DURING_OPERATIONS,
        at_another_time(InterventionHeld, timedelta(0), held_at=datetime(1999, 1, 1, tzinfo=UTC)),
    ),
    "confirmed without an approval": (Breach.UNAPPROVED, without(ApprovalGiven, every=True)),
    "approved by nobody": (Breach.UNAPPROVED, without(GroupSessionsApproved, every=True)),
    "a reminder that hides its lateness": (
        Breach.NOT_MARKED_LATE,
        at_another_time(FacilitatorsReminded, timedelta(minutes=20), late_seconds=0),
    ),
    "reminded of what has begun": (
        Breach.NOT_MARKED_LATE,
        at_another_time(FacilitatorsReminded, DAY, late_seconds=86_400, skipped=False),
    ),
    "missed too early": (Breach.TOO_EARLY, at_another_time(InterventionMissed, -30 * DAY)),
    "a check-in missed too early": (Breach.TOO_EARLY, at_another_time(CheckInMissed, -30 * DAY)),
    "closed at once": (Breach.CLOSED_OPEN, closed_at_once),
    "never closed": (Breach.NOT_CLOSED, without(CaseClosed, every=True)),
}


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_broken_by_hand_is_found(what: str, year: list[Told]) -> None:
    breach, planted = PLANTED[what]
    found = [violation.breach for told in year for violation in checked(planted(told)).violations]
    assert breach in found


def test_every_kind_of_breach_is_planted() -> None:
    assert {breach for breach, _ in PLANTED.values()} == set(Breach)


def test_the_same_seed_gives_the_same_year(tmp_path: Path) -> None:
    told = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        simulated = Year(7, 3, 2, folder)
        asyncio.run(simulated.run())
        told.append([simulated.journal.told(each) for each in simulated.case_ids])
    assert told[0] == told[1]


def test_the_table_says_how_every_promise_ended(capsys: pytest.CaptureFixture[str]) -> None:
    report = year_of_followups.of_agency(SEED, 1, 2)
    year_of_followups.show(report, "seed 1")
    said = capsys.readouterr().out
    assert "2 cases" in said
    assert "missed, alarm" in said
    assert "no violation" in said
