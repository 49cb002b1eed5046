"""Reports as pages: every eye, every width, and the forms with the keyboard and without script."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from schemas.policy import Role
from services.runtime.auth import KeyRole, add_key
from tests.browser.test_ask import faults
from tests.browser.test_support_pages import a_page
from tests.support.served import served
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, Story, enrolled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Page

PAGES = (
    "reports",
    "reports/response-times?span=2026",
    "reports/impact?span=2026",
    "reports/training",
    "reports/roi?programme_cost=40000&replacement_cost=50000&stay_high=2&calls=9",
)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """Where the console is, and a program lead's key."""
    desk = Desk.at(tmp_path)
    await enrolled(desk.journal, dict.fromkeys(("p-01", "p-02"), Role.PEER) | {"h-01": Role.MHP})
    for number in range(6):
        story = Story(desk.journal, number=f"F{number}")
        await story.whole()
        await story.lived()
    desk.clock.at = START + timedelta(days=120)
    key = add_key(tmp_path / "keys.json", "lead", AGENCY, KeyRole.PROGRAM_LEAD)
    async with desk.running() as app, served(app) as url:
        yield url, key


async def sign_in(page: Page, place: tuple[str, str]) -> None:
    await page.goto(f"{place[0]}/sign-in?next=/reports")
    await page.locator("input[name=key]").fill(place[1])
    await page.locator("input[name=key]").press("Enter")
    await page.get_by_role("heading", name="Reports", exact=True).wait_for()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (360, "light")])
async def test_every_page_is_accessible_and_fits(
    place: tuple[str, str], width: int, scheme: str
) -> None:
    wrong: list[str] = []
    async with a_page(width, scheme, script=True) as page:
        await sign_in(page, place)
        for path in PAGES:
            await page.goto(f"{place[0]}/{path}")
            wrong += await faults(page)
    assert wrong == []


@pytest.mark.browser
async def test_cost_is_asked_for_without_script(place: tuple[str, str]) -> None:
    async with a_page(1280, "light", script=False) as page:
        await sign_in(page, place)
        await page.get_by_label("Cost of the programme").fill("40000")
        await page.get_by_label("Cost of replacing one").fill("50000")
        await page.get_by_label("Cost of replacing one").press("Enter")
        await page.get_by_text("pays for itself if 0.8 more people stay").wait_for()
        async with page.expect_download() as found:
            await page.get_by_role("link", name="PDF").click()
        name = (await found.value).suggested_filename
    assert name == "tailboard-roi-one-year.pdf"
