"""The boards of a night in a real browser: on a phone, on a wall, in the dark, by keyboard, live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from schemas.dispatch import OfferAccepted, OfferDeclined
from tests.browser.test_console import ARGUMENTS, CHROMIUM, served
from tests.unit.audit import night, people
from tests.unit.audit.desk import Desk
from tests.unit.audit.night import AT, Night
from tests.unit.audit.story import minutes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from tests.unit.audit.story import Story

Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[int, Scheme], ...] = ((1920, "light"), (360, "dark"))
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true })"
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
MOVING = """document.getAnimations().length + [...document.querySelectorAll("*")]
  .filter((each) => parseFloat(getComputedStyle(each).transitionDuration) > 0).length"""
"""The pages are asked for with less motion."""

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@dataclass(frozen=True, slots=True)
class Watch:
    """A night's boards, and a browser to look at them."""

    url: str
    desk: Desk
    browser: Browser
    stories: dict[str, Story]

    async def page(
        self, width: int = 1280, scheme: Scheme = "light", *, script: bool = True
    ) -> Page:
        context = await self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=script,
            base_url=self.url,
        )
        return await context.new_page()


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[Watch]:
    desk = Desk.at(tmp_path, demo=True)
    stories = await night.whole(desk.journal)
    await people.whole(desk.journal)
    desk.clock.at = AT
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        async with served(desk) as url:
            yield Watch(url, desk, browser, stories)
            await browser.close()


async def test_every_board_is_accessible_fits_and_stands_still(watch: Watch) -> None:
    problems = []
    stuck = f"/cases/{watch.stories['stuck'].case_id}?refused=excluded"
    for width, scheme in LOOKS:
        page = await watch.page(width, scheme)
        for path in ("/activations", "/roster", stuck):
            await page.goto(path)
            await page.evaluate(OPEN_ALL)
            too_wide = await page.evaluate(TOO_WIDE)
            moving = await page.evaluate(MOVING)
            found = (await Axe().run(page)).response["violations"]
            if too_wide > 0 or moving or found:
                rules = [each["id"] for each in found]
                problems.append((path, width, scheme, too_wide, moving, rules))
        await page.context.close()
    assert problems == []


async def test_a_phone_without_script_shows_what_is_urgent_and_says_each_place(
    watch: Watch,
) -> None:
    page = await watch.page(360, script=False)
    await page.goto("/activations")
    first = page.locator(".act").first
    assert await first.get_by_role("heading").inner_text() == "Line-of-duty death"
    assert await first.get_by_text("Nobody is left to ask.").is_visible()
    size = await first.locator(".huge").first.evaluate(
        "node => parseFloat(getComputedStyle(node).fontSize)"
    )
    assert size >= 22
    await page.get_by_role("link", name="Line-of-duty death").click()
    assert await page.get_by_role("heading", name="Team", exact=True).is_visible()

    await page.go_back()
    card = page.locator(".act", has_text="Child death")
    assert await card.get_by_role("img", name="Peers: one of 3 taken, two asked").is_visible()
    offers = card.get_by_role("table", name="Who was asked for Child death")
    row = offers.get_by_role("row", name="p-07")
    assert "9 min left" in await row.inner_text()


async def test_the_board_follows_by_itself_and_says_when_it_cannot(watch: Watch) -> None:
    page = await watch.page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto("/roster")
    await page.goto("/activations")
    await page.get_by_text("Live: this page follows by itself.").wait_for()
    await page.evaluate("window.stayed = true")
    asking = Night(watch.stories["asking"])
    await asking.answer(OfferAccepted, "p-07", minutes(22))
    seats = page.get_by_role("img", name="Peers: two of 3 taken, one asked")
    await seats.wait_for()
    assert await page.evaluate("window.stayed")
    assert said == []
    lost = page.locator("#live.lost")
    await page.route("**/live", lambda route: route.abort())
    await page.evaluate("feed.dispatchEvent(new Event('error'))")
    await lost.wait_for()
    assert "may be old" in await lost.inner_text()
    assert (await Axe().run(page)).violations_count == 0


async def test_clocks_stay_true_without_anything_happening(watch: Watch) -> None:
    page = await watch.page()
    await page.clock.install()
    await page.goto("/activations")
    await page.get_by_text("9 min left").wait_for()
    watch.desk.clock.advance(minutes(2))
    await page.clock.run_for(11_000)
    await page.get_by_text("7 min left").wait_for()


async def test_an_open_fold_stays_open_and_keeps_the_focus_when_others_come(watch: Watch) -> None:
    page = await watch.page()
    await page.goto(f"/cases/{watch.stories['drill'].case_id}")
    await page.get_by_text("Live: this page follows by itself.").wait_for()
    await page.locator("summary", has_text="Withdraw a member").click()
    await Night(watch.stories["drill"]).answer(OfferDeclined, "p-14", minutes(2))
    await page.get_by_text("p-14 said no", exact=True).wait_for()
    assert await page.locator("summary", has_text="Ask again").count() == 1, "a fold before it"
    opened = page.locator("#act details[open] > summary")
    assert await opened.all_inner_texts() == ["Withdraw a member"]
    assert await opened.evaluate("node => node === document.activeElement")


async def test_a_step_is_reached_by_keyboard_alone(watch: Watch) -> None:
    page = await watch.page()
    await page.goto(f"/cases/{watch.stories['paused'].case_id}")
    summary = page.locator("summary", has_text="Resume asking")
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await summary.evaluate("node => node === document.activeElement"):
            break
    outline = await summary.evaluate("node => getComputedStyle(node).outlineStyle")
    assert outline == "solid", "the focus is seen"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.labels[0].textContent") == "Why"
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Resume asking"
    assert await page.evaluate("document.activeElement.form.method") == "post"
