"""What the policy says of exercises: how they begin, what ends them, what they are measured against.

It holds the numbers of `policy/drills.yaml` and decides nothing.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.drills import DrillTargets, Part
from schemas.envelope import Code
from services.runtime.policy_files import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

_NONE = timedelta(0)


class BadDrillsPolicy(ValueError):
    """The file does not fit; the message names each value that is wrong."""


class Targets(BaseModel):
    """See schemas.drills.DrillTargets; a misspelt key is an error here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reached: Part
    answered_in_time: Part


class DrillsPolicy(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    trigger: Code
    end_when_formed: bool
    real_first: bool
    quiet_after_real: Annotated[timedelta, Field(ge=_NONE, le=timedelta(days=7))]
    late_by: Annotated[timedelta, Field(ge=_NONE, le=timedelta(days=1))]
    longest_ahead: Annotated[timedelta, Field(gt=_NONE, le=timedelta(days=1000))]
    targets: Targets

    def snapshot(self) -> DrillTargets:
        """What an exercise keeps of it."""
        return DrillTargets.model_validate(self.targets, from_attributes=True)


def read_drills_policy(file: Path | None = None) -> DrillsPolicy:
    """The policy in a file, or the one that ships. Raises BadDrillsPolicy, or OSError."""
    shipped = files("policy") / "drills.yaml"
    text = (file or shipped).read_text(encoding="utf-8")
    try:
        return DrillsPolicy.model_validate(read_yaml(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadDrillsPolicy(f"{file or 'policy/drills.yaml'}: {_said(error)}") from error


def _said(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, yaml.YAMLError):
        return str(error)
    wrong = (f"{'.'.join(str(s) for s in e['loc'])}: {e['msg']}" for e in error.errors())
    return "; ".join(wrong)
