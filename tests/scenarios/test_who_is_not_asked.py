"""Who is left in peace, and why: those who were there, and those who may not serve today."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.candidates import Exclusion
from schemas.dispatch import TeamActivated
from schemas.policy import Role
from tests.scenarios.calls import PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town


def _excluded(town: Town, case_id: str) -> dict[str, tuple[Exclusion, ...]]:
    (opened,) = town.events(case_id, TeamActivated)
    assert isinstance(opened, TeamActivated)
    return {each.member_id: each.reasons for each in opened.excluded}


async def test_a_member_was_on_the_scene(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=1)
    await town.enroll("p-12", Role.PEER, units=["e 12"])

    taken = await town.report(**PEDIATRIC_DEATH)
    await town.advance(hours=3)

    town.phones.assert_silent("p-12")
    assert _excluded(town, taken["case_id"]) == {"p-12": (Exclusion.INVOLVED,)}
    assert town.phones.asked() == ["m-1", "p-1", "p-2", "p-3"]


async def test_each_reason_keeps_a_member_off_the_phone_and_is_shown(town: Town) -> None:
    today = town.clock.now().date()
    await town.enroll_team(peers=3, mhps=1)
    await town.enroll("p-lapsed", Role.PEER, training_valid_until=str(today - timedelta(days=1)))
    await town.enroll("p-new", Role.PEER, designated_from=str(today + timedelta(days=1)))
    await town.enroll("p-lost", Role.PEER, contact_confirmed_on=str(today - timedelta(days=91)))
    await town.enroll("p-rest", Role.PEER)
    await town.http.post("/v1/roster/members/p-rest/stand-down", json={"reason": "rest"})
    rusty = [{"kind": "icisf_group", "earned_on": str(today - timedelta(days=400))}]
    await town.enroll("p-rusty", Role.PEER, competencies=rusty)
    gatekeeper = [{"kind": "qpr", "earned_on": str(today)}]
    await town.enroll("p-untrained", Role.PEER, competencies=gatekeeper)
    await town.enroll("p-muted", Role.PEER)
    await town.http.post("/v1/roster/members/p-muted/mute", json={"hours": 2})
    await town.enroll("p-left", Role.PEER)
    await town.http.post(
        "/v1/roster/members/p-left/leave", json={"on": str(today - timedelta(days=1))}
    )
    await town.enroll("p-erased", Role.PEER)
    await town.http.delete("/v1/roster/members/p-erased/contact")

    taken = await town.report(**PEDIATRIC_DEATH)
    await town.advance(hours=3)

    assert _excluded(town, taken["case_id"]) == {
        "p-lapsed": (Exclusion.TRAINING_LAPSED,),
        "p-new": (Exclusion.NOT_DESIGNATED,),
        "p-lost": (Exclusion.CONTACT_STALE,),
        "p-rest": (Exclusion.STOOD_DOWN,),
        "p-rusty": (Exclusion.TRAINING_LAPSED,),
        "p-untrained": (Exclusion.UNTRAINED,),
        "p-muted": (Exclusion.MUTED,),
        "p-left": (Exclusion.DESIGNATION_ENDED,),
        "p-erased": (Exclusion.STOOD_DOWN,),
    }
    assert town.phones.asked() == ["m-1", "p-1", "p-2", "p-3"]


async def test_one_who_returns_from_rest_is_asked_again(town: Town) -> None:
    await town.enroll_team(peers=1, mhps=1)
    await town.http.post("/v1/roster/members/p-1/stand-down", json={"reason": "rest"})
    await town.http.post("/v1/roster/members/p-1/return")

    await town.report(**PEDIATRIC_DEATH)

    town.phones.expect_text("p-1", "a peer is needed now")


async def test_the_coordinator_is_not_asked_to_serve(town: Town) -> None:
    await town.enroll_team(peers=3, mhps=2)

    await town.report(**PEDIATRIC_DEATH)

    town.phones.assert_silent("c-1")
