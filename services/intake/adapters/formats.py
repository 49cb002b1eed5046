"""Which formats there are, which one a document is in, and who reads it. Does no IO.

Recognizing goes by the document's own content, never by a file name or a content type.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from pydantic_core import from_json

from services.intake.adapters import cap, eido, native, nemsis, neris
from services.intake.adapters.document import BadDocument
from services.intake.commands import Told

Reader = Callable[[bytes, str], tuple[Told, ...]]
"""From a document's bytes and a feed's name to reports. Raises BadDocument and nothing else."""


class Format(StrEnum):
    """The formats of one document."""

    NATIVE = "native"
    EIDO = "eido"
    CAP = "cap"
    NERIS = "neris"
    NEMSIS = "nemsis"


READERS: dict[Format, Reader] = {
    Format.NATIVE: native.read,
    Format.EIDO: eido.read,
    Format.CAP: cap.read,
    Format.NERIS: neris.read,
    Format.NEMSIS: nemsis.read,
}
_EIDO = frozenset({"eidoVersion", "eidoMessageIdentifier", "issuingElementIdentification"})
_EIDO_MESSAGES = frozenset({"event", "subscribe", "terminate", "unsubscribe"})
_NERIS = frozenset(
    {"incident_types", "dispatch", "unit_responses", "call_create", "call_arrival", "incidents"}
)
_CAP_ROOTS = frozenset({"alert", "feed", "entry", "rss", "RDF", "item", "EDXLDistribution"})
_NEMSIS_ROOTS = frozenset({"EMSDataSet", "DEMDataSet", "Header", "PatientCareReport"})
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)[\s>/]")
_PROLOG = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>", re.DOTALL)
_HEAD = 16_384


def read(body: bytes, source: str, form: Format | None = None) -> tuple[Told, ...]:
    """The reports of a document in the format named, or in the one that it shows.

    Raises BadDocument for a format that is not recognized and for what its reader refuses.
    """
    found = form or sniff(body)
    if found is None or found not in READERS:
        remedy = f"name one of {', '.join(READERS)}, or send our own JSON"
        raise BadDocument("", "this is no format that Tailboard reads", remedy)
    return READERS[found](body, source)


def sniff(body: bytes) -> Format | None:
    """The format that a document's content shows; None when it shows none."""
    start = body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return _json_format(body)
    if start.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<")):
        return _xml_format(body[:_HEAD])
    return None


def _json_format(body: bytes) -> Format:
    try:
        told = from_json(body.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return Format.NATIVE  # whose reader says where it is damaged
    if isinstance(told, list):
        told = told[0] if told else None
    keys = set(told) if isinstance(told, dict) else set()
    if keys & _EIDO or any(key.endswith("Component") for key in keys):
        return Format.EIDO
    if "incident_type" in keys:
        return Format.NATIVE
    if {key.removesuffix("Response") for key in keys} & _EIDO_MESSAGES:
        return Format.EIDO
    return Format.NERIS if keys & _NERIS else Format.NATIVE


def _xml_format(head: bytes) -> Format | None:
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = head.decode("utf-16" if wide else "latin-1", errors="ignore")
    root = _ROOT.search(_PROLOG.sub("", text))
    name = root[1] if root else ""
    if name in _NEMSIS_ROOTS or "nemsis.org" in text:
        return Format.NEMSIS
    return Format.CAP if name in _CAP_ROOTS else None
