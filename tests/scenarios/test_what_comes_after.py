"""The worst days, told from the call to what comes after: who sits with whom, when, and who agrees to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, TypeVar

from schemas.dispatch import AlarmReason, CoordinatorAlarmed
from schemas.envelope import Event
from schemas.followup import CaseClosed, CheckInFellDue, CrewsSet, FollowupPlanned
from schemas.policy import Role
from schemas.sessions import InterventionProposed, InterventionScheduled
from tests.scenarios.calls import (
    DISPATCHERS_CALL,
    LINE_OF_DUTY_DEATH,
    MASS_CASUALTY,
    PEDIATRIC_DEATH,
)
from tests.scenarios.conftest import PROPOSED
from tests.support.town import a_town

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.followup import PlannedIntervention
    from tests.support.town import Town

KindT = TypeVar("KindT", bound=Event)
FIVE_AGENCIES = [
    {"agency": "metro", "discipline": "fire", "count": 38},
    {"agency": "metro", "discipline": "ems", "count": 12},
    {"agency": "county", "discipline": "ems", "count": 6},
    {"agency": "state-police", "discipline": "law", "count": 15},
    {"agency": "air-rescue", "discipline": "ems", "count": 3},
    {"agency": "north", "discipline": "fire", "count": 20},
    {"exposure": "dispatchers", "agency": "center", "count": 9},
]


async def test_a_mass_casualty_with_five_agencies(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=1)
    case_id = (await town.report(**MASS_CASUALTY))["case_id"]
    for member in ("p-1", "p-2", "p-3", "p-4", "m-1"):
        await town.accept(member)
    answer = await town.http.put(f"/v1/cases/{case_id}/crews", json={"crews": FIVE_AGENCIES})
    assert answer.is_success, answer.text

    (told,) = town.events(case_id, CrewsSet)
    assert isinstance(told, CrewsSet)
    groups = [each for each in told.interventions if each.kind == "debriefing"]
    assert {_who(each) for each in groups} == {
        tuple(crew.get(key) for key in ("exposure", "agency", "discipline"))
        for crew in ({"exposure": "responders"} | each for each in FIVE_AGENCIES)
    }, "no agency, no kind of work and no exposure sits with another"
    assert sum(each.about or 0 for each in groups) == 103, "nobody is left out"
    assert sorted(each.about for each in groups if each.agency == "metro" and each.part) == [19, 19]
    for each in groups:
        assert each.facilitators == max(2, ceil((each.about or 0) / 7)), each.item


async def test_a_dispatchers_bad_call(town: Town) -> None:
    """Nobody but they heard it: a person says so, and no crew is called in for it."""
    await town.enroll_team(peers=1, mhps=0)
    case_id = (await town.report(**DISPATCHERS_CALL))["case_id"]
    assert not town.events(case_id, FollowupPlanned), "a person decides"
    await town.decide("c-1", "raise")
    await town.accept("p-1")

    sessions = [each for each in _planned(town, case_id) if each.kind == "defusing"]
    assert [each.group for each in sessions] == ["dispatchers"]
    declined = await town.http.post(f"/v1/cases/{case_id}/items/defusing-dispatchers/decline")
    assert declined.is_success, declined.text
    await town.advance(days=3)
    due = [each.item for each in town.events(case_id, CheckInFellDue) if hasattr(each, "item")]
    assert "check-in-1-dispatchers" in due


async def test_a_child_dies_at_the_end_of_a_shift_and_the_professional_cannot_be_reached(
    tmp_path: Path,
) -> None:
    async with a_town(tmp_path, scheduling__confirm_after="PT2H") as town:
        town.phones.put_aside(PROPOSED)
        await town.enroll_team(peers=3, mhps=1)
        await town.advance(hours=15, minutes=15)  # a quarter past six in the evening
        case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
        for member in ("p-1", "p-2", "m-1"):
            await town.accept(member)
        await town.advance(minutes=1)
        first = _of(town, case_id, "defusing-responders", InterventionProposed)[0]
        evening = datetime(2026, 3, 2, 19, 15, tzinfo=UTC)
        assert first.slots[0].starts_at == evening, "before they go home, not in the night"
        taken = await town.post(f"/v1/cases/{case_id}/items/defusing-responders/confirm", slot=1)
        assert taken["starts_at"] == "2026-03-02T19:15:00Z"

        await town.advance(days=3)
        talk = "debriefing-responders"
        assert _of(town, case_id, talk, InterventionProposed)[0].awaits_approval
        assert not _of(town, case_id, talk, InterventionScheduled), "not without the professional"
        refused = await town.http.post(f"/v1/cases/{case_id}/items/{talk}/confirm", json={})
        assert refused.status_code == 409
        alarms = town.events(case_id, CoordinatorAlarmed)
        told = {(e.reason, e.item) for e in alarms if isinstance(e, CoordinatorAlarmed)}
        assert (AlarmReason.APPROVAL_MISSING, talk) in told

        await town.tap("m-1", "sessions", kind="debriefing", answer="approve")
        scheduled = _of(town, case_id, talk, InterventionScheduled)
        assert len(scheduled) == 1, "what only waited for the word is told with it"
        assert scheduled[0].starts_at > town.clock.now()


async def test_after_a_line_of_duty_death_a_year_ends_with_everybody_seen(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=1, h_1=Role.CHAPLAIN)
    began = town.clock.now()
    case_id = (await town.report(**LINE_OF_DUTY_DEATH))["case_id"]
    for member in ("p-1", "p-2", "p-3", "m-1", "h-1"):
        await town.accept(member)
    await town.tap("m-1", "sessions", kind="debriefing", answer="approve")
    for each in _planned(town, case_id):
        if each.opens_at <= town.clock.now():
            await town.done(case_id, each.item)
            await _look_after(town, case_id, each)
    await town.advance(days=1)
    for group in ("responders", "dispatchers"):
        await town.done(case_id, f"debriefing-{group}")
        await town.done(case_id, f"staff-support-debriefing-{group}")
    town.phones.look("c-1")

    made = 0
    for days in (3, 7, 14, 28, 90, 365):
        await town.advance(
            seconds=(began + timedelta(days=days) - town.clock.now()).total_seconds()
        )
        due = town.events(case_id, CheckInFellDue)[made:]
        assert due, f"after {days} days"
        for each in due:
            assert not town.events(case_id, CaseClosed)
            await town.done(case_id, each.item)  # type: ignore[attr-defined] # a check-in has one
        made += len(due)

    assert len(town.events(case_id, CaseClosed)) == 1, "with the last check-in, and by itself"
    town.phones.assert_silent("c-1")


async def _look_after(town: Town, case_id: str, held: PlannedIntervention) -> None:
    """Those who held a group are seen, too."""
    if held.kind in {"defusing", "debriefing"}:
        await town.done(case_id, f"staff-support-{held.item}")


def _planned(town: Town, case_id: str) -> tuple[PlannedIntervention, ...]:
    (plan,) = town.events(case_id, FollowupPlanned)
    assert isinstance(plan, FollowupPlanned)
    return plan.interventions


def _who(each: PlannedIntervention) -> tuple[str, str | None, str | None]:
    return each.group, each.agency, each.discipline


def _of(town: Town, case_id: str, item: str, kind: type[KindT]) -> list[KindT]:
    return [
        each
        for each in town.events(case_id, kind)
        if isinstance(each, kind) and getattr(each, "item", None) == item
    ]
