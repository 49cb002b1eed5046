"""What the name of a column says about it: words of dispatch exports, with how much they weigh.

Rules as data; reads no values. The names are those of public exports and of common CAD products.
"""

from __future__ import annotations

import re

_CALL = "incident|inc|call|event|case|cad|run|alarm|cfs|report"
FIELDS: dict[str, tuple[tuple[str, int], ...]] = {
    "incident_number": (
        (rf"\b({_CALL}) (number|num|no|nr|id)\b", 4),
        (r"^(number|num|no|id|incident|event)$", 2),
    ),
    "incident_type": (
        (rf"\b({_CALL}) (type|nature|description|desc)\b", 5),
        (r"\bnature\b", 5),
        (r"\bproblem\b|\bchief complaint\b", 4),
        (r"^(type|call|title|subject)$", 3),
        (r"\btype\b|\bcategory\b", 2),
        (r"\b(description|desc|title)\b", 2),
        (r"\bsummary\b|\bcode\b", 1),
    ),
    "incident_code": (
        (rf"\b({_CALL}|type|nature|determinant|mpds|emd)\b.*\bcode\b|\bdeterminant\b|^code$", 3),
    ),
    "status": ((r"^(incident |call |event )?(status|disposition|disp)$", 3),),
    "units": (
        (r"\b(units|apparatus)\b", 4),
        (r"\bunit( (id|number|name|no))?$", 3),
        (r"\b(responders|resources|vehicles)\b", 3),
    ),
    "narrative": (
        (r"\bnarratives?\b", 4),
        (r"\b(comments?|remarks?|notes?)\b", 3),
        (r"\b(description|details?)\b", 1),
    ),
    "address": (
        (r"\baddr(ess)?\b", 4),
        (r"\b(location|intersection|block)\b", 3),
        (r"\bstreet\b", 2),
    ),
    "latitude": ((r"^(lat|latitude)$|\blatitude$", 4), (r"\blat$", 2)),
    "longitude": ((r"^(lon|lng|long|longitude)$|\blongitude$", 4), (r"\b(lon|lng)$", 2)),
    "occurred_at": (
        (r"\b(received|reported|occurred|published|opened|recvd|rcvd)\b", 5),
        (rf"\b({_CALL}) (date|time)|\btime ?stamp\b", 4),
        (r"\b(created?|entered|entry|start)\b", 3),
        (r"\b(date|time|when|datetime)\b", 2),
        (r"\bdispatch(ed)?\b", 1),
    ),
    "told_at": ((r"\b(updated|modified|changed)\b", 4),),
    "on_scene_at": ((r"\b(on ?scene|arriv(ed|al|e))\b", 4),),
    "operations_ended_at": ((r"\b(closed?|cleared?|ended|completed?)\b", 4),),
}
TIMES = ("occurred_at", "told_at", "on_scene_at", "operations_ended_at")
_OTHER_MOMENTS = r"\b(en ?route|enrt|dispatch|control|updated|modified|changed|status|on ?scene|arriv|clos|clear|ended|complet|depart|hospital|created|birth)"
"""Of a call, but not its beginning: better left out than taken for it, unless nothing else is there."""
_PEOPLE = re.compile(
    r"\b(caller|callers|complainant|patient|victim|suspect|subject name|reporting party|rp|contact"
    r"|first name|last name|full name|middle name|surname|person|owner|officer|badge|operator"
    r"|dispatcher|call ?taker|driver|employee|phone|telephone|tel|mobile|cell|email|e mail|dob"
    r"|birth|birthdate|age|ssn|sex|gender|race|ethnicity|licen[cs]e|plate)\b|^name$|^names$"
)
_TIME_WORDS = re.compile(r"\b(date|time|timestamp|when|datetime|created|updated|received|at)\b")
_RULES = {
    field: tuple((re.compile(text), weight) for text, weight in rules)
    for field, rules in FIELDS.items()
}


def weight(words: str, field: str) -> int:
    """How much a column's name speaks for a field: 0 not at all, 5 almost surely."""
    if field == "occurred_at" and re.search(_OTHER_MOMENTS, words):
        return 1 if "created" in words or "dispatch" in words else 0
    return max((weight for rule, weight in _RULES[field] if rule.search(words)), default=0)


def says_people(words: str) -> bool:
    """True when the name is one that people's details have."""
    return bool(_PEOPLE.search(words))


def says_time(words: str) -> bool:
    """True when the name is one that times have: bare digits are times only then."""
    return bool(_TIME_WORDS.search(words))
