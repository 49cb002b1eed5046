"""How the contract's codes read in a sentence; no rule and no number lives here."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from schemas.policy import Group
from schemas.rota import GapKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from schemas.rota import Gap

_CHECK_IN = re.compile(r"^check-in-(\d+)$")
_ITEM = re.compile(rf"(?P<what>.+?)-(?P<audience>{'|'.join(Group)})(?:-(?P<crew>.+))?\Z")
_AFTER = "staff-support-"
_SPECIAL = {
    "mhp": "mental health professional",
    "sms": "SMS",
    "supervisor": "supervises a crew that was there",
    "close_to": "family or close friends were there",
    "untrained": "not trained for it",
    "capped": "carries enough",
    "resting": "rests after a tier 1 response",
    "away": "away at this hour",
    "on_scene_support": "on-scene support",
    "one_on_one": "one-on-one support",
    "line_of_duty_death": "line-of-duty death",
    "officer_involved_shooting": "officer-involved shooting",
    "check_in_due": "check-in reminder",
    "review": "question to decide",
    "not_wanted": "the team is not wanted any more",
    "merged": "it is another case now",
    "duplicate": "another case covers it",
}
_SURE = ((0.9, "quite sure"), (0.7, "fairly sure"), (0.5, "not sure"), (0.0, "a faint sign"))
"""PROPOSAL: words beside the number, for those to whom 0.72 says nothing."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_PLURALS = {"mhp": "mental health professionals"}
_GAPS = {
    GapKind.NOBODY: "nobody is on call",
    GapKind.NOBODY_PAGEABLE: "nobody who is on call can be asked",
    GapKind.NO_ROLE: "no {role} is on call",
    GapKind.NO_GROUP_TRAINING: "no {role} with group training is on call",
    GapKind.MEMBER_MUTED: "{member} is on call and muted",
    GapKind.MEMBER_AWAY: "{member} is on call and away",
    GapKind.MEMBER_UNFIT: "{member} is on call and cannot be asked",
    GapKind.TOO_MANY_DAYS: "{member} is on call for too many days in a row",
    GapKind.TWICE_ON_CALL: "{member} is on call twice at once",
}
_ON_CALL = re.compile(r"^on_call_(\d+)$")
_ORDER = ("also", "first", "second", "third", "fourth")
_BECAUSE = {
    "other_station": "from another station",
    "light_load": "carries little",
    "lot": "drawn by lot among equals",
    "asked_elsewhere": "asked for another case right now",
}
_GROUPS = {"mhp": "Mental health"}


@lru_cache(4096)
def plain(code: str) -> str:
    """A code as words, such as `child critical` for `child_critical`."""
    return _SPECIAL.get(code, code.replace("_", " "))


def sentence(text: str) -> str:
    """The same, beginning with a capital."""
    return text[:1].upper() + text[1:]


def title(code: str) -> str:
    """A code as words that begin a line."""
    return sentence(plain(code))


def counted(count: int, code: str) -> str:
    """`1 peer`, `2 peers`."""
    return f"{count} {plain(code) if count == 1 else _PLURALS.get(code, f'{plain(code)}s')}"


def number(count: int) -> str:
    """A count as a word where it is short."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`; empty for nothing."""
    *most, last = tuple(parts) or ("",)
    return f"{', '.join(most)} and {last}" if most else last


def member(role: str, member_id: str) -> str:
    """A member as command may see them: role and roster number."""
    return f"{plain(role)} {member_id}"


def roles(role: str) -> str:
    """A role as the name of a group, such as `Peers`."""
    return _GROUPS.get(role) or sentence(f"{plain(role)}s")


def because(code: str) -> str:
    """Why a member is at their place in the order of asking, such as `first on call`."""
    found = _ON_CALL.match(code)
    if not found:
        return _BECAUSE.get(code, plain(code))
    place = int(found[1])
    return f"{_ORDER[place]} on call" if place < len(_ORDER) else f"number {place} on call"


def who(by: str) -> str:
    """`key:duty-desk` and `member:c-1` as people read them."""
    kind, _, name = by.partition(":")
    return f"the rule for {name}" if kind == "rule" else name or kind


def item_name(item: str) -> str:
    """A planned item's slug as people say it, such as `One-on-one support for responders`."""
    if item.startswith(_AFTER):
        return f"Staff support after {item_name(item.removeprefix(_AFTER)).lower()}"
    found = _ITEM.match(item)
    if not found:
        return title(item.replace("-", "_"))
    what, audience, crew = found["what"], found["audience"], found["crew"]
    number = _CHECK_IN.match(what)
    name = f"Check-in {number[1]}" if number else title(what.replace("-", "_"))
    return f"{name} for {audience}" + (f" ({crew.replace('-', ' ')})" if crew else "")


def gap_words(gap: Gap) -> str:
    """What a gap ahead means, such as `nobody is on call as a peer`."""
    words = _GAPS[gap.kind]
    role = plain(gap.role) if gap.role else "member"
    return words.format(member=gap.member_id or "somebody", role=role)


def sureness(confidence: float | None) -> str:
    """How sure screening is, in words; empty when no feed has told anything to be sure of."""
    if confidence is None:
        return ""
    return next(words for least, words in _SURE if confidence >= least)


def span(length: timedelta) -> str:
    """A length without its sign in at most two units, such as `7 h 54 min`."""
    seconds = round(abs(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(round(seconds / 3600), 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
