"""Where an EIDO's incident is: PIDF-LO by value, as a point and a street address.

Follows no URL: a location by reference stays unknown. Keeps nothing of the caller.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from services.intake.adapters.document import BadDocument
from services.intake.adapters.eido_parts import Object, identity, objects, references, word
from services.intake.adapters.plain_text import line, whole
from services.intake.adapters.safe_xml import child, descendants, local_name, parse_xml, text_of
from services.intake.commands import Place

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_STREET = ("HNO", "HNS", "PRD", "RD", "STS", "POD")
"""House number to trailing direction: the civic elements of a street address (RFC 4119, 5139)."""
_KINDS = ("CurrentIncident", "Incident", "DispatchLocation", "Caller", "CallerLocation")
_ELSEWHERE = frozenset({"RoutingLocation", "Staging"})
_MOST_TRIED = 4
_MOST_BYTES = 100_000


def where(eido: Object, incidents: list[Object]) -> tuple[Place | None, str]:
    """The incident's point and street address; None and an empty text when it tells neither."""
    place: Place | None = None
    address = ""
    for location in _in_order(eido, incidents)[:_MOST_TRIED]:
        point, street = _by_value(location.get("locationByValue"))
        street = street or word(location.get("locationAddressText"), 200)
        place, address = place or point, address or street
        if place and address:
            break
    return place, address


def _in_order(eido: Object, incidents: list[Object]) -> list[Object]:
    """Locations that the incident itself names come first, then those of a telling kind.

    Where a call was routed from is a cell tower, and many incidents share it: it is left out.
    """
    named = [name for each in incidents for name in references(each.get("locationReference"))]

    def rank(location: Object) -> tuple[int, int]:
        kind = word(location.get("locationTypeDescriptionRegistryText"))
        first = named.index(name) if (name := identity(location)) in named else len(named)
        return first, _KINDS.index(kind) if kind in _KINDS else len(_KINDS)

    def is_of_incident(location: Object) -> bool:
        kind = word(location.get("locationTypeDescriptionRegistryText"))
        return kind not in _ELSEWHERE or identity(location) in named

    return sorted(filter(is_of_incident, objects(eido.get("locationComponent"))), key=rank)


def _by_value(value: object) -> tuple[Place | None, str]:
    if not isinstance(value, str) or len(value) > _MOST_BYTES:
        return None, ""
    try:
        root = parse_xml(whole(value).encode())
    except BadDocument:
        return None, ""
    return _point(root), _street(root)


def _point(root: Element) -> Place | None:
    """The point, or the middle of a circle, polygon or line (GML, RFC 5491)."""
    found: list[tuple[float, float]] = []
    for element in root.iter():
        if local_name(element) in {"pos", "posList"}:
            found += _pairs(text_of(element), 3 if _is_solid(element, root) else 2)
    if not found:
        return None
    latitude = sum(pair[0] for pair in found) / len(found)
    longitude = sum(pair[1] for pair in found) / len(found)
    if not (abs(latitude) <= 90 and abs(longitude) <= 180) or (latitude, longitude) == (0, 0):
        return None
    return Place(latitude=latitude, longitude=longitude)


def _is_solid(element: Element, root: Element) -> bool:
    """True when positions have a height too (EPSG:4979, or three numbers in a `pos`)."""
    if local_name(element) == "pos":
        return len(text_of(element).split()) == 3
    return any("4979" in each.get("srsName", "") for each in root.iter())


def _pairs(text: str, step: int) -> list[tuple[float, float]]:
    try:
        numbers = [float(each) for each in text.split()]
    except ValueError:
        return []
    if not all(math.isfinite(each) for each in numbers):
        return []
    return list(zip(numbers[0::step], numbers[1::step], strict=False))


def _street(root: Element) -> str:
    for civic in descendants(root, "civicAddress"):
        if child(civic, "RD") is not None:
            parts = (text_of(civic, name) for name in _STREET)
            return line(" ".join(part for part in parts if part), 200)
    written = next(descendants(root, "civicAddressText"), None)
    return line(text_of(written), 200)
