"""Reads the records of an export: rows of CSV, JSON lines, or JSON; and finds values in one by path.

Pure: knows nothing of what a value means, and opens no file.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_STEP = re.compile(r"(?P<name>[^\[\]]+)(?P<list>\[(?:(?P<key>[^\[\]=]+)=(?P<value>[^\[\]]*))?\])?")


class BadMapping(ValueError):
    """The mapping does not hold together, or does not fit the file; the text names the remedy."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record where it stood, or the problem that keeps it from being read."""

    row: int
    """CSV as a spreadsheet counts (the heading is row 1); lines and items from 1."""
    values: Mapping[str, Any]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a key, and whether it leads through a list, or its chosen items."""

    name: str
    many: bool = False
    key: str = ""
    value: str = ""


def path_of(text: str) -> tuple[Step, ...]:
    """`a.b[].c` or `a[key=value].c` as steps. Raises ValueError for what is neither."""
    steps = []
    for part in _parts(text):
        found = _STEP.fullmatch(part)
        if found is None:
            raise ValueError(f"{text!r} is not a path such as `a.b`, `a[].b` or `a[key=value].b`")
        key, value = found["key"] or "", found["value"] or ""
        steps.append(Step(found["name"], found["list"] is not None, key, value))
    return tuple(steps)


def _parts(text: str) -> list[str]:
    """The path at its dots; one inside brackets belongs to a value."""
    return re.split(r"\.(?![^\[]*\])", text)


def texts_at(record: object, path: tuple[Step, ...]) -> tuple[str, ...]:
    """Every plain value that the path leads to, as text without space around it, in order."""
    found = [record]
    for step in path:
        found = [each for item in found for each in _next(item, step)]
    texts = (_text(each) for each in found)
    return tuple(text for text in texts if text)


def _next(item: object, step: Step) -> Iterator[object]:
    if not isinstance(item, dict) or step.name not in item:
        return
    under = item[step.name]
    if not step.many:
        yield under
    elif isinstance(under, list):
        for each in under:
            if not step.key or (isinstance(each, dict) and _text(each.get(step.key)) == step.value):
                yield each


def _text(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value.strip()
        case int() | float():
            return str(value)
        case _:
            return ""


class CsvRows:
    """The rows of a CSV file. Raises BadMapping when its first line names no columns."""

    def __init__(self, lines: Iterable[str], delimiter: str) -> None:
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        self.heading = _heading(self._reader)

    def __iter__(self) -> Iterator[Record]:
        width = len(self.heading)
        for row in itertools.count(2):
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Record(row, {}, f"this is not CSV: {error}")
                continue
            if len(cells) == width:
                yield Record(row, dict(zip(self.heading, cells, strict=True)))
            elif cells:
                yield Record(row, {}, f"the row has {len(cells)} cells and the heading {width}")


def _heading(reader: Iterator[list[str]]) -> tuple[str, ...]:
    try:
        heading = tuple(name.strip().removeprefix("\ufeff") for name in next(reader, ()))
    except csv.Error as error:
        raise BadMapping(f"the file's first line is not CSV: {error}") from error
    if not any(heading):
        raise BadMapping("the file is empty: its first line must name the columns")
    if twice := [name for name, count in Counter(heading).items() if count > 1]:
        raise BadMapping(f"the column {twice[0]!r} is named twice in the first line")
    return heading


def json_lines(lines: Iterable[str]) -> Iterator[Record]:
    """One record per line; a line that is not one JSON object carries its problem."""
    for number, line in enumerate(lines, start=1):
        text = line.strip().removeprefix("\ufeff")
        if not text:
            continue
        try:
            parsed = _parsed(text)
        except ValueError as error:
            yield Record(number, {}, str(error))
            continue
        yield _record(number, parsed)


def json_items(lines: Iterable[str]) -> Iterator[Record]:
    """The items of a JSON array, or one object. Raises BadMapping when the file is not JSON."""
    try:
        parsed = _parsed("".join(lines).removeprefix("\ufeff"))
    except ValueError as error:
        remedy = "for a file with one object per line, say `records: jsonl`"
        raise BadMapping(f"{error}; {remedy}") from error
    for number, item in enumerate(parsed if isinstance(parsed, list) else [parsed], start=1):
        yield _record(number, item)


def _record(number: int, item: object) -> Record:
    if isinstance(item, dict):
        return Record(number, item)
    return Record(number, {}, "a record is a JSON object")


def _parsed(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"this is not JSON at {where}: {error.msg}") from error
    except RecursionError as error:
        raise ValueError("this is not JSON: it is nested too deeply") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"this is not JSON: {name}")
