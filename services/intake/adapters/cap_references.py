"""How CAP messages name each other: `sender,identifier,sent`, so that updates find their alert.

Reads names only; what follows from them is cap.py's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from services.intake.adapters.document import BadDocument
from services.intake.adapters.safe_xml import text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_READ = 500
_MOST_KEPT = 25
"""The first message and the latest ones: each kept name costs a look at its case."""
_LAST = datetime.max.replace(tzinfo=UTC)


class Reference(NamedTuple):
    """One message: who sent it, what it is called there, and when it was sent."""

    sender: str
    identifier: str
    sent: datetime | None = None


def named(reference: Reference) -> str:
    """The message's name across senders. Of a mail address only the domain is kept: it may be
    somebody's, and the name is recorded.
    """
    return f"{reference.sender.rpartition('@')[2]},{reference.identifier}"


def references(alert: Element, path: str) -> list[Reference]:
    """The earlier messages that an alert names, the earliest first.

    Raises BadDocument for an update or cancellation that names none (CAP 1.2, 3.2.1), and for
    one that cannot be read.
    """
    told = text_of(alert, "references").split()[:_MOST_READ]
    if not told and text_of(alert, "msgType") != "Alert":
        raise BadDocument(
            f"{path}.references",
            "names no earlier message, and an update or cancellation must",
            "name what it updates as sender,identifier,sent",
        )
    found = [_reference(each, path) for each in told]
    found.sort(key=lambda each: each.sent or _LAST)
    return [*found[:1], *found[1:][-(_MOST_KEPT - 1) :]]


def _reference(text: str, path: str) -> Reference:
    sender, _, rest = text.partition(",")
    identifier, _, sent = rest.partition(",")
    if not sender or not identifier:
        raise BadDocument(
            f"{path}.references", "cannot be read", "write each as sender,identifier,sent"
        )
    try:
        at = datetime.fromisoformat(sent)
        return Reference(sender, identifier, at.astimezone(UTC) if at.tzinfo else None)
    except (ValueError, OverflowError):
        return Reference(sender, identifier)
