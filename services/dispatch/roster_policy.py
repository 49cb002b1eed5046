"""What the policy says of the roster: which training a role needs, and for how long things are good.

It holds the numbers of `policy/roster.yaml` and decides nothing.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from schemas.policy import Role
from schemas.roster import CompetencyKind
from services.runtime.policy_files import read_yaml

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

Days = Annotated[timedelta, Field(ge=timedelta(days=1), le=timedelta(days=3660))]
Months = Annotated[int, Field(ge=1, le=120)]


class BadRosterPolicy(ValueError):
    """The file does not fit; the message names each value that is wrong."""


class RoleNeeds(BaseModel):
    """The training that one role needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    one_of: Annotated[tuple[CompetencyKind, ...], Field(min_length=1)]
    current: bool = True
    """Some training, in-service or other, within the months that in-service training counts."""


class RosterRules(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    contact_fresh_for: Days
    warn_ahead: Days
    link_for: Days
    """How long the link of a member's own page works after each invitation."""
    least_pageable: dict[Role, Annotated[int, Field(ge=1, le=100)]]
    """A role with fewer members who can be asked is named by the check."""
    valid_months: dict[CompetencyKind, Months]
    roles: dict[Role, RoleNeeds]

    @model_validator(mode="after")
    def _every_kind_has_its_months(self) -> Self:
        missing = [kind.value for kind in CompetencyKind if kind not in self.valid_months]
        if missing:
            raise ValueError(f"valid_months: no months for {', '.join(missing)}")
        return self


def read_roster_policy(file: Path | None = None) -> RosterRules:
    """The rules in a file, or those that ship. Raises BadRosterPolicy, or OSError."""
    shipped = files("policy") / "roster.yaml"
    text = (file or shipped).read_text(encoding="utf-8")
    try:
        return RosterRules.model_validate(read_yaml(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadRosterPolicy(f"{file or 'policy/roster.yaml'}: {_said(error)}") from error


@cache
def shipped_rules() -> RosterRules:
    """The rules that ship, read once."""
    return read_roster_policy()


def _said(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, yaml.YAMLError):
        return str(error)
    wrong = (f"{'.'.join(str(s) for s in e['loc'])}: {e['msg']}" for e in error.errors())
    return "; ".join(wrong)
