"""What feeds write, as plain text: markup off, control characters out, cut to length.

Knows no format, and never loses words: what merely looks like markup stays (`BP <LOW>`).
"""

from __future__ import annotations

import hashlib
import html
import re

MOST_TEXT = 100_000
"""Characters of narrative that are screened, as for the native format."""
MOST_NUMBER = 80
"""Characters that an incident number may have where it is recorded (schemas.intake)."""

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,30})(?:[\s/][^<>]{0,4000})?/?>")
_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_CELL = frozenset({"td", "th", "img", "input", "option"})
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "button",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "data",
        "del",
        "details",
        "dfn",
        "em",
        "font",
        "i",
        "iframe",
        "ins",
        "kbd",
        "label",
        "legend",
        "link",
        "mark",
        "meta",
        "noscript",
        "q",
        "s",
        "samp",
        "select",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "textarea",
        "time",
        "title",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
_SILENT = frozenset({"script", "style"})
_SPACES = re.compile(r"[ \t\f\v\xa0]+")
_LINES = re.compile(r" ?\n[ \n]*")


def plain(text: str) -> str:
    """Text without HTML, in the lines that a reader would see; entities become characters.

    Runs in time proportional to its length, whatever it is given. Only element names of HTML
    (and names with a colon or hyphen) count as markup.
    """
    text = whole(text)[: 2 * MOST_TEXT]
    if "<" in text:
        text = _without_tags(_without_comments(text))
    text = html.unescape(text) if "&" in text else text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", " ")
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()[:MOST_TEXT]


def line(text: str, most: int) -> str:
    """Text as one line of at most `most` characters, without control characters."""
    text = whole(text)[: 4 * most]
    printed = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(printed.split())[:most].rstrip()


def whole(text: str) -> str:
    """The text with halves of characters replaced by `?`: JSON can carry them, UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def number_of(identity: str) -> str:
    """A stable incident number: the identity itself, or a digest when it is too long to record."""
    identity = " ".join(whole(identity).split())
    if len(identity) <= MOST_NUMBER and identity.isprintable():
        return identity
    return f"sha256:{hashlib.sha256(identity.encode()).hexdigest()}"


def _without_comments(text: str) -> str:
    first, *rest = text.split("<!--")
    kept = [first]
    for piece in rest:
        _inside, closed, after = piece.partition("-->")
        kept.append(after if closed else f"<!--{piece}")
    return "".join(kept)


def _without_tags(text: str) -> str:
    kept: list[str] = []
    silent, since, at = "", 0, 0
    for tag in _TAG.finditer(text):
        closing, name = tag[1], tag[2].lower()
        if silent:
            if closing and name == silent:
                silent, at = "", tag.end()
            continue
        if (instead := _instead(name)) is None:
            continue
        kept += [text[at : tag.start()], instead]
        at = tag.end()
        if name in _SILENT and not closing:
            silent, since = name, at
    kept.append(text[since if silent else at :])
    return "".join(kept)


def _instead(name: str) -> str | None:
    """What stands in the place of a tag; None when it is no tag but text in angle brackets."""
    if name in _BLOCK or name in _SILENT:
        return "\n"
    if name in _CELL:
        return " "
    return "" if name in _INLINE or ":" in name or "-" in name else None
