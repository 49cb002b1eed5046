"""The console as each role finds it: pages that open, no way that does not, and words for what is shut."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from services.audit.console.nav import home, opens
from services.runtime.access import NAMES
from services.runtime.access_rows import PAGES
from services.runtime.auth import KeyRole, Principal, add_key
from tests.browser.test_console import ARGUMENTS, CHROMIUM, LOOKS, furnish, served
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PICTURES = os.environ.get("TAILBOARD_PICTURES")
"""A folder for pictures of what was looked at; none are taken without one."""
OF_THE_HOST = dict.fromkeys(("/asyncapi.json", "/healthz", "/metrics", "/ask"), (404,))
"""Who serves these is not here, where audit stands alone."""
ROLES = (KeyRole.COMMAND, KeyRole.AUDITOR, KeyRole.COORDINATOR)


@asynccontextmanager
async def browsing(folder: Path) -> AsyncIterator[tuple[Browser, str, Desk, str]]:
    """A console with cases of every kind; a browser, its address, and a case's id."""
    desk = Desk.at(folder)
    whole, _ = await furnish(desk)
    async with async_playwright() as playwright, served(desk) as url:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser, url, desk, whole.case_id
        await browser.close()


async def signed_in(page: Page, desk: Desk, role: KeyRole) -> None:
    key = add_key(desk.folder / "keys.json", f"the-{role.value}", AGENCY, role)
    await page.goto("/")
    await page.get_by_label("API key").fill(key)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("button", name="Sign out").wait_for()


async def looked_at(page: Page, name: str) -> None:
    """No violation of WCAG, nothing wider than the page; a picture, where they are wanted."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("role", ROLES)
async def test_every_way_that_is_shown_leads_to_a_page_and_the_others_say_why(
    tmp_path: Path, role: KeyRole
) -> None:
    who = Principal(label="x", agency=AGENCY, role=role)
    shut = [row.removeprefix("GET ") for row in PAGES if not opens(who, row.removeprefix("GET "))]
    async with browsing(tmp_path) as (browser, url, desk, case_id):
        page = await browser.new_page(base_url=url)
        await signed_in(page, desk, role)
        await walked(page)
        for width, scheme in LOOKS:
            await page.set_viewport_size({"width": width, "height": 900})
            await page.emulate_media(color_scheme=scheme)
            await page.goto("/")
            assert page.url == f"{url}{home(who)}"
            await looked_at(page, f"{role.value}-{width}-first")
            if "/roster" in shut:
                answer = await page.goto("/roster")
                assert answer
                assert answer.status == 403
                assert NAMES[role] in await page.locator("main").inner_text()
                await looked_at(page, f"{role.value}-{width}-shut")
            answer = await page.goto(f"/cases/{case_id}")
            assert answer
            assert answer.status == (403 if "/cases/{case_id}" in shut else 200)
            await looked_at(page, f"{role.value}-{width}-case")


async def walked(page: Page) -> None:
    """Every page of the navigation, and once every way of ours that is on one of them."""
    await page.goto("/")
    ways = await ways_on(page, "nav a")
    assert ways
    further: dict[str, str] = {}
    for way in ways:
        await page.goto(way)
        further |= dict.fromkeys(await ways_on(page, "a"), way)
    for each, seen_on in further.items():
        answer = await page.request.get(each)
        assert "/sign-in" not in answer.url
        assert answer.status in {200, *OF_THE_HOST.get(each, ())}, f"{each} on {seen_on}"


async def ways_on(page: Page, selector: str) -> list[str]:
    found = await page.locator(selector).evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return sorted({each.partition("#")[0] for each in found if each.startswith("/")})


async def test_who_may_only_look_finds_no_button(tmp_path: Path) -> None:
    async with browsing(tmp_path) as (browser, url, desk, case_id):
        page = await browser.new_page(base_url=url)
        await signed_in(page, desk, KeyRole.DISPATCH_CENTER)
        for path in ("/", "/reviews", f"/cases/{case_id}", "/response-times"):
            await page.goto(path)
            assert await page.locator("form[method=post]:not(.leave)").count() == 0
