"""Ages as notes tell them: 3yom, three-week-old, age 9, `a climber, 43, fell`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.intake.screening.counts import LABELS, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.intake.screening.words import Word

_YEARS_OLD = frozenset((
    "yo", "yoa", "yom", "yof", "yog", "yob", "ym", "yf", "yearold", "yrold",
))  # fmt: skip
_YEARS = _YEARS_OLD | frozenset(["yr", "yrs", "year", "years"])
_MONTHS = frozenset((
    "mo", "mos", "month", "months", "week", "weeks", "wk", "wks",
))  # fmt: skip
_MONTHS_OLD = frozenset({"mom", "mof", "moa"})
"""Months and male, female, of age."""
_DAYS = frozenset({"day", "days"})
_MOST_MONTHS = 36
"""An older child's age is told in years."""
_NO_AGE = frozenset((
    "ago", "later", "pregnant", "preg", "supply", "sober", "history", "hx", "in", "since", "for",
    "of",
))  # fmt: skip
_THINGS = frozenset((
    "vehicle", "car", "truck", "house", "home", "building", "roof", "boat", "engine", "fire",
    "call", "injury", "wound", "wounds", "complaint", "tree", "marriage", "body", "case", "warrant",
    "report", "dispute", "surgery", "stroke", "laceration", "fracture", "incision", "infection",
    "pain", "mail", "food", "note",
))  # fmt: skip
_NEUTRAL = frozenset((
    "male", "female", "m", "f", "pt", "patient", "victim", "person", "subject", "occupant",
    "passenger", "adult", "man", "woman", "boy", "girl", "child", "hiker", "climber", "swimmer",
    "driver", "son", "daughter", "brother", "sister", "operator",
))  # fmt: skip


_KIN = frozenset((
    "boy", "boys", "girl", "girls", "son", "sons", "daughter", "daughters", "brother", "brothers",
    "sister", "sisters", "siblings", "kids", "children", "twins",
))  # fmt: skip
"""A number right after one of these is an age."""


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
        told = _told(words, place, number)
        if told is None:
            continue
        length, is_years = told
        after = words[place + 1 + length].text if place + 1 + length < len(words) else ""
        if after in _THINGS:
            continue
        is_child = not is_years or number < child_below
        found.append(Mention("child" if is_child else "adult", place, place + 1 + length))
    return found


def _told(words: Sequence[Word], place: int, number: int) -> tuple[int, bool] | None:
    """How many words say the unit of an age, and whether they are years; None for no age."""
    rest = [each.text for each in words[place + 1 : place + 5]]
    if (length := _years(rest)) is not None:
        return length, True
    joined = place + 1 < len(words) and words[place + 1].start == words[place].end
    if (length := _younger(rest, number, joined=joined)) is not None:
        return length, False
    named = place > 0 and words[place - 1].text in LABELS  # `Engine 15 mom advises`
    if rest[:1] and rest[0] in _MONTHS_OLD and number <= _MOST_MONTHS and not named:
        return 1, False
    if rest[:1] and rest[0] in _MONTHS and _alone(words, place):
        return 1, False
    length = _bare(words, place)
    return None if length is None else (length, True)


def _years(rest: list[str]) -> int | None:
    """How many words make the unit of an age in years: `y o`, `year old`; None when none does."""
    if not rest:
        return None
    if rest[0] in _YEARS:
        old = len(rest) > 1 and rest[1] == "old"
        is_age = old or rest[0] in _YEARS_OLD
        is_age = is_age or (len(rest) > 1 and rest[1] in _NEUTRAL)
        return (2 if old else 1) if is_age else None
    if rest[:2] == ["y", "o"]:
        return 3 if rest[2:3] == ["old"] else 2
    return None


def _younger(rest: list[str], number: int, *, joined: bool) -> int | None:
    """The same in months, weeks or days: `m o`, `14mo`, `6 week old`, `3 days old`."""
    if rest[:2] in (["m", "o"], ["d", "o"]):
        return 3 if rest[2:3] == ["old"] else 2
    if not rest or number > _MOST_MONTHS or rest[0] not in _MONTHS | _DAYS:
        return None
    then = rest[1] if rest[1:] else ""
    if then == "old":
        return 2
    is_mo = rest[0] in {"mo", "mos"} and (joined or (then != "" and then not in _NO_AGE))
    return 1 if is_mo or (rest[0] in _MONTHS and then in _NEUTRAL) else None


def _alone(words: Sequence[Word], place: int) -> bool:
    """Between commas or at the end, as in `infant f, 6 wks, found`."""
    end = place + 2
    ends = (
        end >= len(words) or words[end].after_comma or words[end].sentence != words[place].sentence
    )
    return ends and words[place].after_comma


def _bare(words: Sequence[Word], place: int) -> int | None:
    """`age 9`, `aged 9`, or a number between commas as newspapers write it: `a climber, 43, fell`."""
    before = words[place - 1].text if place else ""
    if before in {"age", "aged", "ages"} | _KIN:
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
