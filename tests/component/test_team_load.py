"""What the team carries: for the mental health lead alone, by their own link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.policy import Role
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

MEMBERS = "/v1/roster/members"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        await running.enroll_team(peers=3, mhps=2, d_1=Role.CLINICAL_DIRECTOR)
        await running.enroll("l-1", Role.PROGRAM_LEAD)
        await running.enroll("ch-1", Role.CHAPLAIN)
        yield running


async def own(town: Town, member_id: str) -> str:
    answer = await town.http.post(f"{MEMBERS}/{member_id}/invite")
    assert answer.status_code == 204, answer.text
    return f"/m/{town.phones.own_link(member_id)}"


async def looked(town: Town, member_id: str, *, key: bool = False) -> httpx.Response:
    path = f"{await own(town, member_id)}/team-load"
    return await town.http.get(path, headers={} if key else {"Authorization": ""})


@pytest.mark.parametrize("member_id", ["m-1", "d-1"])
async def test_who_looks_after_the_team_sees_plain_loads(town: Town, member_id: str) -> None:
    await town.report(**PEDIATRIC_DEATH)
    peer = next(name for name in town.phones.asked() if name.startswith("p-"))
    await town.accept(peer)

    answer = await looked(town, member_id)
    assert answer.status_code == 200
    own_lines = answer.text.partition(f">{peer} <")[2].partition("</section>")[0]
    assert "once" in own_lines
    assert "1, 1 at night" in own_lines, "it is three in the morning"
    for name in ("p-1", "p-2", "p-3", "m-1", "m-2", "ch-1", "d-1"):
        assert f">{name} <" in answer.text
    assert "c-1" not in answer.text
    assert "@phones.invalid" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "team-load" in (await town.http.get(await own(town, member_id))).text


@pytest.mark.parametrize("member_id", ["c-1", "l-1", "p-1", "ch-1"])
async def test_nobody_else_sees_them_also_with_an_operators_key(town: Town, member_id: str) -> None:
    for key in (False, True):
        answer = await looked(town, member_id, key=key)
        assert answer.status_code == 403
        assert "not for you" in answer.text
        assert "m-1" not in answer.text
    assert "team-load" not in (await town.http.get(await own(town, member_id))).text


async def test_an_operators_key_opens_nothing_by_itself(town: Town) -> None:
    for token in ("x", "metro.m-1.guess", "metro.m-1.guess.signed"):
        answer = await town.http.get(f"/m/{token}/team-load")
        assert answer.status_code == 404
        assert "p-1" not in answer.text
    described = (await town.http.get("/openapi.json")).text
    assert "team-load" not in described
    assert "team_load" not in described


@pytest.mark.parametrize("step", ["leave", "stand-down"])
async def test_one_who_left_or_is_stood_down_sees_them_no_more(town: Town, step: str) -> None:
    path = await own(town, "m-1")
    body = {"on": "2026-03-01"} if step == "leave" else {"reason": "rest"}
    answer = await town.http.post(f"{MEMBERS}/m-1/{step}", json=body)
    assert answer.is_success, answer.text

    assert (await town.http.get(f"{path}/team-load")).status_code == 403


async def test_a_link_that_a_fresh_one_took_the_place_of_opens_nothing(town: Town) -> None:
    old = await own(town, "m-1")
    await town.http.post(f"{MEMBERS}/m-1/invite?fresh=true")

    assert (await town.http.get(f"{old}/team-load")).status_code == 404
