"""The page of an offer in a real browser: by touch, without script, at every width, for everybody."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from schemas.dispatch import OfferExtended
from schemas.steps import ArrivalEstimated, GroupSessionsApproved
from schemas.subjects import Stream
from tests.scenarios.calls import PEDIATRIC_DEATH
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
    """A town with one case behind a real port, and a browser to answer with."""

    town: Town
    url: str
    browser: Browser

    @asynccontextmanager
    async def page(
        self, width: int = 320, scheme: Scheme = "light", *, script: bool = False
    ) -> AsyncIterator[Page]:
        context = await self.browser.new_context(
            viewport={"width": width, "height": 640},
            color_scheme=scheme,
            java_script_enabled=script,
            base_url=self.url,
        )
        try:
            yield await context.new_page()
        finally:
            await context.close()

    def asked(self) -> list[str]:
        told = [recorded.event for recorded in self.town.journal.all(Stream.DISPATCH)]
        return [e.member_id for e in told if isinstance(e, OfferExtended)]


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with a_town(tmp_path) as town, async_playwright() as playwright:
        await town.enroll_team(peers=6, mhps=2)
        await town.report(**PEDIATRIC_DEATH)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        async with served(town.app) as url:
            yield Site(town, url, browser)
        await browser.close()


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()
    await page.wait_for_load_state()


async def heading(page: Page) -> str:
    return await page.get_by_role("heading", level=1).inner_text()


async def test_a_peer_answers_by_touch_and_without_script(site: Site) -> None:
    one, two, *_ = (who for who in site.asked() if who.startswith("p-"))
    async with site.page() as page:
        await page.goto(site.town.phones.link(one))
        assert "Your team needs a peer now" in await heading(page)
        await page.get_by_role("link", name="Not me: ask a colleague").click()
        choice = page.get_by_label("Ask this colleague next")
        await choice.select_option(index=1)
        named = await choice.input_value()
        await press(page, "Decline, and ask them")
        assert await heading(page) == "That is fine"
        await site.town.settle()
        assert site.asked()[-1] == named

        await page.goto(site.town.phones.link(two))
        await press(page, "Accept")
        await press(page, "40")
        assert await page.get_by_text("You said: there by").is_visible()
        async with page.expect_download() as download:
            await page.get_by_role("link", name="Add to calendar").click()
        assert (await download.value).suggested_filename == "tailboard.ics"
    told = [recorded.event for recorded in site.town.journal.all(Stream.DISPATCH)]
    assert sum(isinstance(event, ArrivalEstimated) for event in told) == 1


async def test_standing_by_dropping_out_and_approving_without_script(site: Site) -> None:
    one, two, late = (who for who in site.asked() if who.startswith("p-"))
    await site.town.accept(one)
    await site.town.accept(two)
    async with site.page() as page:
        await page.goto(site.town.phones.link(late))
        assert "The team is complete" in await heading(page)
        await press(page, "Stand by, in case somebody drops out")
        assert "thank you" in await heading(page)

        await page.goto(site.town.phones.link(two))
        await page.get_by_text("I cannot after all").click()
        await press(page, "Take me off the team")
        await site.town.settle()
        await page.goto(site.town.phones.link(late))
        assert "you are on the team" in await heading(page)

        await page.goto(site.town.phones.link("m-1"))
        await press(page, "Accept")
        await press(page, "Approve")
        assert await page.get_by_text("you have approved it").is_visible()
    told = [recorded.event for recorded in site.town.journal.all(Stream.DISPATCH)]
    assert sum(isinstance(event, GroupSessionsApproved) for event in told) == 1


async def test_every_view_is_for_everybody(site: Site, tmp_path: Path) -> None:
    """No fault by axe, nothing wider than the screen, every target large enough for a thumb."""
    one, *_ = (who for who in site.asked() if who.startswith("p-"))
    views = {
        "open": site.town.phones.link(one),
        "colleague": f"{site.town.phones.link(one)}/colleague",
        "mhp": site.town.phones.link("m-1"),
    }
    await site.town.accept("m-1")
    await site.town.decline("m-2")
    views["declined"] = site.town.phones.link("m-2")
    for width, scheme in ((320, "light"), (1280, "dark")):
        async with site.page(width, scheme, script=True) as page:  # type: ignore[arg-type]
            for name, path in views.items():
                await page.goto(path)
                found = await Axe().run(page)
                assert found.response["violations"] == [], f"{name}: {found.generate_report()}"
                wide = await page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, name
                for each in await page.locator("button:visible, summary:visible").all():
                    box = await each.bounding_box()
                    assert box, name
                    assert box["height"] >= 44, name
                await page.screenshot(path=tmp_path / f"{name}-{width}.png", full_page=True)


async def test_an_alarms_page_is_for_everybody(site: Site) -> None:
    await site.town.advance(hours=2)
    for width, scheme in ((320, "dark"), (1280, "light")):
        async with site.page(width, scheme, script=True) as page:  # type: ignore[arg-type]
            await page.goto(site.town.phones.alarm("c-1"))
            found = await Axe().run(page)
            assert found.response["violations"] == [], found.generate_report()
    async with site.page() as page:
        await page.goto(site.town.phones.alarm("c-1"))
        await press(page, "I have it")
        assert await heading(page) == "You have it, thank you"
