"""Reads a roster from CSV: all rows or none. Names and contacts never reach a message."""

from __future__ import annotations

import csv
import difflib
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from schemas.envelope import MemberId, Slug
from schemas.intake import Unit
from schemas.policy import Role
from schemas.roster import Competency, CompetencyKind
from schemas.subjects import lender_of
from services.cli.stop import EXIT_INPUT, Stop
from services.dispatch.edge.roster_csv import (
    COLUMNS,
    CONTACT,
    KINDS,
    NEEDED,
    PROFILE,
    parted,
    unguarded,
)
from services.dispatch.personal import Bio, PersonName

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import TextIOWrapper
    from pathlib import Path

_SPAN = re.compile(r"(\d{4}-\d\d-\d\d)(?:/(\d{4}-\d\d-\d\d))?\Z")
_YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def _own(member_id: str) -> str:
    if lender_of(member_id)[0] is not None:
        raise ValueError("`--` is kept for members that a neighbor agency lends: use one dash")
    return member_id


def _words(value: object) -> object:
    return parted(value) if isinstance(value, str) else value


def _nothing(value: object) -> object:
    return None if value == "" else value


def _flag(value: object) -> object:
    if not isinstance(value, str) or not value:
        return None
    if value.casefold() not in _YES_OR_NO:
        raise ValueError("write yes or no")
    return _YES_OR_NO[value.casefold()]


def _trainings(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = [_SPAN.match(word) for word in parted(value)]
    if None in found:
        raise ValueError("write the day it was earned, or earned/last day: 2025-05-01/2028-04-30")
    return tuple((match[1], match[2]) for match in found if match)


def _address(value: str) -> str:
    name, _, host = value.partition("@")
    if value and (not name or "." not in host or " " in value):
        raise ValueError("an e-mail address looks like name@example.org")
    return value


def _number(value: str) -> str:
    if value and not (value.startswith("+") and re.sub(r"[ ().-]", "", value[1:]).isdigit()):
        raise ValueError("write a phone number with its country, such as +1 555 0100")
    return re.sub(r"[ ().-]", "", value)


Words = BeforeValidator(_words)
Units = Annotated[tuple[Unit, ...], Words]
Number = Annotated[str, AfterValidator(_number)]
Trainings = Annotated[tuple[tuple[date, date | None], ...], BeforeValidator(_trainings)]
Flag = Annotated[bool | None, BeforeValidator(_flag)]


class Row(BaseModel):
    """One member as the file has them; a column that the file does not have stays as it is."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    member_id: Annotated[MemberId, AfterValidator(_own)]
    role: Role
    discipline: Slug
    station: Slug
    units: Units
    designated_from: date
    training_valid_until: date
    contact_confirmed_on: date
    designated_until: Annotated[date | None, BeforeValidator(_nothing)] = None
    icisf_group: Trainings = ()
    icisf_individual: Trainings = ()
    qpr: Trainings = ()
    asist: Trainings = ()
    in_service: Trainings = ()
    languages: Annotated[tuple[Slug, ...], Words] = ()
    supervises: Units = ()
    close_to: Units = ()
    peer_nominated: Flag = None
    on_team_page: Flag = None
    email: Annotated[str, AfterValidator(_address)] = ""
    phone: Number = ""
    label: str = ""
    sms: Number = ""
    voice: Number = ""
    apprise: Annotated[tuple[str, ...], Words] = ()
    order: Annotated[tuple[Slug, ...], Words] = ()
    page_name: PersonName = ""
    page_bio: Bio = ""

    def part(self) -> dict[str, Any]:
        """What the server is told: the columns that the file has, and nothing of the others."""
        has = self.model_fields_set
        told = self.model_dump(mode="json", include=has - {"member_id", *KINDS, *CONTACT, *PROFILE})
        if "on_team_page" in told:
            told["on_team_page"] = bool(self.on_team_page)
        if has & {*KINDS}:
            told["competencies"] = [each.model_dump(mode="json") for each in self._competencies()]
        contact = self.model_dump(mode="json", include=has & {*CONTACT})
        if contact:
            told["contact"] = {
                name: cell or None if name not in ("label", "apprise", "order") else cell
                for name, cell in contact.items()
            }
        profile = self.model_dump(include=has & {*PROFILE})
        if profile:
            told["profile"] = {name.removeprefix("page_"): cell for name, cell in profile.items()}
        return told

    def _competencies(self) -> Iterator[Competency]:
        for kind in CompetencyKind:
            for earned_on, valid_until in getattr(self, kind.value):
                yield Competency(kind=kind, earned_on=earned_on, valid_until=valid_until)


@dataclass(frozen=True, slots=True)
class RosterFile:
    """The members of a file by their rows, what is wrong with it, and what was not understood."""

    rows: dict[int, Row]
    problems: list[str]
    ignored: list[str]


def read_roster(path: Path) -> RosterFile:
    """The members of a file, each problem with its row as a spreadsheet numbers it.

    Raises Stop 2 when it cannot be read as a roster at all.
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


def _read(path: Path, file: TextIOWrapper) -> RosterFile:
    lines = enumerate(csv.reader(file, strict=True, delimiter=_delimiter(file)), start=1)
    numbered = ((number, cells) for number, cells in lines if any(map(str.strip, cells)))
    heading: list[str] = []
    for _, cells in numbered:
        if not cells[0].startswith("#"):  # an export begins with a warning
            heading = [cell.strip() for cell in cells]
            break
    missing = [name for name in NEEDED if name not in heading]
    if missing:
        needed = ",".join(NEEDED)
        raise Stop(
            f"{path}: no column {missing[0]!r}: the first line must name {needed}", EXIT_INPUT
        )
    if {*KINDS} & {*heading} and not {*KINDS} <= {*heading}:
        kinds = ", ".join(KINDS)
        raise Stop(f"{path}: name all of the columns {kinds}, or none of them", EXIT_INPUT)
    rows, problems = _checked(numbered, heading)
    return RosterFile(rows, problems, [_unknown(name) for name in heading if name not in COLUMNS])


def _delimiter(file: TextIOWrapper) -> str:
    """Some spreadsheets part the cells by semicolons, whatever the name says."""
    first = file.readline()
    if first.startswith(("#", '"#')):
        first = file.readline()
    file.seek(0)
    return ";" if first.count(";") > first.count(",") else ","


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, COLUMNS, n=1)
    hint = f": did you mean {near[0]!r}?" if near else ""
    return f"the column {name!r} is not known and was left out{hint}" if name else ""


