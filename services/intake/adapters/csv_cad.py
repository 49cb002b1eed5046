"""From a dispatch center's CSV export to native reports, by a mapping that is data.

Pure: the caller opens the files. Places and people of an export are never mapped.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
)

from schemas.envelope import Slug
from services.intake.adapters.native import NativeReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_NEVER_EMPTY = frozenset({"incident_type", "occurred_at"})
"""An old incident without its time would look like a fresh one, and page people."""


class BadMapping(ValueError):
    """The mapping does not hold together, or does not fit the file; the text names the remedy."""


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone, such as America/Los_Angeles")
    return name


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _native_fields(fixed: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Each value must fit its field, found out once and not at every row."""
    report = NativeReport.model_validate({"incident_type": "any", **fixed})
    if report.unknown():
        raise ValueError("only fields of the native report can be fixed")
    return fixed


Columns = Annotated[
    tuple[str, ...], BeforeValidator(_one_or_more), Field(min_length=1, max_length=10)
]
"""A column's name, or several whose cells are joined by a space."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MappedColumns(_Part):
    """Which columns fill which field of the native report. There is no field for a place."""

    incident_type: Columns
    incident_number: Columns | None = None
    incident_code: Columns | None = None
    occurred_at: Columns | None = None
    status: Columns | None = None
    units: Columns | None = None
    narrative: Columns | None = None

    def by_field(self) -> dict[str, tuple[str, ...]]:
        """The fields that are mapped, with their columns."""
        named = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: columns for name, columns in named if columns}


class UnitRule(_Part):
    """How units are written."""

    split: Annotated[str, Field(min_length=1, max_length=5)] = " "
    """What stands between two units of one cell."""
    collect_over_rows: bool = False
    """True when an export has one row per unit: each report then names the units of all rows."""


class CsvMapping(_Part):
    """One export's shape."""

    source: Slug
    title: str = ""
    time_zone: Annotated[str, AfterValidator(_zone)]
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    columns: MappedColumns
    date_formats: tuple[str, ...] = ()
    """Tried in order (Python strptime codes); without any, times must be ISO 8601."""
    units: UnitRule = UnitRule()
    values: dict[Literal["incident_type", "incident_code", "status"], dict[str, str]] = {}
    """Words of the export and the native value that each means, by field."""
    fixed: Annotated[dict[str, JsonValue], AfterValidator(_native_fields)] = {}
    """Native fields that are the same for every row, such as `exercise: true`."""
    ignore: tuple[str, ...] = ()
    """Columns that are left out on purpose: places and whatever else is not needed."""


@dataclass(frozen=True, slots=True)
class MappedRow:
    """One row: a native report with its idempotency key, or the problem that keeps it out."""

    row: int
    """As a spreadsheet counts: the heading is row 1."""
    report: dict[str, Any] | None = None
    key: str | None = None
    """Set for a row without an incident number, so that the same file makes the same cases."""
    problem: str | None = None


class _PlainWords(yaml.SafeLoader):
    """Takes `no`, `yes`, `on`, `off` and `n` as words: exports have columns of these names."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the way PyYAML is told
        first: [each for each in kinds if first in "tTfF" or not each[0].endswith(":bool")]
        for first, kinds in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def parse_mapping(text: str, name: str) -> CsvMapping:
    """A mapping file's text as a mapping. Raises BadMapping, naming the field and the remedy."""
    try:
        told = yaml.load(text, _PlainWords)  # noqa: S506 - a SafeLoader, with fewer surprises
        if not isinstance(told, dict):
            raise BadMapping(f"{name}: a mapping file holds `source:`, `time_zone:`, `columns:`")
        return CsvMapping.model_validate(told)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise BadMapping(f"{name}:{where}: this is not YAML") from error
    except ValidationError as error:
        raise BadMapping(f"{name}: {problem_of(error)}") from error


def problem_of(error: ValidationError) -> str:
    """The first thing wrong, as `field: what`, without the value: it may be personal."""
    first = error.errors(include_input=False, include_url=False)[0]
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        what = "there is no such entry (docs/how-to/csv-cad.md lists them)"
    return f"{'.'.join(str(part) for part in first['loc'])}: {what}"


