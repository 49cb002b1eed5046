"""What the values of a column say for or against a field. Pure; shows no value."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from services.intake.adapters.learn_sample import Column

_PHONE = re.compile(r"(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]\s?\d{3}[-. ]\d{4}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CODE = re.compile(r"[A-Z0-9/ -]+")
_HALF, _MANY = 0.5, 0.8
_LONGEST_CODE = 12
_LONGEST_UNIT = 32
_MOST_STATUSES = 12
_DEGREES = {"latitude": 90, "longitude": 180}


class Sure(StrEnum):
    """How sure a choice is."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "a guess"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One column, what it fills (nothing: ""), why, and how sure that is."""

    column: str
    field: str
    why: str
    sure: Sure


def evidence(column: Column, field: str) -> str | None:
    """What speaks for it besides the name; None when the values speak against it."""
    texts = column.texts
    if not texts:
        return None
    if field in _DEGREES:
        return "degrees" if all(_within(text, _DEGREES[field]) for text in texts) else None
    if field == "incident_type" and column.name.endswith("[]"):
        return None
    longest, judge = _JUDGES[field]
    return judge(texts) if max(map(len, texts)) <= longest else None


def counts_rows(texts: tuple[str, ...]) -> bool:
    """Whether they only number the rows from 0 or 1: the next export then uses them again."""
    first = texts[:50]
    return len(first) > 1 and first in {
        tuple(str(number) for number in range(start, start + len(first))) for start in (0, 1)
    }


def are_codes(texts: tuple[str, ...]) -> bool:
    """Whether nearly all are short and in capitals, such as `ACCF`, `RA/ EMS` or `PETIT LARC`."""
    codes = sum(1 for text in texts if len(text) <= _LONGEST_CODE and _CODE.fullmatch(text))
    return codes >= _MANY * len(texts) and len(set(texts)) > 1


def look_like_people(column: Column) -> str:
    """Why the values look like phone numbers or addresses of mail; empty when they do not."""
    texts = column.texts
    for shape, what in ((_PHONE, "phone numbers"), (_EMAIL, "mail addresses")):
        if texts and sum(1 for text in texts if shape.fullmatch(text)) >= _HALF * len(texts):
            return f"its values look like {what}"
    return ""


def _numbers(texts: tuple[str, ...]) -> str | None:
    """Mostly with digits and mostly different; but not a count of the rows."""
    different = list(dict.fromkeys(texts))
    digits = sum(1 for text in different if re.search(r"\d", text))
    if digits < _HALF * len(different) or (len(texts) > 10 and len(different) < 0.1 * len(texts)):
        return None
    if counts_rows(texts):
        return None
    return "every row its own" if len(different) == len(texts) else "numbers, some in several rows"


def _kinds(texts: tuple[str, ...]) -> str | None:
    count = len(set(texts))
    return f"{count} {'kinds' if count > 1 else 'kind'} of text" if _wordy(texts) else None


def _unit_names(texts: tuple[str, ...]) -> str | None:
    parts = (part for text in texts for part in re.split(r"[ ,;|/]+", text))
    return "short names" if all(len(part) <= _LONGEST_UNIT for part in parts) else None


def _few_words(texts: tuple[str, ...]) -> str | None:
    return "few different words" if len(set(texts)) <= _MOST_STATUSES else None


def _free_text(texts: tuple[str, ...]) -> str | None:
    return "free text" if any(" " in text for text in texts) else None


def _places(texts: tuple[str, ...]) -> str | None:
    return "text of places" if _wordy(texts) else None


def _wordy(texts: tuple[str, ...]) -> bool:
    return sum(1 for text in texts if re.search(r"[^\W\d_]", text)) >= _HALF * len(texts)


def _within(text: str, most: int) -> bool:
    try:
        return abs(float(text)) <= most
    except ValueError:
        return False


_JUDGES: dict[str, tuple[float, Callable[[tuple[str, ...]], str | None]]] = {
    "incident_number": (80, _numbers),
    "incident_type": (240, _kinds),
    "units": (400, _unit_names),
    "status": (80, _few_words),
    "narrative": (math.inf, _free_text),
    "address": (300, _places),
}
"""By field: the longest text that can be one, and what the texts say for it."""
