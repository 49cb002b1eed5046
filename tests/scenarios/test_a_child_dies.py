"""A child dies at a call: a team stands minutes later, and nobody else's phone has rung."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import OfferExtended, TeamFormed
from schemas.followup import FollowupPlanned
from schemas.policy import Role
from tests.scenarios.calls import PEDIATRIC_CPR, PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town


def _asked(town: Town, role: str) -> list[str]:
    return [owner for owner in town.phones.asked() if owner.startswith(role)]


async def test_a_team_forms(town: Town) -> None:
    await town.enroll_team(peers=6, mhps=3, h_1=Role.CHAPLAIN)
    taken = await town.report(**PEDIATRIC_DEATH)
    assert (taken["outcome"], taken["activated"]) == ("critical", True)

    peers, mhps = _asked(town, "p-"), _asked(town, "m-")
    assert (len(peers), len(mhps)) == (3, 2)
    for member in (*peers, *mhps):
        town.phones.expect_text(member, "now")
    town.phones.assert_silent()

    await town.accept(peers[0])
    await town.accept(mhps[0])
    town.phones.expect_text(mhps[1], "stand down")
    page = await town.accept(peers[1])
    assert "you are on the team" in page
    town.phones.expect_text(peers[2], "stand down")
    town.phones.assert_silent()

    (team,) = town.events(taken["case_id"], TeamFormed)
    assert isinstance(team, TeamFormed)
    assert {m.member_id for m in team.members} == {peers[0], peers[1], mhps[0]}
    (plan,) = town.events(taken["case_id"], FollowupPlanned)
    assert isinstance(plan, FollowupPlanned)
    assert set(plan.peers) == {peers[0], peers[1]}


async def test_who_declines_is_left_alone_and_the_next_is_asked(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)
    await town.report(**PEDIATRIC_DEATH)
    first = _asked(town, "p-")
    town.phones.look()

    page = await town.decline(first[0])

    assert "That is fine" in page
    (fourth,) = set(_asked(town, "p-")) - set(first)
    town.phones.expect_text(fourth, "a peer is needed")
    town.phones.assert_silent()


async def test_a_child_in_danger_is_planned_for_today(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)
    taken = await town.report(**PEDIATRIC_CPR)

    for member in town.phones.asked():
        town.phones.expect_text(member, "needed today")
    offers = town.events(taken["case_id"], OfferExtended)
    assert len(offers) == len(town.phones.asked()) == 5


async def test_when_the_child_dies_later_nobody_is_called_twice(town: Town) -> None:
    await town.enroll_team(peers=6, mhps=3)
    taken = await town.report(**PEDIATRIC_CPR)
    town.phones.look()

    await town.report(**PEDIATRIC_CPR, status="closed", patients=[{"outcome": "died"}])

    town.phones.assert_silent()
    assert town.kinds(taken["case_id"]).count("activation_requested") == 1
