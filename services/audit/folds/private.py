"""One-on-ones as clocks; holds and broken glass with who did it and why. Never a peer, nor a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.one_on_ones import (
    GlassBroken,
    LegalHoldLifted,
    LegalHoldSet,
    NextContactMoved,
    OneOnOneClosed,
    OneOnOneContacted,
    OneOnOneErased,
    OneOnOneOpened,
    OneOnOneOverdue,
    OneOnOneTakenOver,
)
from services.audit import tables
from services.audit.store import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The row of one event; none for what only its peer needs to know."""
    at = recorded.meta.time
    match recorded.event:
        case OneOnOneOpened(kind=kind):
            yield _one(recorded, kind=kind.value, opened_at=at)
        case OneOnOneOverdue():
            yield _one(recorded, overdue_at=at)
        case OneOnOneContacted() | NextContactMoved() | OneOnOneTakenOver():
            yield _one(recorded, overdue_at=None)
        case OneOnOneClosed(closed_at=closed_at, erase_at=erase_at):
            yield _one(recorded, closed_at=closed_at, erase_at=erase_at, overdue_at=None)
        case OneOnOneErased():
            yield _one(recorded, erased_at=at)
        case _:
            yield from _of_the_ledger(recorded)


def _of_the_ledger(recorded: Recorded[Event]) -> Iterator[Change]:
    agency, at = recorded.entity.agency, recorded.meta.time
    match recorded.event:
        case LegalHoldSet() as event:
            row = {"scope": event.scope.value, "reason": event.reason.value}
            row |= {"agency": agency, "hold_id": str(event.hold_id), "set_by": event.by}
            yield Change(tables.holds, {**row, "set_at": at})
        case LegalHoldLifted() as event:
            row = {"agency": agency, "hold_id": str(event.hold_id), "lifted_by": event.by}
            yield Change(tables.holds, {**row, "lift_reason": event.reason.value, "lifted_at": at})
        case GlassBroken() as event:
            row = {"agency": agency, "event_id": str(recorded.meta.event_id)}
            row |= {"reason": event.reason.value, "broken_by": event.by}
            row |= {"on_behalf_of": event.on_behalf_of}
            told = {"broken_at": event.broken_at, "shown": event.shown}
            yield Change(tables.glass, {**row, **told})
        case _:
            return


def _one(recorded: Recorded[Event], **columns: Any) -> Change:
    key = {"agency": recorded.entity.agency, "case_id": recorded.entity.id}
    return Change(tables.one_on_ones, {**key, **columns})
