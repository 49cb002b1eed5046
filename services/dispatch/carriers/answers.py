"""What a member means by a text: yes, no, minutes, stop, help, or nothing that can be relied on.

An answer that could be read in two ways is no answer: the member is asked again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_YES = frozenset({"yes", "y", "yep", "yeah", "accept", "1", "si", "sí"})
_NO = frozenset({"no", "n", "nope", "decline", "2"})
_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit"})
_START = frozenset({"start", "unstop"})
_HELP = frozenset({"help", "info"})
"""The words that carriers know (CTIA Messaging Principles)."""
_MINUTES = frozenset({"min", "mins", "minute", "minutes"})
_LONGEST_MINUTES = 600


class Meaning(Enum):
    """What was meant."""

    YES = auto()
    NO = auto()
    MINUTES = auto()
    """So many minutes until the member is there."""
    STOP = auto()
    START = auto()
    HELP = auto()
    UNCLEAR = auto()


@dataclass(frozen=True, slots=True)
class Said:
    """A text as it was understood. `code` names the offer, `number` the minutes."""

    meaning: Meaning
    code: str = ""
    number: int = 0


def understood(text: str) -> Said:
    """The meaning of a text, whatever its case and punctuation."""
    words = [word.casefold() for word in _WORD.findall(text[:500])]
    if len(words) == 1 and (single := _single(words[0])):
        return Said(single)
    if minutes := _minutes(words):
        return Said(Meaning.MINUTES, number=minutes)
    codes = [word for word in words if _is_code(word)]
    rest = [word for word in words if not _is_code(word)]
    code = codes[0] if len(codes) == 1 else ""
    if len(rest) != 1 or len(codes) > 1:
        return Said(Meaning.UNCLEAR, code)
    if rest[0] in _YES:
        return Said(Meaning.YES, code)
    if rest[0] in _NO:
        return Said(Meaning.NO, code)
    return Said(Meaning.UNCLEAR, code)


def _single(word: str) -> Meaning | None:
    for words, meaning in ((_STOP, Meaning.STOP), (_START, Meaning.START), (_HELP, Meaning.HELP)):
        if word in words:
            return meaning
    return None


def _is_code(word: str) -> bool:
    return len(word) == 2 and word.isascii() and word.isdecimal()


def _minutes(words: list[str]) -> int:
    """`40 min`, `eta 40`, `40 minutes`; 0 for anything else."""
    joined = re.fullmatch(r"(\d{1,3})(min|mins)", words[0]) if len(words) == 1 else None
    if joined:
        words = [joined[1], joined[2]]
    numbers = [word for word in words if word.isascii() and word.isdecimal()]
    others = {word for word in words if word not in numbers}
    named = bool(others) and others <= _MINUTES | {"eta"}
    if len(numbers) != 1 or not named or len(numbers[0]) > 3:
        return 0
    number = int(numbers[0])
    return number if number <= _LONGEST_MINUTES else 0
