"""One patient care report as the few values that are read; the rest is never taken out of the XML.

Knows nil, not-values and pertinent negatives; means nothing by what it finds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.intake.adapters.nemsis_codes import CODED, TOLD
from services.intake.adapters.plain_text import line
from services.intake.adapters.safe_xml import children, local_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.etree.ElementTree import Element

_CODE = re.compile(r"[0-9]{2}|[0-9]{7}")
_NO_VALUE = re.compile(r"(?:7701|8801)[0-9]{3}")
"""Not-values and pertinent negatives, where a vendor writes them as the text."""
_APPROXIMATE = "8801029"
"""The one pertinent negative that leaves a value standing."""
_NAME = re.compile(r"[de][A-Z][A-Za-z]+(?:\.[0-9]{2}|\.[A-Za-z]+(?:Group)?)?")
_OUTSIDE = frozenset({"PatientCareReport", "DemographicGroup", "Header", "EMSDataSet"})
_CREW_GROUP = "eOther.EMSCrewMemberGroup"
_WORK_RELATED = "eOther.06"
_MOST_EACH = 200
_MOST_CREW = 200


@dataclass(frozen=True, slots=True)
class PatientCareReport:
    """What was told, by element; crew members as the kinds of harm that each came to."""

    values: Mapping[str, tuple[str, ...]]
    crew: tuple[frozenset[str], ...]
    unknown: int
    """How many elements have a name that NEMSIS does not give."""

    def first(self, *names: str) -> str:
        """The first value of the first of these elements that has one; empty when none has."""
        return next((self.values[name][0] for name in names if name in self.values), "")

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code as `element:value`, in the document's order."""
        return tuple(
            f"{name}:{value}"
            for name, values in self.values.items()
            if name in CODED
            for value in values
        )


def taken_from(record: Element) -> PatientCareReport:
    """The values of one patient care report, wherever in it they stand."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    crew: list[frozenset[str]] = []
    unknown = 0
    for element in record.iter():
        name = local_name(element)
        if name in CODED or name in TOLD:
            if (value := _value(element, name)) and len(found[name]) < _MOST_EACH:
                found[name][value] = None
        elif name == _CREW_GROUP and len(crew) < _MOST_CREW:
            crew.append(_harm(element))
        elif not _NAME.fullmatch(name) and name not in _OUTSIDE:
            unknown += 1
    loose = frozenset(found.get(_WORK_RELATED, ())) - frozenset().union(*crew)
    return PatientCareReport(
        values={name: tuple(values) for name, values in found.items() if values},
        crew=(*(each for each in crew if each), *([loose] if loose else ())),
        unknown=unknown,
    )


def _harm(group: Element) -> frozenset[str]:
    told = (_value(each, _WORK_RELATED) for each in children(group, _WORK_RELATED))
    return frozenset(each for each in told if each)


def _value(element: Element, name: str) -> str:
    """The element's text; empty for nil, for a not-value, and for what is negated."""
    for key, told in element.attrib.items():
        attribute = key.rpartition("}")[2]
        if attribute == "NV" or (attribute == "PN" and told.strip() != _APPROXIMATE):
            return ""
        if attribute == "nil" and told.strip() in {"true", "1"}:
            return ""
    text = line(element.text or "", 300)
    if _NO_VALUE.fullmatch(text) or (name in CODED and not _CODE.fullmatch(text)):
        return ""
    return text
