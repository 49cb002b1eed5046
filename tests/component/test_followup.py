"""Marking things done over HTTP: taken once, and every refusal says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.followup import CheckInCompleted, InterventionHeld
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
