"""NENA EIDO (NENA-STA-021.1b-2022): incidents as NG9-1-1 systems pass them on, whole or in part.

Lenient in shape, strict in what it takes: of callers, persons and agents nothing is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from schemas.intake import IncidentStatus
from services.intake.adapters.document import BadDocument
from services.intake.adapters.eido_keys import COMPONENTS, KNOWN, KNOWN_OF_INCIDENT
from services.intake.adapters.eido_notes import narrative
from services.intake.adapters.eido_parts import (
    Object,
    earliest,
    first_word,
    identity,
    newest,
    objects,
    parse_json,
    touched,
    when,
    word,
    words,
)
from services.intake.adapters.eido_place import where
from services.intake.adapters.eido_units import arrived_at, is_at_work, unit_names
from services.intake.adapters.plain_text import number_of
from services.intake.commands import CodeSystem, IncidentCode, Report, Told

if TYPE_CHECKING:
    from datetime import datetime

CALL_TRANSFER = "Call transfer"
"""The type of an EIDO that passes on a call and tells no incident yet."""
_CLOSED, _CANCELLED = frozenset({"closed"}), frozenset({"cancelled", "canceled"})
_GOING_ON = frozenset(
    {
        "active", "reopened", "fireundercontrol", "newlocation",
        "resourcesassigned", "resourcesenroute", "resourcesonscene", "structurecleared",
    }
)  # fmt: skip
"""The incident status registry of NENA-STA-021.1b, section 3."""
_SAME_INCIDENT = {
    "mergeComponent": ("incidentMergeDirectionCode", frozenset({"REPLACING", "REPLACED"})),
    "linkComponent": ("linkDirectionCode", frozenset({"PARENT", "CHILD"})),
}
"""A split or a merely related incident is another one, with its own response."""
_TALK = ("subscribe", "unsubscribe", "terminate")
_WITHOUT_INCIDENT = frozenset(
    {*_TALK, *(f"{each}Response" for each in (*_TALK, "event"))}
)  # NENA-STA-024.1a-2023, section 2.1
_MOST_NAMES = 25
"""Other numbers of one incident that are kept: each costs a look at its case."""
_INCIDENT_URN = "urn:emergency:uid:incidentid:"


def read(body: bytes, source: str) -> tuple[Told, ...]:
    """The incident of an EIDO, or those of a notify envelope or an array of EIDOs.

    What a partial update does not tell stays empty. Raises BadDocument, and nothing else.
    """
    return tuple(_told(eido, source) for eido in _unwrapped(parse_json(body)))


def _unwrapped(told: object) -> list[Object]:
    """The EIDOs of a document: one, several, or those that a notify message carries."""
    found: list[Object] = []
    for each in _messages(told):
        event = each.get("event")
        inner = event.get("notification", event) if isinstance(event, dict) else None
        found += objects(inner) if "event" in each else [each]
    if not found:
        raise BadDocument("document", "holds no EIDO", "post one EIDO, or a notify message of one")
    return [_checked(each.get("eido", each)) for each in found]


def _messages(told: object) -> list[Object]:
    if not isinstance(told, dict | list):
        raise BadDocument("document", "is not an object", "post one EIDO as a JSON object")
    return objects(told)


def _checked(eido: object) -> Object:
    """The EIDO; BadDocument for the messages of a subscription, and for other JSON."""
    if isinstance(eido, dict):
        if talk := sorted(_WITHOUT_INCIDENT & eido.keys()):
            raise BadDocument(
                talk[0],
                "this message keeps a subscription and carries no incident",
                "post only the event messages, or the EIDO that they hold",
            )
        if COMPONENTS & eido.keys() or _incident_id(eido):
            return eido
    raise BadDocument(
        "document",
        "this is not an EIDO: it has none of its components, such as incidentComponent",
        "post the EIDO itself, by value and not by reference",
    )


@dataclass(frozen=True, slots=True)
class _Status:
    """What the document says of how far the incident is; None where it says nothing."""

    status: IncidentStatus | None = None
    ongoing: bool | None = None
    ended_at: datetime | None = None


def _told(eido: Object, source: str) -> Told:
    incidents = objects(eido.get("incidentComponent"))
    unknown = len(eido.keys() - KNOWN)
    unknown += sum(len(each.keys() - KNOWN_OF_INCIDENT) for each in incidents)
    try:
        report = Report(source=source, **_fields(eido, incidents))
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise BadDocument(place, "cannot be taken as it is", "correct it and post again") from None
    return Told(report=report, ignored_fields=unknown)


def _fields(eido: Object, incidents: list[Object]) -> dict[str, Any]:
    calls = objects(eido.get("callComponent"))
    dispositions = [d for each in incidents for d in objects(each.get("dispositionComponent"))]
    number = _number(eido, incidents, calls)
    status = _status(eido, incidents)
    place, address = where(eido, incidents)
    return {
        "number": number,
        "incident_type": _type(incidents, calls),
        "incident_code": first_word(incidents, *_CODES, most=40),
        "occurred_at": earliest(when(call.get("callStartTimestamp")) for call in calls),
        "status": status.status,
        "units": unit_names(eido, _incident_id(eido)),
        "codes": _codes(incidents, dispositions),
        "narrative": narrative(eido, dispositions),
        "place": place,
        "address": address,
        "flags": _flags(eido),
        "operations_ongoing": status.ongoing,
        "operations_ended_at": status.ended_at,
        "on_scene_at": arrived_at(eido, _incident_id(eido)),
        "told_at": _told_at(eido),
        "same_as": _same_as(eido, number),
        "exercise": _is_test(eido, calls),
    }


_CODES = ("incidentTypeInternalCode", "incidentTypeCommonRegistryText")
_TYPES = ("incidentTypeInternalText", "incidentTypeCommonRegistryText", "incidentTypeInternalCode")


def _type(incidents: list[Object], calls: list[Object]) -> str:
    """The words that the agency uses; empty when an update says nothing of it."""
    told = first_word(incidents, *_TYPES)
    return told or (CALL_TRANSFER if calls and not incidents else "")


def _incident_id(eido: Object) -> str:
    """The identity of the incident as a whole, unless the document says it is the message's."""
    own = word(eido.get("$id"), 400)
    is_message = own == word(eido.get("eidoMessageIdentifier"), 400)
    return "" if is_message and not own.startswith(_INCIDENT_URN) else own


