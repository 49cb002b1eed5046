"""What a mapping file may say: which columns or paths of an export fill which native field.

Pure: the caller opens the files. There is no entry for the name or the phone of anybody.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    model_validator,
)

from schemas.envelope import Slug
from services.intake.adapters.native import NativeReport
from services.intake.adapters.records import BadMapping, path_of

EPOCH = {"epoch": 1, "epoch_ms": 1000}
"""Instead of strptime codes: seconds or milliseconds since 1970, by how many make a second."""
ISO = "iso"
"""Instead of strptime codes: ISO 8601, which is also what counts without any format."""


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


def _delimiter(text: str) -> str:
    if text in '"\r\n':
        raise ValueError("a quotation mark or a line end cannot stand between two cells")
    return text


def _date_format(form: str) -> str:
    """Python says what is wrong with a format only when it reads a time by it."""
    try:
        datetime.strptime("", form)  # noqa: DTZ007 - nothing is read
    except (ValueError, re.error, IndexError) as error:
        if form not in EPOCH and form != ISO and "does not match format" not in str(error):
            raise ValueError(f"{form!r} is not a format of Python's strptime") from error
    return form


def _pattern(text: str) -> str:
    try:
        groups = re.compile(text).groups
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError("this is not a regular expression") from error
    if groups != 1:
        raise ValueError("it needs exactly one group (...): what stands in it is taken")
    return text


Columns = Annotated[
    tuple[str, ...], BeforeValidator(_one_or_more), Field(min_length=1, max_length=10)
]
"""A column's name, or several whose cells are joined by a space."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MappedColumns(_Part):
    """Which columns or paths fill which field of the native report."""

    incident_type: Columns
    incident_number: Columns | None = None
    incident_code: Columns | None = None
    occurred_at: Columns | None = None
    told_at: Columns | None = None
    on_scene_at: Columns | None = None
    operations_ended_at: Columns | None = None
    status: Columns | None = None
    units: Columns | None = None
    narrative: Columns | None = None
    address: Columns | None = None
    latitude: Columns | None = None
    longitude: Columns | None = None

    @model_validator(mode="after")
    def _a_place_has_both(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("`latitude` and `longitude` go together")
        return self

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
    records: Literal["csv", "jsonl", "json"] = "csv"
    """`json` is an array of records, or one; in both kinds of JSON a column is a path."""
    time_zone: Annotated[str, AfterValidator(_zone)]
    delimiter: Annotated[str, Field(min_length=1, max_length=1), AfterValidator(_delimiter)] = ","
    columns: MappedColumns
    date_formats: tuple[Annotated[str, AfterValidator(_date_format)], ...] = ()
    """Tried in order (Python strptime codes, `iso`, `epoch`); without any, times must be ISO 8601."""
    units: UnitRule = UnitRule()
    values: dict[Literal["incident_type", "incident_code", "status"], dict[str, str]] = {}
    """Words of the export and the native value that each means, by field; "" is an empty cell."""
    patterns: dict[
        Literal[
            "incident_type", "incident_number", "incident_code", "status",
            "narrative", "address", "latitude", "longitude",
        ],
        Annotated[str, AfterValidator(_pattern)],
    ] = {}  # fmt: skip
    """What of a cell is meant: the group of a regular expression that is searched for."""
    fixed: Annotated[dict[str, JsonValue], AfterValidator(_native_fields)] = {}
    """Native fields that are the same for every row, such as `exercise: true`."""
    ignore: tuple[str, ...] = ()
    """Columns that are left out on purpose: people, and whatever else is not needed."""

    @model_validator(mode="after")
    def _paths_are_paths(self) -> Self:
        if self.records != "csv":
            for columns in self.columns.by_field().values():
                for column in columns:
                    path_of(column)
        return self


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
