"""Requests for a peer as rows that hold times and nothing else: no member, no line of a timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.dispatch import (
    CoordinatorAlarmed,
    OfferAccepted,
    OfferWithdrawn,
    TeamWidened,
)
from schemas.requests import (
    CallbackMade,
    EmergencyCategory,
    EmergencyRaised,
    EmergencyRepeated,
    PeerRequested,
    RequestClosed,
)
from services.audit import tables
from services.audit.store import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of a request, whatever stream it is in."""
    at = recorded.meta.time
    match recorded.event:
        case PeerRequested():
            yield _request(recorded, asked_at=at)
        case CoordinatorAlarmed():
            yield _request(recorded, alarmed_at=at)
        case OfferAccepted():
            yield Change(
                tables.answers, {**_key(recorded), "sequence": recorded.sequence, "at": at}
            )
            yield _request(recorded, is_taken=True)
        case TeamWidened() | OfferWithdrawn(reason="handed_back"):
            yield _request(recorded, is_taken=False)
        case CallbackMade():
            yield _request(recorded, reached_at=at)
        case RequestClosed():
            yield _request(recorded, closed_at=at)
        case _:
            pass
    yield from _emergency(recorded)


def _emergency(recorded: Recorded[Event]) -> Iterator[Change]:
    at = recorded.meta.time
    match recorded.event:
        case PeerRequested(emergency=True) | EmergencyRaised() as event:
            yield _request(recorded, emergency_at=at, category=_kind(event))
        case EmergencyRepeated(number=number):
            yield _request(recorded, rounds=number)
        case _:
            return


def _kind(event: PeerRequested | EmergencyRaised) -> str:
    return (event.category or EmergencyCategory.OTHER).value


def _request(recorded: Recorded[Event], **columns: Any) -> Change:
    return Change(tables.requests, {**_key(recorded), **columns})


def _key(recorded: Recorded[Event]) -> dict[str, str]:
    return {"agency": recorded.entity.agency, "case_id": recorded.entity.id}
