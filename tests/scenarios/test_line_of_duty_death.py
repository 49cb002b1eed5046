"""One of our own dies: peers, MHP and chaplain now; check-ins to the anniversary."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.dispatch import MemberNotified
from schemas.followup import CheckInFellDue, FollowupPlanned
from schemas.policy import Role
from tests.scenarios.calls import LINE_OF_DUTY_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town


async def test_the_whole_year(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2, h_1=Role.CHAPLAIN, h_2=Role.CHAPLAIN)
    began = town.clock.now()
    taken = await town.report(**LINE_OF_DUTY_DEATH)
    case_id = taken["case_id"]

    assert town.phones.asked() == ["h-1", "h-2", "m-1", "m-2", "p-1", "p-2", "p-3", "p-4"]
    for member in ("p-1", "p-2", "p-3", "m-1", "h-1"):
        await town.accept(member)
    for standing_down in ("p-4", "m-2", "h-2"):
        assert "stand down" in town.phones.unread(standing_down)[-1]

    (plan,) = town.events(case_id, FollowupPlanned)
    assert isinstance(plan, FollowupPlanned)
    assert plan.brief.tier == 1
    assert plan.peers == ("p-1", "p-2", "p-3")
    assert {"chaplain_visit", "family_support"} <= {each.kind for each in plan.interventions}

    town.phones.look()
    await town.advance(days=366)
    due = town.events(case_id, CheckInFellDue)
    days = {(each.due_at - began) / timedelta(days=1) for each in due if hasattr(each, "due_at")}
    assert days == {3, 7, 14, 28, 90, 365}
    notices = town.events(case_id, MemberNotified)
    peers = [each.member_id for each in notices if isinstance(each, MemberNotified)]
    assert {peer: peers.count(peer) for peer in plan.peers} == {"p-1": 4, "p-2": 4, "p-3": 4}
    town.phones.assert_silent("p-4", "m-1", "m-2", "h-1", "h-2")
