"""A member's own page and the team page in a real browser: accessible, small, without script."""

from __future__ import annotations

import re
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from schemas.policy import Role
from tests.support.served import served
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
Scheme = Literal["light", "dark"]
_LINK = re.compile(r"http://town\.invalid(/m/\S+)")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@dataclass(frozen=True, slots=True)
class Site:
    """A town behind a real port with a member who was invited, and a browser to look at it."""

    town: Town
    url: str
    link: str
    browser: Browser

    @asynccontextmanager
    async def page(
        self, width: int = 360, scheme: Scheme = "light", *, script: bool = False
    ) -> AsyncIterator[Page]:
        context = await self.browser.new_context(
            viewport={"width": width, "height": 740},
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
    shown = {"team_page": True, "team_name": "Demo peer team"}
    async with a_town(tmp_path, dispatch=shown, alone=True) as town:
        competencies = [
            {"kind": "icisf_individual", "earned_on": "2024-06-01"},
            {"kind": "in_service", "earned_on": "2025-04-01"},
        ]
        for number, bio in ((1, "Listens. " * 60), (2, "Short.")):
            profile = {"name": f"Demo p-{number}", "bio": bio}
            fields = {"profile": profile, "competencies": competencies, "languages": ["es", "asl"]}
            await town.enroll(f"p-{number}", Role.PEER, units=["E1"], on_team_page=True, **fields)
        await town.enroll("m-1", Role.MHP, profile={"name": "Demo m-1"}, on_team_page=True)
        await town.http.post("/v1/roster/members/p-1/invite")
        found = _LINK.search(town.phones.received["p-1"][-1].text)
        assert found
        async with served(town.app) as url, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            yield Site(town, url, found[1], browser)
            await browser.close()


async def faults(page: Page) -> list[str]:
    """What axe and the ruler find; axe itself needs script, which the pages do not."""
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    found = (await Axe().run(page)).response["violations"]
    return [f"{page.url}: {violation['id']}" for violation in found] + (
        [f"{page.url}: {wide} too wide"] if wide > 0 else []
    )


async def test_both_pages_are_accessible_at_every_width(site: Site) -> None:
    wrong: list[str] = []
    sizes: tuple[tuple[int, Scheme], ...] = ((1280, "light"), (1280, "dark"), (360, "dark"))
    for width, scheme in sizes:
        async with site.page(width, scheme, script=True) as page:
            await page.goto("/team")
            await page.get_by_role("heading", name="Demo p-2").wait_for()
            wrong += await faults(page)
            await page.goto(site.link)
            wrong += await faults(page)
    assert wrong == []


async def test_every_state_of_a_members_page_is_accessible_on_a_small_phone(site: Site) -> None:
    wrong: list[str] = []
    async with site.page(320, script=True) as page:
        await page.goto("/team")
        wrong += await faults(page)
        await page.goto(site.link)
        wrong += await faults(page)
        await page.get_by_label("or until this day").fill("2026-01-01")
        await page.get_by_role("button", name="Leave me in peace").click()
        await page.get_by_text("a day that is still to come").wait_for()
        wrong += await faults(page)
        await page.get_by_label("Name", exact=True).fill("")
        await page.get_by_role("button", name="Save").click()
        await page.get_by_text("give the name that people know you by").wait_for()
        wrong += await faults(page)
        await page.get_by_role("button", name="Leave me in peace").click()
        await page.get_by_text("You are left in peace").wait_for()
        wrong += await faults(page)
        await page.goto(f"{site.link}x")
        wrong += await faults(page)
    assert wrong == []


async def test_a_member_does_everything_without_script(site: Site) -> None:
    async with site.page() as page:
        answer = await page.goto(site.link)
        assert answer is not None
        assert len(await answer.body()) <= 10_000
        confirm = page.get_by_role("button", name="Yes, this is right")
        box = await confirm.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        await confirm.click()
        await page.get_by_role("status").get_by_text("Your contact is confirmed").wait_for()

        await page.get_by_label("Do not ask me for").select_option("a week")
        await page.get_by_role("button", name="Leave me in peace").click()
        await page.get_by_text("Monday 9 March 2026").wait_for()
        await page.get_by_role("button", name="Ask me again now").click()
        await page.get_by_role("heading", name="You can be asked").wait_for()

        await page.get_by_label("Show me there").uncheck()
        await page.get_by_role("button", name="Save").click()
        await page.get_by_text("You are not on the team page").wait_for()
        await page.goto("/team")
        assert await page.get_by_text("Demo p-1").count() == 0
        assert await page.get_by_role("link", name="Call 988").is_visible()
        await page.get_by_role("link", name="Ask for a peer").click()
        assert page.url.endswith("/ask")


async def test_the_keyboard_reaches_the_first_thing_to_do(site: Site) -> None:
    async with site.page() as page:
        await page.goto(site.link)
        await page.keyboard.press("Tab")
        confirm = page.get_by_role("button", name="Yes, this is right")
        assert await confirm.evaluate("button => button === document.activeElement")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert await page.evaluate(outline) == "solid"
        await page.keyboard.press("Enter")
        await page.get_by_text("Your contact is confirmed").wait_for()


async def put_on_call(site: Site) -> None:
    layer = {"members": ["p-1", "p-2"], "first_handover": "2026-03-02T08:00"}
    plan = {"time_zone": "America/New_York", "role": "peer"}
    plan |= {"layers": [layer | {"shift": {"count": 1, "unit": "days"}}]}
    answer = await site.town.http.put("/v1/rota/schedules/peers-daily", json=plan)
    assert answer.is_success, answer.text


async def test_a_members_time_is_accessible_at_every_width(site: Site) -> None:
    await put_on_call(site)
    wrong: list[str] = []
    sizes: tuple[tuple[int, Scheme], ...] = ((1280, "light"), (320, "dark"))
    for width, scheme in sizes:
        async with site.page(width, scheme, script=True) as page:
            await page.goto(f"{site.link}/time")
            wrong += await faults(page)
            await page.get_by_label("from", exact=True).first.fill("09:00")
            await page.get_by_role("button", name="Save my hours").click()
            await page.get_by_text("Give both times").wait_for()
            wrong += await faults(page)
            await page.get_by_label("The private address").fill("https://127.0.0.1/x.ics")
            await page.get_by_role("button", name="Read my calendar").click()
            await page.get_by_text("private network").wait_for()
            wrong += await faults(page)
    assert wrong == []


async def test_a_member_says_their_hours_without_script(site: Site) -> None:
    await put_on_call(site)
    async with site.page() as page:
        await page.goto(site.link)
        await page.get_by_role("link", name="Look and change").click()
        answer = await page.goto(page.url)
        assert answer is not None
        assert len(await answer.body()) <= 10_000
        monday = page.get_by_role("group", name="Monday")
        await monday.get_by_label("from").fill("09:00")
        await monday.get_by_label("to").fill("17:00")
        await page.get_by_role("button", name="Save my hours").click()
        await page.get_by_role("status").get_by_text("Your hours are saved").wait_for()
        await page.get_by_text("You are not asked outside these hours").wait_for()
        await page.get_by_role("link", name="Back to my page").click()
        await page.get_by_role("heading", name="Your place on the team").wait_for()
