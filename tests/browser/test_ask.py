"""Asking for a peer in a real browser: accessible at every width, by keyboard, without script."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from services.runtime.auth import KeyRole, add_key
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
CALLBACK = "station 4, back door"
Scheme = Literal["light", "dark"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


class Announcing(uvicorn.Server):
    """A server that says when its port is open."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[object] | None = None) -> None:
        await super().startup()
        self.up.set()


@dataclass(frozen=True, slots=True)
class Site:
    """A town behind a real port, the members' code, and a browser to look at it."""

    town: Town
    url: str
    code: str
    browser: Browser

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


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    code = add_key(tmp_path / "keys.json", "members", "metro", KeyRole.MEMBER)
    async with a_town(tmp_path) as town, async_playwright() as playwright:
        await town.enroll_team(peers=2, mhps=2)
        server = Announcing(uvicorn.Config(town.app, port=0, log_level="error", lifespan="off"))
        task = asyncio.ensure_future(server.serve())
        await server.up.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield Site(town, f"http://127.0.0.1:{port}", code, browser)
        await browser.close()
        server.should_exit = True
        await task


async def faults(page: Page) -> list[str]:
    """What axe and the ruler find; axe itself needs script, which the pages do not."""
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    found = (await Axe().run(page)).response["violations"]
    return [f"{page.url}: {violation['id']}" for violation in found] + (
        [f"{page.url}: {wide} too wide"] if wide > 0 else []
    )


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (320, "light")])
async def test_every_page_of_a_request_is_accessible(
    site: Site, width: int, scheme: Scheme
) -> None:
    wrong: list[str] = []
    async with site.page(width, scheme, script=True) as page:
        await page.goto("/ask")
        wrong += await faults(page)
        await page.get_by_label("Members' code").fill("wrong")
        await page.get_by_label("How can we reach you?").fill(CALLBACK)
        await page.get_by_role("button", name="Ask for a peer").click()
        await page.get_by_text("This code does not open the page").wait_for()
        assert await page.get_by_label("How can we reach you?").input_value() == CALLBACK
        wrong += await faults(page)
        await page.get_by_label("Members' code").fill(site.code)
        await page.get_by_role("button", name="Ask for a peer").click()
        await page.get_by_role("heading", name="Somebody will call you").wait_for()
        status = page.url
        wrong += await faults(page)
        await site.town.settle()
        await page.goto(site.town.phones.link(site.town.phones.asked()[0]))
        wrong += await faults(page)
        for button, then in (
            ("Accept", "Where to find"),
            ("EMERGENCY", "are being paged"),
            ("I have reached them", "You have reached them"),
            ("I cannot do this", "Somebody else has it"),
        ):
            await page.get_by_role("button", name=button).click()
            await page.get_by_text(then).wait_for()
            wrong += await faults(page)
        await page.goto(status)
        wrong += await faults(page)
    assert wrong == []


async def test_asking_and_taking_it_back_with_the_keyboard_alone(site: Site) -> None:
    async with site.page() as page:
        await page.goto(f"/ask?code={site.code}")
        for _ in range(4):
            await page.keyboard.press("Tab")
        await page.keyboard.type(CALLBACK)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Somebody will call you").wait_for()
        cancel = page.get_by_role("button", name="I do not need it any more")
        for _ in range(7):  # three numbers, look again, two emergencies
            await page.keyboard.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert await page.evaluate(outline) == "solid"
        assert await cancel.evaluate("button => button === document.activeElement")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="You took your request back").wait_for()


async def test_the_lines_are_first_and_an_emergency_is_one_button(site: Site) -> None:
    async with site.page() as page:
        await page.goto(f"/ask?code={site.code}")
        box = await page.get_by_role("link", name="Call 988").bounding_box()
        assert box is not None
        assert box["y"] < 200
        assert box["height"] >= 44
        await page.get_by_label("How can we reach you?").fill("202-555-0147")
        await page.get_by_role("button", name="Emergency").click()
        await page.get_by_role("heading", name="We are paging a professional").wait_for()
        assert await page.get_by_role("link", name="Text 988").is_visible()
        await site.town.settle()
        assert site.town.phones.asked() == ["m-1", "m-2"]
        await page.goto(site.town.phones.link("m-1"))
        await page.get_by_role("button", name="Accept").click()
        call = page.get_by_role("link", name="Call 202-555-0147")
        assert await call.get_attribute("href") == "tel:2025550147"
