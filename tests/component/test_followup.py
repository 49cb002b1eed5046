"""Marking things done over HTTP: taken once, and every refusal says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.followup import (
    CaseClosed,
    CheckInCompleted,
    CheckInMissed,
    CrewsSet,
    InterventionAdded,
    InterventionDeclined,
    InterventionHeld,
    InterventionMissed,
)
from services.runtime.auth import Keyring, KeyRole, add_key
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from tests.support.town import Town

UNKNOWN_CASE = "6b8e3d1c-0000-5000-8000-000000000001"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    center = add_key(tmp_path / "keys.json", "center", "metro", KeyRole.DISPATCH_CENTER)
    other = add_key(tmp_path / "keys.json", "other", "elsewhere", KeyRole.OPERATOR)
    assert Keyring.read(tmp_path / "keys.json").find(center)
    async with a_town(tmp_path) as running:
        running.http.headers["x-test-center"] = center
        running.http.headers["x-test-other"] = other
        yield running


@pytest.fixture
async def case_id(town: Town) -> str:
    """A case whose plan was made with whoever was there: nobody."""
    taken = await town.report(**PEDIATRIC_DEATH)
    return str(taken["case_id"])


async def _done(
    town: Town, case_id: str, item: str, headers: dict[str, str] | None = None
) -> httpx.Response:
    return await town.http.post(f"/v1/cases/{case_id}/items/{item}/done", headers=headers)


def _is_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:tailboard:problem:{code}"
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("item", "kind"),
    [("defusing-responders", InterventionHeld), ("check-in-1-dispatchers", CheckInCompleted)],
)
async def test_a_session_and_a_check_in_are_marked_once(
    town: Town, case_id: str, item: str, kind: type[InterventionHeld] | type[CheckInCompleted]
) -> None:
    answer = await _done(town, case_id, item)

    assert (answer.status_code, answer.content) == (204, b"")
    assert len(town.events(case_id, kind)) == 1
    _is_problem(await _done(town, case_id, item), 409, "item-already-settled")
    assert len(town.events(case_id, kind)) == 1


async def test_a_session_before_its_window_is_a_conflict(town: Town, case_id: str) -> None:
    answer = await _done(town, case_id, "debriefing-responders")

    _is_problem(answer, 409, "not-open-yet")
    assert "2026-03-03 03:00 UTC" in answer.json()["detail"]


async def test_what_is_not_planned_is_not_found(town: Town, case_id: str) -> None:
    _is_problem(await _done(town, case_id, "picnic-responders"), 404, "unknown-item")
    _is_problem(await _done(town, UNKNOWN_CASE, "defusing-responders"), 404, "unknown-case")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/cases/not-a-case/items/defusing-responders/done",
        f"/v1/cases/{UNKNOWN_CASE}/items/Not%20A%20Slug/done",
        f"/v1/cases/{UNKNOWN_CASE}/items/*/done",
        f"/v1/cases/{UNKNOWN_CASE}/items/a.b/done",
    ],
)
async def test_a_path_that_cannot_be_is_refused(town: Town, path: str) -> None:
    _is_problem(await town.http.post(path), 422, "invalid")


async def test_another_agencys_case_is_not_found(town: Town, case_id: str) -> None:
    elsewhere = {"Authorization": f"Bearer {town.http.headers['x-test-other']}"}

    answer = await _done(town, case_id, "defusing-responders", elsewhere)

    _is_problem(answer, 404, "unknown-case")


async def test_only_operators_mark(town: Town, case_id: str) -> None:
    center = {"Authorization": f"Bearer {town.http.headers['x-test-center']}"}

    _is_problem(await _done(town, case_id, "defusing-responders", center), 403, "role")
    nobody = await _done(town, case_id, "defusing-responders", {"Authorization": ""})
    _is_problem(nobody, 401, "no-key")
    assert not town.events(case_id, InterventionHeld)


async def test_when_the_streams_are_away_nothing_is_marked(town: Town, case_id: str) -> None:
    town.journal.reachable = False
    answer = await _done(town, case_id, "defusing-responders")

    _is_problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    town.journal.reachable = True
    assert (await _done(town, case_id, "defusing-responders")).status_code == 204


async def test_how_a_session_went_is_counted(town: Town, case_id: str) -> None:
    told = {"minutes": 45, "head_count": 9, "facilitators": ["p-01"], "outcome": "referral"}
    path = f"/v1/cases/{case_id}/items/defusing-responders/done"

    answer = await town.http.post(path, json=told)

    assert answer.status_code == 204, answer.text
    (held,) = town.events(case_id, InterventionHeld)
    assert isinstance(held, InterventionHeld)
    assert held.model_dump(include=told.keys(), mode="json") == told
    assert [each.intervention.item for each in town.events(case_id, InterventionAdded)] == [  # type: ignore[attr-defined]
        "staff-support-defusing-responders"
    ]


@pytest.mark.parametrize("told", [{"notes": "they wept"}, {"head_count": -1}, {"minutes": 0}])
async def test_there_is_no_room_for_what_was_said(
    town: Town, case_id: str, told: dict[str, object]
) -> None:
    path = f"/v1/cases/{case_id}/items/defusing-responders/done"

    answer = await town.http.post(path, json=told)

    _is_problem(answer, 422, "invalid")
    assert answer.json()["errors"][0]["field"] == next(iter(told))
    assert not town.events(case_id, InterventionHeld)


async def test_what_is_not_wanted_is_settled(town: Town, case_id: str) -> None:
    path = f"/v1/cases/{case_id}/items/one-on-one-dispatchers/decline"

    assert (await town.http.post(path)).status_code == 204
    assert len(town.events(case_id, InterventionDeclined)) == 1


async def test_groups_are_planned_for_who_was_there(town: Town, case_id: str) -> None:
    crews = [{"agency": "metro", "discipline": "fire", "count": 24}, {"discipline": "law"}]

    answer = await town.http.put(f"/v1/cases/{case_id}/crews", json={"crews": crews})

    assert answer.status_code == 204, answer.text
    (told,) = town.events(case_id, CrewsSet)
    assert isinstance(told, CrewsSet)
    assert told.by == "key:test-center"
    assert {each.item for each in told.interventions} >= {
        "defusing-responders-metro-fire-1",
        "defusing-responders-law",
    }


async def test_a_case_says_what_keeps_it_open_and_closes_once_every_miss_is_explained(
    town: Town, case_id: str
) -> None:
    answer = await town.http.post(f"/v1/cases/{case_id}/close")
    _is_problem(answer, 409, "still-open")
    assert "defusing-responders" in answer.json()["detail"]

    await town.advance(days=60)
    missed = town.events(case_id, InterventionMissed, CheckInMissed)
    assert missed
    assert not town.events(case_id, CaseClosed)
    for each in missed:
        item = each.item  # type: ignore[attr-defined]
        answer = await town.http.post(
            f"/v1/cases/{case_id}/items/{item}/explain", json={"reason": "nobody_free"}
        )
        assert answer.status_code == 204, answer.text
    assert len(town.events(case_id, CaseClosed)) == 1
    assert (await town.http.post(f"/v1/cases/{case_id}/close")).status_code == 204
