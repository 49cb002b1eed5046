"""Words of a text with their places, phrases found among them, and misspellings mended. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import OSA
from spellchecker import SpellChecker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_WORD = re.compile(r"[a-z]+(?:['\u2019][a-z]+)?|\d+")
_APOSTROPHES = re.compile(r"['\u2019]")
_SENTENCE_END = re.compile(r"[.!?;|\n\r\u2022]|//|--|\*\*|\u2014")
_SLOT = re.compile(r"\{([a-z_]+)\}")
_LONGEST = 5_000
"""Characters that are read: the first two thirds and the last third of it. A narrative longer than
two pages repeats itself; the beginning says what was found and the end what became of it."""
_MENDED_FROM = 6
"""Shorter words are not mended: too many real ones are one letter apart."""


class Word(NamedTuple):
    """One word, lower case, with its place in the text and the sentence that it is in."""

    text: str
    start: int
    end: int
    sentence: int
    after_comma: bool
    mended: bool = False


class Found(NamedTuple):
    """A phrase: which list it is of, from which word to which (exclusive)."""

    group: str
    name: str
    phrase: str
    first: int
    last: int


def spelt_out(phrase: str, slots: Mapping[str, Iterable[str]]) -> list[str]:
    """The phrase with every filling of its slots; itself when it has none."""
    slot = _SLOT.search(phrase)
    if slot is None:
        return [phrase]
    filled = (phrase.replace(slot[0], filling, 1) for filling in slots[slot[1]])
    return [said for each in filled for said in spelt_out(each, slots)]


def shortened(text: str) -> str:
    """The text, or its beginning and end when it is very long; places keep their meaning because
    what is left out is blanked."""
    if len(text) <= _LONGEST:
        return text
    head, tail = _LONGEST * 2 // 3, _LONGEST // 3
    return text[:head] + "\n" + " " * (len(text) - head - tail - 1) + text[-tail:]


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    prefixes: dict[str, dict[str, _Node]] = field(default_factory=dict)
    """By their first letter: few words share it, and most nodes have none."""
    ends: list[tuple[str, str, str]] = field(default_factory=list)


class Phrasebook:
    """All phrases of a vocabulary, ready to be found in one pass.

    `{name}` in a phrase stands for each phrase of the slot of that name.
    """

    def __init__(
        self,
        groups: Mapping[str, Mapping[str, Iterable[str]]],
        slots: Mapping[str, Iterable[str]],
    ) -> None:
        self._root = _Node()
        self._words: set[str] = set()
        for group, lists in groups.items():
            for name, phrases in lists.items():
                for phrase in phrases:
                    for said in spelt_out(phrase, slots):
                        self._add(group, name, phrase, said)
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._words):
            if len(word) >= _MENDED_FROM:
                self._by_letter[word[0]].append(word)
        _english()  # read now, and not while the first report waits
        self._mend = lru_cache(maxsize=20_000)(self._mended)

    def words(self, text: str) -> list[Word]:
        """The text's words, misspelt ones mended."""
        words: list[Word] = []
        sentence, end, before = 0, 0, 0
        for match in _WORD.finditer(text.lower()):
            said, start = match[0], match.start()
            between = text[end:start]
            if words and between != " ":
                initials = len(between) == len(said) == end - before == 1
                if not initials and _SENTENCE_END.search(between):
                    sentence += 1
            plain = said if said.isalnum() else _APOSTROPHES.sub("", said)
            mended = self._mend(plain) if len(plain) >= _MENDED_FROM else None
            before, end = start, match.end()
            words.append(
                Word(mended or plain, start, end, sentence, "," in between, mended is not None)
            )
        return words

    def find(self, words: list[Word]) -> list[Found]:
        """Every phrase at every place; the longest of each list, none that crosses a sentence."""
        found: list[Found] = []
        root = self._root
        for first, word in enumerate(words):
            if word.text not in root.children and word.text[0] not in root.prefixes:
                continue
            longest: dict[tuple[str, str], Found] = {}
            for each in self._from(words, first):
                longest[each.group, each.name] = each
            found.extend(longest.values())
        return found

    def _from(self, words: list[Word], first: int) -> Iterator[Found]:
        nodes = [self._root]
        sentence = words[first].sentence
        for place in range(first, len(words)):
            if words[place].sentence != sentence:
                return
            nodes = [after for node in nodes for after in _step(node, words[place].text)]
            if not nodes:
                return
            for node in nodes:
                for group, name, phrase in node.ends:
                    yield Found(group, name, phrase, first, place + 1)

    def _add(self, group: str, name: str, phrase: str, said: str) -> None:
        node = self._root
        for word in _spelt(said):
            if word.endswith("~"):
                beyond = node.prefixes.setdefault(word[0], {})
                word = word[:-1]
            else:
                beyond = node.children
                self._words.add(word)
            node = beyond.get(word) or beyond.setdefault(word, _Node())
        node.ends.append((group, name, phrase))

    def _mended(self, word: str) -> str | None:
        """The vocabulary's word that a misspelt one stands for. Real English words are left alone:
        shouting is not shooting."""
        if len(word) < _MENDED_FROM or word in self._words or word.isdigit() or _is_english(word):
            return None
        allowed = 1 if len(word) < 8 else 2
        best: tuple[int, str] | None = None
        for known in self._by_letter.get(word[0], ()):
            if abs(len(known) - len(word)) <= allowed:
                distance = OSA.distance(word, known, score_cutoff=allowed)
                if distance <= allowed and (best is None or distance < best[0]):
                    best = (distance, known)
        return best[1] if best else None


@lru_cache(maxsize=20_000)
def _spelt(phrase: str) -> tuple[str, ...]:
    """A phrase's words, `~` kept: most vocabularies share most phrases."""
    return tuple(re.findall(r"[a-z]+~?|\d+", _APOSTROPHES.sub("", phrase.lower())))


def _step(node: _Node, word: str) -> Iterator[_Node]:
    if after := node.children.get(word):
        yield after
    if node.prefixes:
        for prefix, beyond in node.prefixes.get(word[0], {}).items():
            if word.startswith(prefix):
                yield beyond


@lru_cache(maxsize=1)
def _english() -> frozenset[str]:
    return frozenset(SpellChecker(language="en").word_frequency.dictionary)


def _is_english(word: str) -> bool:
    return word in _english()
