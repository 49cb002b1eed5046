"""How many people a text counts: figures, and numbers as words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.intake.screening.words import Found, Word

_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_TEENS = "sixteen seventeen eighteen nineteen"
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
NUMBERS = {
    **{word: value for value, word in enumerate(f"{_ONES} {_TEENS}".split(), start=1)},
    **_TENS,
    "dozen": 12,
    "dozens": 24,
    "several": 3,
    "multiple": 3,
}
"""`several` and `multiple` count as three: more than two, and no more is said."""
_UNITS = frozenset(
    [
        "y",
        "yo",
        "yom",
        "yof",
        "yr",
        "yrs",
        "year",
        "years",
        "mo",
        "mos",
        "month",
        "months",
        "am",
        "pm",
    ]
)
_PEOPLE = frozenset(
    ["injured", "injuries", "patients", "pts", "victims", "casualties", "hurt", "transported"]
)
_ALSO_PEOPLE = _PEOPLE | frozenset(["persons", "people", "occupants", "passengers", "others"])
_BEYOND_BELIEF = 2_000
"""A larger number in a note is an address or a time."""


def hurt(words: Sequence[Word]) -> int:
    """The largest number of people who are said to be hurt; 0 when none is said."""
    best = 0
    for place, word in enumerate(words):
        number = number_at(words, place)
        if number is None:
            continue
        near = {w.text for w in words[place + 1 : place + 4] if w.sentence == word.sentence}
        far = {w.text for w in words[place + 1 : place + 6] if w.sentence == word.sentence}
        if near & _ALSO_PEOPLE and far & _PEOPLE:
            best = max(best, number)
    return best


def counted(words: Sequence[Word], happening: Found) -> int:
    """To how many it happened: `two killed`, `the bodies of two`; 1 when no number is near."""
    sentence = words[happening.first].sentence
    places = list(range(max(0, happening.first - 3), happening.first))
    if happening.phrase.startswith("bod"):
        places += range(happening.last, min(happening.last + 2, len(words)))
    numbers = (number_at(words, p) for p in places if words[p].sentence == sentence)
    return max((number for number in numbers if number), default=1)


def number_at(words: Sequence[Word], place: int) -> int | None:
    """The number that a word says, when it may count people: no age, no unit, no time."""
    word = words[place]
    after = words[place + 1].text if place + 1 < len(words) else ""
    before = words[place - 1] if place else None
    joined_behind = place + 1 < len(words) and words[place + 1].start == word.end
    if after in _UNITS or joined_behind:  # `30s`, `12b`
        return None
    if word.text.isdigit():
        joined = before is not None and before.end == word.start
        number = int(word.text) if len(word.text) <= 4 else _BEYOND_BELIEF
        return None if joined or number >= _BEYOND_BELIEF else number
    said = NUMBERS.get(word.text)
    if said is not None and said < 10 and before is not None and before.text in _TENS:
        return _TENS[before.text] + said
    return said
