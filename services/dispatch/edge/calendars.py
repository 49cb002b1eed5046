"""A file for the calendar of a member who serves: when, and a title that gives nothing away.

Calendars are shared with families and colleagues. It has no link either: whoever has the link can
answer in the member's name.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event

from services.dispatch.state import OfferStatus

if TYPE_CHECKING:
    from datetime import datetime

    from services.dispatch.state import Active, Offer

NAME = "tailboard.ics"
_TITLE = "Tailboard"
_LENGTH = timedelta(hours=1)


def calendar_of(offer: Offer, state: Active, now: datetime) -> bytes | None:
    """One entry, from when they said they would be there; None for one who has no place."""
    if offer.status is not OfferStatus.ACCEPTED:
        return None
    entry = Event()
    entry.add("uid", f"{offer.offer_id}@tailboard")
    entry.add("dtstamp", now)
    start = offer.arrives_at or min(now, state.form_by)
    entry.add("dtstart", start)
    entry.add("dtend", start + _LENGTH)
    entry.add("summary", _TITLE)
    entry.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("prodid", "-//Tailboard//EN")
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    body: bytes = calendar.to_ical()
    return body
