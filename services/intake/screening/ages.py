"""Ages as notes tell them: 3yom, three-week-old, age 9, `a climber, 43, fell`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.intake.screening.counts import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.intake.screening.words import Word

_YEARS = frozenset({"yo", "yoa", "yom", "yof", "yr", "yrs", "year", "years", "yearold", "yrold"})
_MONTHS = frozenset({"mo", "mos", "month", "months", "week", "weeks", "wk", "wks"})
_THINGS = frozenset(
    [
        "vehicle",
        "car",
        "truck",
        "house",
        "home",
        "building",
        "roof",
        "boat",
        "engine",
        "fire",
        "call",
        "injury",
        "wound",
        "complaint",
        "tree",
        "marriage",
        "body",
        "case",
        "warrant",
        "report",
        "dispute",
        "surgery",
        "stroke",
    ]
)
_NEUTRAL = frozenset(
    [
        "male",
        "female",
        "m",
        "f",
        "pt",
        "patient",
        "victim",
        "person",
        "subject",
        "occupant",
        "passenger",
        "adult",
        "man",
        "woman",
        "boy",
        "girl",
        "child",
        "hiker",
        "climber",
        "swimmer",
        "driver",
        "son",
        "daughter",
        "brother",
        "sister",
        "operator",
    ]
)


@dataclass(frozen=True, slots=True)
class Mention:
    """One person (or several of a kind, or an animal) at a place in the text."""

    who: str
    first: int
    last: int
    suffers: bool = True
    """False for somebody who acts, reports or stands by."""


def ages(words: Sequence[Word], child_below: int) -> list[Mention]:
    """Everybody whose age is told; `child_below` in years."""
    found = []
    for place, word in enumerate(words):
        number = int(word.text) if word.text.isdigit() else NUMBERS.get(word.text)
        if number is None or number > 110:
            continue
        rest = [each.text for each in words[place + 1 : place + 5]]
        length = _unit(rest)
        if length is None:
            length = _bare(words, place)
            if length is None:
                continue
            unit = "years"
        else:
            unit = "months" if rest[0] in _MONTHS or rest[:2] == ["m", "o"] else "years"
        after = words[place + 1 + length].text if place + 1 + length < len(words) else ""
        if after in _THINGS:
            continue
        is_child = unit == "months" or number < child_below
        found.append(Mention("child" if is_child else "adult", place, place + 1 + length))
    return found


def _unit(rest: list[str]) -> int | None:
    """How many words make the unit of an age: `y o`, `year old`, `mo old`; None when none does."""
    if not rest:
        return None
    if rest[0] in _YEARS:
        old = len(rest) > 1 and rest[1] == "old"
        is_age = old or rest[0] in {"yo", "yoa", "yom", "yof", "yearold", "yrold"}
        is_age = is_age or (len(rest) > 1 and rest[1] in _NEUTRAL)
        return (2 if old else 1) if is_age else None
    if rest[:2] == ["y", "o"] or rest[:2] == ["m", "o"]:
        return 3 if rest[2:3] == ["old"] else 2
    if rest[0] in _MONTHS:
        return 2 if rest[1:2] == ["old"] else (1 if rest[1:2] and rest[1] in _NEUTRAL else None)
    if rest[0] in {"day", "days"} and rest[1:2] == ["old"] and rest[2:3] and rest[2] in _NEUTRAL:
        return 2
    return None


def _bare(words: Sequence[Word], place: int) -> int | None:
    """`age 9`, `aged 9`, or a number between commas as newspapers write it: `a climber, 43, fell`."""
    before = words[place - 1].text if place else ""
    if before in {"age", "aged", "ages"}:
        return 0
    between_commas = (
        words[place].after_comma
        and place + 1 < len(words)
        and words[place + 1].after_comma
        and words[place].text.isdigit()
        and place > 0
        and before
        in _NEUTRAL
        | {"ranger", "officer", "firefighter", "worker", "employee", "oldest"}
        | {"youngest", "brother", "teenager"}
    )
    return 0 if between_commas else None
