"""The broad kind of an incident, from its type and codes: tells whether two reports may be one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.intake.commands import Report

_WORDS: tuple[tuple[str, str], ...] = (
    (
        "traffic",
        r"traffic|vehicle acc\w*|veh acc\w*|mva|mvc|mvi|tc|collision|crash|pedestrian|rollover"
        r"|extricat\w*|accex?|accident|motor vehicle|disabled veh\w*",
    ),
    ("water", r"water|drown\w*|swim\w*|boat|swift|swft|ice rescue|surf|dive|marine"),
    (
        "violence",
        r"shoot\w*|shots?|stab\w*|gsw|gunshot|assault\w*|homicide|weapons?|robbery|hostage"
        r"|active (?:shooter|assailant)|fight|domestic|barricad\w*|bomb",
    ),
    ("hazard", r"haz ?mat|gas|odor|spill|carbon monoxide|co alarm|wires|power line|explosi\w*"),
    ("fire", r"fire|smoke|burn(?:ing)?|structure|brush|chimney|fstru|alarm bell|afa|auto fire"),
    (
        "rescue",
        r"rescue|resq|collapse|trench|rope|elevator|entrap\w*|confined|train|aircraft|plane",
    ),
    (
        "medical",
        r"medical|ems|aid response|medic|cardiac|arrest|cpr|breath\w*|resp\w*|chest|stroke|seizures?"
        r"|fall|unconsc\w*|unresp\w*|overdose|diabetic|sick|maternity|birth|bleed\w*|hemorrhage"
        r"|allergic|syncop\w*|head injury|injury|injured|pain|choking|als|bls|suicide|hanging",
    ),
)
_PATTERNS = tuple((kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for kind, words in _WORDS)
_NERIS = {
    "FIRE": "fire",
    "HAZSIT": "hazard",
    "MEDICAL": "medical",
    "RESCUE": "rescue",
    "LAWENFORCE": "violence",
}


def kind_of(report: Report) -> str | None:
    """fire, medical, traffic, water, violence, hazard, rescue; None when nothing tells."""
    text = report.incident_type.replace("_", " ").replace("-", " ")
    for code in report.codes:
        top = code.code.partition(":")[2].partition("||")
        if top[1] and top[0] in _NERIS:
            text = f"{text} {code.code.replace('|', ' ').replace('_', ' ')}"
            found = _first(text)
            return found or _NERIS[top[0]]
    return _first(text)


def _first(text: str) -> str | None:
    return next((kind for kind, pattern in _PATTERNS if pattern.search(text)), None)
