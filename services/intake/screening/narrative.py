"""What a text tells: what happened, to whom, whether it did, and how many. Pure, and no text is kept."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.intake.screening.counts import counted, hurt
from services.intake.screening.people import acting, mentions
from services.intake.screening.subjects import Subjects
from services.intake.screening.turns import Turns
from services.intake.screening.words import Found, Phrasebook, Word, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.intake.rules import Vocabulary

_MENDED, _MAYBE = 0.95, 0.5
"""What a misspelling and a doubt leave of the confidence; as measured, like those of the subjects."""
_EXPLAINS = frozenset({"not_what_it_seems", "suicidal", "saved"})
"""Longer phrases of these lists explain the shorter ones inside them."""
_CUES = frozenset({"not_before", "not_after", "maybe", "hypothetical"})
_NOT_WHEN_WELL = frozenset({"arrest", "drowned", "lost_in_water", "down", "hurt", "hard_work"})
_NOT_WHEN_PLAYED = frozenset({"violent", "grave", "assaulted", "assailant", "hard_work"})
_GRAVE = frozenset({"died", "child_died", "arrest", "drowned", "grave"})
_NOBODY_OF_OURS = frozenset({"adult", "unknown"})
"""Of whom a threat is not yet a reason to look; of a child or of one of ours it is."""
_OURS = frozenset({"responder", "coworker", "unit", "working_dog"})


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened. `phrase` is the vocabulary's, `start` and `end` places in the text."""

    what: str
    who: str
    maybe: bool
    phrase: str
    start: int
    end: int
    confidence: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text told, and what hangs over all of it."""

    told: tuple[Told, ...] = ()
    drill: tuple[int, int] | None = None
    drill_is_where_it_happened: bool = False
    """True for `during a drill`: what is told happened to those who took part."""
    was_saved: bool = False
    was_expected: bool = False
    taken_back: frozenset[str] = frozenset()
    """What the notes deny or call well: a type that was chosen in the first seconds says it no more."""
    hurt: int = 0


class Reader:
    """Reads with one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        lists = vocabulary.model_dump()
        turns = lists["turns"] | {"bystander": lists["bystander"]}
        self._book = Phrasebook(
            {"people": lists["people"], "happenings": lists["happenings"], "turns": turns},
            lists["people"] | lists["slots"],
        )
        self._child_below = vocabulary.child_below

    def read(self, text: str, this_year: int | None = None, notes_from: int = 0) -> Reading:
        """What a text tells. `this_year` is the incident's: an earlier year is history. Before
        `notes_from` stands the type."""
        words = self._book.words(shortened(text))
        found = _kept(self._book.find(words))
        turns = Turns(words, found, this_year)
        if turns.called_off:
            return Reading(drill=turns.drill)
        by_place: dict[int, list[Found]] = defaultdict(list)
        for each in found:
            by_place[each.first].append(each)
        people = mentions(words, found, self._child_below)
        subjects = Subjects(words, [acting(words, each, found, by_place) for each in people])
        happened = [f for f in found if f.group == "happenings" and turns.did_happen(f)]
        told = [
            each
            for each, found_as in ((_told(words, f, subjects, turns), f) for f in happened)
            if each.who not in _NOBODY_OF_OURS or not turns.is_only_spoken_of(found_as)
        ]
        of_animals = {each.what for each in told if each.who == "animal" and each.end > notes_from}
        taken_back = _taken_back(words, found, turns, notes_from) | of_animals
        told = [
            each
            for each in told
            if each.who != "animal" and (each.end > notes_from or each.what not in taken_back)
        ]
        if turns.went_well and not any(each.what in _GRAVE for each in told):
            told = [each for each in told if each.what not in _NOT_WHEN_WELL or each.who in _OURS]
        return Reading(
            told=tuple(told),
            drill=turns.drill,
            drill_is_where_it_happened=turns.is_at_a_drill,
            was_saved=any(each.name == "saved" for each in happened),
            was_expected=turns.was_expected,
            taken_back=taken_back,
            hurt=hurt(words),
        )


def _taken_back(
    words: Sequence[Word], found: Sequence[Found], turns: Turns, notes_from: int
) -> frozenset[str]:
    notes = [
        each
        for each in found
        if each.group == "happenings" and words[each.first].start >= notes_from
    ]
    denied = {each.name for each in notes if turns.is_denied(each)}
    told = {each.name for each in notes if turns.did_happen(each)}
    if "saved" in told or turns.went_well:
        denied |= _NOT_WHEN_WELL
    if turns.is_pretended and not told:
        denied |= _NOT_WHEN_PLAYED
    return frozenset(denied - told)


def _told(words: Sequence[Word], happening: Found, subjects: Subjects, turns: Turns) -> Told:
    who, confidence = subjects.of(happening)
    maybe = turns.is_maybe(happening)
    if any(word.mended for word in words[happening.first : happening.last]):
        confidence *= _MENDED
    return Told(
        what=happening.name,
        who=who,
        maybe=maybe,
        phrase=happening.phrase,
        start=words[happening.first].start,
        end=words[happening.last - 1].end,
        confidence=round(confidence * (_MAYBE if maybe else 1), 3),
        count=counted(words, happening),
    )


def _kept(found: list[Found]) -> list[Found]:
    """Without what a longer phrase explains: no battery is dead, no attempt is a suicide."""
    around: dict[int, list[Found]] = defaultdict(list)
    for each in found:
        if each.group == "happenings" or each.name in _EXPLAINS:
            for place in range(each.first, each.last):
                around[place].append(each)

    def is_explained(each: Found) -> bool:
        for other in around.get(each.first, ()):
            happens = other.group == "happenings"
            if each.name in _CUES and happens and _covers(other, each):
                return True
            explains = other.name in _EXPLAINS or (happens and other.name == each.name)
            if explains and _is_longer(other, each):
                return True
        return False

    return [e for e in found if e.name != "not_what_it_seems" and not is_explained(e)]


def _covers(other: Found, each: Found) -> bool:
    return other.first <= each.first and each.last <= other.last


def _is_longer(other: Found, each: Found) -> bool:
    return _covers(other, each) and other.last - other.first > each.last - each.first
