"""The page behind an alarm's link: opening answers nothing, the first tap has it, nobody is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.steps import AlarmAnswered
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.support.town import Town


async def tap(town: Town, path: str, method: str = "GET") -> httpx.Response:
    """As a phone does: without an API key, following redirects."""
    headers = {"Authorization": ""}
    return await town.http.request(method, path, headers=headers, follow_redirects=True)


async def test_the_first_tap_has_it_and_a_later_one_is_told_so(tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=0, mhps=0)
        case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
        path = town.phones.alarm("c-1")
        for _ in range(3):
            page = await tap(town, path)
            assert "I have it" in page.text
        assert (await tap(town, f"{path}/have-it")).status_code == 405
        assert town.events(case_id, AlarmAnswered) == []

        mine = await tap(town, f"{path}/have-it", "POST")
        again = await tap(town, f"{path}/have-it", "POST")

        for page in (mine, again):
            assert "You have it, thank you" in page.text
        (told,) = town.events(case_id, AlarmAnswered)
        assert told.by == "member:c-1"  # type: ignore[attr-defined]
        for page in (mine, await tap(town, "/a/x")):
            assert len(page.content) < 10_000
            assert "<script" not in page.text
            assert "default-src 'none'" in page.headers["content-security-policy"]
            for secret in ("c-1", "pediatric", "child", "cardiac"):
                assert secret not in page.text.lower(), secret


async def test_a_link_for_something_else_is_no_alarms_link(tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=1, mhps=0)
        case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
        offer = town.phones.link("p-1").removeprefix("/o/")
        alarm = town.phones.alarm("c-1").removeprefix("/a/")
        for bad in (offer, alarm[:-1], f"{alarm}x", "%C3%A9"):
            for page in (
                await tap(town, f"/a/{bad}"),
                await tap(town, f"/a/{bad}/have-it", "POST"),
            ):
                assert page.status_code == 400
                assert "This link does not work" in page.text
        assert (await tap(town, f"/o/{alarm}")).status_code == 400

        await town.step(case_id, "stand-down", reason="not_needed")

        assert "This is settled" in (await tap(town, f"/a/{alarm}")).text
        assert "This is settled" in (await tap(town, f"/a/{alarm}/have-it", "POST")).text
