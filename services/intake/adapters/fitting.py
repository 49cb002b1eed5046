"""Whether a CSV file is one that a mapping was written for, by its heading alone. Reads no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.intake.adapters.records import BadMapping, CsvRows

if TYPE_CHECKING:
    from services.intake.adapters.mapping import CsvMapping


def fits(first_line: str, mapping: CsvMapping) -> bool:
    """True when the heading names exactly the columns that the mapping fills fields from or ignores."""
    if mapping.records != "csv":
        return False
    try:
        heading = CsvRows([first_line], mapping.delimiter).heading
    except BadMapping:
        return False
    columns = mapping.columns.by_field().values()
    return set(heading) == {name for each in columns for name in each} | set(mapping.ignore)
