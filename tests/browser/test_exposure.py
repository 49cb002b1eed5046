"""Keeping a count for oneself in a real browser: every page at every width, without script."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from services.runtime.auth import KeyRole, add_key
from tests.scenarios.calls import LINE_OF_DUTY_DEATH
from tests.support.enrolled import Person, hard_call
from tests.support.served import served
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
PICTURES = os.environ.get("TAILBOARD_PICTURES")
Scheme = Literal["light", "dark"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@dataclass(frozen=True, slots=True)
class Site:
    """A town behind a real port, a person, and a browser to look at it."""

    person: Person
    url: str
    browser: Browser

    @property
    def town(self) -> Town:
        return self.person.town

    @asynccontextmanager
    async def page(
        self, width: int = 390, scheme: Scheme = "light", *, script: bool = False
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

    async def a_hard_quarter(self) -> None:
        """Calls of several tiers over three months, and the offer that follows."""
        for number, days in enumerate((0, 3, 24, 9, 30, 5, 1)):
            await self.town.advance(days=days)
            if number == 2:
                await self.town.report(**(LINE_OF_DUTY_DEATH | {"units": ["M12"]}))
            await hard_call(self.town, number, "M12")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    code = add_key(tmp_path / "keys.json", "members", "metro", KeyRole.MEMBER)
    async with a_town(tmp_path) as town, served(town.app) as url, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield Site(Person(town, code), url, browser)
        await browser.close()


async def faults(page: Page, name: str) -> list[str]:
    """What axe and the ruler find; axe itself needs script, which the pages do not."""
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if PICTURES:
        size = await page.evaluate("window.innerWidth")
        await page.screenshot(path=str(Path(PICTURES) / f"{name}-{size}.png"), full_page=True)
    found = (await Axe().run(page)).response["violations"]
    return [f"{name}: {violation['id']}" for violation in found] + (
        [f"{name}: {wide} too wide"] if wide > 0 else []
    )


async def enrolling(page: Page, person: Person) -> list[str]:
    """A wrong code first, then the right one; what is wrong with each page on the way."""
    await page.goto("/exposure")
    wrong = await faults(page, "enrol")
    await page.get_by_label("Members' code").fill("wrong")
    await page.get_by_label("Your mail address").fill(person.address)
    await page.get_by_label("Your units").fill("E12 M12")
    await page.get_by_role("button", name="Send me the link").click()
    await page.get_by_text("This code does not open the page").wait_for()
    assert await page.get_by_label("Your mail address").input_value() == person.address
    wrong += await faults(page, "wrong")
    await page.get_by_label("Members' code").fill(person.code)
    await page.get_by_role("button", name="Send me the link").click()
    await page.get_by_role("heading", name="Look at your mail").wait_for()
    wrong += await faults(page, "sent")
    await page.goto(person.link())
    wrong += await faults(page, "confirm")
    await page.get_by_role("button", name="Yes, start my count").click()
    await page.get_by_text("No hard call has been counted so far").wait_for()
    return wrong + await faults(page, "empty")


async def leaving(page: Page, person: Person) -> list[str]:
    """By the link of an offer; what is wrong with each page on the way."""
    await page.goto(person.leaving())
    wrong = await faults(page, "leave")
    await page.get_by_role("button", name="Leave, and erase everything").click()
    await page.get_by_role("heading", name="You have left").wait_for()
    wrong += await faults(page, "left")
    await page.goto(person.link())
    return wrong + await faults(page, "gone")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
async def test_every_page_is_accessible_and_fits(site: Site, width: int, scheme: Scheme) -> None:
    async with site.page(width, scheme, script=True) as page:
        wrong = await enrolling(page, site.person)
        await site.a_hard_quarter()
        await page.reload()
        wrong += await faults(page, "own")
        await page.get_by_text("The same in words").click()
        wrong += await faults(page, "words")
        wrong += await leaving(page, site.person)
    assert wrong == []


async def test_to_look_change_and_leave_on_a_phone_without_script(site: Site) -> None:
    path = await site.person.enrol("E12 M12")
    await site.a_hard_quarter()
    async with site.page() as page:
        await page.goto(path)
        assert await page.get_by_role("img", name="Weeks with hard calls").is_visible()
        drawn = await page.locator("svg rect.came").count()
        await page.get_by_text("The same in words").click()
        assert await page.locator("tbody tr").count() == drawn == 5
        shown = await page.inner_text("main")
        assert "26-0" not in shown
        assert "child" not in shown.lower()
        await page.get_by_label("Your units").fill("L3")
        await page.get_by_role("button", name="Change my units").click()
        assert await page.get_by_label("Your units").input_value() == "L3"
        leave = page.get_by_role("button", name="Leave, and erase everything")
        box = await leave.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        await leave.click()
        await page.get_by_role("heading", name="You have left").wait_for()
        assert (await page.goto(path)) is not None
        assert await page.get_by_role("heading", name="This link opens nothing").is_visible()


async def test_enrolling_with_the_keyboard_alone(site: Site) -> None:
    async with site.page() as page:
        await page.goto(f"/exposure?code={site.person.code}")
        for typed in (site.person.address, "E12"):
            while await page.evaluate("document.activeElement.tagName") != "INPUT" or (
                await page.evaluate("document.activeElement.value")
            ):
                await page.keyboard.press("Tab")
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert await page.evaluate(outline) == "solid"
            await page.keyboard.type(typed)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Look at your mail").wait_for()
    assert site.person.link().startswith("/exposure/metro.")
