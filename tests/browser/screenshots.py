"""Makes the pictures of the documentation from a running demonstration: `make screenshots`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

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
        async with up(Path(folder)) as tailboard, async_playwright() as play:
            browser = await play.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
            await tailboard.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
            await tailboard.watch_until("Message sent")
            await _take(browser, tailboard.url, await tailboard.offer_link(), "offer-phone", _PHONE)
            await _take(browser, tailboard.url, "/phones", "demo-phones", _DESKTOP)
            await browser.close()


async def _a_case(tailboard: Running) -> str:
    for example in ("vehicle-lockout", "lodd", "pediatric-cpr"):
        line = await tailboard.cli("post", str(EXAMPLES / f"{example}.json"))
    await tailboard.watch_until("fell_due")
    return line.split()[0]


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
