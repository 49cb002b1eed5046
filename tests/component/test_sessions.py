"""Scheduling over HTTP: JSON with a key, forms with the console's pass, and what does not fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.sessions import InterventionScheduled
from services.runtime.auth import KeyRole, Passes, Principal, add_key, secret_of
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

EIGHT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ITEM = "defusing-responders"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


async def a_case(town: Town) -> str:
    await town.enroll_team(peers=3, mhps=1)
    taken = await town.report(**PEDIATRIC_DEATH)
    for member in ("p-1", "p-2", "m-1"):
        await town.accept(member)
    await town.advance(minutes=1)
    return str(taken["case_id"])


async def say(town: Town, case_id: str, word: str, **body: Any) -> Any:
    return await town.http.post(f"/v1/cases/{case_id}/items/{ITEM}/{word}", json=body)


def leave(tmp_path: Path, case_id: str) -> str:
    passes = Passes(secret_of(tmp_path / "session-secret"))
    who = Principal(label="desk", agency="metro", role=KeyRole.OPERATOR)
    return passes.issue(who, f"decide:{case_id}")


async def test_what_is_proposed_and_set_can_be_read(town: Town) -> None:
    case_id = await a_case(town)
    (waits, _) = (await town.http.get("/v1/sessions")).json()["sessions"]
    assert (waits["scheduled"], waits["case_id"]) == (False, case_id)

    assert (await say(town, case_id, "confirm")).status_code == 200

    told = (await town.http.get(f"/v1/cases/{case_id}/sessions")).json()["sessions"]
    by_item = {each["item"]: each for each in told}
    assert by_item[ITEM]["starts_at"] == EIGHT.isoformat().replace("+00:00", "Z")
    assert by_item[ITEM]["slots"] == []
    assert by_item["defusing-dispatchers"]["slots"]
    assert by_item["debriefing-responders"]["awaits_approval"]
    held = (await town.http.get("/v1/sessions?days=1")).json()["sessions"]
    assert held[0]["scheduled"]


async def test_a_repeat_with_the_same_key_changes_nothing(town: Town) -> None:
    case_id = await a_case(town)
    path = f"/v1/cases/{case_id}/items/{ITEM}/confirm"
    for _ in range(2):
        again = await town.http.post(path, json={}, headers={"Idempotency-Key": "one"})
        assert again.json()["sequence"] == 0
    assert len(town.events(case_id, InterventionScheduled)) == 1


@pytest.mark.parametrize(
    ("word", "body", "status", "word_of_it"),
    [
        ("confirm", {"starts_at": str(EIGHT + timedelta(days=2))}, 409, "outside-window"),
        ("confirm", {"starts_at": "2026-03-02T08:00"}, 422, "invalid"),
        ("confirm", {"slot": 4}, 422, "invalid"),
        ("confirm", {"who": "p-1"}, 422, "invalid"),
        ("move", {"starts_at": str(EIGHT)}, 409, "not-scheduled"),
        ("cancel", {"reason": "because"}, 422, "invalid"),
        ("cancel", {}, 422, "invalid"),
        (
            "extend",
            {"closes_at": str(EIGHT + timedelta(days=9)), "member_id": "m-1", "reason": "outage"},
            409,
            "beyond-policy",
        ),
    ],
)
async def test_what_does_not_fit_is_named(
    town: Town, word: str, body: dict[str, Any], status: int, word_of_it: str
) -> None:
    case_id = await a_case(town)
    answer = await say(town, case_id, word, **body)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, word_of_it)
    assert answer.json()["detail"]


async def test_only_an_operators_key_schedules_and_no_other_case_is_there(
    town: Town, tmp_path: Path
) -> None:
    nothing = "00000000-0000-5000-8000-000000000000"
    assert (await say(town, nothing, "confirm")).status_code == 404
    assert (await town.http.get(f"/v1/cases/{nothing}/sessions")).status_code == 404
    town.http.headers.pop("Authorization")
    for path in ("/v1/sessions", f"/v1/cases/{nothing}/sessions", "/v1/coverage"):
        assert (await town.http.get(path)).status_code == 401
    key = add_key(tmp_path / "other.json", "center", "metro", KeyRole.DISPATCH_CENTER)
    told = await town.http.get("/v1/coverage", headers={"Authorization": f"Bearer {key}"})
    assert told.status_code == 401, "a key of another installation"


async def test_a_form_of_the_console_confirms_with_one_tap(town: Town, tmp_path: Path) -> None:
    case_id = await a_case(town)
    path = f"/v1/cases/{case_id}/items/{ITEM}"
    given = {"leave": leave(tmp_path, case_id), "slot": "1", "units": "E1, M4", "count": "6"}
    town.http.headers.pop("Authorization")

    done = await town.http.post(f"{path}/confirm", data=given)
    assert (done.status_code, done.headers["location"]) == (303, f"/cases/{case_id}")
    moved = {"leave": given["leave"], "starts_at": "2026-03-02T10:00"}
    assert (await town.http.post(f"{path}/move", data=moved)).status_code == 303
    times = [e for e in town.events(case_id, InterventionScheduled)]
    assert [e.starts_at.hour for e in times if isinstance(e, InterventionScheduled)] == [8, 10]

    late = {"leave": given["leave"], "starts_at": "2026-03-09T10:00"}
    refused = await town.http.post(f"{path}/move", data=late)
    assert refused.headers["location"].endswith("?refused=outside-window")
    misfit = await town.http.post(f"{path}/move", data={**moved, "starts_at": "at ten"})
    assert misfit.headers["location"].endswith("?refused=misfit")
    other = leave(tmp_path, "00000000-0000-5000-8000-000000000000")
    old = await town.http.post(f"{path}/confirm", data={"leave": other})
    assert old.headers["location"].endswith("?refused=old-page")


async def test_followup_alone_proposes_and_says_that_it_is_unsure(tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        for service in town.services:
            object.__setattr__(service, "responders", ())
        case_id = await a_case(town)
        told = (await town.http.get(f"/v1/cases/{case_id}/sessions")).json()["sessions"]
        waiting = [each for each in told if each["slots"]]
        assert waiting
        assert all(each["unsure"] for each in waiting)
