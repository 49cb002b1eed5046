"""What pages nobody: a lockout, a repeat, a drill, a cancelled call, a year of history."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.dispatch import TeamActivated
from tests.scenarios.calls import LINE_OF_DUTY_DEATH, LOCKOUT, PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town


@pytest.fixture(autouse=True)
async def _a_team(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)


async def test_a_vehicle_lockout(town: Town) -> None:
    taken = await town.report(**LOCKOUT)

    assert (taken["outcome"], taken["activated"]) == ("routine", False)
    assert town.kinds(taken["case_id"]) == ["incident_reported"]
    await town.advance(days=30)
    assert town.phones.received == {}


async def test_the_same_call_from_two_windows(town: Town) -> None:
    first = await town.report(**PEDIATRIC_DEATH)
    before = town.kinds(first["case_id"])
    town.phones.look()

    second = await town.report(**PEDIATRIC_DEATH)

    assert (second["case_id"], second["answer"]) == (first["case_id"], "duplicate")
    assert town.kinds(first["case_id"]) == before
    town.phones.assert_silent()


@pytest.mark.parametrize(
    "told",
    [
        {"exercise": True},
        {"narrative": "DRILL: child, CPR in progress, pronounced"},
        {"incident_type": "Training exercise pediatric arrest"},
        {"status": "cancelled"},
        {"status": "false_alarm"},
    ],
)
async def test_a_drill_or_a_cancelled_call(town: Town, told: dict[str, Any]) -> None:
    taken = await town.report(**(PEDIATRIC_DEATH | told))

    assert not taken["activated"]
    await town.advance(days=2)
    assert town.phones.received == {}


@pytest.mark.parametrize(
    "notes",
    [
        "mock MCI drill, 20 black tags",
        "THIS IS A TEST 3 yo not breathing",
        "full scale exercise at airport, 40 simulated pts",
        "swatting call, no shooter, unfounded",
    ],
)
async def test_notes_that_say_themselves_that_nothing_happened(town: Town, notes: str) -> None:
    taken = await town.report(incident_number="26-1", incident_type="Call", narrative=notes)

    assert taken["outcome"] == "routine"
    await town.advance(days=2)
    assert town.phones.received == {}


async def test_a_patient_dies_in_hospital_long_after_the_call_was_closed(town: Town) -> None:
    call = {"incident_number": "26-1", "incident_type": "Fall", "units": ["E12"]}
    await town.report(**call, narrative="6 yof fell from swing, awake and alert")
    await town.report(**call, status="closed")
    assert town.phones.received == {}
    await town.advance(hours=9)

    late = await town.report(**call, status="closed", narrative="6 yof died at hospital")

    assert (late["answer"], late["activated"]) == ("updated", True)
    assert len(town.phones.asked()) == 5


async def test_a_year_of_history_posted_at_once(town: Town) -> None:
    """The records are screened, so that the program lead can learn from them; no phone rings."""
    start = town.clock.now() - timedelta(days=376)
    outcomes = []
    for day in range(365):
        call = LINE_OF_DUTY_DEATH if day % 90 == 0 else PEDIATRIC_DEATH if day % 5 == 0 else LOCKOUT
        told = {"incident_number": f"25-{day}", "occurred_at": str(start + timedelta(days=day))}
        answer = await town.http.post("/v1/incidents", json=call | told)
        outcomes.append(answer.json()["outcome"])
    await town.settle()

    assert outcomes.count("critical") == 73
    assert town.phones.received == {}
    await town.advance(days=400)
    assert town.phones.received == {}


async def test_yesterdays_call_still_counts(town: Town) -> None:
    yesterday = str(town.clock.now() - timedelta(days=1))

    taken = await town.report(**PEDIATRIC_DEATH, occurred_at=yesterday)

    assert taken["activated"]
    assert town.events(taken["case_id"], TeamActivated)
    assert len(town.phones.asked()) == 5


async def test_an_upgrade_after_routine_pages_once(town: Town) -> None:
    routine = await town.report(**LOCKOUT)
    assert town.phones.received == {}

    upgrade = LOCKOUT | {"narrative": "child in hot car, not breathing, CPR, pronounced"}
    upgraded = await town.report(**upgrade)

    assert (upgraded["case_id"], upgraded["answer"]) == (routine["case_id"], "updated")
    assert upgraded["activated"]
    asked = town.phones.asked()
    assert len(asked) == 5
    town.phones.look()
    await town.report(**(upgrade | {"units": ["E12", "M12"]}))
    assert town.phones.asked() == asked
    town.phones.assert_silent()
