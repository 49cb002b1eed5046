"""What members are told of their sessions, and a dispatch center of units: when, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import Purpose
from services.dispatch.carriers.port import PhoneMessage

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schemas.sessions import Coverage
    from services.dispatch.carriers.port import Invitation

_SUBJECTS = {
    Purpose.SESSION_INVITE: "Tailboard: you hold a session",
    Purpose.SESSION_CHANGED: "Tailboard: a session's time has changed",
    Purpose.SESSION_CANCELLED: "Tailboard: a session is off",
    Purpose.SESSION_REMINDER: "Tailboard: your session comes up",
    Purpose.SESSION_OVER: "Tailboard: was your session held?",
}
_FIRST = {
    Purpose.SESSION_INVITE: "You are down to hold a session {when}.",
    Purpose.SESSION_CHANGED: "A session that you are down to hold is {when} now.",
    Purpose.SESSION_CANCELLED: "You need not come {when}: the session that you were down for is off.",
    Purpose.SESSION_REMINDER: "You hold a session {when}.",
    Purpose.SESSION_OVER: "The session {when} should be over.",
}
_THEN = {
    Purpose.SESSION_INVITE: "If you cannot hold it, tell your coordinator. An answer that your "
    "calendar sends is read by nobody.",
    Purpose.SESSION_CHANGED: "If you cannot hold it then, tell your coordinator. An answer that your "
    "calendar sends is read by nobody.",
    Purpose.SESSION_CANCELLED: "Thank you for having been ready.",
    Purpose.SESSION_REMINDER: "If you cannot hold it after all, call your coordinator now.",
    Purpose.SESSION_OVER: "Say that it was held, how long it took and how many were there; never who, "
    "and nothing of what was said.",
}
_WITH_A_LINK = frozenset(
    {
        Purpose.SESSION_INVITE,
        Purpose.SESSION_CHANGED,
        Purpose.SESSION_REMINDER,
        Purpose.SESSION_OVER,
    }
)


def session(
    delivery_id: UUID,
    purpose: Purpose,
    times: tuple[datetime, datetime],
    link: str,
    *,
    place: str | None = None,
    invitation: Invitation | None = None,
) -> PhoneMessage:
    """About a session's time. `times` are in the zone that people read."""
    where = f" at {place}" if place and purpose is not Purpose.SESSION_CANCELLED else ""
    first = _FIRST[purpose].format(when=f"{_span(*times)}{where}")
    opens = f"Open it: {link}\n\n" if purpose in _WITH_A_LINK else ""
    return PhoneMessage(
        message_id=str(delivery_id),
        subject=_SUBJECTS[purpose],
        text=f"{first}\n\n{opens}{_THEN[purpose]}\n",
        invitation=invitation,
    )


def proposed(delivery_id: UUID, link: str) -> PhoneMessage:
    """To a coordinator: times wait for a choice."""
    return PhoneMessage(
        message_id=str(delivery_id),
        subject="Tailboard: times for a session wait for you",
        text=(
            "Times for a session are proposed. One tap confirms one of them.\n\n"
            f"Open the case: {link}\n"
        ),
    )


def coverage(delivery_id: UUID, told: Coverage, times: tuple[datetime, datetime]) -> PhoneMessage:
    """To a dispatch center: which units, about how many people, and when."""
    units = ", ".join(told.units)
    people = f" (about {told.count} people)" if told.count else ""
    when = _span(*times)
    if not told.needed:
        return PhoneMessage(
            message_id=str(delivery_id),
            subject="Tailboard: cover is not needed any more",
            text=f"These units need no cover {when}: {units}.\n",
        )
    return PhoneMessage(
        message_id=str(delivery_id),
        subject="Tailboard: please cover units",
        text=(
            f"Please cover these units {when}: {units}{people}.\n\n"
            "A later message about the same units takes the place of this one.\n"
        ),
    )


def _span(starts: datetime, ends: datetime) -> str:
    """`on Mon 2 Mar from 08:00 to 08:45 CST`."""
    day = f"{starts:%a} {starts.day} {starts:%b}"
    until = f"{ends:%H:%M %Z}"
    if starts.utcoffset() != ends.utcoffset():
        return f"on {day} from {starts:%H:%M %Z} to {until}"
    return f"on {day} from {starts:%H:%M} to {until}"
