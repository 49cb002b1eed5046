"""The roster as counts need it: who has which role and who is stood down. No contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.roster import MemberEnrolled, MemberReturned, MemberStoodDown
from services.audit import tables
from services.audit.store import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The row of one event of ROSTER."""
    key = {"agency": recorded.entity.agency, "member_id": recorded.entity.id}
    match recorded.event:
        case MemberEnrolled() as event:
            yield Change(tables.members, {**key, "role": event.role.value, "available": True})
        case MemberStoodDown():
            yield Change(tables.members, {**key, "available": False})
        case MemberReturned():
            yield Change(tables.members, {**key, "available": True})
        case _:
            return
