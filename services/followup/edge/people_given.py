"""What a peer typed or tapped on the pages of whom they look after, as values or as what is wrong."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import ValidationError

from services.followup.private_person import Person

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

SPANS = (
    ("1", "tomorrow"),
    ("3", "in 3 days"),
    ("7", "in a week"),
    ("14", "in 2 weeks"),
    ("28", "in 4 weeks"),
    ("91", "in 3 months"),
)
"""Days, and how the page says it; a contact once, and again after one, two and four weeks."""
_ID, _CASE = re.compile(r"o-[0-9a-f-]{36}"), re.compile(r"[0-9a-f-]{36}")
_DIGEST = re.compile(r"[0-9a-f]{12}")


class Unclear(ValueError):
    """Something has to be put right; the message is for whoever typed it, and repeats nothing."""


def person_of(given: Mapping[str, str]) -> Person:
    """Who it is. Raises Unclear."""
    try:
        return Person(call_them=given.get("call_them", ""), reach_at=given.get("reach_at", ""))
    except ValidationError as wrong:
        field = wrong.errors(include_input=False)[0]["loc"][0]
        if field == "call_them":
            raise Unclear("Say what to call them, in at most 60 letters.") from None
        raise Unclear("Say how to reach them, in at most 120 letters.") from None


def next_contact(given: Mapping[str, str], now: datetime, zone: ZoneInfo) -> datetime:
    """The day and time that was chosen, else so many days from now. Raises Unclear."""
    exact = given.get("at", "").strip()
    if not exact:
        days = given.get("in", "")
        if days not in dict(SPANS):
            raise Unclear("Say when you speak next.")
        local = now.astimezone(zone).replace(tzinfo=None) + timedelta(days=int(days))
        return local.replace(tzinfo=zone)  # the same time of day, also over a change of the clocks
    try:
        return datetime.fromisoformat(exact).replace(tzinfo=zone)
    except ValueError:
        raise Unclear("Write the day and time as 2026-03-02T18:30.") from None


def one_on_one_of(given: Mapping[str, str]) -> str:
    """The id that the form was made with. Raises Unclear."""
    return _shaped(_ID, given.get("id", "")) or _again()


def case_of(given: Mapping[str, str]) -> str | None:
    """The case that it comes from, where the link said one."""
    return _shaped(_CASE, given.get("case", ""))


def shown_of(given: Mapping[str, str]) -> str | None:
    """The notice that was shown, where the peer says that they told it."""
    return _shaped(_DIGEST, given.get("shown", "")) if given.get("told") == "yes" else None


def _shaped(shape: re.Pattern[str], text: str) -> str | None:
    return text if shape.fullmatch(text) else None


def _again() -> str:
    raise Unclear("Please begin again: the page was too old.")
