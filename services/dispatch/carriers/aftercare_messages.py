"""What is said of the time after a request: to the peer who took it, or of that peer; never who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import Purpose
from services.dispatch.carriers.port import PhoneMessage

if TYPE_CHECKING:
    from uuid import UUID

OF_AFTERCARE = frozenset({Purpose.AFTERCARE_DUE, Purpose.AFTERCARE_MISSED})
ON_ONES_OWN_PAGE = frozenset({Purpose.AFTERCARE_DUE})
"""Messages that lead to the member's own check-ins."""
_AFTERCARE = {
    Purpose.AFTERCARE_DUE: (
        "Tailboard: offer to talk again",
        "You took a request some time ago. Please offer to talk again; whether they want to is "
        "theirs to say, and is written down nowhere. Then say on your page that you offered it.",
    ),
    Purpose.AFTERCARE_MISSED: (
        "Tailboard: please call a peer",
        "{about} is down for a check-in that is not marked as offered, or is no longer on the "
        "roster. Please ask them to look at their page. Nobody else is named.",
    ),
}


def aftercare(delivery_id: UUID, purpose: Purpose, about: str | None, link: str) -> PhoneMessage:
    """To the peer who took a request, or to a coordinator about that peer. Never who asked."""
    subject, text = _AFTERCARE[purpose]
    text = text.format(about=about or "A peer")
    return PhoneMessage(
        message_id=str(delivery_id), subject=subject, text=f"{text}\n\nOpen it: {link}\n"
    )
