"""A sample of an export as columns with their values, whatever shape the file has.

Pure: the caller opens the file. Shows no value to anybody.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from services.intake.adapters.records import (
    BadMapping,
    CsvRows,
    Record,
    json_items,
    json_lines,
    path_of,
    texts_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_RECORDS = 5000
"""As many as tell a format; the rest of a year's export tells nothing new."""
_DEEPEST = 4
_DELIMITERS = ",;\t|"
_A_VALUE = re.compile(r"[\d\s/:.,+-]*\d[\d\s/:.,+-]*(?:[ap]m)?", re.IGNORECASE)
_AN_ID = re.compile(r"[0-9A-Fa-f-]{16,}|\d+")
"""Keys that name one thing of one record: nothing of another record has them."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, or the path of a value in JSON, with its texts in the file's order."""

    name: str
    cells: tuple[tuple[str, ...], ...]
    """For each record what it holds there: nothing, one text, or in a list of JSON several."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text there is."""
        return tuple(text for cell in self.cells for text in cell)

    @property
    def filled(self) -> float:
        """The share of records that hold something."""
        return sum(1 for cell in self.cells if cell) / len(self.cells) if self.cells else 0.0

    @property
    def words(self) -> str:
        """The name as lower-case words: `RespondToAddress` is `respond to address`."""
        apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", self.name)
        return " ".join(re.split(r"[^0-9a-z]+", apart.lower())).strip()

    @property
    def depth(self) -> int:
        """How far down in JSON it is; 0 for a cell of CSV."""
        return self.name.count(".") + self.name.count("[]")


@dataclass(frozen=True, slots=True)
class Sample:
    """What a file shows of itself."""

    records: Literal["csv", "jsonl", "json"]
    delimiter: str
    columns: tuple[Column, ...]
    unreadable: int
    """Records that could not be read."""


def sample_of(text: str) -> Sample:
    """The first records of an export as columns. Raises BadMapping when there are none."""
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in {"{", "["}:
        kind: Literal["jsonl", "json"] = "json" if _is_json(text) else "jsonl"
        found = json_items([text]) if kind == "json" else json_lines(text.split("\n"))
        good, bad = _first(found)
        names = dict.fromkeys(name for each in good for name in _paths(each.values, "", 0))
        paths = {name: path_of(name) for name in names}
        columns = [
            Column(name, tuple(texts_at(each.values, path) for each in good))
            for name, path in paths.items()
        ]
        return Sample(kind, ",", _some(columns), bad)
    delimiter = _delimiter(text)
    rows = CsvRows(text.splitlines(keepends=True), delimiter)
    _check_heading(rows.heading)
    good, bad = _first(iter(rows))
    columns = [
        Column(name, tuple(_cell(each.values[name]) for each in good)) for name in rows.heading
    ]
    return Sample("csv", delimiter, _some(columns), bad)


def _check_heading(heading: tuple[str, ...]) -> None:
    if heading[0].lower().startswith("sep="):
        raise BadMapping("its first line only says what stands between cells: delete that line")
    if any(_A_VALUE.fullmatch(name) for name in heading):
        raise BadMapping("its first line holds values: put a line with the columns' names above it")
    if len(heading) == 1:
        raise BadMapping("it has one column: a comma, semicolon, tab or | must stand between cells")


def _some(columns: list[Column]) -> tuple[Column, ...]:
    if not any(column.cells for column in columns):
        raise BadMapping("the file holds no record that can be read")
    return tuple(columns)


def _first(records: Iterator[Record]) -> tuple[list[Record], int]:
    some = list(itertools.islice(records, _MOST_RECORDS))
    good = [each for each in some if each.problem is None]
    return good, len(some) - len(good)


def _cell(text: str) -> tuple[str, ...]:
    return (text.strip(),) if text.strip() else ()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _delimiter(text: str) -> str:
    heading = text.lstrip("\r\n").split("\n", 1)[0]
    return max(_DELIMITERS, key=heading.count)


def _paths(item: object, path: str, depth: int) -> Iterator[str]:
    """Every path to a plain value; a key that a path cannot name is passed over."""
    if isinstance(item, list) and path and depth < _DEEPEST:
        for each in item:
            yield from _paths(each, path if path.endswith("[]") else f"{path}[]", depth + 1)
    elif isinstance(item, dict) and depth < _DEEPEST:
        for key, value in item.items():
            if key and not set(key) & set(".[]") and not _AN_ID.fullmatch(key):
                yield from _paths(value, f"{path}.{key}" if path else key, depth + 1)
    elif path and not isinstance(item, (dict, list)):
        yield path
