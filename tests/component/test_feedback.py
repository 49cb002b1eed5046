"""Anonymous feedback over HTTP: the form, what is kept of it, and when it is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from schemas.feedback import FeedbackCounted
from schemas.subjects import Stream
from services.followup.feedback_desk import FeedbackDesk
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

FORM = "/feedback/2026-q1/group"
NOBODY = {"Authorization": "", "Cookie": ""}
_TOKEN = re.compile(r'name="form" value="([^"]+)"')
_ANSWERS = {"helpful": "yes", "felt_safe": "yes", "would_use_again": "partly"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


def desk_of(town: Town) -> FeedbackDesk:
    jobs = [job for service in town.services for job in service.background]
    own = next(job for job in jobs if isinstance(getattr(job, "__self__", None), FeedbackDesk))
    desk = own.__self__  # type: ignore[attr-defined]
    assert isinstance(desk, FeedbackDesk)
    return desk


async def opened(town: Town, path: str = FORM) -> str:
    shown = await town.http.get(path, headers=NOBODY)
    found = _TOKEN.search(shown.text)
    assert found, shown.text
    return found[1]


async def give(town: Town, token: str = "", **answers: str) -> httpx.Response:
    form = {"form": token or await opened(town), **(answers or _ANSWERS)}
    town.http.cookies.clear()
    return await town.http.post(FORM, data=form, headers=NOBODY)


def told(town: Town) -> list[FeedbackCounted]:
    every = town.journal.all(Stream.FOLLOWUP)
    return [one.event for one in every if isinstance(one.event, FeedbackCounted)]


async def kept(town: Town) -> dict[str, Any]:
    return await desk_of(town).bucket.under("metro.feedback")


async def test_answers_are_recorded_a_week_later_and_added_up(town: Town) -> None:
    for _ in range(3):
        assert (await give(town)).status_code == 303
    await give(town, helpful="no", words="it was captain Quartermain's fault", right_time="never")

    desk = desk_of(town)
    await desk.add_up()
    assert told(town) == [], "the week is not over"
    assert len(await kept(town)) == 4
    assert b"Quartermain" not in b"".join(each.value for each in (await kept(town)).values())
    await town.advance(days=7, hours=2)
    await desk.add_up()
    (counted,) = told(town)
    assert counted.count == 4
    assert counted.tallies["helpful"] == {"yes": 3, "partly": 0, "no": 1, "not_said": 0}  # type: ignore[index]
    assert counted.tallies["right_time"]["not_said"] == 4  # type: ignore[index]
    assert await kept(town) == {}
    await desk.add_up()
    assert len(told(town)) == 1


async def test_the_same_form_sent_twice_is_one_answer(town: Town) -> None:
    token = await opened(town)
    await give(town, token)
    await give(town, token)

    assert len(await kept(town)) == 1


async def test_what_lies_until_then_says_neither_who_nor_when(town: Town) -> None:
    await give(town)
    await town.advance(hours=3)
    await give(town)

    first, second = await kept(town)
    assert (
        first.rpartition("_")[0]
        == second.rpartition("_")[0]
        == "metro.feedback.2026-w10_2026-q1_group"
    )
    assert {each.value for each in (await kept(town)).values()} == {
        b'{"helpful":"yes","felt_safe":"yes","would_use_again":"partly"}'
    }


async def test_the_link_and_the_cookie_are_the_same_for_everybody(town: Town) -> None:
    first, second = await give(town), await give(town)

    assert first.headers["set-cookie"] == second.headers["set-cookie"]
    assert first.headers["set-cookie"].startswith("feedback=given;")
    again = await town.http.get(FORM, headers={"Authorization": "", "Cookie": "feedback=given"})
    assert "answered already" in again.text
    other = await town.http.get(f"{FORM}?again=1", headers={"Cookie": "feedback=given"})
    assert _TOKEN.search(other.text)
    thanks = await town.http.get(first.headers["location"], headers=NOBODY)
    assert "Thank you" in thanks.text
    assert "script" not in thanks.text


async def test_forged_and_stale_forms_keep_nothing(town: Town) -> None:
    token = await opened(town)
    assert (await give(town, "29000000.abc.forged")).status_code == 422
    await town.advance(hours=3)
    stale = await give(town, token)

    assert stale.status_code == 422
    assert "Nothing was kept" in stale.text
    assert _TOKEN.search(stale.text)
    assert await kept(town) == {}


async def test_a_flood_is_kept_out_without_looking_at_anybody(town: Town) -> None:
    desk = desk_of(town)
    token = await opened(town)
    for _ in range(desk.rules.hourly_limit):
        await give(town, token)
    held_off = await give(town, token)
    assert held_off.status_code == 429
    await town.advance(hours=1)
    assert (await give(town)).status_code == 303


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/feedback/2026-q2/group", 410),
        ("/feedback/2025-q4/group", 410),
        ("/feedback/2026-q9/group", 404),
        ("/feedback/2026-q1/case-7", 404),
    ],
)
async def test_a_form_of_another_time_or_of_nothing_is_closed(
    town: Town, path: str, status: int
) -> None:
    assert (await town.http.get(path, headers=NOBODY)).status_code == status
    assert (await town.http.post(path, data={}, headers=NOBODY)).status_code == status
