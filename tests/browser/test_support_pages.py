"""Peers' own pages for places and for what must be told: every eye, every width, no script."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page, async_playwright

from tests.browser.test_ask import ARGUMENTS, CHROMIUM, faults
from tests.support.served import served
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PLACES = [
    {
        "resource_id": "eap-north",
        "organisation": "Northside Assistance Program of the County",
        "category": "eap",
        "public_line": "+1 (555) 010-0100",
        "web": "https://eap.example.org/help",
        "hours": "Mon to Fri 8 to 18",
        "disciplines": ["fire", "ems"],
        "confirmed_on": "2026-03-01",
    },
    {
        "resource_id": "hall",
        "organisation": "Hall Street Clinic",
        "category": "clinician",
        "web": "https://hall-street-clinic-with-a-long-name.example.org/appointments",
    },
]


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """The own page of a peer."""
    async with a_town(tmp_path) as town, served(town.app) as url:
        await town.enroll_team(peers=1, mhps=1)
        await town.http.put("/v1/resources", json={"resources": PLACES})
        yield f"{url}/f/{await town.own_link('p-1')}"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (320, "light")])
async def test_every_page_is_accessible_and_fits(address: str, width: int, scheme: str) -> None:
    wrong: list[str] = []
    async with a_page(width, scheme, script=True) as page:
        for path in ("places", "exceptions", "exceptions/new?category=suicide_threat"):
            await page.goto(f"{address}/{path}")
            wrong += await faults(page)
        await page.get_by_label("The mental health lead").check()
        await page.get_by_role("button", name="Record it").click()
        await page.get_by_text("It should be sent by").wait_for()
        wrong += await faults(page)
        await page.get_by_role("link", name="The text to print").click()
        wrong += await faults(page)
        await page.goto(f"{address}x/places")
        wrong += await faults(page)
    assert wrong == []


async def test_a_peer_records_and_marks_the_notice_with_the_keyboard_and_without_script(
    address: str,
) -> None:
    async with a_page(360, "light", script=False) as page:
        await page.goto(f"{address}/exceptions")
        await page.get_by_role("link", name="Abuse of a child").press("Enter")
        await page.get_by_role("heading", name="Abuse of a child").wait_for()
        await page.get_by_label("Child protective services").press("Space")
        await page.get_by_role("button", name="Record it").press("Enter")
        await page.get_by_text("Told: Child protective services.").wait_for()
        await page.get_by_role("button", name="I have sent it").press("Enter")
        await page.get_by_text("Nothing more is to do").wait_for()
        await page.goto(f"{address}/places")
        await page.get_by_label("What kind of place").select_option("eap")
        await page.get_by_role("button", name="Count it").press("Enter")
        await page.get_by_role("status").get_by_text("Counted").wait_for()


@asynccontextmanager
async def a_page(width: int, scheme: str, *, script: bool) -> AsyncIterator[Page]:
    """A page of this width; axe needs script, the pages do not."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=script,
        )
        yield await context.new_page()
        await browser.close()
