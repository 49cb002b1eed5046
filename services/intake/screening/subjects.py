"""To whom it happened: the person in the sentence, or the one that the notes were just about. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.intake.screening.ages import Mention
    from services.intake.screening.words import Found, Word

NAMED, NEAR, NOBODY = 0.95, 0.85, 0.8
"""Confidence when the person is named in the sentence, in the one beside it, or nowhere; as measured
on labelled narratives (docs/explanation/screening.md)."""
_OWN = {"duty_death": "responder", "mayday": "responder", "officer_shooting": "responder"}
"""What is only ever said of responders."""
_LINKS = frozenset({"on", "of", "to", "involving", "for", "at", "a", "an", "the", "our", "one"})
_LAST_LINKS = frozenset({"on", "of", "involving"})
_FOLLOWS_WITHIN = 8


class Subjects:
    """Everybody whom something in one text may have happened to."""

    def __init__(self, words: Sequence[Word], people: Sequence[Mention]) -> None:
        self._words = words
        self._people = [person for person in people if person.suffers]

    def of(self, happening: Found) -> tuple[str, float]:
        """Who, and how sure: child, responder, coworker, working_dog, animal, adult or unknown."""
        if implied := _OWN.get(happening.name):
            dogs = (p for p in self._people if p.who == "working_dog")
            is_dog = any(abs(dog.first - happening.first) <= 4 for dog in dogs)
            return ("working_dog" if is_dog else implied), NAMED
        if person := self._in_the_sentence(happening):
            return person.who, NAMED
        if person := self._beside(happening):
            return person.who, NEAR
        return "unknown", NOBODY

    def _in_the_sentence(self, happening: Found) -> Mention | None:
        here = self._in(range(sentence := self._sentence(happening), sentence + 1))
        inside = [p for p in here if happening.first <= p.first and p.last <= happening.last]
        before = [p for p in here if p.last <= happening.first]
        after = [p for p in here if p.first >= happening.last]
        if inside:
            return inside[-1]
        if after and self._is_linked(happening, after[0]):
            return after[0]
        if before:
            return before[-1]
        near = after and after[0].first - happening.last <= _FOLLOWS_WITHIN
        return after[0] if near else None

    def _beside(self, happening: Found) -> Mention | None:
        """Notes go on about whom they have just named, and now and then name them right after."""
        sentence = self._sentence(happening)
        if before := self._in(range(sentence - 2, sentence)):
            return before[-1]
        after = self._in(range(sentence + 1, sentence + 2))
        near = after and after[0].first - happening.last <= _FOLLOWS_WITHIN - 2
        return after[0] if near else None

    def _is_linked(self, happening: Found, person: Mention) -> bool:
        """`CPR on a 3 y/o`, `fatal MVA involving a child`: who it happened to is named right after."""
        between = [word.text for word in self._words[happening.last : person.first]]
        if len(between) > 4:
            return False
        return not between or between[0] in _LINKS or between[-1] in _LAST_LINKS

    def _in(self, sentences: range) -> list[Mention]:
        return [p for p in self._people if self._words[p.first].sentence in sentences]

    def _sentence(self, happening: Found) -> int:
        return self._words[happening.first].sentence
