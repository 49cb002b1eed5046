"""Agreements with neighbour agencies that lend members of their team. Pure; the terms are the file's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Self

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from schemas.policy import Citation, Role
from services.runtime.policy_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from services.dispatch.duty import Duty
    from services.dispatch.load import Load
    from services.dispatch.roster import Member

_SERVES = frozenset({Role.PEER, Role.MHP, Role.CHAPLAIN})
Agency = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=30)]
"""Without two dashes together: they divide the lender from the member in an id."""


class BadMutualAid(ValueError):
    """The file does not fit; the message names each value that is wrong."""


class Agreement(BaseModel):
    """One neighbour's promise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    neighbour: Agency
    agency: Agency | None = None
    """Who borrows; None for every agency of this installation."""
    lends: Annotated[tuple[Role, ...], Field(min_length=1)]
    most: Annotated[int, Field(ge=1, le=50)]
    """Of each role that one case may ask."""
    begins: Annotated[date, Field(alias="from")]
    ends: Annotated[date, Field(alias="until")]
    source: Citation

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.ends < self.begins:
            raise ValueError("until comes before from")
        if others := [role.value for role in self.lends if role not in _SERVES]:
            raise ValueError(f"lends: {', '.join(others)} is not asked to serve")
        if self.neighbour == self.agency:
            raise ValueError("an agency does not borrow from itself")
        return self

    def holds(self, agency: str, on: date) -> bool:
        """Whether an agency may borrow by it on a day; both days count."""
        is_theirs = self.agency in {None, agency} and self.neighbour != agency
        return is_theirs and self.begins <= on <= self.ends


class MutualAid(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    agreements: tuple[Agreement, ...]

    def of(self, agency: str, on: date) -> tuple[Agreement, ...]:
        """By which agreements an agency may borrow on a day, one for each neighbour."""
        held = {each.neighbour: each for each in self.agreements if each.holds(agency, on)}
        return tuple(held[name] for name in sorted(held))


@dataclass(frozen=True, slots=True)
class Lender:
    """A neighbour that may be asked, with what is known of its members at this moment."""

    agreement: Agreement
    roster: Mapping[str, Member]
    duty: Duty
    loads: Mapping[str, Load]


def read_mutual_aid(file: Path | None = None) -> MutualAid:
    """The agreements in a file, or none. Raises BadMutualAid, or OSError."""
    shipped = files("policy") / "mutual_aid.yaml"
    text = (file or shipped).read_text(encoding="utf-8")
    try:
        return MutualAid.model_validate(read_yaml(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadMutualAid(f"{file or 'policy/mutual_aid.yaml'}: {_said(error)}") from error


def _said(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, yaml.YAMLError):
        return str(error)
    wrong = (f"{'.'.join(str(s) for s in e['loc'])}: {e['msg']}" for e in error.errors())
    return "; ".join(wrong)
