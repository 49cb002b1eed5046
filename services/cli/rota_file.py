"""A rota as people write it in a file: every problem with its line and its field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from schemas.envelope import Slug
from schemas.rota import RotaPlan, Rotation, ShiftLength, WallClock, WallTime, Weekday, WeeklyTime
from services.cli.stop import EXIT_INPUT, Stop
from services.intake.pack.document import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_STRICT = ConfigDict(frozen=True, extra="forbid")
_LENGTH = re.compile(r"^(\d+)\s*(hour|day|week)s?$")
_CLOCK = re.compile(r"^(\d{1,2}):(\d\d)$")
_DAYS = tuple(Weekday)
EXAMPLE = """rota: peers-weekly
time_zone: America/New_York
role: peer
layers:
  - members: [p-01, p-02]
    first_handover: 2026-03-02 08:00
    shift: 1 week
"""


def days(told: Any) -> Any:
    """`mon-fri`, `sat, sun`, `daily`, or a list of days."""
    if not isinstance(told, str):
        return told
    if told.strip().lower() in ("daily", "every day"):
        return list(_DAYS)
    found: list[str] = []
    for part in filter(None, re.split(r"[\s,]+", told.lower())):
        first, dash, last = part.partition("-")
        if dash and first in _DAYS and last in _DAYS:
            start = _DAYS.index(Weekday(first))
            span = (_DAYS.index(Weekday(last)) - start) % 7 + 1
            found += [_DAYS[(start + step) % 7] for step in range(span)]
        else:
            found.append(part)
    return found


def clock(told: Any) -> Any:
    """`6:00` as well as `06:00`, and `24:00` for the end of a day."""
    match = _CLOCK.match(told.strip()) if isinstance(told, str) else None
    if match is None:
        return told
    return f"{int(match[1]) % 24 if told.strip() == '24:00' else int(match[1]):02}:{match[2]}"


def _length(told: Any) -> Any:
    match = _LENGTH.match(told.strip().lower()) if isinstance(told, str) else None
    if match is None and isinstance(told, str):
        raise ValueError("write the length of a shift as `1 week`, `2 days` or `12 hours`")
    return {"count": match[1], "unit": f"{match[2]}s"} if match else told


class WrittenTimes(WeeklyTime):
    """Times of the week, as people write them."""

    model_config = _STRICT

    days: Annotated[tuple[Weekday, ...], BeforeValidator(days), Field(min_length=1, max_length=7)]
    starts: Annotated[WallClock, BeforeValidator(clock)]
    ends: Annotated[WallClock, BeforeValidator(clock)]


class WrittenLength(ShiftLength):
    """The length of a shift."""

    model_config = _STRICT


class WrittenRotation(Rotation):
    """A layer."""

    model_config = _STRICT

    shift: Annotated[WrittenLength, BeforeValidator(_length)]
    only: Annotated[tuple[WrittenTimes, ...], Field(max_length=50)] = ()


class WrittenRota(RotaPlan):
    """A whole file."""

    model_config = _STRICT

    rota: Slug
    effective_from: WallTime | None = None
    layers: Annotated[tuple[WrittenRotation, ...], Field(min_length=1, max_length=20)]

    def plan(self) -> dict[str, Any]:
        """What the server is sent."""
        return self.model_dump(mode="json", exclude={"rota"})


@dataclass(frozen=True, slots=True)
class RotaFile:
    """A file that could be read, and where in it each value stands."""

    document: Document
    rota: WrittenRota

    def told(self, errors: Iterable[tuple[str, str]]) -> list[str]:
        """What the server says of fields, with the lines of this file."""
        return _lines(self.document, errors)


def read_rota(path: Path) -> RotaFile:
    """The rota in a file. Raises Stop 2, with one line per problem."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}", EXIT_INPUT) from error
    except UnicodeDecodeError as error:
        raise Stop(f"{path} is not UTF-8: save it as UTF-8", EXIT_INPUT) from error
    try:
        # As text throughout: YAML takes 18:00 for the number 1080.
        value = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes nothing but text
        document = Document(str(path), text, value, yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or "this is no YAML"
        raise Stop(f"{path}{line}: {said}", EXIT_INPUT) from error
    if not isinstance(value, dict):
        raise Stop(f"{path}: write a rota such as this:\n{EXAMPLE}", EXIT_INPUT)
    try:
        return RotaFile(document, WrittenRota.model_validate(value))
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        told = [(".".join(str(step) for step in each["loc"]), each["msg"]) for each in found]
        raise Stop("\n".join(_lines(document, told)), EXIT_INPUT) from error


def _lines(document: Document, errors: Iterable[tuple[str, str]]) -> list[str]:
    found = []
    for field, problem in errors:
        steps = tuple(int(step) if step.isdigit() else step for step in field.split("."))
        said = problem.removeprefix("Value error, ")
        found.append(f"{document.name}:{document.spot(steps).line}: {field}: {said}")
    return found


def wall(option: str, told: str) -> str:
    """A wall time as the server takes it. Raises Stop 2 that names the option."""
    try:
        at = datetime.fromisoformat(told.strip())
    except ValueError as error:
        raise Stop(
            f"{option}: write a day and a time, such as 2026-03-07T08:00", EXIT_INPUT
        ) from error
    if at.tzinfo is not None:
        raise Stop(
            f"{option}: write the time on the wall of the rota's zone, without Z or +01:00",
            EXIT_INPUT,
        )
    return at.isoformat(timespec="minutes")


def as_file(name: str, plan: dict[str, Any]) -> str:
    """A plan in the form that `set` reads."""
    layers = [_layer(layer) for layer in plan["layers"]]
    told = {"rota": name, "time_zone": plan["time_zone"], "role": plan["role"], "layers": layers}
    return yaml.safe_dump(told, sort_keys=False, default_flow_style=None, width=100)


def _layer(layer: dict[str, Any]) -> dict[str, Any]:
    count, unit = layer["shift"]["count"], layer["shift"]["unit"]
    told = {
        "members": layer["members"],
        "first_handover": _minute(layer["first_handover"]).replace("T", " "),
        "shift": f"{count} {unit[:-1] if count == 1 else unit}",
    }
    only = [_times(each) for each in layer.get("only", ())]
    return told | ({"only": only} if only else {})


def _times(each: dict[str, Any]) -> dict[str, Any]:
    return {"days": ", ".join(each["days"]), **{n: each[n][:5] for n in ("starts", "ends")}}


def _minute(text: str) -> str:
    return text[:16]


def one_per_line(problems: Sequence[str]) -> Stop:
    """A stop that tells every problem."""
    return Stop("\n".join(problems), EXIT_INPUT)
