"""What the policy says of requests for a peer: whom to ask, how fast, how long to keep.

It holds the numbers of `policy/requests.yaml` and decides nothing.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.policy import ResponsePolicy
from services.runtime.policy_files import read_yaml

if TYPE_CHECKING:
    from pathlib import Path


class BadRequestsPolicy(ValueError):
    """The file does not fit; the message names each value that is wrong."""


class RequestRule(BaseModel):
    """One way of asking. By `callback_within` somebody should have called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    callback_within: Annotated[timedelta, Field(gt=timedelta(0))]
    response: ResponsePolicy


class RequestsPolicy(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1)]
    keep_for: Annotated[timedelta, Field(ge=timedelta(hours=1), le=timedelta(days=90))]
    hourly_limit: Annotated[int, Field(ge=1)]
    leads_after: Annotated[int, Field(ge=1, le=100)]
    """Rounds of an emergency without an answer, after which program leads are called too."""
    page_for: Annotated[timedelta, Field(ge=timedelta(hours=1), le=timedelta(days=7))]
    """How long an emergency that nobody takes is paged again."""
    peer: RequestRule
    chosen: RequestRule
    emergency: RequestRule

    def rule(self, *, emergency: bool, chosen: bool) -> RequestRule:
        """The way of asking; an emergency does not wait for a choice."""
        if emergency:
            return self.emergency
        return self.chosen if chosen else self.peer


def read_requests_policy(file: Path | None = None) -> RequestsPolicy:
    """The policy in a file, or the one that ships. Raises BadRequestsPolicy, or OSError."""
    shipped = files("policy") / "requests.yaml"
    text = (file or shipped).read_text(encoding="utf-8")
    try:
        return RequestsPolicy.model_validate(read_yaml(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise BadRequestsPolicy(f"{file or 'policy/requests.yaml'}: {_said(error)}") from error


def _said(error: yaml.YAMLError | ValidationError) -> str:
    if isinstance(error, yaml.YAMLError):
        return str(error)
    wrong = (f"{'.'.join(str(s) for s in e['loc'])}: {e['msg']}" for e in error.errors())
    return "; ".join(wrong)
