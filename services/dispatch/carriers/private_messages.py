"""What is said of a one-on-one: to its peer that something is due, to a coordinator whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import Purpose
from services.dispatch.carriers.port import PhoneMessage

if TYPE_CHECKING:
    from uuid import UUID

_OWN = {
    Purpose.CONTACT_DUE: ("Tailboard: a contact is due", "A contact is due."),
    Purpose.HAND_OVER_OFFERED: (
        "Tailboard: a one-on-one is offered to you",
        "A colleague asks you to take over a one-on-one. You can decline, and nobody asks why.",
    ),
    Purpose.GLASS_BROKEN: (
        "Tailboard: a record of yours was opened",
        "A one-on-one of yours was opened or handed over for you. Who answers for it is on record.",
    ),
}
_OF_A_PEER = {
    Purpose.ONE_ON_ONE_OVERDUE: (
        "Tailboard: a one-on-one is overdue",
        "A one-on-one of peer {about} is overdue.",
    ),
    Purpose.ONE_ON_ONE_ORPHANED: (
        "Tailboard: a one-on-one needs another peer",
        "A one-on-one of peer {about} needs another peer, as they leave the roster.",
    ),
}
OF_PEOPLE = frozenset(_OWN) | frozenset(_OF_A_PEER)
ON_ONES_OWN_PAGE = frozenset(_OWN)
"""What a member settles on their own page."""


def of_people(delivery_id: UUID, purpose: Purpose, about: str | None, link: str) -> PhoneMessage:
    """Nothing of anybody but the peer's roster number, and that to coordinators only."""
    subject, text = _OWN.get(purpose) or _OF_A_PEER[purpose]
    said = text.format(about=about or "unknown")
    return PhoneMessage(
        message_id=str(delivery_id), subject=subject, text=f"{said}\n\nOpen it: {link}\n"
    )
