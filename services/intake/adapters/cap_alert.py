"""What a CAP alert must have to be believed (OASIS CAP 1.2, section 3.2), and which info is read.

Checks the elements that are used here and their vocabularies, not the whole schema.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NoReturn

from services.intake.adapters.document import BadDocument
from services.intake.adapters.safe_xml import children, namespace, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_STATUS = frozenset({"Actual", "Exercise", "System", "Test", "Draft"})
_KIND = frozenset({"Alert", "Update", "Cancel", "Ack", "Error"})
NO_INCIDENT = frozenset({"Ack", "Error"})
_SCOPE = frozenset({"Public", "Restricted", "Private"})
_OF_INFO = {
    "urgency": frozenset({"Immediate", "Expected", "Future", "Past", "Unknown"}),
    "severity": frozenset({"Extreme", "Severe", "Moderate", "Minor", "Unknown"}),
    "certainty": frozenset(
        {"Observed", "Likely", "Very Likely", "Possible", "Unlikely", "Unknown"}
    ),
}
_CATEGORY = frozenset(
    {
        "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport",
        "Infra", "CBRNE", "Other",
    }
)  # fmt: skip
_NAME = re.compile(r"[^\s,<&]+")
"""Identifiers and senders: no space, comma, `<` or `&` (CAP 1.2, 3.2.1), as references need."""


def checked(alert: Element, path: str) -> tuple[str, datetime]:
    """The message type and when it was sent, once all that is needed is there.

    `path` says which alert of the document it is. Raises BadDocument, naming the element.
    """
    is_first_version = namespace(alert).endswith("1.0")
    for name in ("identifier", "sender"):
        if not _NAME.fullmatch(_needed(alert, name, path)):
            _refuse(path, name, "holds a space, a comma or another character that is not allowed")
    sent = _time(_needed(alert, "sent", path), path)
    _among(alert, "status", _STATUS, path)
    kind = _among(alert, "msgType", _KIND, path)
    if kind in NO_INCIDENT:
        raise no_incident(f"{path}.msgType")
    if not is_first_version or text_of(alert, "scope"):
        _among(alert, "scope", _SCOPE, path)
    for count, info in enumerate(children(alert, "info"), 1):
        _check_info(info, f"{path}.info[{count}]", has_category=not is_first_version)
    return kind, sent


def no_incident(field: str) -> BadDocument:
    """What is answered to the message types that only talk about other messages."""
    return BadDocument(
        field,
        "an acknowledgement or an error message tells no incident",
        "post alerts, updates and cancellations only",
    )


def preferred(infos: list[Element]) -> list[Element]:
    """The infos of one language: English where there is one (it is the default), or the first."""
    if not infos:
        return []
    languages = [text_of(info, "language").lower() or "en-us" for info in infos]
    chosen = next((each for each in languages if each.split("-")[0] == "en"), languages[0])
    return [info for info, language in zip(infos, languages, strict=True) if language == chosen]


def _check_info(info: Element, path: str, *, has_category: bool) -> None:
    _needed(info, "event", path)
    for name, words in _OF_INFO.items():
        _among(info, name, words, path)
    categories = children(info, "category")
    if has_category and not categories:
        _refuse(path, "category", "is missing")
    if any(text_of(each) not in _CATEGORY for each in categories):
        _refuse(path, "category", "is not a word of CAP")


def _needed(element: Element, name: str, path: str) -> str:
    if told := text_of(element, name):
        return told
    return _refuse(path, name, "is empty" if children(element, name) else "is missing")


def _among(element: Element, name: str, words: frozenset[str], path: str) -> str:
    told = _needed(element, name, path)
    return told if told in words else _refuse(path, name, "is not a word of CAP")


def _time(text: str, path: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return _refuse(path, "sent", "is not a time with its offset, such as 2026-11-23T14:05:00-05:00")


def _refuse(path: str, name: str, problem: str) -> NoReturn:
    raise BadDocument(f"{path}.{name}", problem, "correct the alert as CAP asks, and post it again")
