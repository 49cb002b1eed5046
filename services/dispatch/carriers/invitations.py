"""Invitations as calendar programs take them (RFC 5545, 5546, 6047): request, change, cancellation.

One recipient each, so that nobody sees the others. Replies are not read: what a calendar sends back
goes to the team's own address, and nothing here waits for it.

What programs in use want beyond the RFCs: METHOD both in the file and in the part's header, ORGANIZER
and DTSTAMP always (Outlook ignores a part without them), NEEDS-ACTION with RSVP=TRUE (Gmail shows no
buttons without, and Outlook takes no other PARTSTAT from an organizer), STATUS to go with the method,
a SEQUENCE that rises, and no property of a feed, such as NAME or X-WR-CALNAME (with them Gmail takes
a request for a file).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icalendar import Calendar, Event, vCalAddress

from services.dispatch.rota_feed import TITLE, local, time_zone

if TYPE_CHECKING:
    from services.dispatch.carriers.port import Invitation

_CALLED_OFF = f"Cancelled: {TITLE}"


def calendar_of(invitation: Invitation, *, organizer: str, attendee: str) -> bytes:
    """The file: lines end in CRLF and are folded at 75 octets. Raises ValueError for an address that
    no calendar can name."""
    calendar = Calendar()
    calendar.add("prodid", "-//Tailboard//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", invitation.method)
    first, last = invitation.starts_at.year, invitation.ends_at.year
    calendar.add_component(time_zone(invitation.zone, first, last))
    calendar.add_component(_entry(invitation, organizer, attendee))
    return bytes(calendar.to_ical())


def _entry(invitation: Invitation, organizer: str, attendee: str) -> Event:
    called_off = invitation.method == "CANCEL"
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", invitation.sent_at)
    event.add("dtstart", local(invitation.starts_at, invitation.zone))
    event.add("dtend", local(invitation.ends_at, invitation.zone))
    event.add("summary", _CALLED_OFF if called_off else TITLE)
    event.add("status", "CANCELLED" if called_off else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    if invitation.place:
        event.add("location", invitation.place)
    event["organizer"] = _person(organizer, CN="Tailboard")
    event["attendee"] = _person(
        attendee,
        CUTYPE="INDIVIDUAL",
        ROLE="REQ-PARTICIPANT",
        PARTSTAT="NEEDS-ACTION",
        RSVP="FALSE" if called_off else "TRUE",
    )
    return event


def _person(address: str, **params: str) -> vCalAddress:
    if any(sign in address for sign in "\r\n"):
        raise ValueError("an address is one line")
    person = vCalAddress(f"mailto:{address}")
    for name, value in params.items():
        person.params[name] = value
    return person
