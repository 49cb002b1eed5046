"""Renders the pages of requests for a peer; they need no script and tell no other site anything."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schemas.requests import RequestEnd
from services.dispatch.edge.replies import HEADERS
from services.dispatch.state import Active

if TYPE_CHECKING:
    from datetime import datetime

    from services.dispatch.requested import RequestState

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_PHONE = re.compile(r"^\+?[\d\s().-]{7,20}\Z")


def page(template: str, status: HTTPStatus = HTTPStatus.OK, **shown: object) -> HTMLResponse:
    """A whole page, which no cache keeps and no search engine lists."""
    return HTMLResponse(_PAGES.get_template(template).render(**shown), status, HEADERS)


def clock(at: datetime, zone: str) -> str:
    """A time of day as people there read it."""
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M %Z")


def phone_of(callback: str) -> str | None:
    """What a phone can dial, when the words are a number and nothing else."""
    number = callback.strip()
    return re.sub(r"[^\d+]", "", number) if _PHONE.match(number) else None


def view_of(standing: RequestState) -> str:
    """What the private page of the one who asked shows."""
    asked = standing.request
    if asked is None or asked.end is not None:
        return "cancelled" if asked and asked.end is RequestEnd.CANCELLED else "closed"
    if asked.reached:
        return "reached"
    taken = isinstance(standing.team, Active) and standing.team.members()
    return "taken" if taken else "asked"
