"""Whom a peer looks after, on a phone: every eye, every width, by keyboard and without script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.test_ask import faults
from tests.browser.test_support_pages import a_page
from tests.component.test_one_on_ones import page_of
from tests.support.served import served
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[tuple[Town, str]]:
    """The town, and a peer's people, who have one that is due and one that is offered to them."""
    async with a_town(tmp_path) as town, served(town.app) as url:
        await town.enroll_team(peers=2, mhps=1)
        mine, other = await page_of(town, "p-1"), await page_of(town, "p-2")
        await mine.begin(call_them="Robin", reach_at="robin@a-rather-long-domain.example.org")
        offered = await other.begin()
        await other.post(f"/{offered}/hand-over", to="p-1")
        await town.advance(days=2)
        yield town, f"{url}{mine.at}"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (320, "light")])
async def test_every_page_is_accessible_and_fits(
    address: tuple[Town, str], width: int, scheme: str
) -> None:
    _, at = address
    wrong: list[str] = []
    async with a_page(width, scheme, script=True) as page:
        for path in ("", "/new", "/new?kind=comprehensive&other=yes", "/o-none"):
            await page.goto(f"{at}{path}")
            wrong += await faults(page)
        for name in ("Take over", "Robin"):
            await page.goto(at)
            await page.get_by_role("link", name=name).click()
            await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            wrong += await faults(page)
    assert wrong == []


async def test_a_peer_begins_speaks_and_closes_with_the_keyboard_and_without_script(
    address: tuple[Town, str],
) -> None:
    _, at = address
    async with a_page(360, "light", script=False) as page:
        await page.goto(at)
        await page.get_by_role("link", name="Look after somebody").press("Enter")
        await page.get_by_label("Anything else").press("Space")
        await page.get_by_role("button", name="Show what to tell them first").press("Enter")
        await page.get_by_label("I have told them this").press("Space")
        await page.get_by_label("What to call them").fill("Sam")
        await page.get_by_label("How to reach them").fill("555 0147")
        await page.get_by_role("button", name="Keep it").press("Enter")
        await page.get_by_role("status").get_by_text("Kept.").wait_for()
        assert "Sam" not in page.url

        await page.get_by_role("link", name="Sam").press("Enter")
        assert (
            await page.get_by_role("link", name="Call them").get_attribute("href") == "tel:5550147"
        )
        await page.get_by_label("We speak again").first.select_option("14")
        await page.get_by_role("button", name="We spoke").press("Enter")
        await page.get_by_role("status").get_by_text("Noted that you spoke").wait_for()
        await page.get_by_role("link", name="Sam").press("Enter")
        await page.locator("summary", has_text="Close").press("Enter")
        await page.get_by_label("Nothing more is needed").press("Space")
        await page.get_by_role("button", name="Close it").press("Enter")
        await page.get_by_role("status").get_by_text("erased in time").wait_for()
