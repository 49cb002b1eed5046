"""From dispatch's own events to the timers that they need; a timer's key makes a repeat harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import OfferExtended, TeamActivated
from schemas.envelope import Timer
from schemas.requests import EmergencyRaised, EmergencyRepeated, PeerRequested, RequestClosed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event

OFFER_EXPIRY = "offer-expiry"
TEAM_OVERDUE = "team-overdue"
REQUEST_CALLBACK = "request-callback"
REQUEST_KEPT = "request-kept"
REQUEST_ERASE = "request-erase"
OF_REQUESTS = frozenset({REQUEST_CALLBACK, REQUEST_KEPT, REQUEST_ERASE})


def deadlines(event: Event) -> Sequence[Timer]:
    """The timers that one event sets."""
    match event:
        case OfferExtended():
            return (Timer(kind=OFFER_EXPIRY, key=str(event.offer_id), due_at=event.expires_at),)
        case TeamActivated():
            return (Timer(kind=TEAM_OVERDUE, key="team", due_at=event.form_by),)
        case _:
            return _of_a_request(event)


def _of_a_request(event: Event) -> Sequence[Timer]:
    match event:
        case PeerRequested():
            return (
                Timer(kind=REQUEST_CALLBACK, key="first", due_at=event.callback_by),
                Timer(kind=REQUEST_KEPT, key="request", due_at=event.keep_until),
            )
        case EmergencyRaised():
            return (Timer(kind=REQUEST_CALLBACK, key="raised", due_at=event.again_at),)
        case EmergencyRepeated():
            return (Timer(kind=REQUEST_CALLBACK, key="again", due_at=event.again_at),)
        case RequestClosed():
            return (Timer(kind=REQUEST_ERASE, key="contact", due_at=event.closed_at),)
        case _:
            return ()
