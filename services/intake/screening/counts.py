"""How many people a text counts: figures, and numbers as words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_UNITS = frozenset((
    "y", "yo", "yom", "yof", "yr", "yrs", "year", "years", "mo", "mos", "month", "months", "am",
    "pm", "hr", "hrs", "hour", "hours", "min", "mins", "minutes", "ft", "feet", "mph", "mg",
    "percent", "pct",
))  # fmt: skip
LABELS = frozenset((
    "engine", "eng", "ladder", "truck", "medic", "ambulance", "amb", "rescue", "squad", "unit",
    "station", "stn", "battalion", "box", "car", "tanker", "brush", "chief", "apt", "room", "rm",
    "suite", "floor", "fl", "lot", "hwy", "highway", "route", "rt", "exit", "mile", "mm", "sr",
    "us", "interstate", "channel", "ch", "tac", "ops", "code", "pri", "priority", "level", "lvl",
    "alarm", "age", "aged", "temp", "bp", "hr", "pulse", "sats", "sat", "spo", "gcs", "bgl", "bg",
    "sugar", "glucose", "div", "division", "group", "sector", "post", "gate", "pier", "tod",
))  # fmt: skip
"""A number after one of these is a name, a measure or a time, and counts nobody."""
_PEOPLE = frozenset((
    "injured", "injuries", "patients", "pts", "victims", "casualties", "hurt", "transported",
    "wounded",
))  # fmt: skip
_ALSO_PEOPLE = _PEOPLE | frozenset((
    "persons", "people", "occupants", "passengers", "others", "students",
))  # fmt: skip
_TAGS = frozenset((
    "red", "reds", "yellow", "yellows", "green", "greens", "black", "blacks",
))  # fmt: skip
_AFTER_TAG = frozenset(("tag", "tags", "and", "pt", "pts", "patient", "patients"))
_SORTS = frozenset((
    "adult", "adults", "male", "males", "female", "females", "man", "men", "woman", "women",
    "person", "persons", "people", "subject", "subjects", "subj", "subjs", "victim", "victims",
    "patient", "patients", "pt", "pts", "occupant", "occupants", "passenger", "passengers",
    "student", "students", "child", "children", "kid", "kids", "juvenile", "juveniles", "juv",
    "juvs", "infant", "infants", "small", "young", "elderly", "other", "others", "more", "family",
    "members", "member", "firefighter", "firefighters", "ff", "ffs", "officer", "officers",
    "deputies", "crew", "crewmember", "crewmembers", "employee", "employees", "worker", "workers",
    "civilian", "civilians", "were", "was", "are", "is", "have", "has", "been", "being", "found",
    "confirmed", "reported", "possible", "of", "them", "total", "now", "both", "walking",
    "critical", "critically", "seriously",
))  # fmt: skip
"""What may stand between a number and what happened to so many."""
_LONGEST_COUNT = 3
"""A longer number in a note is an address or a time."""


def hurt(words: Sequence[Word]) -> int:
    """The largest number of people who are said to be hurt, or the sum of those tagged by two colors
    or more (one alone may be anything's); 0 when none is said."""
    best = 0
    tagged: dict[str, int] = {}
    for place in range(len(words)):
        number = number_at(words, place)
        if number is None or _is_label(words, place):
            continue
        after = list(_listed_on(words, place, 5))
        if after[:1] and after[0] in _TAGS and (not after[1:] or _goes_on(after[1])):
            tagged[after[0]] = tagged.get(after[0], 0) + number
        elif {*after[:2]} & _PEOPLE or ({*after[:2]} & _ALSO_PEOPLE and {*after} & _PEOPLE):
            best = max(best, number)
    return max(best, sum(tagged.values()) if len(tagged) > 1 else 0)


def counted(words: Sequence[Word], happening: Found) -> int:
    """To how many it happened: `two killed`, `the bodies of two`; 1 when no number is near."""
    sentence = words[happening.first].sentence
    places = []
    for place in range(happening.first - 1, max(0, happening.first - 4) - 1, -1):
        places.append(place)
        if words[place + 1].after_comma or words[place].text not in _SORTS:
            break
    places = [place for place in places if not words[place + 1].after_comma]
    if happening.phrase.startswith("bod"):
        places += range(happening.last, min(happening.last + 2, len(words)))
    numbers = (
        number_at(words, place)
        for place in places
        if words[place].sentence == sentence and not _is_label(words, place)
    )
    return max((number for number in numbers if number), default=1)


def _goes_on(word: str) -> bool:
    """`4 red 3 black`, `2 red tags`: and not two red cars."""
    return word in _AFTER_TAG or word.isdigit() or word in NUMBERS


def _listed_on(words: Sequence[Word], place: int, most: int) -> Iterator[str]:
    """The words after a number, as far as the sentence and its part between commas go."""
    for word in words[place + 1 : place + 1 + most]:
        if word.sentence != words[place].sentence or word.after_comma:
            return
        yield word.text


def _is_label(words: Sequence[Word], place: int) -> bool:
    before = words[place - 1] if place else None
    return (
        before is not None
        and before.sentence == words[place].sentence
        and not words[place].after_comma
        and before.text in LABELS
    )


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
        is_time = len(word.text) > _LONGEST_COUNT or word.text.startswith("0")
        return None if joined or is_time else int(word.text)
    said = NUMBERS.get(word.text)
    if said is not None and said < 10 and before is not None and before.text in _TENS:
        return _TENS[before.text] + said
    return said