def _checked(
    numbered: Iterator[tuple[int, list[str]]], heading: list[str]
) -> tuple[dict[int, Row], list[str]]:
    rows: dict[int, Row] = {}
    problems: list[str] = []
    first_seen: dict[str, int] = {}
    number = 1
    for number, cells in numbered:
        if len(cells) < len(heading) or any(map(str.strip, cells[len(heading) :])):
            problems.append(f"row {number}: {len(cells)} cells, and the heading has {len(heading)}")
            continue
        named = zip(heading, map(unguarded, map(str.strip, cells)), strict=False)
        try:
            row = Row.model_validate(dict(named))
        except ValidationError as error:
            problems += [f"row {number}: {problem}" for problem in _problems(error)]
            continue
        if {"email", "phone"} <= {*heading} and not _reaches(row):
            problems.append(f"row {number}: email: a member needs an e-mail address or a phone")
        if row.member_id in first_seen:
            before = first_seen[row.member_id]
            problems.append(f"row {number}: member_id: the same as in row {before}")
        first_seen.setdefault(row.member_id, number)
        rows[number] = row
    if not rows and not problems:
        problems.append(f"row {number + 1}: the file names no member")
    return rows, problems


def _reaches(row: Row) -> bool:
    return bool(row.email or row.phone or row.sms or row.voice or row.apprise)


def _problems(error: ValidationError) -> list[str]:
    """Field and trouble, without the value: it may be a name or a phone."""
    found = error.errors(include_input=False, include_url=False)
    return [
        f"{'.'.join(str(part) for part in each['loc'])}: {each['msg'].removeprefix('Value error, ')}"
        for each in found
    ]
