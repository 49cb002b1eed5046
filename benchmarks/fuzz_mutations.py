"""Documents as accidents and malice leave them: trees with parts moved, text with pieces torn out.

Everything comes from one seeded generator: the same seed makes the same inputs. Knows no adapter.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring, tostring

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random
    from xml.etree.ElementTree import Element

_TOKEN = re.compile(rb"<!\[CDATA\[|\]\]>|<[^<>]{0,2000}>|[^<]+|<")
_CELL = re.compile(rb'"(?:[^"]|"")*"|[^",\r\n]+|\r?\n|.', re.DOTALL)
_WORD = re.compile(rb"[A-Za-z0-9_.:-]+")
_TEXTS = (
    "", " ", "0", "-1", "1e400", "NaN", "null", "true", "9" * 400, "x" * 5000, "\x00", "\u2028",
    "\ud800", "\U0001f692", "\u0663", "<b", "<!--", "]]>", "&#xd800;", "&bomb;", "%s{0}", "../..",
    "2026-03-01T21:00:00-05:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-02-30T00:00:00Z", "1772416830", "1772416830000", "07/2008", "10-14", "40.1,-75.3",
    "nan,inf", "7701003", "3018003", "$ref:x", "urn:emergency:uid:incidentid:1:x", "Test", "\u202e",
)  # fmt: skip
_BYTES = (
    b"", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", b"<", b">",
    b"&", b"&lt;", b'"', b"'", b"\\", b"\\ud800", b"{", b"}", b"[", b"]", b",", b":", b"\r", b"\n",
    b"<!DOCTYPE x>", b'<!DOCTYPE x [<!ENTITY e "e">]>', b"<?xml version='1.0' encoding='utf-7'?>",
    b"<!--", b"[" * 5000, b"-->", b"<![CDATA[", b"]]>", b"1e999", b"-0", b"NaN", b"Infinity", b"\xf0\x9f\x9a\x92",
)  # fmt: skip


class Mutator:
    """Makes inputs of one adapter from its seeds."""

    def __init__(self, seeds: Sequence[bytes], weights: Sequence[float], random: Random) -> None:
        self._seeds = list(seeds)
        self._weights = [
            weight / (500 + len(seed)) for seed, weight in zip(seeds, weights, strict=True)
        ]
        self._trees = [tree for seed in self._seeds if (tree := _tree(seed)) is not None]
        self._elements = [each for seed in self._seeds if (each := _element(seed)) is not None]
        self._random = random

    def input(self) -> bytes:
        """The next input: mostly a seed with its structure mutated, at times torn or random bytes."""
        (seed,) = self._random.choices(self._seeds, self._weights)
        odds = self._random.random()
        if odds < 0.02:
            return self._random.randbytes(self._random.randrange(200))
        if odds < 0.12:
            return self._torn(seed)
        told = self._shaped(seed)
        return self._torn(told) if odds > 0.97 else told

    def _shaped(self, seed: bytes) -> bytes:
        tree = _tree(seed)
        if tree is not None:
            return self._json(tree)
        element = _element(seed) if self._random.random() < 0.8 else None
        if element is not None:
            return self._xml(element)
        tokens = _TOKEN.findall(seed) if seed.lstrip()[:1] == b"<" else _CELL.findall(seed)
        return self._tokens(tokens) if tokens else self._torn(seed)

    def _json(self, tree: Any) -> bytes:
        whole = [tree]
        for _ in range(self._random.choice((1, 1, 1, 2, 3, 6))):
            self._graft(*self._somewhere(whole))
        told = json.dumps(whole[0], ensure_ascii=self._random.random() < 0.95)
        return told.encode(errors="surrogatepass")

    def _xml(self, root: Element) -> bytes:
        for _ in range(self._random.choice((1, 1, 1, 2, 3, 6))):
            elements = list(root.iter())
            self._reshape(self._random.choice(elements), self._random.choice(elements))
        return tostring(root, encoding="unicode").encode(errors="surrogatepass")

    def _reshape(self, element: Element, other: Element) -> None:
        """One change at one element; what comes in is of this document or of another seed."""
        kind = self._random.randrange(10)
        if kind < 4:
            element.text = self._random.choice((*_TEXTS, other.text))
        elif kind == 4:
            element.tag = other.tag
        elif kind == 5:
            element.set(self._random.choice((*other.attrib, "PN", "NV")), self._plain())
        elif kind == 6 and len(element):
            del element[self._random.randrange(len(element))]
        elif kind == 7 and len(element):
            element.extend([self._random.choice(list(element))] * self._random.choice((1, 3, 60)))
        elif kind == 8:
            element.append(deepcopy(self._random.choice(list(self._foreign_element().iter()))))
        else:
            element.attrib.clear()
            element.text = self._plain()

    def _foreign_element(self) -> Element:
        return self._random.choice(self._elements)

    def _plain(self) -> str:
        return self._random.choice(_TEXTS)

    def _somewhere(self, whole: list[Any]) -> tuple[Any, Any]:
        """A container and a key or place in it, at any depth below the root."""
        holder: Any = whole
        key: Any = 0
        stop = 0.03
        while True:
            below = holder[key]
            if not isinstance(below, dict | list) or not below or self._random.random() < stop:
                return holder, key
            keys = list(below) if isinstance(below, dict) else range(len(below))
            holder, key, stop = below, self._random.choice(keys), 0.15

    def _graft(self, holder: Any, key: Any) -> None:
        """One change at one place; at the root only those that leave something there."""
        kind = self._random.randrange(8)
        if kind == 0:
            holder[key] = self._scalar()
        elif kind == 1:
            holder[key] = self._foreign()
        elif kind == 2:
            holder[key] = [holder[key]] * self._random.choice((0, 1, 2, 40))
        elif kind == 3:
            holder[key] = {self._name(): holder[key]}
        elif kind == 4:
            holder[key] = _deep(holder[key], self._random.choice((2, 10, 100)))
        elif isinstance(holder, dict):
            value = holder.pop(key)
            if kind < 7:
                holder[self._name()] = value
        else:
            holder[key] = self._scalar()

    def _name(self) -> str:
        """A key that some seed has, so that a value lands where another belongs."""
        holder, key = self._somewhere([self._random.choice(self._trees)])
        return key if isinstance(key, str) and isinstance(holder, dict) else "unheard_of"

    def _foreign(self) -> Any:
        holder, key = self._somewhere([self._random.choice(self._trees)])
        return json.loads(json.dumps(holder[key]))

    def _scalar(self) -> Any:
        kind = self._random.randrange(10)
        if kind < 5:
            return self._random.choice(_TEXTS)
        if kind == 5:
            return self._random.choice((0, -1, 1, 2**31, 2**63, 10**18, -(10**40), 10**400))
        if kind == 6:
            return self._random.uniform(-200, 200) * 10.0 ** self._random.randrange(-5, 300)
        return self._random.choice((None, True, False, [], {}, [[]], {"": None}))

    def _tokens(self, tokens: list[bytes]) -> bytes:
        """Tags and text, or cells and their separators: moved, doubled, dropped and rewritten."""
        for _ in range(self._random.choice((1, 1, 2, 3, 6))):
            at = self._random.randrange(len(tokens))
            to = min(len(tokens), at + self._random.choice((1, 1, 1, 2, 8)))
            tokens[at:to] = self._rewritten(tokens, at, to)
            if not tokens:
                return b""
        return b"".join(tokens)

    def _rewritten(self, tokens: list[bytes], at: int, to: int) -> list[bytes]:
        kind = self._random.randrange(7)
        piece = tokens[at:to]
        if kind == 0:
            return []
        if kind == 1:
            return piece * self._random.choice((2, 3, 50))
        if kind == 2:
            return [self._random.choice(tokens)]
        if kind == 3:
            return [*piece, *tokens[self._random.randrange(len(tokens)) :][:4]]
        if kind == 4 and piece[0].startswith(b"<"):
            return [self._renamed(piece[0], self._random.choice(tokens)), *piece[1:]]
        return [self._text(), *piece[1:]]

    def _renamed(self, tag: bytes, other: bytes) -> bytes:
        """A word of the tag (a name, an attribute, its value) as a word of another token."""
        mine, others = list(_WORD.finditer(tag)), _WORD.findall(other)
        if not mine or not others:
            return other
        word = self._random.choice(mine)
        return b"".join((tag[: word.start()], self._random.choice(others), tag[word.end() :]))

    def _text(self) -> bytes:
        if self._random.random() < 0.3:
            return self._random.choice(_BYTES)
        return self._random.choice(_TEXTS).encode(errors="surrogatepass")

    def _torn(self, seed: bytes) -> bytes:
        body = bytearray(seed)
        for _ in range(self._random.choice((1, 1, 2, 5, 20))):
            at = self._random.randrange(len(body) + 1)
            to = min(len(body), at + self._random.choice((0, 1, 1, 4, 40, 400)))
            body[at:to] = self._piece(body, at, to)
        return bytes(body)

    def _piece(self, body: bytearray, at: int, to: int) -> bytes:
        makers: tuple[Callable[[], bytes], ...] = (
            lambda: b"",
            lambda: self._random.choice(_BYTES),
            lambda: self._random.randbytes(max(1, to - at)),
            lambda: bytes(body[at:to]) * 2,
            lambda: self._random.choice(self._seeds)[at : at + 60],
        )
        return self._random.choice(makers)()


def _tree(seed: bytes) -> Any:
    """The document as a tree, when it is JSON with something in it."""
    if seed.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(seed) or None
    except ValueError:
        return None


def _element(seed: bytes) -> Element | None:
    """The document as an element, when it is XML that can be parsed."""
    if seed.lstrip()[:1] != b"<":
        return None
    try:
        return fromstring(seed)
    except (ParseError, DefusedXmlException, ValueError):
        return None


def _deep(value: Any, levels: int) -> Any:
    for level in range(levels):
        value = [value] if level % 2 else {"": value}
    return value
