"""From dispatch's own events to the timers that they need; a timer's key makes a repeat harmless."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from schemas.deliveries import DeliverySent
from schemas.dispatch import (
    CoordinatorAlarmed,
    OfferExtended,
    OfferWithdrawn,
    TeamActivated,
    TeamWidened,
)
from schemas.envelope import Timer
from schemas.requests import EmergencyRaised, EmergencyRepeated, PeerRequested, RequestClosed
from schemas.steps import TeamResized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event

OFFER_EXPIRY = "offer-expiry"
NEXT_CHANNEL = "next-channel"
TEAM_OVERDUE = "team-overdue"
ALARM_UNANSWERED = "alarm-unanswered"
REQUEST_CALLBACK = "request-callback"
REQUEST_KEPT = "request-kept"
REQUEST_ERASE = "request-erase"
OF_REQUESTS = frozenset({REQUEST_CALLBACK, REQUEST_KEPT, REQUEST_ERASE})


def deadlines(event: Event) -> Sequence[Timer]:
    """The timers that one event sets."""
    match event:
        case OfferExtended():
            key = str(event.offer_id)
            return (Timer(kind=OFFER_EXPIRY, key=key, due_at=event.expires_at, once=True),)
        case DeliverySent(next_at=datetime() as at):
            return (Timer(kind=NEXT_CHANNEL, key=str(event.delivery_id), due_at=at),)
        case TeamActivated(form_by=by) | TeamWidened(form_by=by) | TeamResized(form_by=by):
            return (_overdue(by),)
        case OfferWithdrawn(fill_by=datetime() as by):
            return (_overdue(by),)
        case CoordinatorAlarmed(answer_by=datetime() as by):
            return (Timer(kind=ALARM_UNANSWERED, key=str(event.alarm_id), due_at=by),)
        case _:
            return _of_a_request(event)


def _overdue(by: datetime) -> Timer:
    """One per team: a later time to form it replaces the earlier."""
    return Timer(kind=TEAM_OVERDUE, key="team", due_at=by)


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
