"""XML from outside, read safely: no document type, no entities, no network, bounded in size.

Knows no format: adapters name the elements. No error carries a value of the document.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ErrorString

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from services.intake.adapters.document import BadDocument

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

MOST_BYTES = 4 * 1024 * 1024
"""The largest public alert feed at hand (163 entries) has a tenth of this."""
MOST_ELEMENTS = 100_000
MOST_DEEP = 64
"""CAP in EDXL in Atom is 12 deep, a NEMSIS record 10."""

_DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']"""
)
_KNOWN_ENCODINGS = frozenset(
    codecs.lookup(name).name
    for name in (
        "utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii",
        "iso-8859-1", "iso-8859-2", "iso-8859-15", "cp1250", "cp1252",
    )
)  # fmt: skip
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


def parse_xml(body: bytes) -> Element:
    """The root element of a document, in any of the usual encodings.

    Raises BadDocument, and nothing else, for what is not XML, carries a document type (entity
    bombs and external entities need one), or is larger or deeper than any alert or record is.
    """
    if len(body) > MOST_BYTES:
        raise BadDocument(
            "document",
            f"has more than {MOST_BYTES:,} bytes",
            "send each alert or record as a document of its own",
        )
    root = _parse(_decoded(body))
    _bounded(root)
    return root


def local_name(element: Element) -> str:
    """The element's name without its namespace: feeds disagree about namespaces."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """The element's namespace, empty when it has none."""
    return element.tag.rpartition("}")[0].removeprefix("{")


def children(element: Element, name: str | None = None) -> list[Element]:
    """The element's own children in order; with `name`, those of this local name."""
    return [child for child in element if name is None or local_name(child) == name]


def child(element: Element, *path: str) -> Element | None:
    """The first element at the end of a path of local names, or None."""
    found: Element | None = element
    for name in path:
        if found is None:
            return None
        found = next((each for each in found if local_name(each) == name), None)
    return found


def text_of(element: Element | None, *path: str) -> str:
    """The trimmed text of the element, or of the first one at a path of local names below it.

    Empty when there is no such element: whoever needs one says so with its own BadDocument.
    """
    found = element if element is None else child(element, *path)
    return (found.text or "").strip() if found is not None else ""


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Every element of this local name, the given one included, in document order."""
    return (each for each in element.iter() if local_name(each) == name)


def _decoded(body: bytes) -> str:
    """The document as text. The declared encoding is only believed when it is a usual one."""
    try:
        return body.decode(_encoding(body))
    except LookupError:
        raise BadDocument(
            "encoding", "is not one that is read here", "send the document as UTF-8"
        ) from None
    except UnicodeDecodeError:
        raise BadDocument(
            "document",
            "holds bytes that are not text in its encoding",
            "send it as UTF-8, or declare its true encoding",
        ) from None


def _encoding(body: bytes) -> str:
    marked = next((name for mark, name in _MARKS if body.startswith(mark)), None)
    if marked:
        return marked
    declared = _DECLARED.match(body[:300])
    name = codecs.lookup(declared[1].decode("ascii")).name if declared else "utf-8"
    if name not in _KNOWN_ENCODINGS:
        raise LookupError(name)
    return name


def _parse(text: str) -> Element:
    try:
        return fromstring(text.lstrip(), forbid_dtd=True)
    except DefusedXmlException:
        raise BadDocument(
            "DOCTYPE",
            "a document type or entity is not accepted, because it can reach outside the document",
            "send the document without it",
        ) from None
    except ParseError as error:
        line, column = error.position
        raise BadDocument(
            "document",
            f"this is not XML: {ErrorString(error.code) or 'syntax error'},"
            f" line {line}, column {column + 1}",
            "send one well-formed XML document",
        ) from None
    except (ValueError, LookupError):
        raise BadDocument(
            "document", "this is not XML", "send one well-formed XML document"
        ) from None


def _bounded(root: Element) -> None:
    """Refuses what is too deep or too wide, without recursion of its own."""
    level, deep, count = [root], 0, 0
    while level:
        deep, count = deep + 1, count + len(level)
        if deep > MOST_DEEP or count > MOST_ELEMENTS:
            what = f"is nested deeper than {MOST_DEEP}" if deep > MOST_DEEP else "has too many"
            raise BadDocument(
                "document",
                f"{what} elements",
                "send each alert or record as a document of its own",
            )
        level = [below for parent in level for below in parent]
