"""The public team page: those who agreed and nobody else, off until the agency turns it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.policy import Role
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

ON = {"team_page": True, "team_name": "Demo & Sons peer team"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, dispatch=ON, alone=True) as running:
        yield running


async def team(town: Town, status: int = 200) -> str:
    answer = await town.http.get("/team", headers={"Authorization": ""})
    assert answer.status_code == status
    return answer.text


async def agree(town: Town, member_id: str, role: Role = Role.PEER, **fields: object) -> None:
    profile = {"name": f"Demo {member_id}", "bio": f"Bio of {member_id}."}
    await town.enroll(member_id, role, profile=profile, on_team_page=True, **fields)


async def test_it_is_off_unless_the_agency_turns_it_on(tmp_path: Path) -> None:
    async with a_town(tmp_path, alone=True) as town:
        assert (await town.http.get("/team")).status_code == 404


async def test_those_who_agreed_are_shown_by_role_and_name(town: Town) -> None:
    await agree(town, "p-2", languages=["es", "hmn", "klingon"], discipline="ems")
    await agree(town, "p-1")
    await agree(town, "m-1", Role.MHP)
    shown = await team(town)

    assert "Demo &amp; Sons peer team" in shown
    order = [shown.index(words) for words in ("Peers", "Demo p-1", "Demo p-2", "Demo m-1")]
    assert order == sorted(order)
    for words in ("Bio of p-2.", "Spanish", "Hmong", "Klingon", "EMS", 'href="/ask"', "tel:988"):
        assert words in shown


async def test_nothing_is_said_of_anybody_else(town: Town) -> None:
    await agree(town, "p-1")
    await town.enroll("p-2", Role.PEER, profile={"name": "Secret"}, languages=["ja"])
    await town.enroll("p-3", Role.PEER, on_team_page=True, station="st-secret")
    await agree(town, "p-4")
    await town.http.post("/v1/roster/members/p-4/leave", json={"on": "2026-03-01"})
    await agree(town, "p-5")
    await town.http.delete("/v1/roster/members/p-5/contact")
    shown = await team(town)

    assert "Demo p-1" in shown
    for words in ("Secret", "secret", "Japanese", "p-2", "p-3", "p-4", "p-5", "st-1"):
        assert words not in shown, words


async def test_without_anybody_it_still_says_how_to_ask(town: Town) -> None:
    assert "Nobody is shown here at the moment" in await team(town)
    town.journal.reachable = False
    shown = await team(town, 503)
    assert "tel:988" in shown
    assert 'href="/ask"' in shown
