"""The console in a real browser: readable at every width, in the dark, and without script."""

from __future__ import annotations

import asyncio
import mailbox
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING, Literal

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from schemas.intake import Outcome
from schemas.policy import Role
from tests.unit.audit.decided import to_review
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, Story, enrolled, hours, minutes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
LOOKS: tuple[tuple[int, Scheme], ...] = ((1280, "light"), (360, "dark"))
Scheme = Literal["light", "dark"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@dataclass(frozen=True, slots=True)
class Site:
    """A console with cases of every kind, and a browser to look at it."""

    url: str
    desk: Desk
    browser: Browser
    whole: Story
    stuck: Story

    @property
    def pages(self) -> tuple[str, ...]:
        return (
            "/",
            "/reviews",
            "/cases",
            f"/cases/{self.whole.case_id}",
            f"/cases/{self.stuck.case_id}",
            "/cases/ffffff",
            "/phones",
            "/response-times",
            "/record",
            "/answers",
            "/reference",
            "/sign-in",
        )

    @asynccontextmanager
    async def page(
        self, width: int = 1280, scheme: Scheme = "light", *, script: bool = True
    ) -> AsyncIterator[Page]:
        context = await self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
            base_url=self.url,
        )
        try:
            yield await context.new_page()
        finally:
            await context.close()


@asynccontextmanager
async def served(desk: Desk) -> AsyncIterator[str]:
    """The desk's app behind a real port; its address."""
    async with desk.running() as app:
        config = uvicorn.Config(app, port=0, log_level="error", lifespan="off")
        server = Announcing(config)
        task = asyncio.ensure_future(server.serve())
        await server.up.wait()
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        await task


class Announcing(uvicorn.Server):
    """A server that says when its port is open."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[object] | None = None) -> None:
        await super().startup()
        self.up.set()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    desk = Desk.at(tmp_path, demo=True, phones_dir=tmp_path / "phones")
    whole, stuck = await furnish(desk)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        async with served(desk) as url:
            yield Site(url, desk, browser, whole, stuck)
            await browser.close()


async def furnish(desk: Desk) -> tuple[Story, Story]:
    """Cases of every kind, a roster and a phone that rang."""
    whole = Story(desk.journal)
    await whole.whole()
    await whole.lived()
    stuck = Story(desk.journal, number="2", start=START + hours(72), trigger="line_of_duty_death")
    await stuck.reported(incident_type="Fire in Building")
    await stuck.activated(())
    await stuck.exhausted(())
    await to_review(desk.journal, "3")
    await Story(desk.journal, number="4").reported(Outcome.ROUTINE)
    await enrolled(desk.journal, {"p-01": Role.PEER, "h-01": Role.MHP})
    mail = EmailMessage()
    mail["To"] = "Avery Demo <avery@demo.invalid>"
    mail["Subject"] = "Tailboard: a peer is needed now"
    mail.set_content(f"Answer here: http://127.0.0.1:8911/o/{'abcDEF123-' * 20}\n")
    mailbox.Maildir(desk.folder / "phones", create=True).add(mail)
    desk.clock.at = START + hours(72) + minutes(30)
    return whole, stuck


async def test_every_page_is_accessible_and_fits_in_light_and_dark(site: Site) -> None:
    problems = []
    for width, scheme in LOOKS:
        async with site.page(width, scheme) as page:
            for path in site.pages:
                await page.goto(path)
                too_wide = await page.evaluate(
                    "document.documentElement.scrollWidth - window.innerWidth"
                )
                found = (await Axe().run(page)).response["violations"]
                if too_wide > 0 or found:
                    rules = [violation["id"] for violation in found]
                    problems.append((path, width, scheme, too_wide, rules))
    assert problems == []


async def test_dark_on_a_wide_screen_keeps_its_contrast(site: Site) -> None:
    async with site.page(1280, "dark") as page:
        for path in ("/", f"/cases/{site.whole.case_id}"):
            await page.goto(path)
            assert (await Axe().run(page)).violations_count == 0


async def test_from_the_board_to_a_case_and_back_without_script(site: Site) -> None:
    async with site.page(390, script=False) as page:
        await page.goto("/")
        assert await page.locator(".card").count() == 3
        await page.get_by_role("link", name="Line-of-duty death").click()
        assert site.stuck.case_id in page.url
        assert await page.get_by_role("heading", level=1).inner_text() == "Line-of-duty death"
        assert "Nobody left to ask" in await page.locator(".marks").inner_text()
        await page.locator("summary", has_text="More").click()
        assert await page.get_by_text("Not asked: p-07 (involved)").is_visible()
        await page.get_by_role("link", name="Board", exact=True).click()
        assert await page.get_by_role("heading", level=1).inner_text() == "Open cases"


async def test_the_keyboard_reaches_the_content_first(site: Site) -> None:
    async with site.page() as page:
        await page.goto("/")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to the content"
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"
        await page.keyboard.press("Tab")
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


async def test_an_open_page_follows_what_happens(site: Site) -> None:
    fresh = Story(site.desk.journal, number="fresh", start=START + hours(72), trigger="child_death")
    async with site.page() as page:
        await page.goto("/")
        await page.get_by_text("Live: this page follows by itself.").wait_for()
        await page.evaluate("window.stayed = true")
        await fresh.reported()
        await page.get_by_role("link", name="Child death").wait_for()
        assert await page.evaluate("window.stayed")


async def test_pages_load_without_an_error(site: Site) -> None:
    said: list[str] = []
    async with site.page() as page:
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in site.pages:
            if path != "/cases/ffffff":  # a browser reports the 404 itself
                await page.goto(path)
    assert said == []


async def test_a_key_opens_the_console_and_a_wrong_one_says_so(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    await Story(desk.journal).reported()
    async with async_playwright() as playwright, served(desk) as url:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(base_url=url)
        await page.goto("/cases")
        await page.get_by_label("API key").fill("tb_wrong")
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_text("This key is not known").wait_for()
        assert (await Axe().run(page)).violations_count == 0
        await page.get_by_label("API key").fill(desk.keys[AGENCY])
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("link", name="Child critical").wait_for()
        await page.get_by_role("button", name="Sign out").click()
        assert page.url.endswith("/sign-in")
        await browser.close()
