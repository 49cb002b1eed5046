"""Reads reports from files and stdin: our JSON and JSON lines, CAD exports, foreign documents."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from services.cli.documents import STDIN, foreign
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from services.intake.adapters.csv_cad import CsvMapping

_LINES = frozenset({".ndjson", ".jsonl"})
_PLACES = {"csv": "row", "jsonl": "line", "json": "item"}
"""What a record of an export is called in problems."""
_WINDOWS = "cp1252"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""How a file in UTF-16 begins, which a spreadsheet calls Unicode text."""
_ERRORS = {"utf-8-sig": "strict", _WINDOWS: "replace"}
"""Windows-1252 leaves five bytes undefined."""


@dataclass(frozen=True, slots=True)
class Told:
    """One report as it was read, or the problem that keeps it from being one."""

    place: str
    """Where it stood, such as `calls.csv row 12`."""
    report: dict[str, Any] | None = None
    key: str | None = None
    problem: str | None = None
    form: str = "native"
    """Of another format, `report` holds the whole document: `{"document": base64}`."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of one command, with the mapping that they are read with, if they are CSV."""

    names: tuple[str, ...]
    mapping: CsvMapping | None
    warn: Callable[[str], None]
    form: str | None = None
    """The format of every file, when it was named and is not ours."""

    def count(self) -> int | None:
        """How many reports there are, for a progress bar; None when only reading on can tell."""
        if STDIN in self.names:
            return None
        return sum(1 for name in self.names for _ in self._read(name, quiet=True))

    def read(self) -> Iterator[Told]:
        """Every report in order. Raises Stop for a file that cannot be read at all."""
        for name in self.names:
            yield from self._read(name, quiet=False)

    def check(self) -> None:
        """Raises Stop when a file is missing or a JSON file is damaged: before anything is sent."""
        for name in self.names:
            if name == STDIN:
                continue
            if self._mapping(name) is None and Path(name).suffix not in _LINES:
                for _ in self._read(name, quiet=True):
                    pass
            else:
                with _opened(name):
                    pass

    def _read(self, name: str, *, quiet: bool) -> Iterator[Told]:
        shown = "stdin" if name == STDIN else name
        if self.mapping is None and (document := foreign(name, self.form)):
            packed = base64.b64encode(document.body).decode()
            yield Told(shown, {"document": packed}, form=document.form)
            return
        mapping = self._mapping(name, None if quiet else self.warn)
        with _opened(name, mapping, None if quiet else self.warn) as lines:
            try:
                if mapping:
                    yield from self._export(shown, lines, mapping, quiet=quiet)
                elif Path(name).suffix in _LINES:
                    yield from _json_lines(shown, enumerate(lines, start=1))
                else:
                    yield from _json_or_lines(shown, lines)
            except UnicodeDecodeError as error:
                _stop(shown, f"byte {error.start + 1} is not UTF-8: save the file as UTF-8")

    def _mapping(self, name: str, say: Callable[[str], None] | None = None) -> CsvMapping | None:
        """The mapping asked for; for CSV without one, that which its heading shows."""
        if self.mapping is not None or Path(name).suffix.lower() != ".csv":
            return self.mapping
        found = fitting_mapping(name)
        if found and say:
            say(f"{name}: its heading is that of `--format {found[0]}`, which is taken")
        return found[1] if found else None

    def _export(
        self, name: str, lines: Iterable[str], mapping: CsvMapping, *, quiet: bool
    ) -> Iterator[Told]:
        from services.intake.adapters.csv_cad import BadMapping, CsvCad  # only CSV pays for it

        try:
            export = CsvCad(lines, mapping)
        except BadMapping as error:
            _stop(name, str(error), error)
        if export.left_out and not quiet:
            left_out = ", ".join(export.left_out)
            self.warn(f"{name}: columns that the mapping does not name were left out: {left_out}")
        for row in export.rows():
            place = f"{name} {_PLACES[mapping.records]} {row.row}"
            yield Told(place, row.report, row.key, row.problem)


def csv_mapping(shipped: str | None, file: Path | None) -> CsvMapping | None:
    """The mapping that was asked for: one that ships by its name, or a file. Raises Stop 2."""
    if shipped is None and file is None:
        return None
    if shipped is not None and file is not None:
        raise Stop("use --format or --mapping, not both", EXIT_INPUT)
    from services.intake.adapters.csv_cad import BadMapping, parse_mapping  # only CSV pays for it

    try:
        name, text = _mapping_text(shipped, file)
        return parse_mapping(text, name)
    except BadMapping as error:
        raise Stop(str(error), EXIT_INPUT) from error


def shipped_mappings() -> tuple[str, ...]:
    """The names that `--format` knows."""
    folder = files("services.intake.adapters") / "mappings"
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml")))


