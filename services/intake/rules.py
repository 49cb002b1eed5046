"""What a policy file says about screening: signals that a report may show, and rules over them."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from schemas.envelope import Code, Frozen, Slug
from schemas.intake import Outcome
from schemas.policy import Citation


class Strict(Frozen):
    """A file's part: a misspelt key is an error, not a silently missing rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Signal(Strict):
    """What in a report shows one thing; any of its parts is enough."""

    phrases: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    patient_outcomes: tuple[str, ...] = ()
    responder_outcomes: tuple[str, ...] = ()
    patient_age_below: int | None = None


class Rule(Strict):
    """When all of its signals are shown and none of `unless`, the trigger class applies."""

    id: Slug
    trigger: Code
    outcome: Outcome
    all_of: Annotated[tuple[Code, ...], Field(min_length=1)]
    unless: tuple[Code, ...] = ()
    source: Citation
