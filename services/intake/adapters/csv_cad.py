"""From a dispatch center's export to native reports, by a mapping that is data.

Pure: the caller opens the files. Whoever is named in an export is never mapped.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from services.intake.adapters.mapping import EPOCH, ISO, CsvMapping, parse_mapping, problem_of
from services.intake.adapters.native import NativeReport
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
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["BadMapping", "CsvCad", "CsvMapping", "MappedRow", "parse_mapping", "problem_of"]

_NEVER_EMPTY = frozenset({"incident_type", "occurred_at"})
"""An old incident without its time would look like a fresh one, and page people."""
_TIMES = {"occurred_at": min, "told_at": max, "on_scene_at": min, "operations_ended_at": max}
"""Which one counts where a path leads to several times; the first arrival, the last clearance."""
_DEGREES = ("latitude", "longitude")


@dataclass(frozen=True, slots=True)
class MappedRow:
    """One row: a native report with its idempotency key, or the problem that keeps it out."""

    row: int
    """As a spreadsheet counts: the heading is row 1; of JSON, the line or the item."""
    report: dict[str, Any] | None = None
    key: str | None = None
    """Set for a row without an incident number, so that the same file makes the same cases."""
    problem: str | None = None


class CsvCad:
    """Reads one export with one mapping. Raises BadMapping when the file lacks a mapped column."""

    def __init__(self, lines: Iterable[str], mapping: CsvMapping) -> None:
        self._mapping = mapping
        self._zone = ZoneInfo(mapping.time_zone)
        self._fields = mapping.columns.by_field()
        self._words = {str(field): words for field, words in mapping.values.items()}
        self._patterns = {str(f): re.compile(text) for f, text in mapping.patterns.items()}
        self._seen: Counter[str] = Counter()
        known = {column for columns in self._fields.values() for column in columns}
        self.left_out: tuple[str, ...] = ()
        """Columns that the mapping names nowhere: nothing of them is sent. CSV only."""
        self._records: Iterable[Record]
        if mapping.records == "csv":
            rows = CsvRows(lines, mapping.delimiter)
            self._records, self.left_out = rows, _left_out(rows.heading, known, mapping)
            return
        self._paths = {column: path_of(column) for column in known}
        one_by_one = mapping.records == "jsonl"
        self._records = json_lines(lines) if one_by_one else tuple(json_items(lines))

    def rows(self) -> Iterator[MappedRow]:
        """Every row in the file's order; one that cannot be mapped carries its problem."""
        if self._mapping.units.collect_over_rows:
            yield from self._together()
            return
        for record in self._records:
            yield self._mapped(record, None)

    def _together(self) -> Iterator[MappedRow]:
        """One incident in several rows: its units are known from the first report on."""
        kept = list(self._records)
        units: dict[str, dict[str, None]] = {}
        for record in kept:
            if record.problem is None:
                seen = units.setdefault(self._text(record.values, "incident_number"), {})
                seen.update(dict.fromkeys(self._units(record.values)))
        for record in kept:
            number = "" if record.problem else self._text(record.values, "incident_number")
            yield self._mapped(record, tuple(units[number]) if number else None)

    def _mapped(self, record: Record, units: tuple[str, ...] | None) -> MappedRow:
        if record.problem is not None:
            return MappedRow(record.row, problem=record.problem)
        try:
            told = {**self._mapping.fixed, **self._native(record.values)}
            if units is not None:
                told["units"] = list(units)
            told["source"] = self._mapping.source
            NativeReport.model_validate(told)
        except ValidationError as error:
            return MappedRow(record.row, problem=problem_of(error))
        except ValueError as error:
            return MappedRow(record.row, problem=str(error))
        return MappedRow(record.row, told, None if "incident_number" in told else self._key(told))

    def _native(self, cells: Mapping[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for field in self._fields:
            text = self._meant(cells, field)
            if not text and field in _NEVER_EMPTY:
                raise ValueError(f"{field}: {self._named(field)} is empty")
            if text and field not in _TIMES and field not in _DEGREES:
                told[field] = text
        times = self._times(cells)
        told |= {field: at.isoformat() for field, at in times.items()}
        if place := self._place(cells):
            told["place"] = place
        if "units" in told:
            told["units"] = self._units(cells)
        return told

    def _meant(self, cells: Mapping[str, Any], field: str) -> str:
        """The field's text: the part that a pattern picks, in the words of the mapping."""
        text = self._text(cells, field)
        if text and (pattern := self._patterns.get(field)):
            found = pattern.search(text)
            text = (found[1] or "").strip() if found else ""
        return self._words.get(field, {}).get(text, text)

    def _texts(self, cells: Mapping[str, Any], column: str) -> tuple[str, ...]:
        if self._mapping.records == "csv":
            text = cells[column].strip()
            return (text,) if text else ()
        return texts_at(cells, self._paths[column])

    def _text(self, cells: Mapping[str, Any], field: str) -> str:
        """Everything that the field's columns hold, joined."""
        joined = self._mapping.units.split if field == "units" else " "
        found = (text for name in self._fields.get(field, ()) for text in self._texts(cells, name))
        return joined.join(found)

    def _units(self, cells: Mapping[str, Any]) -> list[str]:
        split = self._text(cells, "units").split(self._mapping.units.split)
        return list(dict.fromkeys(unit.strip() for unit in split if unit.strip()))

    def _place(self, cells: Mapping[str, Any]) -> dict[str, float] | None:
        """Degrees when both are there and not both zero, which is how systems write unknown."""
        texts = [self._meant(cells, field) for field in _DEGREES if field in self._fields]
        if not texts or not all(texts):
            return None
        place = {}
        for field, text in zip(_DEGREES, texts, strict=True):
            try:
                place[field] = float(text)
            except ValueError:
                raise ValueError(f"{field}: {self._named(field)} is not in degrees") from None
        return place if any(place.values()) else None

    def _times(self, cells: Mapping[str, Any]) -> dict[str, datetime]:
        times: dict[str, datetime] = {}
        for field, chosen in _TIMES.items():
            if found := [self._time(text, field) for text in self._time_texts(cells, field)]:
                times[field] = self._after_midnight(field, chosen(found), times.get("occurred_at"))
        return times

    def _time_texts(self, cells: Mapping[str, Any], field: str) -> tuple[str, ...]:
        """One column may lead to several times; several columns (date, time) make one."""
        columns = self._fields.get(field, ())
        if len(columns) == 1:
            return self._texts(cells, columns[0])
        whole = all(self._texts(cells, column) for column in columns)
        text = self._text(cells, field)
        return (text,) if text and (whole or field in _NEVER_EMPTY) else ()

    def _after_midnight(self, field: str, at: datetime, begun: datetime | None) -> datetime:
        """A time that borrows the date of the call, and would come before it, is of the next day."""
        borrowed = set(self._fields[field]) & set(self._fields.get("occurred_at", ()))
        if begun is None or not borrowed or at >= begun or field == "occurred_at":
            return at
        try:
            return at + timedelta(days=1)
        except OverflowError:
            return at

    def _time(self, text: str, field: str) -> datetime:
        """An aware time. A wall time that came twice (clocks set back) is taken as the first one;
        one that never came (clocks set forward) is read with the offset of before the change.
        """
        for form in self._mapping.date_formats or (None,):
            try:
                at = _read_time(text, form)
                at = at if at.tzinfo else at.replace(tzinfo=self._zone, fold=0)
                at.astimezone(UTC)
            except (ValueError, OverflowError, OSError):
                continue
            return at
        forms = ", ".join(self._mapping.date_formats) or "ISO 8601"
        raise ValueError(f"{field}: {self._named(field)} is not a time like {forms}")

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


def _left_out(heading: tuple[str, ...], known: set[str], mapping: CsvMapping) -> tuple[str, ...]:
    if missing := sorted(known - set(heading)):
        raise BadMapping(
            f"the file has no column {missing[0]!r}: its columns are "
            f"{', '.join(heading)}; name them in the mapping as they are written there"
        )
    return tuple(name for name in heading if name not in known and name not in mapping.ignore)


def _read_time(text: str, form: str | None) -> datetime:
    if form is None or form == ISO:
        return datetime.fromisoformat(text)
    if form in EPOCH:
        return datetime.fromtimestamp(float(text) / EPOCH[form], UTC)
    return datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
