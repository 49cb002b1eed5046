"""What CAP comes wrapped in: Atom and RSS feeds, EDXL-DE envelopes, and others around an alert.

Finds the alerts and index entries of a document; says nothing of what is in them.
"""

from __future__ import annotations

import email.utils
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.intake.adapters.document import BadDocument
from services.intake.adapters.plain_text import whole
from services.intake.adapters.safe_xml import (
    children,
    descendants,
    local_name,
    namespace,
    parse_xml,
    text_of,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CAP = ("urn:oasis:names:tc:emergency:cap:", "http://www.incident.com/cap/")
_TEXTS = ("content", "description", "encoded")
"""Where feeds put an alert as escaped text."""
_ITSELF = "post the alert itself: links are not followed"


@dataclass(frozen=True, slots=True)
class Alert:
    """A whole alert: where in the document it stands, and whether its envelope is a drill's."""

    element: Element
    path: str = "alert"
    is_drill: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """An index entry that repeats some of its alert's elements."""

    element: Element
    identity: str
    title: str
    summary: str
    updated: datetime | None


def unwrapped(root: Element) -> list[Alert | Entry]:
    """Everything that a document tells, in its order. Raises BadDocument when that is nothing.

    A feed without entries is fine, and tells nothing: there is no alert just now.
    """
    match local_name(root):
        case "alert":
            return [Alert(root)]
        case "feed":
            return _of_feed(root, "entry")
        case "rss" | "RDF":
            return _of_feed(root, "item")
        case "entry" | "item" as name:
            return _of_entry(root, name)
        case "EDXLDistribution":
            return _of_envelope(root)
        case _:
            return _within(root)


def _of_envelope(root: Element) -> list[Alert | Entry]:
    is_drill = text_of(root, "distributionStatus") not in {"", "Actual"}
    alerts = list(descendants(root, "alert"))
    if not alerts:
        raise BadDocument("embeddedXMLContent", "holds no CAP alert", "post a document with one")
    return [Alert(each, f"alert[{count}]", is_drill) for count, each in enumerate(alerts, 1)]


def _within(root: Element) -> list[Alert | Entry]:
    alerts = [each for each in descendants(root, "alert") if namespace(each).startswith(_CAP)]
    if not alerts:
        raise BadDocument(
            "document",
            "this is neither a CAP alert nor a feed or envelope of alerts",
            "post the alert, an Atom or RSS feed, or an EDXL-DE envelope",
        )
    return [Alert(each, f"alert[{count}]") for count, each in enumerate(alerts, 1)]


def _of_feed(root: Element, name: str) -> list[Alert | Entry]:
    entries = list(descendants(root, name))
    if not entries and next(descendants(root, "alert"), None) is not None:
        raise BadDocument(
            name, "there is none: the feed's alert stands outside an entry", "post the alert itself"
        )
    told: list[Alert | Entry] = []
    for count, entry in enumerate(entries, 1):
        told += _of_entry(entry, f"{name}[{count}]")
    return told


def _of_entry(entry: Element, path: str) -> list[Alert | Entry]:
    if alerts := [*descendants(entry, "alert"), *_escaped(entry)]:
        return [Alert(each, f"{path}.alert") for each in alerts]
    identity = text_of(entry, "id") or text_of(entry, "guid") or _link(entry)
    if not any(namespace(each).startswith(_CAP) for each in entry):
        raise _without_alert(entry, identity, path)
    if not identity:
        raise BadDocument(f"{path}.id", "is missing", "name the entry, or post the alert itself")
    return [
        Entry(
            element=entry,
            identity=identity,
            title=text_of(entry, "title"),
            summary=text_of(entry, "summary") or text_of(entry, "description"),
            updated=_updated(entry),
        )
    ]


def _without_alert(entry: Element, identity: str, path: str) -> BadDocument:
    for name, there in (("id", identity), ("title", text_of(entry, "title"))):
        if not there:
            return BadDocument(f"{path}.{name}", "is missing, and the entry has no alert", _ITSELF)
    if not children(entry, "link"):
        return BadDocument(f"{path}.link", "is missing, and the entry has no alert", _ITSELF)
    return BadDocument(path, "only links to an alert", _ITSELF)


def _escaped(entry: Element) -> list[Element]:
    """Alerts that stand in the entry as text."""
    found: list[Element] = []
    for name in _TEXTS:
        text = text_of(entry, name)
        if not text.startswith("<") or "alert" not in text:
            continue
        try:
            root = parse_xml(whole(text).encode())
        except BadDocument:
            continue
        found += [each for each in descendants(root, "alert") if namespace(each).startswith(_CAP)]
    return found


def _link(entry: Element) -> str:
    link = next(iter(children(entry, "link")), None)
    return "" if link is None else (text_of(link) or link.get("href", ""))


def _updated(entry: Element) -> datetime | None:
    for name in ("updated", "published", "date"):
        try:
            at = datetime.fromisoformat(text_of(entry, name))
            return at.astimezone(UTC) if at.tzinfo else None
        except (ValueError, OverflowError):
            continue
    try:
        at = email.utils.parsedate_to_datetime(text_of(entry, "pubDate"))
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
