"""Templates, how times read in them, and the headers that every page carries; knows no case."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.audit.console.nav import able, openable, opens, role_name
from services.audit.words import plain, span, title

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.audit.views.timeline import TimelineRow

_HERE = Path(__file__).parent
STATIC = {
    "style.css": "text/css",
    "live.js": "text/javascript",
    "mark.svg": "image/svg+xml",
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_MEMBER = re.compile(r"(\b[a-z]+(?:-[a-z]+)*-\d+\b)")
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders templates; times are shown in `zone`."""

    environment: Environment

    def html(self, template: str, status: HTTPStatus = HTTPStatus.OK, **shown: Any) -> HTMLResponse:
        """A whole page."""
        text = self.environment.get_template(template).render(**shown)
        return HTMLResponse(text, status, HEADERS)


@cache
def pages(zone: ZoneInfo, *, demo: bool, has_phones: bool) -> Pages:
    """The console's pages for people in this time zone; templates are compiled once."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {
        "clock": lambda at: at.astimezone(zone).strftime("%H:%M:%S"),
        "minute": lambda at: at.astimezone(zone).strftime("%H:%M"),
        "day": lambda at: _day(at.astimezone(zone)),
        "moment": lambda at: f"{_short_day(at.astimezone(zone))}, {at.astimezone(zone):%H:%M}",
        "by_day": lambda rows: _by_day(rows, zone),
        "typed": lambda at: at.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        "zone": lambda at: at.astimezone(zone).strftime("%Z"),
        "linked": linked,
        "ids": unbroken,
        "plain": plain,
        "title_of": title,
        "opens": opens,
        "openable": openable,
        "role_name": role_name,
        "able": able,
        "span": lambda seconds: span(timedelta(seconds=seconds)),
    }
    environment.globals |= {
        "asset": asset,
        "demo": demo,
        "has_phones": has_phones,
    }
    return Pages(environment)


def static(name: str) -> bytes | None:
    """One of the console's own files; None for any other name."""
    return (_HERE / "static" / name).read_bytes() if name in STATIC else None


def asset(name: str) -> str:
    """The address of one of the console's own files, which changes with its content."""
    digest = hashlib.sha256((_HERE / "static" / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"


def linked(text: str) -> Markup:
    """Plain text with its web addresses as links."""
    out, end = Markup(), 0
    for found in _LINK.finditer(text):
        out += escape(text[end : found.start()])
        out += Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(found[0])
        end = found.end()
    return out + escape(text[end:])


def unbroken(text: str) -> Markup:
    """Plain text whose roster numbers stay on one line."""
    return Markup("").join(
        Markup('<span class="nowrap">{}</span>').format(part) if _MEMBER.match(part) else part
        for part in _MEMBER.split(text)
    )


@dataclass(frozen=True, slots=True)
class Day:
    """The lines of one day, as people's zone has it."""

    name: str
    rows: tuple[TimelineRow, ...]


def _by_day(rows: Iterable[TimelineRow], zone: ZoneInfo) -> list[Day]:
    """What happened, day by day; what is still to come has no day."""
    past = [(_day(row.at.astimezone(zone)), row) for row in rows if row.at]
    return [Day(name, tuple(row for _, row in each)) for name, each in groupby(past, itemgetter(0))]


def _day(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B} {at.year}"


def _short_day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b}"
