"""Gaps in words for people: when, in their time zone, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.policy import Role
from schemas.rota import GapKind
from services.dispatch.rota_time import wall_time

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.rota import Gap

_ROLES = {
    Role.PEER: "peer",
    Role.MHP: "mental health professional",
    Role.CHAPLAIN: "chaplain",
    Role.COORDINATOR: "coordinator",
    Role.CLINICAL_DIRECTOR: "clinical director",
    Role.PROGRAM_LEAD: "program lead",
}
_DATED = "%A %-d %B %H:%M"


def words(gap: Gap, zone: str) -> str:
    """One line, such as `Saturday 7 March 02:00-06:00 nobody with group training is on call`."""
    return f"{when(gap.starts, gap.ends, zone)} {what(gap)}"


def when(starts: datetime, ends: datetime, zone: str) -> str:
    """From when to when, on the clock of a zone."""
    opens, closes = wall_time(starts, zone), wall_time(ends, zone)
    if opens.date() == closes.date() and opens < closes:
        return f"{opens:{_DATED}}-{closes:%H:%M}"
    return f"{opens:{_DATED}} to {closes:{_DATED}}"


def what(gap: Gap) -> str:
    """What is amiss, without the time."""
    role = _ROLES[gap.role] if gap.role else ""
    member = gap.member_id or ""
    match gap.kind:
        case GapKind.NOBODY:
            return "nobody is on call"
        case GapKind.NOBODY_PAGEABLE:
            return "nobody of those on call can be asked"
        case GapKind.NO_ROLE:
            return f"no {role} is on call"
        case GapKind.NO_GROUP_TRAINING:
            return f"{f'no {role}' if role else 'nobody'} with group training is on call"
        case _:
            return f"{member} {_OF_MEMBER[gap.kind]}"


_OF_MEMBER = {
    GapKind.MEMBER_MUTED: "is on call and does not want to be asked",
    GapKind.MEMBER_AWAY: "is on call and away by their own hours or calendar",
    GapKind.MEMBER_UNFIT: "is on call and cannot be asked: look at `tailboard roster check`",
    GapKind.TOO_MANY_DAYS: "is on call for too many days in a row",
    GapKind.TWICE_ON_CALL: "is on call twice at once",
}
