"""Renders the pages that need no key: check-ins of one's own, feedback, the card.

They need no script, set no cookie of their own accord, and tell no other site anything.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_PAGES.filters["wall"] = lambda at, zone: f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"
"""A moment as a field for a day and a time takes it."""


def open_page(
    template: str, zone: str, status: HTTPStatus = HTTPStatus.OK, **shown: object
) -> HTMLResponse:
    """A whole page; times in it are those of `zone`."""
    return HTMLResponse(rendered(template, zone, **shown), status, HEADERS)


def rendered(template: str, zone: str, **shown: object) -> str:
    """The page's text alone."""
    return _PAGES.get_template(template).render(zone=ZoneInfo(zone), **shown)
