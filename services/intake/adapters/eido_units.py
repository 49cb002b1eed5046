"""The units of an EIDO: which are on the incident, and when the first of them arrived.

Reads no agent and no person: a unit is a name, never who rode in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from services.intake.adapters.eido_parts import Object, earliest, objects, touched, word, words

if TYPE_CHECKING:
    from datetime import datetime

MOST_UNITS = 200
_AT_WORK = frozenset({"arrived", "onscene", "patientcontact"})
"""Of the unit status registries of NENA-STA-021.1b: words of a unit that is there."""
_CALL_SIGN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 /-]{0,15}")
_STATUSES = ("primaryUnitStatusRegistryText", "secondaryUnitStatusRegistryText")


def unit_names(eido: Object, incident: str) -> tuple[str, ...]:
    """The names of the units on the incident, in the document's order."""
    names = (_name(each) for each in _units(eido, incident))
    return tuple(dict.fromkeys(name for name in names if name))[:MOST_UNITS]


def is_at_work(eido: Object, incident: str) -> bool:
    """True when a unit is at the scene."""
    return any(_is_there(each) for each in _units(eido, incident))


def arrived_at(eido: Object, incident: str) -> datetime | None:
    """When the first unit that is there was so reported: the standard has no arrival time."""
    return earliest(touched(each) for each in _units(eido, incident) if _is_there(each))


def _units(eido: Object, incident: str) -> list[Object]:
    """Units that work on another incident, or only wait for this one, are not on it."""
    return [
        each
        for each in objects(eido.get("emergencyResourceComponent"))
        if word(each.get("activeOnIncidentId"), 400) in {"", incident}
        and ("stackedOnIncidentId" not in each or "activeOnIncidentId" in each)
    ]


def _name(unit: Object) -> str:
    if named := word(unit.get("emergencyResourceName"), 32):
        return named
    own = word(unit.get("$id"), 40)
    return own if _CALL_SIGN.fullmatch(own) else ""


def _is_there(unit: Object) -> bool:
    told = (status for key in _STATUSES for status in words(unit.get(key)))
    return any(status.replace(" ", "").lower() in _AT_WORK for status in told)
