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
_OWN = frozenset({"duty_death", "mayday", "officer_shooting"})
"""What is only ever said of responders."""
_OURS_IN_IT = ("{responder}", "{one_of_ours}", "{own_possessive}")
_CLOSE = 4
_CHILDS = frozenset({"child_died"})
_TO_UNITS = frozenset({"shot_at", "wrecked"})
"""What happens to a unit, which is to whoever is in it."""
_LINKS = frozenset({"on", "of", "to", "involving", "for", "at", "a", "an", "the", "our", "one"})
_LAST_LINKS = frozenset({"on", "of", "involving"})
_FOLLOWS_WITHIN = 8


class Subjects:
    """Everybody whom something in one text may have happened to."""

    def __init__(self, words: Sequence[Word], people: Sequence[Mention]) -> None:
        self._words = words
        self._people = [p for p in people if p.suffers and p.who not in {"unit", "own"}]
        self._own = frozenset(words[each.first].sentence for each in people if each.who == "own")
        self._units = [each for each in people if each.who == "unit"]

    def of(self, happening: Found) -> tuple[str, float]:
        """Who, and how sure: child, responder, coworker, working_dog, animal, adult or unknown."""
        if happening.name in _OWN or any(slot in happening.phrase for slot in _OURS_IN_IT):
            return self._ours_or_an_animal(happening), NAMED
        if happening.name in _CHILDS:
            return "child", NAMED
        if happening.name in _TO_UNITS and any(self._is_next(happening, u) for u in self._units):
            return "unit", NAMED
        who, sure = self._whom(happening)
        if who in {"adult", "unknown"} and self._sentence(happening) in self._own:
            return "responder", NEAR
        return who, sure

    def _ours_or_an_animal(self, happening: Found) -> str:
        """`police dog down`, `deer shot by officer`: an animal close by is whom it happened to."""
        near = [p for p in self._people if abs(p.first - happening.first) <= _CLOSE]
        dogs = (
            ("working_dog",) if happening.name != "officer_shooting" else ("working_dog", "animal")
        )
        return next((who for who in dogs if any(p.who == who for p in near)), "responder")

    def _whom(self, happening: Found) -> tuple[str, float]:
        if person := self._in_the_sentence(happening):
            return self._meant(person), NAMED
        if person := self._beside(happening):
            return self._meant(person), NEAR
        return "unknown", NOBODY

    def _meant(self, person: Mention) -> str:
        """Who `the patient` is: the child or else the adult that the notes have named about here."""
        if person.who != "patient":
            return person.who
        here = self._words[person.first].sentence
        named = {each.who for each in self._in(range(here - 2, here + 1))}
        return next((who for who in ("child", "adult") if who in named), "unknown")

    def _in_the_sentence(self, happening: Found) -> Mention | None:
        here = self._in(range(sentence := self._sentence(happening), sentence + 1))
        inside = [p for p in here if happening.first <= p.first and p.last <= happening.last]
        inside = [p for p in inside if p.who != "animal"]  # `attacked by dog`
        before = [p for p in here if p.last <= happening.first]
        after = [p for p in here if p.first >= happening.last]
        if inside:
            return inside[-1]
        if after and self._is_linked(happening, after[0]):
            return after[0]
        if before:
            return self._rather_the_child(before[-1], happening)
        near = after and after[0].first - happening.last <= _FOLLOWS_WITHIN
        return after[0] if near else None

    def _beside(self, happening: Found) -> Mention | None:
        """Notes go on about whom they have just named, and now and then name them right after."""
        sentence = self._sentence(happening)
        if before := self._in(range(sentence - 2, sentence)):
            return self._rather_the_child(before[-1], happening)
        after = self._in(range(sentence + 1, sentence + 2))
        near = after and after[0].first - happening.last <= _FOLLOWS_WITHIN - 2
        return after[0] if near else None

    def _rather_the_child(self, nearest: Mention, happening: Found) -> Mention:
        """`3 yom down, mother on line, CPR`: behind a comma the notes go on about the child."""
        passed_on = any(
            word.after_comma or word.sentence != self._words[nearest.first].sentence
            for word in self._words[nearest.last : happening.first + 1]
        )
        if nearest.who != "adult" or not passed_on:
            return nearest
        sentence = self._sentence(happening)
        earlier = self._in(range(sentence - 2, sentence + 1))
        children = [p for p in earlier if p.who == "child" and p.last <= nearest.first]
        return children[-1] if children else nearest

    def _is_next(self, happening: Found, unit: Mention) -> bool:
        """`fired on units`, `Engine 5 rollover`: with nothing but links and a number between."""
        first, last = sorted(((happening.first, happening.last), (unit.first, unit.last)))
        behind = self._words[last[0]]
        if behind.after_comma or behind.sentence != self._words[first[0]].sentence:
            return False
        between = self._words[first[1] : last[0]]
        return all(word.text in _LINKS or word.text.isdigit() for word in between)

    def _is_linked(self, happening: Found, person: Mention) -> bool:
        """`CPR on a 3 y/o`, `fatal MVA involving a child`: who it happened to is named right after."""
        between = [word.text for word in self._words[happening.last : person.first]]
        if len(between) > 4 or self._words[person.first].after_comma:
            return False
        return not between or between[0] in _LINKS or between[-1] in _LAST_LINKS

    def _in(self, sentences: range) -> list[Mention]:
        return [p for p in self._people if self._words[p.first].sentence in sentences]

    def _sentence(self, happening: Found) -> int:
        return self._words[happening.first].sentence
