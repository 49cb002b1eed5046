"""Reads a roster from CSV: all rows or none. Names and contacts never reach a message."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from schemas.envelope import MemberId, Slug
from schemas.intake import Unit
from schemas.policy import Role
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = (
    *("member_id", "role", "discipline", "station", "units", "designated_from"),
    *("training_valid_until", "contact_confirmed_on", "email", "phone", "label"),
)


def _words(value: object) -> object:
    return value.split() if isinstance(value, str) else value


def _address(value: str) -> str:
    name, _, host = value.partition("@")
    if value and (not name or "." not in host or " " in value):
        raise ValueError("an e-mail address looks like name@example.org")
    return value


def _number(value: str) -> str:
    if value and not (value.startswith("+") and value[1:].replace(" ", "").isdigit()):
        raise ValueError("write a phone number with its country, such as +1 555 0100")
    return value.replace(" ", "")


class Row(BaseModel):
    """One member as the file has them."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    member_id: MemberId
    role: Role
    discipline: Slug
    station: Slug
    units: Annotated[tuple[Unit, ...], BeforeValidator(_words)] = ()
    designated_from: date
    training_valid_until: date
    contact_confirmed_on: date
    email: Annotated[str, AfterValidator(_address)] = ""
    phone: Annotated[str, AfterValidator(_number)] = ""
    label: str = ""

    def entry(self) -> dict[str, Any]:
        """What the server is told of this member."""
        kept = self.model_dump(mode="json", exclude={"member_id", "email", "phone", "label"})
        contact = {"label": self.label, "email": self.email or None, "phone": self.phone or None}
        return {**kept, "contact": contact}


def read_roster(path: Path) -> tuple[list[Row], list[str]]:
    """The members of a file, and what is wrong with it, each with its row (the heading is row 1).

    Raises Stop 2 when it cannot be read as CSV at all.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                raise Stop(
                    f"{path}: no column {missing[0]!r}: the first line must name "
                    f"{','.join(NEEDED)}",
                    EXIT_INPUT,
                )
            return _checked(enumerate(reader, start=2))
    except OSError as error:
        raise Stop(f"{path} cannot be read: {error.strerror}", EXIT_INPUT) from error
    except UnicodeDecodeError as error:
        raise Stop(f"{path} is not UTF-8: save it as UTF-8", EXIT_INPUT) from error
    except csv.Error as error:
        raise Stop(f"{path} is not CSV: {error}", EXIT_INPUT) from error


def _checked(numbered: enumerate[dict[str | Any, str | Any]]) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    problems: list[str] = []
    first_seen: dict[str, int] = {}
    for number, cells in numbered:
        try:
            row = Row.model_validate(cells)
        except ValidationError as error:
            problems += [f"row {number}: {problem}" for problem in _problems(error)]
            continue
        if not row.email and not row.phone:
            problems.append(f"row {number}: email: a member needs an e-mail address or a phone")
        if row.member_id in first_seen:
            before = first_seen[row.member_id]
            problems.append(f"row {number}: member_id: the same as in row {before}")
        first_seen.setdefault(row.member_id, number)
        rows.append(row)
    if not rows and not problems:
        problems.append("row 2: the file names no member")
    return rows, problems


def _problems(error: ValidationError) -> list[str]:
    """Field and trouble, without the value: it may be a name or a phone."""
    found = error.errors(include_input=False, include_url=False)
    return [
        f"{'.'.join(str(part) for part in each['loc'])}: {each['msg'].removeprefix('Value error, ')}"
        for each in found
    ]
