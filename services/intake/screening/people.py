"""Who a narrative speaks of: by age, by noun, and whether they act or it happened to them. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from services.intake.screening.ages import Mention, ages

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.intake.screening.words import Found, Word

_BACK_TO_PATIENT = frozenset((
    "by", "to", "in", "down", "dead", "deceased", "unresponsive", "unconscious", "not", "pulseless",
    "after", "at", "trapped", "under", "with", "lying", "inside", "unresp", "unc", "uncon",
    "hanging", "floating", "face", "drowned", "and",
))  # fmt: skip
_DONE_TO = frozenset((
    "found", "fnd", "finds", "located", "pulled", "removed", "extricated", "rescued", "transported",
    "treated", "saved", "took", "recovered", "spotted", "pronounced", "pronounces", "arrested",
    "discovered", "resuscitated", "revived", "searched", "treating", "transporting",
))  # fmt: skip
"""Acts that a note may tell without `was`: `FF found down`."""
_PASSIVE = frozenset((
    "was", "were", "been", "being", "is", "are", "got", "get", "has", "have", "had",
))  # fmt: skip
_HAVE_AGES = frozenset({"adult", "child", "coworker", "patient"})
_TELLING = frozenset(("advise", "advised", "adv", "notify", "notified", "notifying"))
_REACH = 3
_OURS = frozenset({"responder", "coworker", "unit"})


def mentions(
    words: Sequence[Word], found: Iterable[Found], child_below: int
) -> tuple[Mention, ...]:
    """Everybody who is named, in the order of naming."""
    named_ages = ages(words, child_below)
    nouns = [Mention(each.name, each.first, each.last) for each in found if each.group == "people"]
    nouns = [noun for noun in nouns if not any(_covers(other, noun) for other in nouns)]
    named = [_aged(noun, named_ages, words) for noun in nouns]
    alone = [age for age in named_ages if not any(_tells(noun, age, words) for noun in nouns)]
    return tuple(sorted({*named, *alone}, key=lambda each: (each.first, each.last, each.who)))


def acting(
    words: Sequence[Word],
    mention: Mention,
    found: Sequence[Found],
    by_place: dict[int, list[Found]],
) -> Mention:
    """The mention with whether it happened to them: who does something is not who it happened to."""
    if _is_agent(words, mention, found) or _acts(words, mention, by_place):
        return replace(mention, suffers=False)
    if mention.who == "child" and _stands_by(words, mention, by_place):
        return replace(mention, suffers=False)
    return mention


def _covers(other: Mention, noun: Mention) -> bool:
    """A longer name at the same place says more: `police dog` is no officer."""
    longer = other.last - other.first > noun.last - noun.first
    return longer and other.first <= noun.first and noun.last <= other.last


def _tells(noun: Mention, age: Mention, words: Sequence[Word]) -> bool:
    """Whether the noun already says whose age it is: `ranger, 27`, but not `a 2 year old, crew`."""
    if noun.who in _HAVE_AGES:
        return _is_of(age, noun, words)
    return age.first == noun.last


def _is_of(age: Mention, noun: Mention, words: Sequence[Word]) -> bool:
    if words[age.first].sentence != words[noun.first].sentence:
        return False
    return -1 <= noun.first - age.last <= 2 or age.first == noun.last


def _aged(noun: Mention, ages: Sequence[Mention], words: Sequence[Word]) -> Mention:
    """A hiker of 17 is a child; a ranger of 27 stays a ranger."""
    if noun.who not in _HAVE_AGES:
        return noun
    for age in ages:
        if _is_of(age, noun, words):
            who = age.who if noun.who != "coworker" else noun.who
            return Mention(who, min(age.first, noun.first), max(age.last, noun.last))
    return noun


def _is_agent(words: Sequence[Word], mention: Mention, found: Sequence[Found]) -> bool:
    """`by officers`, `request two medics`."""
    sentence = words[mention.first].sentence
    for each in found:
        if mention.who not in _OURS and each.phrase != "by":
            continue
        near = 0 <= mention.first - each.last <= 1
        if each.phrase in _TELLING and _happens_at(mention.last, found):
            continue
        if each.name == "agent" and near and words[each.first].sentence == sentence:
            between = words[each.last : mention.first]
            if all(
                w.text in {"a", "an", "the", "our", "two", "three", "one"} or w.text.isdigit()
                for w in between
            ):
                return True
    return False


def _happens_at(place: int, found: Sequence[Found]) -> bool:
    """`regret to advise FF passed`: what is told is of the one who is named."""
    return any(each.group == "happenings" and each.first == place for each in found)


def _acts(words: Sequence[Word], mention: Mention, by_place: dict[int, list[Found]]) -> bool:
    if mention.who in {"child", "animal", "working_dog"}:
        return False
    sentence = words[mention.first].sentence
    for place in range(mention.last, min(mention.last + _REACH, len(words))):
        word = words[place]
        if word.sentence != sentence or word.text in _PASSIVE:
            return False
        for each in by_place.get(place, ()):
            if each.name == "acts":
                after = words[each.last].text if each.last < len(words) else ""
                ends = each.last >= len(words) or words[each.last].sentence != sentence
                if mention.who == "adult" and each.phrase in _DONE_TO:
                    return False
                return not (each.phrase in _DONE_TO and (ends or after in _BACK_TO_PATIENT))
        if any(each.group in {"happenings", "people"} for each in by_place.get(place, ())):
            return False
    return False


def _stands_by(words: Sequence[Word], mention: Mention, by_place: dict[int, list[Found]]) -> bool:
    """`child safe with mother`; but `child stabbed at school` tells what happened first."""
    sentence = words[mention.first].sentence
    for place in range(mention.last, min(mention.last + 2, len(words))):
        here = by_place.get(place, ())
        if words[place].sentence != sentence or any(each.group == "happenings" for each in here):
            return False
        if any(each.name == "bystander" for each in here):
            return True
    return False
