"""What a member is down for, and a case's plan, in a real browser: by touch, for everybody, small."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from schemas.followup import CheckInCompleted, MissExplained
from schemas.sessions import InterventionScheduled, ItemEscalated
from services.audit.settings import AuditSettings
from tests.browser.test_offer import ARGUMENTS, CHROMIUM, press
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.served import served
from tests.support.town import Town, a_town
from tests.unit.audit.desk import Desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
LOOKS = ((320, "light"), (1280, "dark"))
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true })"
TOO_WIDE = "document.documentElement.scrollWidth - window.innerWidth"
SMALL = """[...document.querySelectorAll('main button, main select, main input, main summary, a.open')]
  .filter((each) => each.type !== 'hidden' && each.getBoundingClientRect().height < 44)
  .map((each) => each.outerHTML)"""
MOST_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class Site:
    """A town with one case, its console beside it, and a browser."""

    town: Town
    url: str
    browser: Browser
    case_id: str

    @asynccontextmanager
    async def page(
        self, width: int = 360, scheme: str = "light", *, script: bool = False
    ) -> AsyncIterator[Page]:
        context = await self.browser.new_context(
            viewport={"width": width, "height": 700},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            java_script_enabled=script,
            base_url=self.url,
        )
        try:
            yield await context.new_page()
        finally:
            await context.close()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with a_town(tmp_path) as town, async_playwright() as playwright:
        await town.enroll_team(peers=3, mhps=1)
        case_id = str((await town.report(**PEDIATRIC_DEATH))["case_id"])
        for member in ("p-1", "p-2", "m-1"):
            await town.accept(member)
        await town.advance(minutes=1)
        told = {"data_dir": tmp_path, "agency": "metro", "demo": True}
        settings = AuditSettings.model_validate(told)
        desk = Desk(tmp_path, settings, town.journal, town.clock)  # type: ignore[arg-type]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        async with desk.running() as app:
            for service in town.services:
                app.router.routes += service.router.routes
            async with served(app) as url:
                yield Site(town, url, browser, case_id)
        await browser.close()


async def test_a_facilitator_settles_by_touch_and_without_script(site: Site) -> None:
    own = f"/f/{await site.town.own_link('p-1')}"
    async with site.page() as page:
        await page.goto(own)
        await page.get_by_role("link", name="Choose a time: Defusing for responders").click()
        await page.get_by_role("button", name="Mon 2 Mar, 08:00 to 08:45").click()
        assert await page.get_by_role("status").inner_text() == (
            "The time is set. Everybody who holds it is told."
        )
        await page.get_by_text("A time of my own").click()
        await page.get_by_label("Begins, by the clock of UTC").fill("2026-03-02T11:00")
        await press(page, "Set this time")
        await press(page, "I cannot hold it")
        assert "Your coordinator is called" in await page.get_by_role("status").inner_text()
        await site.town.advance(days=3, hours=8)
        await page.goto(own)
        await page.get_by_label("Why it was not held").first.select_option("nobody_wanted_it")
        await page.get_by_role("button", name="Say why").first.click()
        await page.get_by_role("button", name="I have offered it").first.click()
        assert "noted as done" in await page.get_by_role("status").inner_text()
    kinds = site.town.kinds(site.case_id)
    for event, times in (
        (InterventionScheduled, 2),
        (ItemEscalated, 1),
        (MissExplained, 1),
        (CheckInCompleted, 1),
    ):
        assert kinds.count(event.NAME) == times, event.NAME


async def test_every_view_is_for_everybody_and_small(site: Site) -> None:
    own = f"/f/{await site.town.own_link('p-1')}"
    defusing = f"{own}/items/metro/{site.case_id}/defusing-responders"
    board = f"/cases/{site.case_id}"
    await _look(site, {"coming": own, "proposed": defusing, "plan": board})
    await site.town.advance(days=3, hours=8)
    missed = f"{own}/items/metro/{site.case_id}/defusing-dispatchers"
    await _look(site, {"due": own, "missed": missed, "none": f"{own}x", "late plan": board})


async def _look(site: Site, views: dict[str, str]) -> None:
    """No fault by axe, nothing wider than the screen, every target large enough for a thumb."""
    for width, scheme in LOOKS:
        async with site.page(width, scheme, script=True) as page:
            for name, path in views.items():
                answer = await page.goto(path)
                assert answer
                await page.evaluate(OPEN_ALL)
                found = await Axe().run(page)
                assert found.response["violations"] == [], f"{name}: {found.generate_report()}"
                assert await page.evaluate(TOO_WIDE) <= 0, name
                if path.startswith("/f/"):
                    assert len(await answer.body()) <= MOST_BYTES, name
                    assert await page.evaluate(SMALL) == [], name
