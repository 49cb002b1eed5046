"""Sessions and check-ins: opened when they may, reminded when due, told when forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.dispatch import AlarmReason, CoordinatorAlarmed
from schemas.followup import CheckInFellDue, CheckInMissed, FollowupPlanned, GroupWindowsOpened
from tests.scenarios.calls import PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town


async def _a_team(town: Town, **told: Any) -> str:
    """A team that stands, with every phone looked at."""
    await town.enroll_team(peers=3, mhps=2)
    taken = await town.report(**PEDIATRIC_DEATH, **told)
    for member in ("p-1", "p-2", "m-1"):
        await town.accept(member)
    town.phones.look()
    return str(taken["case_id"])


def _alarms(town: Town, case_id: str) -> list[tuple[str, str | None]]:
    told = town.events(case_id, CoordinatorAlarmed)
    return [(e.reason.value, e.item) for e in told if isinstance(e, CoordinatorAlarmed)]


async def test_a_defusing_that_was_held_raises_no_alarm(town: Town) -> None:
    case_id = await _a_team(town)
    await town.advance(hours=5)
    await town.done(case_id, "defusing-responders")
    await town.done(case_id, "defusing-dispatchers")

    await town.advance(hours=8)

    assert _alarms(town, case_id) == []
    town.phones.assert_silent()


async def test_a_defusing_that_was_forgotten_alarms_at_the_target_and_at_the_close(
    town: Town,
) -> None:
    case_id = await _a_team(town)
    await town.done(case_id, "defusing-dispatchers")

    await town.advance(hours=8)
    assert _alarms(town, case_id) == [
        (AlarmReason.INTERVENTION_OVERDUE.value, "defusing-responders")
    ]
    town.phones.expect_text("c-1", "has not been held by its target")
    await town.advance(hours=4)
    town.phones.expect_text("c-1", "window closes soon and nothing is scheduled")
    town.phones.expect_text("c-1", "window has closed")
    town.phones.assert_silent()


async def test_operations_that_last_three_days(town: Town) -> None:
    """No group sits down while work goes on; the windows count from its end."""
    case_id = await _a_team(town, operations_ongoing=True)
    (plan,) = town.events(case_id, FollowupPlanned)
    assert isinstance(plan, FollowupPlanned)
    assert {each.kind for each in plan.interventions} == {"one_on_one"}
    for group in ("responders", "dispatchers"):
        await town.done(case_id, f"one-on-one-{group}")

    refused = await town.http.post(f"/v1/cases/{case_id}/items/defusing-responders/done")
    assert refused.status_code == 409
    await town.advance(days=2, hours=23)
    assert _alarms(town, case_id) == []
    await town.report(**PEDIATRIC_DEATH, units_note="still here", operations_ongoing=True)
    assert not town.events(case_id, GroupWindowsOpened)

    await town.advance(hours=1)
    ended_at = town.clock.now()
    await town.report(**PEDIATRIC_DEATH, operations_ongoing=False)

    (opened,) = town.events(case_id, GroupWindowsOpened)
    assert isinstance(opened, GroupWindowsOpened)
    assert {each.opens_at for each in opened.interventions if each.kind == "defusing"} == {ended_at}
    await town.advance(hours=1)
    await town.done(case_id, "defusing-responders")
    await town.done(case_id, "defusing-dispatchers")
    await town.advance(hours=12)
    assert not [alarm for alarm in _alarms(town, case_id) if "intervention" in alarm[0]]


async def test_a_check_in_falls_due_and_nobody_marks_it(town: Town) -> None:
    case_id = await _a_team(town)
    (plan,) = town.events(case_id, FollowupPlanned)
    assert isinstance(plan, FollowupPlanned)
    for session in ("defusing", "one-on-one", "staff-support-defusing"):
        for group in ("responders", "dispatchers"):
            await town.done(case_id, f"{session}-{group}")
    await town.advance(days=2)
    await town.tap("m-1", "sessions", kind="debriefing", answer="approve")
    for group in ("responders", "dispatchers"):
        await town.done(case_id, f"debriefing-{group}")
        await town.done(case_id, f"staff-support-debriefing-{group}")
    town.phones.assert_silent()

    await town.advance(days=1)
    town.phones.assert_silent()  # it is 03:00 in the night: nobody is woken for a reminder
    await town.advance(hours=5)
    due = town.events(case_id, CheckInFellDue)
    assert [each.peer for each in due if isinstance(each, CheckInFellDue)] == list(plan.peers)
    for peer in plan.peers:
        town.phones.expect_text(peer, "a check-in is due")
    town.phones.assert_silent()
    await town.done(case_id, "check-in-1-dispatchers")

    await town.advance(days=1)
    missed = town.events(case_id, CheckInMissed)
    assert [each.item for each in missed if isinstance(each, CheckInMissed)] == [
        "check-in-1-responders"
    ]
    town.phones.expect_text("c-1", "A check-in was not made in time")
    town.phones.assert_silent()


async def test_a_debriefing_waits_for_the_professionals_word(town: Town) -> None:
    """Peer-driven and professionally led: the defusing is the peers' own, the debriefing is not."""
    case_id = await _a_team(town)
    await town.done(case_id, "defusing-responders")
    await town.advance(days=2)
    refused = await town.http.post(f"/v1/cases/{case_id}/items/debriefing-responders/done")
    assert refused.status_code == 409
    assert "the page of their own offer" in refused.json()["detail"]
    town.phones.look()

    await town.advance(days=1)
    assert any("approval" in each.text for each in town.phones.received["c-1"])
    assert (AlarmReason.APPROVAL_MISSING.value, "debriefing-responders") in _alarms(town, case_id)

    await town.tap("m-1", "sessions", kind="debriefing", answer="approve")
    await town.done(case_id, "debriefing-responders")