def _number(eido: Object, incidents: list[Object], calls: list[Object]) -> str | None:
    """The same for every telling: the EIDO's `$id` when it names the incident, which each carries.

    Only a document without one falls back to what its incident or call is called.
    """
    told = (
        _incident_id(eido)
        or first_word(incidents, "incidentTrackingIdentifier", "internalIncidentId", most=400)
        or next((name for each in (*incidents, *calls) if (name := identity(each))), "")
        or word(eido.get("$id"), 400)
    )
    return number_of(told) if told else None


def _codes(incidents: list[Object], dispositions: list[Object]) -> tuple[IncidentCode, ...]:
    told: list[tuple[CodeSystem, str]] = []
    for each in incidents:
        told += [
            (CodeSystem.APCO, word(each.get("incidentTypeCommonRegistryText"))),
            (CodeSystem.LOCAL, word(each.get("incidentTypeInternalCode"))),
            (CodeSystem.LOCAL, word(each.get("incidentTypeInternalText"))),
            (CodeSystem.LOCAL, _priority(each.get("incidentCommonPriorityNumber"))),
        ]
    told += [
        (CodeSystem.DISPOSITION, word(each.get("dispositionCommonRegistryCode")))
        for each in dispositions
    ]
    kept = dict.fromkeys(each for each in told if each[1])
    return tuple(IncidentCode(system=system, code=code) for system, code in kept)


def _priority(value: object) -> str:
    told = word(value, 8)
    return f"priority:{told}" if told.isdigit() else ""


def _status(eido: Object, incidents: list[Object]) -> _Status:
    """Reopened outweighs the rest: work that may still go on is never taken as ended."""
    known: set[str] = set()
    for each in incidents:
        known |= {_plain_word(text) for text in words(each.get("incidentStatusCommonRegistryText"))}
    if "reopened" in known or not known & (_CLOSED | _CANCELLED):
        if known & _GOING_ON:
            return _Status(IncidentStatus.ACTIVE, ongoing=True)
        return _Status(ongoing=True if is_at_work(eido, _incident_id(eido)) else None)
    ended_at = newest(map(touched, incidents)) or touched(eido)
    status = IncidentStatus.CANCELLED if known & _CANCELLED else IncidentStatus.CLOSED
    return _Status(status, ongoing=False, ended_at=ended_at)


def _plain_word(text: str) -> str:
    return "".join(each for each in text.lower() if each.isalnum())


def _told_at(eido: Object) -> datetime | None:
    parts = [part for key in COMPONENTS & eido.keys() for part in objects(eido[key])]
    return newest(map(touched, (eido, *parts)))


def _same_as(eido: Object, number: str | None) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for component, (key, kinds) in _SAME_INCIDENT.items():
        for each in objects(eido.get(component)):
            other = word(each.get("incidentTrackingIdentifier"), 400)
            if other and word(each.get(key)).upper() in kinds:
                found[number_of(other)] = None
    return tuple(each for each in found if each != number)[:_MOST_NAMES]


def _is_test(eido: Object, calls: list[Object]) -> bool:
    """A message that calls itself a test, or nothing but test calls (RFC 6881: `test`)."""
    if word(eido.get("messageKind")).lower() in {"test", "exercise", "drill"}:
        return True
    kinds = {_plain_word(word(call.get("standardPrimaryCallType"))) for call in calls}
    return bool(kinds) and kinds <= {"test", "testcall"}


def _flags(eido: Object) -> tuple[str, ...]:
    """An emergency button that is taken seriously; older documents have no place for one."""
    states = objects(eido.get("unitEmergencyStateComponent"))
    serious = any(word(each.get("severity")) in {"highest", "high"} for each in states)
    return ("unit_emergency",) if serious else ()
