"""Places to turn to as CSV: read with every problem by its row, and written so that it reads again."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from schemas.referrals import Resource
from services.cli.stop import EXIT_INPUT, Stop
from services.dispatch.edge.roster_csv import guarded, parted, unguarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import TextIOWrapper
    from pathlib import Path

COLUMNS = (
    "resource_id",
    "organisation",
    "category",
    "public_line",
    "web",
    "hours",
    "disciplines",
    "confirmed_on",
)
_NEEDED = COLUMNS[:3]


@dataclass(frozen=True, slots=True)
class ResourceFile:
    """The places of a file, what is wrong with it, and columns that were not understood."""

    resources: list[dict[str, Any]]
    problems: list[str]
    ignored: list[str]


def read_resources(path: Path) -> ResourceFile:
    """The places of a file, each problem with its row as a spreadsheet numbers it.

    Raises Stop 2 when it cannot be read as such a file at all.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(path, file)
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}", EXIT_INPUT) from error
    except UnicodeDecodeError as error:
        raise Stop(f"{path} is not UTF-8: save it as UTF-8", EXIT_INPUT) from error
    except csv.Error as error:
        raise Stop(f"{path} is not CSV: {error}", EXIT_INPUT) from error


def written(resources: Iterable[dict[str, Any]]) -> Iterator[list[str]]:
    """The rows of a file, its heading first."""
    yield list(COLUMNS)
    for each in resources:
        cells = {**each, "disciplines": " ".join(each["disciplines"])}
        yield [guarded(str(cells[name] or "")) for name in COLUMNS]


def _read(path: Path, file: TextIOWrapper) -> ResourceFile:
    delimiter = ";" if ";" in file.readline() else ","
    file.seek(0)
    rows = enumerate(csv.reader(file, strict=True, delimiter=delimiter), start=1)
    numbered = [(number, cells) for number, cells in rows if any(map(str.strip, cells))]
    heading = [cell.strip().lstrip("\ufeff") for cell in numbered[0][1]] if numbered else []
    missing = [name for name in _NEEDED if name not in heading]
    if missing:
        needed = ",".join(_NEEDED)
        said = f"{path}: no column {missing[0]!r}: the first line must name {needed}"
        raise Stop(said, EXIT_INPUT)
    found, problems, seen = [], [], dict[str, int]()
    for number, cells in numbered[1:]:
        try:
            place = Resource.model_validate(_fields(heading, cells))
        except ValidationError as error:
            problems += [f"row {number}, {_where(each)}: {each['msg']}" for each in error.errors()]
            continue
        first = seen.setdefault(place.resource_id, number)
        if first != number:
            problems.append(f"row {number}, resource_id: stands in row {first} already")
        found.append(place.model_dump(mode="json"))
    return ResourceFile(found, problems, [name for name in heading if name not in COLUMNS])


def _fields(heading: list[str], cells: list[str]) -> dict[str, Any]:
    told = {
        name: unguarded(cell.strip())
        for name, cell in zip(heading, cells, strict=False)
        if name in COLUMNS and cell.strip()
    }
    return {**told, "disciplines": parted(told.get("disciplines", ""))}


def _where(error: Any) -> str:
    return ".".join(str(step) for step in error["loc"]) or "the row"
