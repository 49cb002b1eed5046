"""What the policy says of cumulative exposure: when a check-in is offered, and how people enrol.

It holds the numbers of `policy/cumulative.yaml` and decides nothing.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.policy import CumulativeRule
from services.runtime.policy_files import read_yaml

if TYPE_CHECKING:
    from pathlib import Path


class BadCumulativePolicy(ValueError):
    """The file does not fit; the message names each value that is wrong."""


class StrictRule(CumulativeRule):
    """The rule as a file spells it: an unknown name is a mistake, and not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CumulativePolicy(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    rule: StrictRule
    confirm_within: Annotated[timedelta, Field(ge=timedelta(minutes=10), le=timedelta(days=7))]
    """An address that nobody confirmed by then is erased."""
    link_again_after: Annotated[timedelta, Field(ge=timedelta(0))]
    """The same address is sent no further link before."""
    hourly_limit: Annotated[int, Field(ge=1)]
    """Links that are sent in an hour, to whomever."""


def read_cumulative_policy(file: Path | None = None) -> CumulativePolicy:
    """The policy in a file, or the one that ships. Raises BadCumulativePolicy, or OSError."""
    shipped = files("policy") / "cumulative.yaml"
    text = (file or shipped).read_text(encoding="utf-8")
    try:
        return CumulativePolicy.model_validate(read_yaml(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadCumulativePolicy(f"{file or 'policy/cumulative.yaml'}: {_said(error)}") from error


def _said(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, yaml.YAMLError):
        return str(error)
    wrong = (f"{'.'.join(str(s) for s in e['loc'])}: {e['msg']}" for e in error.errors())
    return "; ".join(wrong)
