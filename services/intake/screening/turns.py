"""What turns the meaning of what is told: negation, doubt, the past, make-believe, drills. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.intake.screening.words import Found, Word

_BREAKS = frozenset({"but", "however", "then", "although", "except", "while"})
_BEFORE_YEAR = frozenset(
    ("in", "since", "from", "on", "the", "of", "to", "about", "a", "re", "for")
)
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_NOT_REACHES, _MAYBE_REACHES, _DENIAL_FOLLOWS = 3, 4, 2
_PAST_BEFORE, _PAST_AFTER = 7, 6
_PLAY_BEFORE, _PLAY_AFTER = 4, 3
_NO = frozenset(("no", "not", "without", "neg", "unknown"))
_WHERE = frozenset({"during", "at", "after", "while", "in"})
_SORT_OF_DRILL = frozenset((
    "a", "an", "the", "our", "this", "that", "annual", "scheduled", "joint", "live", "fire", "full",
    "scale", "multi", "agency", "county", "rit", "rescue", "training",
))  # fmt: skip
"""What may stand between `during` and a drill."""
_GRAVE_WHEN_SAID = frozenset(
    {"suicidal", "took_life", "abducted", "assailant", "lost_in_water", "mayday"}
)
"""How many words a cue reaches, within its sentence: as in ConText (Harkema et al., 2009), which
bounds scope by the sentence and by breaking words; the distances are ours, by measurement."""


class Turns:
    """The cues of one text."""

    def __init__(
        self, words: Sequence[Word], found: Sequence[Found], this_year: int | None
    ) -> None:
        self._words = words
        self._cues: dict[str, list[Found]] = defaultdict(list)
        for each in found:
            if each.group == "turns":
                self._cues[each.name].append(each)
        self._past_sentences = _told_of_the_past(words, this_year)

    @property
    def called_off(self) -> bool:
        """Whether it says that nothing of it happened."""
        return bool(self._cues["called_off"])

    @property
    def went_well(self) -> bool:
        """Whether it says that a patient is well."""
        return bool(self._cues["well"])

    @property
    def is_pretended(self) -> bool:
        """Whether it speaks of a film, a toy or the like."""
        return bool(self._cues["pretend"])

    @property
    def was_expected(self) -> bool:
        """Whether a death is told that was awaited, as in a hospice; `no dnr` says that it was not."""
        return any(
            cue.first == 0 or self._words[cue.first - 1].text not in _NO
            for cue in self._cues["expected"]
        )

    @property
    def drill(self) -> tuple[int, int] | None:
        """Where it first says that it is a drill or a test."""
        cue = next(iter(self._cues["drill"]), None)
        if self._cues["real"]:
            return None
        return (self._words[cue.first].start, self._words[cue.last - 1].end) if cue else None

    @property
    def is_at_a_drill(self) -> bool:
        """`during the drill`, `at a training exercise`: where it happened, and not what it was."""
        return any(self._is_where(cue) for cue in self._cues["drill"])

    def _is_where(self, cue: Found) -> bool:
        for place in range(cue.first - 1, max(-1, cue.first - 6), -1):
            word = self._words[place]
            if (
                word.sentence != self._words[cue.first].sentence
                or self._words[place + 1].after_comma
            ):
                return False
            if word.text in _WHERE:
                return True
            if word.text not in _SORT_OF_DRILL:
                return False
        return False

    def did_happen(self, happening: Found) -> bool:
        """False for what is denied, past, pretended or only spoken of."""
        return not (
            self.is_denied(happening) or self._is_past(happening) or self._is_play(happening)
        )

    def is_denied(self, happening: Found) -> bool:
        """`no injuries`, `denies being shot`, `shooting unfounded`."""
        if self._reached_by("not_before", happening, _NOT_REACHES):
            return True
        return any(
            0 <= cue.first - happening.last <= _DENIAL_FOLLOWS
            and self._same_sentence(cue, happening)
            for cue in self._cues["not_after"]
        )

    def is_maybe(self, happening: Found) -> bool:
        """`possible GSW`, `threatening to jump`."""
        cues = ("maybe", "hypothetical")
        return any(self._reached_by(each, happening, _MAYBE_REACHES) for each in cues)

    def is_only_spoken_of(self, happening: Found) -> bool:
        """`could get killed`, `threatening to shoot him`: but a threat to oneself is an emergency."""
        said = self._reached_by("hypothetical", happening, _MAYBE_REACHES)
        return said and happening.name not in _GRAVE_WHEN_SAID

    def _reached_by(self, name: str, happening: Found, most: int) -> bool:
        """Whether a cue stands so few words before it in its sentence, and nothing parts them."""
        for cue in self._cues[name]:
            if not 0 <= happening.first - cue.last <= most:
                continue  # first, as a note may hold hundreds of both
            between = self._words[cue.last : happening.first + 1]
            broken = any(word.text in _BREAKS or word.after_comma for word in between)
            if not broken and self._same_sentence(cue, happening):
                return True
        return False

    def _is_past(self, happening: Found) -> bool:
        if self._words[happening.first].sentence in self._past_sentences:
            return True
        return any(
            self._same_sentence(cue, happening)
            and -_PAST_BEFORE <= cue.first - happening.last <= _PAST_AFTER
            for cue in self._cues["long_ago"]
        )

    def _is_play(self, happening: Found) -> bool:
        after_comma = self._words[happening.first].after_comma
        drills = [] if self._cues["real"] else self._cues["drill"]
        played = any(
            0 <= happening.first - cue.last <= 1 and not self._is_where(cue) for cue in drills
        )
        return played or any(
            self._same_sentence(cue, happening)
            and -_PLAY_BEFORE <= cue.first - happening.last <= _PLAY_AFTER
            and happening.first - cue.last >= -_PLAY_BEFORE
            and not (cue.first < happening.first and after_comma)
            for cue in self._cues["pretend"]
        )

    def _same_sentence(self, cue: Found, happening: Found) -> bool:
        return self._words[cue.first].sentence == self._words[happening.first].sentence


def _told_of_the_past(words: Sequence[Word], this_year: int | None) -> frozenset[int]:
    """The sentences with `in 2019` or `on a 2019 homicide`, when that is before the year of the incident."""
    return frozenset(
        word.sentence
        for before, word in pairwise(words)
        if before.text in _BEFORE_YEAR
        and _YEAR.match(word.text)
        and this_year is not None
        and int(word.text) < this_year
    )
