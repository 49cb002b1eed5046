"""The free text of an EIDO: notes (HTML), call comments and dispositions, as one plain narrative.

It is read for screening only and never leaves memory.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from services.intake.adapters.document import BadDocument
from services.intake.adapters.eido_parts import Object, objects
from services.intake.adapters.plain_text import MOST_TEXT, plain, whole
from services.intake.adapters.safe_xml import descendants, parse_xml, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOTE = ("notesActionComments", "noteText")
"""The standard's field, and one seen in other people's templates."""
_COMMENT = "EmergencyCallData.Comment"
"""RFC 7852, section 4.5; its other blocks describe subscribers and devices, and are not read."""


def narrative(eido: Object, dispositions: list[Object]) -> str:
    """Every note, comment and disposition text, one per line, repeats left out."""
    told = chain(_notes(eido), _comments(eido), _texts(dispositions, "dispositionDescriptionText"))
    return "\n".join(dict.fromkeys(text for text in told if text))[:MOST_TEXT]


def _notes(eido: Object) -> Iterator[str]:
    return _texts(objects(eido.get("notesComponent")), *_NOTE)


def _texts(parts: list[Object], *keys: str) -> Iterator[str]:
    for part in parts:
        for key in keys:
            if isinstance(text := part.get(key), str):
                yield plain(text)


def _comments(eido: Object) -> Iterator[str]:
    for part in objects(eido.get("additionalDataComponent")):
        value = part.get("additionalDataByValue")
        if not isinstance(value, str) or _COMMENT not in value:
            continue
        try:
            root = parse_xml(whole(value).encode())
        except BadDocument:
            continue
        for block in descendants(root, _COMMENT):
            yield from (plain(text_of(each)) for each in descendants(block, "Comment"))