class CsvCad:
    """Reads one export with one mapping. Raises BadMapping when the file lacks a mapped column."""

    def __init__(self, lines: Iterable[str], mapping: CsvMapping) -> None:
        self._mapping = mapping
        self._zone = ZoneInfo(mapping.time_zone)
        self._reader = csv.reader(lines, delimiter=mapping.delimiter, strict=True)
        self._heading = _heading(self._reader)
        self._fields = mapping.columns.by_field()
        self._words = {str(field): words for field, words in mapping.values.items()}
        self._seen: Counter[str] = Counter()
        known = {column for columns in self._fields.values() for column in columns}
        if missing := sorted(known - set(self._heading)):
            raise BadMapping(
                f"the file has no column {missing[0]!r}: its columns are "
                f"{', '.join(self._heading)}; name them in the mapping as they are written there"
            )
        self.left_out = tuple(
            name for name in self._heading if name not in known and name not in mapping.ignore
        )
        """Columns that the mapping names nowhere: nothing of them is sent."""

    def rows(self) -> Iterator[MappedRow]:
        """Every row in the file's order; one that cannot be mapped carries its problem."""
        if self._mapping.units.collect_over_rows:
            yield from self._together()
            return
        for row, cells in self._cells():
            yield cells if isinstance(cells, MappedRow) else self._mapped(row, cells, None)

    def _together(self) -> Iterator[MappedRow]:
        """One incident in several rows: its units are known from the first report on."""
        kept = list(self._cells())
        units: dict[str, dict[str, None]] = {}
        for _row, cells in kept:
            if not isinstance(cells, MappedRow):
                seen = units.setdefault(self._text(cells, "incident_number"), {})
                seen.update(dict.fromkeys(self._units(cells)))
        for row, cells in kept:
            if isinstance(cells, MappedRow):
                yield cells
                continue
            number = self._text(cells, "incident_number")
            yield self._mapped(row, cells, tuple(units[number]) if number else None)

    def _cells(self) -> Iterator[tuple[int, dict[str, str] | MappedRow]]:
        width = len(self._heading)
        for row in itertools.count(2):
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield row, MappedRow(row, problem=f"this is not CSV: {error}")
                continue
            if len(cells) == width:
                yield row, dict(zip(self._heading, cells, strict=True))
            elif cells:
                problem = f"the row has {len(cells)} cells and the heading {width}"
                yield row, MappedRow(row, problem=problem)

    def _mapped(self, row: int, cells: dict[str, str], units: tuple[str, ...] | None) -> MappedRow:
        try:
            told = {**self._mapping.fixed, **self._native(cells)}
            if units is not None:
                told["units"] = list(units)
            told["source"] = self._mapping.source
            NativeReport.model_validate(told)
        except ValidationError as error:
            return MappedRow(row, problem=problem_of(error))
        except ValueError as error:
            return MappedRow(row, problem=str(error))
        return MappedRow(row, told, None if "incident_number" in told else self._key(told))

    def _native(self, cells: dict[str, str]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for field in self._fields:
            text = self._text(cells, field)
            if not text and field in _NEVER_EMPTY:
                raise ValueError(f"{field}: {self._named(field)} is empty")
            if not text:
                continue
            told[field] = self._words.get(field, {}).get(text, text)
        if "occurred_at" in told:
            told["occurred_at"] = self._time(told["occurred_at"]).isoformat()
        if "units" in told:
            told["units"] = self._units(cells)
        return told

    def _text(self, cells: Mapping[str, str], field: str) -> str:
        parts = (cells[column].strip() for column in self._fields.get(field, ()))
        return " ".join(part for part in parts if part)

    def _units(self, cells: Mapping[str, str]) -> list[str]:
        split = self._text(cells, "units").split(self._mapping.units.split)
        return list(dict.fromkeys(unit.strip() for unit in split if unit.strip()))

    def _time(self, text: str) -> datetime:
        """An aware time. A wall time that came twice (clocks set back) is taken as the first one;
        one that never came (clocks set forward) is read with the offset of before the change.
        """
        for form in self._mapping.date_formats or (None,):
            try:
                at = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 - the zone follows
            except ValueError:
                continue
            return at if at.tzinfo else at.replace(tzinfo=self._zone, fold=0)
        forms = ", ".join(self._mapping.date_formats) or "ISO 8601"
        raise ValueError(f"occurred_at: {self._named('occurred_at')} is not a time like {forms}")

    def _named(self, field: str) -> str:
        return "the column " + " + ".join(repr(column) for column in self._fields[field])

    def _key(self, told: Mapping[str, Any]) -> str:
        """The same row of the same export gives the same key; equal rows are counted apart.

        Made of time, type and units only: nothing that could be guessed back to a person.
        """
        parts = (told["source"], told.get("occurred_at", ""), told["incident_type"])
        what = "\x1f".join([*parts, *told.get("units", [])])
        self._seen[what] += 1
        digest = hashlib.sha256(f"{what}\x1f{self._seen[what]}".encode()).hexdigest()
        return f"csv-{digest[:40]}"


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
