"""The team was sent home too soon and is wanted again: what was planned the first time is not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import CoordinatorAlarmed
from schemas.followup import CheckInFellDue, CheckInMissed, FollowupPlanned
from tests.scenarios.calls import PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town

ITEM = "check-in-1-responders"


async def test_the_check_ins_of_the_second_plan_fall_due_again(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=1)
    case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
    for member in ("p-1", "p-2", "m-1"):
        await town.accept(member)
    await town.advance(days=5)
    assert of(town, case_id, CheckInMissed) == 1

    await town.post(f"/v1/cases/{case_id}:lower", reason="not_needed")
    await town.advance(hours=1)
    await town.post(f"/v1/cases/{case_id}:raise", trigger_class="child_death")
    for member in ("p-1", "p-2", "m-1"):
        await town.accept(member)
    await town.advance(hours=12)

    assert len(town.events(case_id, FollowupPlanned)) == 2
    assert of(town, case_id, CheckInFellDue) + of(town, case_id, CheckInMissed) >= 3
    assert of(town, case_id, CheckInMissed) == 2, "the second time it is missed at once"
    assert of(town, case_id, CoordinatorAlarmed, reason="check_in_missed") == 2, "and told anew"


def of(town: Town, case_id: str, kind: type, reason: str | None = None) -> int:
    """How many of a kind of event are about the first check-in."""
    told = town.events(case_id, kind)
    return sum(
        getattr(e, "item", None) == ITEM and reason in {None, getattr(e, "reason", None)}
        for e in told
    )
