"""CAP 1.0 to 1.2 alerts, bare or wrapped in Atom, RSS or EDXL-DE: hazards, told as context only.

Nothing that comes in here pages anyone. Signatures are not checked, links are not followed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from schemas.intake import IncidentStatus
from services.intake.adapters.cap_alert import NO_INCIDENT, checked, no_incident, preferred
from services.intake.adapters.cap_declared import declares_disaster
from services.intake.adapters.cap_references import Reference, named, references
from services.intake.adapters.cap_wrappers import Alert, Entry, unwrapped
from services.intake.adapters.document import BadDocument
from services.intake.adapters.plain_text import MOST_TEXT, line, number_of, plain
from services.intake.adapters.safe_xml import children, local_name, parse_xml, text_of
from services.intake.commands import CodeSystem, IncidentCode, Report, Told

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

_NAMELESS = "Public alert"
"""The type of an alert that names no event: `info` is optional (CAP 1.2, 3.2.1)."""
_MOST_CODES = 60
_KNOWN = frozenset(
    {
        "identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction",
        "addresses", "code", "note", "references", "incidents", "info", "password", "Signature",
        "language", "category", "event", "responseType", "urgency", "severity", "certainty",
        "audience", "eventCode", "effective", "onset", "expires", "senderName", "headline",
        "description", "instruction", "web", "contact", "parameter", "resource", "area",
    }
)  # fmt: skip


def read(body: bytes, source: str) -> tuple[Told, ...]:
    """One report per alert of the document, each marked as context.

    An index without entries tells nothing. Raises BadDocument, and nothing else.
    """
    found = unwrapped(parse_xml(body))
    told = (_of_alert(each) if isinstance(each, Alert) else _of_entry(each) for each in found)
    return tuple(_told(source, fields, ignored) for fields, ignored in told)


def _told(source: str, fields: dict[str, Any], ignored: int) -> Told:
    try:
        report = Report(source=source, context_only=True, **fields)
    except ValidationError as error:
        place = ".".join(map(str, error.errors(include_input=False, include_url=False)[0]["loc"]))
        raise BadDocument(place, "cannot be taken as it is", "correct it and post again") from None
    return Told(report=report, ignored_fields=ignored)


def _of_alert(told: Alert) -> tuple[dict[str, Any], int]:
    alert = told.element
    kind, sent = checked(alert, told.path)
    infos = children(alert, "info")
    spoken = preferred(infos)
    text = _narrative(each for info in spoken for each in _texts(info))
    event = next((event for info in spoken if (event := text_of(info, "event"))), "")
    declared = kind != "Cancel" and any(
        declares_disaster(*(text_of(info, name) for name in ("event", "headline", "description")))
        for info in spoken
    )
    own = Reference(text_of(alert, "sender"), text_of(alert, "identifier"), sent)
    ignored = sum(local_name(each) not in _KNOWN for part in (alert, *infos) for each in part)
    return {
        **_identity(own, references(alert, told.path), is_first=kind == "Alert"),
        "incident_type": line(event, 120) or _NAMELESS,
        "occurred_at": _began(spoken) or sent,
        "status": IncidentStatus.CANCELLED if kind == "Cancel" else IncidentStatus.ACTIVE,
        "codes": _codes(infos, spoken),
        "narrative": text,
        "flags": ("declared_disaster",) if declared else (),
        "told_at": sent,
        "exercise": told.is_drill or text_of(alert, "status") != "Actual",
    }, ignored


def _of_entry(entry: Entry) -> tuple[dict[str, Any], int]:
    """An index entry that repeats some of the alert's elements: less than the alert itself."""
    element = entry.element
    kind, status = text_of(element, "msgType"), text_of(element, "status")
    if kind in NO_INCIDENT:
        raise no_incident("entry.msgType")
    event = text_of(element, "event") or entry.title.partition(" issued ")[0]
    began = _began([element]) or entry.updated
    own = Reference(text_of(element, "sender"), text_of(element, "identifier"), entry.updated)
    return {
        "number": number_of(named(own) if own.identifier and own.sender else entry.identity),
        "incident_type": line(event, 120) or _NAMELESS,
        "occurred_at": began,
        "status": IncidentStatus.CANCELLED if kind == "Cancel" else IncidentStatus.ACTIVE,
        "codes": _codes([element], [element]),
        "narrative": _narrative((entry.title, entry.summary)),
        "told_at": _at(text_of(element, "sent")) or entry.updated,
        "exercise": status not in {"", "Actual"},
    }, 0


def _identity(own: Reference, earlier: list[Reference], *, is_first: bool) -> dict[str, Any]:
    """All messages about one event go by the name of the first one that they refer to.

    Some senders shorten themselves in references, so each is also known under the own sender.
    """
    first = own if is_first or not earlier else earlier[0]
    number = number_of(named(first))
    others = [own, *earlier, *(Reference(own.sender, each.identifier) for each in earlier)]
    same = dict.fromkeys(number_of(named(each)) for each in others)
    return {"number": number, "same_as": tuple(each for each in same if each != number)}


def _codes(infos: list[Element], spoken: list[Element]) -> tuple[IncidentCode, ...]:
    """The alert's classification, as `element:value`; events only in the language that is read."""
    told: dict[str, None] = {}
    for info in infos:
        for each in info:
            name = local_name(each)
            if name in {"category", "severity", "responseType"} or (
                name == "event" and info in spoken
            ):
                told[_code(name, text_of(each))] = None
            elif name == "eventCode":
                value = text_of(each, "value") or text_of(each).rpartition("=")[2]
                told[_code(name, value)] = None
    told.pop("", None)
    return tuple(IncidentCode(system=CodeSystem.CAP, code=code) for code in [*told][:_MOST_CODES])


def _code(element: str, value: str) -> str:
    value = line(value, 119 - len(element))
    return f"{element}:{value}" if value else ""


def _began(infos: list[Element]) -> datetime | None:
    times = (_at(text_of(info, name)) for name in ("onset", "effective") for info in infos)
    return next((at for at in times if at), None)


def _at(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _texts(info: Element) -> Iterable[str]:
    """Some senders put real elements, such as `br`, into their texts: their words count too."""
    for name in ("headline", "description", "instruction"):
        yield from (" ".join(each.itertext()) for each in children(info, name)[:1])


def _narrative(texts: Iterable[str]) -> str:
    told = dict.fromkeys(plain(text) for text in texts)
    return "\n".join(each for each in told if each)[:MOST_TEXT]
