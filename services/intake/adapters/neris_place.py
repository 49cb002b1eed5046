"""Where a NERIS incident is: a point and a street address, to tell whether reports are of one.

Follows nothing, keeps nothing of the people who live there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.intake.adapters.eido_parts import Object, word
from services.intake.adapters.plain_text import line
from services.intake.commands import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

_STREET = (
    "street_prefix_modifier", "street_prefix_direction", "street_prefix",
    "street_preposition_type_separator", "street", "street_postfix", "street_postfix_direction",
    "street_postfix_modifier",
)  # fmt: skip
"""In the order in which NENA CLDXF writes a street (mapping_map_location.csv)."""
_NUMBER = ("number_prefix", "number", "number_suffix")
_WGS_84 = frozenset({"", "4326", "EPSG:4326"})


def where(parts: Sequence[Object]) -> tuple[Place | None, str]:
    """The first point and the first street address of these parts; None and an empty text when
    none tells them."""
    place = next((point for part in parts if (point := _point(part.get("point")))), None)
    address = next((street for part in parts if (street := _address(part.get("location")))), "")
    return place, address


def _point(told: object) -> Place | None:
    """A GeoJSON point (longitude first), or a text with the latitude first."""
    if isinstance(told, str):
        return place_of(told)
    if not isinstance(told, dict) or word(told.get("crs")).upper() not in _WGS_84:
        return None
    geometry = told.get("geometry")
    pair = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(pair, list) or len(pair) != 2:
        return None
    return _place(pair[1], pair[0])


def place_of(text: str) -> Place | None:
    """A place written as latitude, comma, longitude; None for anything else."""
    try:
        numbers = [float(each) for each in text.split(",")] if len(text) <= 60 else []
    except ValueError:
        return None
    return _place(numbers[0], numbers[1]) if len(numbers) == 2 else None


def _place(latitude: object, longitude: object) -> Place | None:
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    inside = abs(latitude) <= 90 and abs(longitude) <= 180
    if not inside or latitude == longitude == 0 or isinstance(latitude, bool):
        return None
    return Place(latitude=latitude, longitude=longitude)


def _address(told: object) -> str:
    if not isinstance(told, dict) or not word(told.get("street"), 255):
        return ""
    number = word(told.get("complete_number"), 40) or " ".join(
        word(told.get(key), 20) for key in _NUMBER
    )
    street = " ".join(word(told.get(key), 255) for key in _STREET)
    return line(f"{number} {street}".replace("_", " "), 200)
