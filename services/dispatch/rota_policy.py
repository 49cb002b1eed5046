"""What the policy says of the rotas: whom they must have on call, and when a gap is told.

It holds the numbers of `policy/rota.yaml` and decides nothing.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from schemas.policy import LoadCaps, Role
from schemas.rota import WallClock, WeeklyTime
from services.runtime.policy_files import read_yaml

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self


class BadRotaPolicy(ValueError):
    """The file does not fit; the message names each value that is wrong."""


class Need(BaseModel):
    """Who must be on call: one of a role, one with group training, or one who is both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role | None = None
    group_training: bool = False
    only: tuple[WeeklyTime, ...] = ()
    """At these times of the week; around the clock when there are none."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if self.role is None and not self.group_training:
            raise ValueError("name a role, or group_training: true, or both")
        return self


class RotaRules(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    look_ahead: Annotated[timedelta, Field(ge=timedelta(days=1), le=timedelta(days=90))]
    warn_before: Annotated[timedelta, Field(ge=timedelta(hours=1), le=timedelta(days=30))]
    check_at: WallClock
    check_after_change: Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(days=1))]
    days_on_call: Annotated[int, Field(ge=1, le=100)] = LoadCaps().days_on_call
    """Days in a row that one member may be on call."""
    must_have: tuple[Need, ...]


def read_rota_policy(file: Path | None = None) -> RotaRules:
    """The rules in a file, or those that ship. Raises BadRotaPolicy, or OSError."""
    shipped = files("policy") / "rota.yaml"
    text = (file or shipped).read_text(encoding="utf-8")
    try:
        return RotaRules.model_validate(read_yaml(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadRotaPolicy(f"{file or 'policy/rota.yaml'}: {_said(error)}") from error


def _said(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, yaml.YAMLError):
        return str(error)
    wrong = (f"{'.'.join(str(s) for s in e['loc'])}: {e['msg']}" for e in error.errors())
    return "; ".join(wrong)
