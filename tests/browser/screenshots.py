"""Makes the pictures of the documentation from a running demonstration: `make screenshots`."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

import httpx
from playwright.async_api import Browser, async_playwright

from tests.support.up import EXAMPLES, Running, up

IMAGES = Path(__file__).parents[2] / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
_DESKTOP = {"width": 1280, "height": 800}
_WIDE = {"width": 1600, "height": 900}
_PHONE = {"width": 390, "height": 844}


async def main() -> None:
    """A case on its way and one that is followed up, as a coordinator and a member see them."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with up(Path(folder), "--time-scale", "600") as tailboard, async_playwright() as play:
            browser = await play.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
            case_id = await _a_case(tailboard)
            await _take(browser, tailboard.url, "/", "console-board", _DESKTOP)
            await _take(browser, tailboard.url, f"/cases/{case_id}", "console-case", _DESKTOP)
            await _take(browser, tailboard.url, f"/cases/{case_id}", "console-case-phone", _PHONE)
            await browser.close()
    with tempfile.TemporaryDirectory() as folder:
        options = ("--time-scale", "60", "--no-answers")
        async with up(Path(folder), *options) as tailboard, async_playwright() as play:
            browser = await play.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
            await _a_night(tailboard)
            await _take(browser, tailboard.url, "/activations", "console-activations", _WIDE)
            await _take(browser, tailboard.url, "/activations", "console-activations-phone", _PHONE)
            await _take(browser, tailboard.url, "/roster", "console-roster", _DESKTOP)
            await browser.close()
    with tempfile.TemporaryDirectory() as folder:
        async with up(Path(folder)) as tailboard, async_playwright() as play:
            browser = await play.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
            await tailboard.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
            await tailboard.watch_until("Message sent")
            await _take(browser, tailboard.url, await tailboard.offer_link(), "offer-phone", _PHONE)
            await _take(browser, tailboard.url, "/phones", "demo-phones", _DESKTOP)
            await browser.close()


async def _a_case(tailboard: Running) -> str:
    line = ""
    for example in ("vehicle-lockout", "lodd", "pediatric-cpr"):
        line = await tailboard.cli("post", str(EXAMPLES / f"{example}.json"))
    await tailboard.watch_until("fell_due")
    return line.split()[0]


async def _a_night(tailboard: Running) -> None:
    """A search in its second wave, and one that has just begun with its first yes."""
    await tailboard.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
    await tailboard.watch_until("Message sent")
    async with httpx.AsyncClient(base_url=tailboard.url) as phones:
        first, second, *_ = await _peers(phones)
        await phones.post(f"{first}/accept")
        await phones.post(f"{first}/arrival", data={"minutes": "40"})
        await phones.post(f"{second}/decline")
        await tailboard.watch_until("offer_expired")
        line = await tailboard.cli("post", str(EXAMPLES / "lodd.json"))
        await tailboard.watch_until("Message sent", line.split()[0])
        newest, *_ = await _peers(phones)
        await phones.post(f"{newest}/accept")


async def _peers(phones: httpx.AsyncClient) -> list[str]:
    """The newest offer of each peer's phone, the phone that rang last first."""
    page = (await phones.get("/phones")).text
    found = re.findall(r'<h2[^>]*>[^<]*p-\d.*?(/o/[^"/]+)"', page, re.DOTALL)
    return list(dict.fromkeys(found))


async def _take(browser: Browser, url: str, path: str, name: str, size: dict[str, int]) -> None:
    context = await browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        device_scale_factor=2 if size is _PHONE else 1,
    )
    page = await context.new_page()
    await page.goto(url + path)
    await page.screenshot(path=str(IMAGES / f"{name}.png"))
    await context.close()
    print(f"docs/images/{name}.png", file=sys.stderr)  # noqa: T201 - a command says what it made


if __name__ == "__main__":
    asyncio.run(main())
