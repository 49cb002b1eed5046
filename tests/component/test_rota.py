"""Rotas over HTTP: set, show, override, swap, who is on call, gaps ahead, and the daily look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemas.dispatch import Failure
from schemas.policy import Role
from schemas.rota import CoverageChecked, GapsWarned
from schemas.subjects import Stream
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

WEEKLY: dict[str, Any] = {
    "time_zone": "America/New_York",
    "role": "peer",
    "layers": [
        {
            "members": ["p-1", "p-2"],
            "first_handover": "2026-03-02T08:00",
            "shift": {"count": 1, "unit": "weeks"},
        }
    ],
}
MHPS = WEEKLY | {"role": "mhp", "layers": [WEEKLY["layers"][0] | {"members": ["m-1"]}]}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, alone=True) as made:
        await made.enroll_team(peers=3, mhps=1)
        yield made


async def put(town: Town, name: str, plan: dict[str, Any], **query: Any) -> dict[str, Any]:
    answer = await town.http.put(f"/v1/rota/schedules/{name}", json=plan, params=query)
    assert answer.is_success, answer.text
    await town.settle()
    told: dict[str, Any] = answer.json()
    return told


async def get(town: Town, path: str, **query: Any) -> dict[str, Any]:
    answer = await town.http.get(f"/v1/rota/{path}", params=query)
    assert answer.is_success, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def who(town: Town, at: str) -> list[str]:
    return [each["member_id"] for each in (await get(town, "on-call", at=at))["on_call"]]


async def test_a_rota_is_set_and_shown(town: Town) -> None:
    told = await put(town, "peers-weekly", WEEKLY)
    assert told["changed"]
    assert told["shifts"][0] == {
        "rota": "peers-weekly",
        "role": "peer",
        "member_id": "p-1",
        "place": 1,
        "starts": "2026-03-02T08:00:00-05:00",
        "ends": "2026-03-09T08:00:00-04:00",
    }
    assert "no mental health professional is on call" in told["gaps"][0]["words"]
    [shown] = (await get(town, "schedules"))["rotas"]
    assert shown["plan"]["layers"][0]["members"] == ["p-1", "p-2"]
    assert await get(town, "schedules/peers-weekly") == shown
    assert not (await put(town, "peers-weekly", WEEKLY))["changed"]


async def test_a_dry_run_changes_nothing(town: Town) -> None:
    told = await put(town, "peers-weekly", WEEKLY, dry_run=True)
    assert [shift["member_id"] for shift in told["shifts"]] == ["p-1", "p-2"]
    assert (await get(town, "schedules"))["rotas"] == []
    assert town.journal.all(Stream.ROTA) == ()


async def test_who_is_on_call_is_told_for_a_moment_or_for_a_wall_time(town: Town) -> None:
    await put(town, "peers-weekly", WEEKLY)
    assert await who(town, "2026-03-02T13:00:00Z") == ["p-1"]
    assert await who(town, "2026-03-02T12:59:00Z") == []
    assert await who(town, "2026-03-09T12:00:00") == ["p-2"]  # the town reads times in UTC


async def test_a_stand_in_and_back(town: Town) -> None:
    await put(town, "peers-weekly", WEEKLY)
    stand_in = {
        "member_id": "p-3",
        "instead_of": "p-1",
        "starts": "2026-03-07T08:00",
        "ends": "2026-03-08T08:00",
    }
    made = await town.post("/v1/rota/schedules/peers-weekly/overrides", **stand_in)
    assert await who(town, "2026-03-07T20:00:00Z") == ["p-3"]
    again = stand_in | {"override_id": made["override_id"]}
    assert (await town.post("/v1/rota/schedules/peers-weekly/overrides", **again)) == {
        "override_id": None
    }
    shown = await get(town, "schedules/peers-weekly")
    assert [each["member_id"] for each in shown["overrides"]] == ["p-3"]

    path = f"/v1/rota/schedules/peers-weekly/overrides/{made['override_id']}"
    assert (await town.http.delete(path)).status_code == 204
    assert await who(town, "2026-03-07T20:00:00Z") == ["p-1"]
    assert (await town.http.delete(path)).status_code == 404


async def test_two_members_swap(town: Town) -> None:
    await put(town, "peers-weekly", WEEKLY)
    await town.post(
        "/v1/rota/schedules/peers-weekly/swaps",
        first="p-1",
        first_at="2026-03-04T12:00",
        second="p-2",
        second_at="2026-03-11T12:00",
    )
    mine = await get(town, "shifts", member_id="p-1", days=21, rota="peers-weekly")
    assert [shift["starts"][:10] for shift in mine["shifts"]] == ["2026-03-09", "2026-03-16"]


async def test_a_rota_ends(town: Town) -> None:
    await put(town, "peers-weekly", WEEKLY)
    answer = await town.http.post("/v1/rota/schedules/peers-weekly/end", json={})
    assert answer.status_code == 204
    assert await who(town, "2026-03-04T12:00:00Z") == []
    assert (await get(town, "schedules/peers-weekly"))["plan"] is None


def broken(**changes: Any) -> dict[str, Any]:
    return WEEKLY | {"layers": [WEEKLY["layers"][0] | changes]}


MISFITS = [
    (WEEKLY | {"time_zone": "America/Nowhere"}, "time_zone"),
    (WEEKLY | {"role": "boss"}, "role"),
    (WEEKLY | {"layer": []}, "layer"),
    (broken(members=["p-1", "p-9"]), "layers.0.members.1"),
    (broken(members=["m-1"]), "layers.0.members.0"),
    (broken(first_handover="2026-03-02T08:00:00Z"), "layers.0.first_handover"),
    (broken(shift={"count": 0, "unit": "weeks"}), "layers.0.shift.count"),
    (broken(only=[{"days": ["mon"], "starts": "25:00", "ends": "1:00"}]), "layers.0.only.0.starts"),
    (broken(typo=1), "layers.0.typo"),
]


async def test_what_does_not_fit_is_told_by_field(town: Town) -> None:
    for plan, field in MISFITS:
        answer = await town.http.put("/v1/rota/schedules/peers-weekly", json=plan)
        assert answer.status_code == 422, field
        assert field in [each["field"] for each in answer.json()["errors"]]
    assert town.journal.all(Stream.ROTA) == ()


async def test_a_refusal_says_why(town: Town) -> None:
    await put(town, "peers-weekly", WEEKLY)
    for path, starts, status, code in [
        ("nobody/overrides", "2026-03-07T08:00", 404, "unknown-rota"),
        ("peers-weekly/overrides", "2026-03-07T08:00", 409, "not-on-call-then"),
        ("peers-weekly/overrides", "2026-03-09T08:00", 422, "dates-reversed"),
    ]:
        asked = {"member_id": "p-3", "instead_of": "p-2", "ends": "2026-03-08T08:00"}
        answer = await town.http.post(f"/v1/rota/schedules/{path}", json=asked | {"starts": starts})
        assert answer.status_code == status
        assert answer.json()["type"] == f"urn:tailboard:problem:{code}"


async def test_only_operators_read_the_rotas(town: Town) -> None:
    town.http.headers.pop("Authorization")
    for path in ("schedules", "shifts", "on-call", "gaps", "calendars"):
        assert (await town.http.get(f"/v1/rota/{path}")).status_code == 401


async def test_gaps_are_told_for_as_many_days_as_wanted(town: Town) -> None:
    await put(town, "peers-weekly", WEEKLY)
    await put(town, "mhps-weekly", MHPS)
    # p-1 to p-3 and m-1 have no competencies: the one date of their training counts
    assert (await get(town, "gaps"))["gaps"] == [
        gap for gap in (await get(town, "gaps", days=14))["gaps"]
    ]
    assert (await town.http.get("/v1/rota/gaps", params={"days": 91})).status_code == 422


def texts(town: Town, owner: str) -> list[str]:
    return [message.text for message in town.phones.received[owner]]


def looks(town: Town, *kinds: type) -> list[Any]:
    return [told.event for told in town.journal.all(Stream.ROTA) if isinstance(told.event, kinds)]


async def test_coordinators_are_warned_once_three_days_ahead(town: Town) -> None:
    nights = [{"days": ["mon", "tue", "wed", "thu", "fri"], "starts": "00:00", "ends": "00:00"}]
    await put(town, "peers-weekly", broken(only=nights))
    await put(town, "mhps-weekly", MHPS | {"layers": [MHPS["layers"][0] | {"only": nights}]})
    await town.advance(hours=2)
    assert looks(town, GapsWarned) == []  # the week end is further away than that

    await town.advance(days=3)
    [warned] = looks(town, GapsWarned)
    assert warned.member_ids == ("c-1",)
    [text] = texts(town, "c-1")
    assert "Saturday 7 March 05:00 to Monday 9 March 04:00 nobody is on call" in text
    assert "http://town.invalid/roster" in text

    await town.advance(days=3)
    assert len(looks(town, GapsWarned)) == 1
    await town.advance(days=5)
    assert len(looks(town, GapsWarned)) == 2
    assert len(looks(town, CoverageChecked)) >= 10


async def test_a_warning_is_sent_again_until_a_carrier_takes_it(town: Town) -> None:
    await town.enroll("c-2", Role.COORDINATOR)
    await town.advance(hours=11)
    await put(town, "mhps-weekly", MHPS)
    town.phones.fail("c-1", Failure.TEMPORARY, Failure.TEMPORARY)
    await town.advance(hours=1, minutes=1)
    assert len(looks(town, GapsWarned)) == 1
    assert texts(town, "c-1") == []
    assert len(texts(town, "c-2")) == 1
    await town.advance(minutes=3)
    assert len(texts(town, "c-1")) == len(texts(town, "c-2")) == 1