def fitting_mapping(name: str) -> tuple[str, CsvMapping] | None:
    """The one shipped mapping whose columns are exactly those of the file; None without one.

    Exactly, because a wrong guess would read times in another city's zone.
    """
    from services.intake.adapters.csv_cad import parse_mapping  # only CSV pays for it
    from services.intake.adapters.fitting import fits

    with _opened(name) as lines:
        try:
            first = next(iter(lines), "")
        except UnicodeDecodeError:
            return None
    each = (
        (form, parse_mapping(_mapping_text(form, None)[1], form)) for form in shipped_mappings()
    )
    found = [(form, mapping) for form, mapping in each if fits(first, mapping)]
    return found[0] if len(found) == 1 else None


def _mapping_text(shipped: str | None, file: Path | None) -> tuple[str, str]:
    if file is not None:
        try:
            return str(file), file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(str(file), error) from error
    if shipped not in shipped_mappings():
        known = ", ".join(shipped_mappings())
        raise Stop(f"no format {shipped!r}: use {known}, or --mapping FILE.yaml", EXIT_INPUT)
    path = files("services.intake.adapters") / "mappings" / f"{shipped}.yaml"
    return shipped, path.read_text(encoding="utf-8")


@contextlib.contextmanager
def _opened(
    name: str, mapping: CsvMapping | None = None, say: Callable[[str], None] | None = None
) -> Iterator[Iterable[str]]:
    """The file's lines, in UTF-8; an export with a mapping may be in Windows-1252."""
    try:
        if name == STDIN:
            lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
            yield lines
            lines.detach()
        else:
            encoding = _encoding(name) if mapping else "utf-8-sig"
            if encoding == _WINDOWS and say:
                say(f"{name}: it is not UTF-8 and was read as Windows-1252: look at its accents")
            with Path(name).open(encoding=encoding, newline="", errors=_ERRORS[encoding]) as file:
                yield file
    except OSError as error:
        raise _unreadable(name, error) from error


def _encoding(name: str) -> str:
    """UTF-8 when all of the file is; else Windows-1252, which any bytes can be. Not UTF-16."""
    with Path(name).open("rb") as file:
        if file.read(2) in UTF_16:
            raise Stop(f"{name} is UTF-16: save it as UTF-8", EXIT_INPUT)
    try:
        with Path(name).open(encoding="utf-8-sig", newline="") as file:
            for _ in file:
                pass
    except UnicodeDecodeError:
        return _WINDOWS
    return "utf-8-sig"


def _unreadable(name: str, error: Exception) -> Stop:
    why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
    return Stop(f"{name} cannot be read: {why}", EXIT_INPUT)


def _json_or_lines(name: str, lines: Iterable[str]) -> Iterator[Told]:
    """A first line that is JSON by itself makes JSON lines; otherwise it is one document."""
    numbered = enumerate(lines, start=1)
    number, first = next(((n, line) for n, line in numbered if line.strip()), (1, ""))
    try:
        parsed = _parse(first)
    except ValueError:
        yield from _document(name, "\n" * (number - 1) + first + "".join(ln for _, ln in numbered))
        return
    yield from _reports(name if isinstance(parsed, list) else f"{name} line {number}", parsed)
    yield from _json_lines(name, numbered)


def _document(name: str, text: str) -> Iterator[Told]:
    if name.endswith(".csv"):
        _stop(
            name,
            "a CSV export needs --format NAME or --mapping FILE.yaml, which "
            "`tailboard intake learn FILE` writes",
        )
    try:
        parsed = _parse(text)
    except ValueError as error:
        _stop(name, _json_problem(error), error)
    yield from _reports(name, parsed)


def _json_lines(name: str, numbered: Iterable[tuple[int, str]]) -> Iterator[Told]:
    for number, line in numbered:
        if not line.strip():
            continue
        place = f"{name} line {number}"
        try:
            parsed = _parse(line.rstrip("\r\n"))
        except ValueError as error:
            column = f" at column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            yield Told(place, problem=f"not JSON{column}: {getattr(error, 'msg', error)}")
            continue
        yield from _reports(place, parsed)


def _reports(place: str, parsed: object) -> Iterator[Told]:
    many = isinstance(parsed, list)
    for number, item in enumerate(parsed if isinstance(parsed, list) else [parsed], start=1):
        where = f"{place} item {number}" if many else place
        if isinstance(item, dict):
            yield Told(where, item)
        else:
            yield Told(where, problem='a report is a JSON object: {"incident_type": ...}')


def _parse(text: str) -> object:
    """JSON, strictly: NaN and the like are none. Raises ValueError."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _json_problem(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON at line {error.lineno}, column {error.colno}: {error.msg}"
    return f"not JSON: {error}"


def _stop(name: str, why: str, error: Exception | None = None) -> NoReturn:
    raise Stop(f"{name}: {why}", EXIT_INPUT) from error
