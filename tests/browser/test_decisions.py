"""Deciding in a real browser: readable at every width, by keyboard alone, and without script."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import async_playwright

from schemas.intake import CaseLowered, CaseRaised, ReviewAnswered
from tests.support.console import Console
from tests.support.served import served
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
PRESS: dict[str, Any] = {
    "incident_number": "26-000400",
    "incident_type": "Structure fire",
    "flags": ["media_interest"],
    "units": ["E12"],
    "source": "fire",
}
LOCKOUT: dict[str, Any] = {
    "incident_number": "26-000500",
    "incident_type": "Vehicle lockout",
    "units": ["L3"],
    "source": "police",
}
CHILD: dict[str, Any] = {
    "incident_number": "26-000600",
    "incident_type": "Cardiac arrest",
    "patients": [{"age_years": 3, "outcome": "died"}],
    "units": ["E17"],
    "source": "fire",
}
Scheme = Literal["light", "dark"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@dataclass(frozen=True, slots=True)
class Site:
    """A town with cases that people decide on, its console, and a browser to look at it."""

    town: Town
    url: str
    browser: Browser
    cases: dict[str, str]

    @property
    def pages(self) -> tuple[str, ...]:
        return (
            "/",
            "/reviews",
            "/raise",
            "/raise?refused=misfit",
            f"/cases/{self.cases['asked']}",
            f"/cases/{self.cases['wanted']}?merge=26-000500",
            f"/cases/{self.cases['wanted']}?merge=nothing",
            f"/cases/{self.cases['called_off']}",
            f"/cases/{self.cases['gone']}",
            f"/cases/{self.cases['stays']}?refused=item-already-settled",
            f"/cases/{self.cases['stood_down']}",
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
async def a_site(folder: Path) -> AsyncIterator[Site]:
    """Everything, furnished."""
    async with a_town(folder) as town, async_playwright() as playwright:
        await town.enroll_team(peers=4, mhps=2)
        cases = await furnish(town)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        async with Console(town, folder).running() as app, served(app) as url:
            yield Site(town, url, browser, cases)
            await browser.close()


async def furnish(town: Town) -> dict[str, str]:
    """A case of every kind that people decide on; two hours pass, so that one question is late."""
    cases = {}
    late = PRESS | {"incident_number": "26-000100", "incident_type": "Vehicle fire"}
    cases["late"] = (await town.report(**late))["case_id"]
    cases["called_off"] = (await town.report(**CHILD))["case_id"]
    stands = await town.report(**CHILD | {"incident_number": "26-000601"})
    cases["stood_down"] = stands["case_id"]
    await town.post(f"/v1/cases/{cases['stood_down']}:lower", reason="duplicate")
    await town.advance(minutes=125)
    await town.report(**CHILD | {"status": "false_alarm"})
    cases["wanted"] = (await town.report(**CHILD | {"incident_number": "26-000602"}))["case_id"]
    cases["asked"] = (await town.report(**PRESS))["case_id"]
    cases["routine"] = (await town.report(**LOCKOUT))["case_id"]
    other = (await town.report(**LOCKOUT | {"incident_number": "P26-77"}))["case_id"]
    stays = await town.post("/v1/raises", trigger_class="coworker_suicide", units=["E12"])
    cases["stays"], cases["gone"] = stays["case_id"], other
    await town.post(f"/v1/cases/{other}:merge", other=stays["case_id"])
    await town.advance(minutes=5)
    return cases


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with a_site(tmp_path) as site:
        yield site


async def open_all(page: Page) -> None:
    """Everything that is folded away can be read too."""
    await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
async def test_every_page_is_accessible_and_fits(site: Site, width: int, scheme: Scheme) -> None:
    problems = []
    async with site.page(width, scheme) as page:
        for path in site.pages:
            await page.goto(path)
            await open_all(page)
            too_wide = await page.evaluate(
                "document.documentElement.scrollWidth - window.innerWidth"
            )
            found = (await Axe().run(page)).response["violations"]
            if too_wide > 0 or found:
                problems.append((path, too_wide, [each["id"] for each in found]))
    assert problems == []


async def test_an_incident_is_raised_with_the_keyboard_alone(site: Site) -> None:
    async with site.page() as page:
        await page.goto("/")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        assert await focused(page) == "Raise an incident"
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/raise")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("Suic")
        await tab_to(page, "document.activeElement.id === 'units'")
        await page.keyboard.type("E12 M4")
        await tab_to(page, "document.activeElement.textContent === 'Bring the team in'")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/cases/*")
        case_id = page.url.rpartition("/")[2]
        assert await page.get_by_role("heading", level=1).inner_text() == "Coworker suicide"
    (told,) = site.town.events(case_id, CaseRaised)
    assert isinstance(told, CaseRaised)
    assert (told.trigger_class, told.units) == ("coworker_suicide", ("E12", "M4"))


async def tab_to(page: Page, is_there: str) -> None:
    """A date field is several stops of its own."""
    for _ in range(15):
        await page.keyboard.press("Tab")
        if await page.evaluate(is_there):
            return
    raise AssertionError(f"the keyboard never reaches {is_there}")


async def focused(page: Page) -> str:
    return str(await page.evaluate("document.activeElement.textContent.trim()"))


async def test_a_question_is_answered_without_script_on_a_phone(site: Site) -> None:
    async with site.page(390, script=False) as page:
        await page.goto("/reviews")
        card = page.locator(".card", has_text="Structure fire")
        await card.get_by_role("button", name="Not needed").click()
        await page.wait_for_url(f"**/cases/{site.cases['asked']}")
    assert site.town.events(site.cases["asked"], ReviewAnswered)


async def test_standing_down_takes_a_second_step(site: Site) -> None:
    async with site.page(390) as page:
        await page.goto(f"/cases/{site.cases['wanted']}")
        sure = page.get_by_role("button", name="Yes, stand the team down")
        assert not await sure.is_visible()
        await page.locator("summary", has_text="Lower it").click()
        await page.locator("#decide").get_by_label("Why").select_option("false_alarm")
        await sure.click()
        await page.get_by_text("A person wants no team (false alarm)").wait_for()
    assert site.town.events(site.cases["wanted"], CaseLowered)


async def test_a_form_that_is_being_filled_in_is_left_alone(site: Site) -> None:
    async with site.page() as page:
        await page.goto(f"/cases/{site.cases['wanted']}")
        await page.get_by_text("Live: this page follows by itself.").wait_for()
        await page.locator("summary", has_text="Raise it").click()
        await page.get_by_label("Kind of incident").select_option("mass_casualty")
        await page.locator("h1").click()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.evaluate("refresh()")
        assert asked == []
        assert await page.get_by_label("Kind of incident").input_value() == "mass_casualty"


async def test_the_pages_say_nothing_on_the_console_of_the_browser(site: Site) -> None:
    said: list[str] = []
    async with site.page() as page:
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in site.pages:
            await page.goto(path)
    assert said == []
