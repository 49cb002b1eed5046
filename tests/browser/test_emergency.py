"""The pages of an emergency in Chromium: without script, on small and old phones, without a network.

And what an exercise looks like, on a phone and on the console.
"""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from services.runtime.auth import KeyRole, add_key
from tests.support.console import Console
from tests.support.served import served
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
Scheme = Literal["light", "dark"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@dataclass(frozen=True, slots=True)
class Site:
    """A town behind a real port, the members' code, and a browser to look at it."""

    town: Town
    folder: Path
    url: str
    code: str
    browser: Browser

    @asynccontextmanager
    async def page(
        self, width: int = 360, scheme: Scheme = "light", *, script: bool = False, url: str = ""
    ) -> AsyncIterator[Page]:
        context = await self.browser.new_context(
            viewport={"width": width, "height": 740},
            color_scheme=scheme,
            java_script_enabled=script,
            base_url=url or self.url,
        )
        try:
            yield await context.new_page()
        finally:
            await context.close()


@asynccontextmanager
async def a_site(folder: Path, *, alone: bool) -> AsyncIterator[Site]:
    code = add_key(folder / "keys.json", "members", "metro", KeyRole.MEMBER)
    async with a_town(folder, alone=alone) as town, async_playwright() as playwright:
        await town.enroll_team(peers=4, mhps=2)
        async with served(town.app) as url:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            yield Site(town, folder, url, code, browser)
            await browser.close()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with a_site(tmp_path, alone=True) as found:
        yield found


async def faults(page: Page) -> list[str]:
    """What axe and the ruler find; axe itself needs script, which the pages do not."""
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    found = (await Axe().run(page)).response["violations"]
    return [f"{page.url}: {violation['id']}" for violation in found] + (
        [f"{page.url}: {wide} too wide"] if wide > 0 else []
    )


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (320, "light")])
async def test_every_page_of_an_emergency_is_accessible(
    site: Site, width: int, scheme: Scheme
) -> None:
    wrong: list[str] = []
    async with site.page(width, scheme, script=True) as page:
        await page.goto("/emergency")
        wrong += await faults(page)
        await page.get_by_label("Members' code").fill("wrong")
        await page.get_by_role("button", name="Another emergency").click()
        await page.get_by_text("nobody was paged").wait_for()
        wrong += await faults(page)
        await page.get_by_label("Members' code").fill(site.code)
        await page.get_by_role("button", name="Somebody may hurt others").click()
        await page.get_by_role("heading", name="Professionals are being paged").wait_for()
        wrong += await faults(page)
        await page.get_by_label("How can they reach you?").fill("station 4, back door")
        await page.get_by_role("button", name="Tell them").click()
        await page.get_by_text("Only whoever takes it sees how to reach you").wait_for()
        wrong += await faults(page)
        own = page.url
        await site.town.settle()
        await page.goto(site.town.phones.link("m-1"))
        wrong += await faults(page)
        await page.get_by_role("button", name="Accept").click()
        await page.get_by_text("It is about a threat to others").wait_for()
        wrong += await faults(page)
        await page.goto(own)
        await page.get_by_role("heading", name="Somebody has taken it").wait_for()
        wrong += await faults(page)
        await page.get_by_role("button", name="Nobody is needed any more").click()
        await page.get_by_role("heading", name="This emergency is over").wait_for()
        wrong += await faults(page)
    assert wrong == []


async def test_one_tap_and_the_page_stays_when_the_network_goes(site: Site) -> None:
    async with site.page() as page:
        asked_for: list[str] = []
        page.on("request", lambda request: asked_for.append(request.url))
        await page.goto(f"/emergency?code={site.code}")
        for name in ("Call 988", "Text 988", "Call 911"):
            box = await page.get_by_role("link", name=name).bounding_box()
            assert box
            assert box["y"] < 200
            assert box["height"] >= 44
        await page.get_by_role("button", name="Somebody may take their life").click()
        await page.get_by_role("heading", name="Professionals are being paged").wait_for()
        await page.context.set_offline(True)
        for words in ("Stay with the person", "Somebody answers by", "03:05 UTC"):
            assert await page.get_by_text(words).first.is_visible()
        call = page.get_by_role("link", name="Call 988")
        assert await call.get_attribute("href") == "tel:988"
        assert len(asked_for) == 2, "the form and the answer, and nothing else"
    await site.town.settle()
    assert site.town.phones.asked() == ["m-1", "m-2"]


async def test_it_is_raised_with_the_keyboard_alone(site: Site) -> None:
    async with site.page(1280) as page:
        await page.goto(f"/emergency?code={site.code}")
        for _ in range(4):
            await page.keyboard.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert await page.evaluate(outline) == "solid"
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Professionals are being paged").wait_for()


async def test_an_exercise_says_so_on_the_phone_and_on_the_console(tmp_path: Path) -> None:
    wrong: list[str] = []
    async with a_site(tmp_path, alone=False) as site:
        answer: Any = await site.town.http.post("/v1/drills")
        await site.town.settle()
        asked = site.town.phones.asked()[0]
        console = Console(site.town, tmp_path)
        async with console.running() as app, served(app) as url:
            for width in (360, 1280):
                async with site.page(width, script=True, url=url) as page:
                    await page.goto(site.town.phones.link(asked))
                    await page.get_by_text("EXERCISE").first.wait_for()
                    assert (await page.title()).startswith("EXERCISE")
                    wrong += await faults(page)
                    await page.goto("/drills")
                    await page.get_by_role("link", name="EXERCISE: Child death").wait_for()
                    wrong += await faults(page)
                    await page.goto(f"/drills/{answer.json()['case_id']}")
                    await page.get_by_role("heading", name="Beside the targets").wait_for()
                    wrong += await faults(page)
    assert wrong == []
