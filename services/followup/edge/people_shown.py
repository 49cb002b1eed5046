"""Whom a peer looks after, as their pages say it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.followup import SessionOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from services.followup.private_desk import Kept

OUTCOMES = {
    SessionOutcome.NO_FURTHER: "Nothing more is needed",
    SessionOutcome.REFERRAL: "Referred to somebody else",
    SessionOutcome.EMERGENCY: "Handed to emergency help",
}
_PHONE = re.compile(r"\+?[\d\s().-]{3,24}")
_LOST = "Details are missing"


@dataclass(frozen=True, slots=True)
class Line:
    """One of them on the list."""

    one_on_one: str
    called: str
    when: str
    is_due: bool
    waits_for: str | None
    """Another peer who is asked to take it over."""


@dataclass(frozen=True, slots=True)
class People:
    """The list, and what a member's page says of it before it is opened."""

    current: tuple[Line, ...]
    offered: tuple[str, ...]
    """Ids of what colleagues ask the peer to take over: nobody is named before they do."""
    closed: tuple[Line, ...]
    due: int


def people(kept: Sequence[Kept], peer: str, now: datetime, zone: ZoneInfo) -> People:
    """Sorted into what is open, what is offered, and what is closed and not erased yet."""
    mine = [each for each in kept if each.state.peer == peer]
    current = tuple(_line(each, now, zone) for each in mine if each.state.is_open)
    return People(
        current=current,
        offered=tuple(each.one_on_one for each in kept if each.state.peer != peer),
        closed=tuple(_line(each, now, zone) for each in mine if not each.state.is_open),
        due=sum(line.is_due for line in current),
    )


def _line(kept: Kept, now: datetime, zone: ZoneInfo) -> Line:
    state = kept.state
    at = state.next_contact_at if state.is_open else state.erase_at
    return Line(
        one_on_one=kept.one_on_one,
        called=kept.person.call_them if kept.person else _LOST,
        when=said(at or now, zone),
        is_due=state.is_open and state.next_contact_at <= now,
        waits_for=state.offered_to,
    )


def said(at: datetime, zone: ZoneInfo) -> str:
    """`Mon 2 Mar, 18:30 CST`."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M %Z}"


def dial_of(reach_at: str) -> str | None:
    """What a phone can dial, when it is a number and nothing else."""
    return re.sub(r"[^\d+]", "", reach_at) or None if _PHONE.fullmatch(reach_at) else None
