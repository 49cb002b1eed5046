"""The dry run: what would happen and why, in the caller's own words, and nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemas.subjects import Stream
from tests.support.town import START, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

PATH = "/v1/screenings"
GRAVE = {
    "incident_type": "Cardiac arrest",
    "occurred_at": START.isoformat(),
    "patients": [{"age_years": 3, "outcome": "died"}],
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


async def screened(town: Town, told: Any, **query: str) -> dict[str, Any]:
    answer = await town.http.post(PATH, json=told, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_grave_report_says_what_would_be_asked_and_planned(town: Town) -> None:
    verdict = await screened(town, GRAVE)

    assert (verdict["outcome"], verdict["pages"]) == ("critical", True)
    assert verdict["trigger_class"] == "child_death"
    assert verdict["label"]
    assert verdict["evidence"][0]["source"]
    assert verdict["would_change"]
    would = verdict["would_happen"]
    assert {"role": "peer", "count": 2} in would["places"]
    assert would["reply_within"].startswith("PT")
    kinds = {each["kind"] for each in would["interventions"]}
    assert "defusing" in kinds
    assert all(each["closes_at"] for each in would["interventions"])
    assert would["check_ins"] == sorted(would["check_ins"])


async def test_the_same_words_lead_to_the_same_outcome_for_real(town: Town) -> None:
    verdict = await screened(town, GRAVE)
    taken = await town.report(**GRAVE)

    assert (taken["outcome"], taken["activated"]) == (verdict["outcome"], verdict["pages"])


async def test_nothing_is_stored_or_logged(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    await screened(town, GRAVE | {"narrative": "very-secret"})
    await town.http.post(PATH, content=b"very-secret")

    assert town.journal.all(Stream.INTAKE) == ()
    assert "secret" not in "".join(capsys.readouterr())


async def test_while_operations_go_on_group_windows_have_no_time_yet(town: Town) -> None:
    verdict = await screened(town, GRAVE | {"operations_ongoing": True})

    plans = verdict["would_happen"]["interventions"]
    waiting = [each for each in plans if each["waits_for_operations"]]
    assert waiting
    assert {each["opens_at"] for each in waiting} == {None}


async def test_an_exercise_says_why_nobody_would_be_asked(town: Town) -> None:
    verdict = await screened(town, GRAVE | {"exercise": True})

    assert (verdict["outcome"], verdict["hold"], verdict["pages"]) == (
        "critical",
        "exercise",
        False,
    )


async def test_a_routine_report_leads_to_nothing(town: Town) -> None:
    verdict = await screened(town, {"incident_type": "Vehicle lockout", "weather": "rain"})

    assert (verdict["outcome"], verdict["evidence"]) == ("routine", [])
    assert verdict["would_happen"] is None
    assert verdict["ignored_fields"] == 1


async def test_several_reports_get_a_list(town: Town) -> None:
    answer = await town.http.post(PATH, json=[GRAVE, {"incident_type": "Vehicle lockout"}])

    assert [each["outcome"] for each in answer.json()] == ["critical", "routine"]


@pytest.mark.parametrize("body", [b"", b"very-secret", b"<html>very-secret</html>", b"\xff", b"{"])
async def test_what_is_no_format_gets_a_remedy(town: Town, body: bytes) -> None:
    answer = await town.http.post(PATH, content=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["remedy"]
    assert "secret" not in answer.text


async def test_a_format_that_is_named_is_used(town: Town) -> None:
    answer = await town.http.post(PATH, json=GRAVE, params={"format": "eido"})
    unknown = await town.http.post(PATH, json=GRAVE, params={"format": "morse"})

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:tailboard:problem:bad-document"
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["field"] == "query.format"


async def test_without_a_key_nothing_is_screened(town: Town) -> None:
    answer = await town.http.post(PATH, json=GRAVE, headers={"Authorization": ""})

    assert answer.status_code == 401
