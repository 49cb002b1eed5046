"""From dispatch's own events to the timers that they need; a timer's key makes a repeat harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import OfferExtended, TeamActivated
from schemas.envelope import Timer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event

OFFER_EXPIRY = "offer-expiry"
TEAM_OVERDUE = "team-overdue"


def deadlines(event: Event) -> Sequence[Timer]:
    """The timers that one event sets."""
    match event:
        case OfferExtended():
            return (Timer(kind=OFFER_EXPIRY, key=str(event.offer_id), due_at=event.expires_at),)
        case TeamActivated():
            return (Timer(kind=TEAM_OVERDUE, key="team", due_at=event.form_by),)
        case _:
            return ()
