"""The self-screen card and the feedback form in a real browser."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from tests.support.served import served
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
Scheme = Literal["light", "dark"]
PAGES = ("/card", "/feedback/2026-q1/group", "/feedback/2026-q1/group/thanks", "/feedback/x/y")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@dataclass(frozen=True, slots=True)
class Site:
    """A town behind a real port, and a browser to look at it."""

    url: str
    browser: Browser

    @asynccontextmanager
    async def page(
        self, width: int = 390, scheme: Scheme = "light", *, script: bool = True
    ) -> AsyncIterator[Page]:
        context = await self.browser.new_context(
            viewport={"width": width, "height": 844},
            color_scheme=scheme,
            java_script_enabled=script,
            base_url=self.url,
        )
        try:
            yield await context.new_page()
        finally:
            await context.close()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with a_town(tmp_path) as town, served(town.app) as url, async_playwright() as drive:
        browser = await drive.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield Site(url, browser)
        await browser.close()


async def test_marking_asks_the_network_for_nothing(site: Site) -> None:
    async with site.page() as page:
        asked: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto("/card")
        await page.wait_for_load_state("networkidle")
        asked.clear()

        said = page.locator("#said")
        assert await said.is_hidden()
        for number in range(1, 6):
            await page.check(f"#q{number}")
        assert "5 of 10: nothing more" in await said.inner_text()
        await page.check("#q6")
        assert "6 of 10: please talk to a clinician" in await said.inner_text()
        assert "988" in await said.inner_text()
        await page.uncheck("#q6")
        assert "5 of 10" in await said.inner_text()
        refused = await page.evaluate(
            "fetch('/card?q1=1').then(() => 'sent').catch(() => 'refused')"
        )
        assert refused == "refused"
        assert not [url for url in asked if "q1" not in url], asked
        assert await page.evaluate("document.cookie + localStorage.length") == "0"
        assert all("Content Security Policy" in each or "Fetch" in each for each in complaints)


async def test_without_script_the_page_counts_as_well(site: Site) -> None:
    async with site.page(script=False) as page:
        await page.goto("/card")
        for number in (1, 4, 9):
            await page.check(f"#q{number}")
        shown = await page.locator("#sum").screenshot()
        await page.uncheck("#q9")
        assert await page.locator("#sum").screenshot() != shown
        assert await page.locator("#said").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
async def test_every_page_is_accessible_and_fits(site: Site, width: int, scheme: Scheme) -> None:
    async with site.page(width, scheme) as page:
        for path in PAGES:
            await page.goto(path)
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            found = await Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"


async def test_a_form_is_answered_with_the_keyboard_alone(site: Site) -> None:
    async with site.page(script=False) as page:
        await page.goto("/feedback/2026-q1/group")
        await page.focus("#helpful-yes")
        await page.keyboard.press("Space")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Space")
        await page.focus("button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/thanks")
        await page.goto("/feedback/2026-q1/group")
        assert "answered already" in await page.inner_text("h1")
