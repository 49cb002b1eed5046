"""Tells a foreign document (EIDO, CAP, NERIS, NEMSIS) from files of our own reports. Sends nothing."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from services.cli.stop import EXIT_INPUT, Stop

STDIN = "-"
FOREIGN = ("eido", "cap", "neris", "nemsis")
"""The formats that have an endpoint of their own; a test holds them to those of intake."""
_HEAD = 65_536
_LARGEST = 32_000_000
"""A larger file is no single document: it is read line by line."""


@dataclass(frozen=True, slots=True)
class Document:
    """One whole file in a format that has an endpoint of its own."""

    name: str
    form: str
    body: bytes


def named_format(name: str | None) -> str | None:
    """The format of a document that `--format` names; None for the name of a CSV mapping."""
    return name if name in FOREIGN else None


def foreign(name: str, form: str | None = None) -> Document | None:
    """The file as a document of another format: the one named, or the one that it shows.

    None for what holds reports of ours: JSON, JSON lines, CSV. Raises Stop 2 for a file that
    cannot be read.
    """
    try:
        if form is not None:
            return Document(name, form, _whole(name))
        if name == STDIN or not _may_be_foreign(name):
            return None
        body = _whole(name)
    except OSError as error:
        raise Stop(f"{name} cannot be read: {error.strerror}", EXIT_INPUT) from error
    if _is_native(body):
        return None
    from services.intake.adapters.formats import sniff  # only what may be foreign pays for it

    shown = sniff(body)
    if shown is None:
        raise Stop(f"{name}: this XML is neither CAP nor NEMSIS", EXIT_INPUT)
    return Document(name, shown.value, body) if shown in FOREIGN else None


def _is_native(body: bytes) -> bool:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return False
    first = told[0] if isinstance(told, list) and told else told
    return isinstance(first, dict) and "incident_type" in first


def _may_be_foreign(name: str) -> bool:
    """By its beginning only, so that a large file of lines is not read twice."""
    path = Path(name)
    with path.open("rb") as file:
        head = file.read(_HEAD)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\x00<")):
        return True
    if not start.startswith((b"{", b"[")) or path.stat().st_size > _LARGEST:
        return False
    first, _, rest = start.partition(b"\n")
    return not (rest.strip() and _is_object(first))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _whole(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes()
