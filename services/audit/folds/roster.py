"""The roster as counts and dates need it: roles, dates, who is stood down or muted. No contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.roster import (
    ContactConfirmed,
    HoursSet,
    MemberEnrolled,
    MemberLeft,
    MemberMuted,
    MemberReturned,
    MemberStoodDown,
    MemberUnmuted,
)
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
            # A correction does not bring back who was stood down.
            yield Change(tables.members, {**key, **_entry(event)}, {"available": True})
        case MemberStoodDown() as event:
            yield Change(tables.members, {**key, "available": False, "down_for": event.reason})
        case MemberReturned():
            yield Change(tables.members, {**key, "available": True, "left_on": None})
        case event:
            if columns := _dates(event):
                yield Change(tables.members, {**key, **columns})


def _entry(event: MemberEnrolled) -> dict[str, Any]:
    return {
        "role": event.role.value,
        "discipline": event.discipline,
        "station": event.station,
        "designated_from": event.designated_from,
        "designated_until": event.designated_until,
        "training_valid_until": event.training_valid_until,
        "contact_confirmed_on": event.contact_confirmed_on,
        "competencies": [each.model_dump(mode="json") for each in event.competencies],
    }


def _dates(event: Event) -> dict[str, Any]:
    match event:
        case MemberMuted():
            return {"muted_until": event.until}
        case MemberUnmuted():
            return {"muted_until": None}
        case ContactConfirmed():
            return {"confirmed_on": event.confirmed_on}
        case MemberLeft():
            return {"left_on": event.designated_until}
        case HoursSet():
            return {"has_hours": event.hours is not None}
        case _:
            return {}
