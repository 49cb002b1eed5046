"""The page behind an offer's link: opening answers nothing, a tap answers once, nobody is named."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from schemas.dispatch import OfferAccepted, OfferDeclined
from schemas.subjects import Stream
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from tests.support.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """One case with three peers and two MHPs asked; the phones' browser has no key."""
    async with a_town(tmp_path) as running:
        await running.enroll_team(peers=3, mhps=2)
        await running.report(**PEDIATRIC_DEATH)
        yield running


def _answers(town: Town) -> int:
    return len(town.events(_case(town), OfferAccepted, OfferDeclined))


def _case(town: Town) -> str:
    (case_id,) = {recorded.entity.id for recorded in town.journal.all(Stream.DISPATCH)}
    return case_id


async def _tap(town: Town, path: str, method: str = "GET") -> httpx.Response:
    """As a phone does: without an API key, following redirects."""
    return await town.http.request(
        method, path, headers={"Authorization": ""}, follow_redirects=True
    )


async def test_opening_the_page_answers_nothing(town: Town) -> None:
    path = town.phones.link("p-1")
    for _ in range(3):
        page = await _tap(town, path)
        assert page.status_code == 200
        assert "Accept" in page.text
    assert (await _tap(town, f"{path}/accept")).status_code == 405
    assert _answers(town) == 0


async def test_a_tap_takes_the_place_and_a_reload_changes_nothing(town: Town) -> None:
    path = town.phones.link("p-1")
    first = await _tap(town, f"{path}/accept", "POST")
    again = await _tap(town, f"{path}/accept", "POST")
    late_no = await _tap(town, f"{path}/decline", "POST")

    for page in (first, again, late_no, await _tap(town, path)):
        assert page.status_code == 200
        assert "you are on the team" in page.text
        assert "Accept" not in page.text
    assert _answers(town) == 1


async def test_a_tap_is_answered_with_a_redirect_so_that_reloading_asks_nothing(town: Town) -> None:
    path = town.phones.link("p-1")
    answer = await town.http.post(f"{path}/decline", headers={"Authorization": ""})

    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "That is fine" in (await _tap(town, path)).text


async def test_two_taps_at_the_same_moment_are_one_answer(town: Town) -> None:
    path = town.phones.link("p-1")
    pages = await asyncio.gather(*(_tap(town, f"{path}/{w}", "POST") for w in ("accept", "accept")))

    assert all("you are on the team" in page.text for page in pages)
    assert _answers(town) == 1


async def test_the_last_place_goes_to_one_of_those_who_tap_at_once(town: Town) -> None:
    paths = [town.phones.link(f"p-{n}") for n in (1, 2, 3)]
    pages = await asyncio.gather(*(_tap(town, f"{path}/accept", "POST") for path in paths))

    said = [("you are on the team" in page.text) for page in pages]
    assert sorted(said) == [False, True, True]
    assert "The team is complete" in pages[said.index(False)].text


async def test_a_late_tap_is_welcome_while_the_place_is_open(town: Town) -> None:
    await town.advance(minutes=16)
    page = await _tap(town, town.phones.link("p-1"))
    assert "you can still take it" in page.text

    assert "you are on the team" in await town.accept("p-1")


async def test_a_link_that_ran_out_says_so_and_answers_nothing(town: Town) -> None:
    path = town.phones.link("p-1")
    await town.advance(hours=3)
    before = _answers(town)

    page = await _tap(town, f"{path}/accept", "POST")

    assert "This offer is over" in page.text
    assert _answers(town) == before


async def test_an_altered_link_is_refused(town: Town) -> None:
    path = town.phones.link("p-1")
    other = town.phones.link("p-2")
    mixed = path.rpartition(".")[0] + "." + other.rpartition(".")[2]
    for bad in (path[:-1], path + "x", mixed, "/o/x", "/o/%C3%A9", "/o/a.b", "/o/" + "x" * 3000):
        for page in (await _tap(town, bad), await _tap(town, f"{bad}/accept", "POST")):
            assert page.status_code == 400
            assert "This link does not work" in page.text
    assert _answers(town) == 0


async def test_the_page_is_small_and_closed_to_the_outside(town: Town) -> None:
    path = town.phones.link("p-1")
    for page in (await _tap(town, path), await _tap(town, "/o/x")):
        assert len(page.content) < 10_000
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["x-robots-tag"] == "noindex"
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "<script" not in page.text
        assert "http" not in page.text


async def test_the_page_names_nobody_and_says_nothing_of_the_incident(town: Town) -> None:
    for word in ("accept", "decline", ""):
        member = {"accept": "p-1", "decline": "p-2", "": "p-3"}[word]
        path = town.phones.link(member)
        if word:
            await _tap(town, f"{path}/{word}", "POST")
        text = (await _tap(town, path)).text.replace(path, "").lower()
        for secret in (
            member,
            "phones.invalid",
            "pediatric",
            "child",
            "cardiac",
            "e12",
            _case(town),
        ):
            assert secret not in text, secret


async def test_a_link_of_a_case_that_is_not_there_is_not_found(town: Town, tmp_path: Path) -> None:
    """A signed link may outlive the data of a test system: same secret, another history."""
    path = town.phones.link("p-1")
    async with a_town(tmp_path) as empty:
        for page in (await _tap(empty, path), await _tap(empty, f"{path}/accept", "POST")):
            assert page.status_code == 404
            assert "no such offer" in page.text


async def test_when_the_streams_are_away_the_tap_is_not_lost_silently(town: Town) -> None:
    path = town.phones.link("p-1")
    town.journal.reachable = False

    answer = await _tap(town, f"{path}/accept", "POST")

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize(("member", "role"), [("p-1", "a peer"), ("m-1", "a mental health pro")])
async def test_the_page_says_what_is_needed_and_by_when(town: Town, member: str, role: str) -> None:
    page = await _tap(town, town.phones.link(member))

    assert f"Your team needs {role}" in page.text
    assert "03:15 UTC" in page.text
