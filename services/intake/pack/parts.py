"""The parts of a policy file as pydantic reads them, a misspelt key or a bare number refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model
from pydantic_core import PydanticCustomError

from schemas.intake import Mode
from schemas.policy import (
    CheckInRule,
    Citation,
    FairPoints,
    InterventionRule,
    LoadCaps,
    Place,
    ResponsePolicy,
    Tier,
)
from schemas.scheduling import SchedulingRules
from services.intake.rules import Strict


def _length(value: object) -> object:
    """YAML reads `12:00` as 720, and pydantic would take a number for seconds: neither is meant."""
    if isinstance(value, (int, float)):
        raise PydanticCustomError("bare_number", "a bare number is no length of time")
    if isinstance(value, str) and value.lstrip().startswith("-"):
        raise PydanticCustomError("backwards", "a length of time cannot run backwards")
    return value


Length = Annotated[timedelta, BeforeValidator(_length)]
"""A length of time as ISO 8601 has it: `PT8H`, `P10D`."""


def _spelt(model: type[BaseModel]) -> BeforeValidator:
    """The contract's models ignore what a newer version adds; a file must not use that."""
    lengths: dict[str, Any] = {
        name: (Length, field.default if not field.is_required() else ...)
        for name, field in model.model_fields.items()
        if field.annotation is timedelta
    }
    lengths |= {
        name: (Length | None, field.default)
        for name, field in model.model_fields.items()
        if field.annotation == timedelta | None
    }
    base = type(model.__name__, (model,), {"model_config": ConfigDict(extra="forbid")})
    strict: type[BaseModel] = create_model(model.__name__, __base__=base, **lengths)

    def check(value: object) -> object:
        if isinstance(value, dict):
            strict.model_validate(value)
        return value

    return BeforeValidator(check)


TeamPlace = Annotated[Place, _spelt(Place)]
Intervention = Annotated[InterventionRule, _spelt(InterventionRule)]
CheckIn = Annotated[CheckInRule, _spelt(CheckInRule)]
Caps = Annotated[LoadCaps, _spelt(LoadCaps)]
Fairness = Annotated[FairPoints, _spelt(FairPoints)]
Scheduling = Annotated[SchedulingRules, _spelt(SchedulingRules)]
_OF_A_CASE = ResponsePolicy.model_fields


class ReplyWithin(Strict):
    """How long an offer stays open, by what the trigger does by itself."""

    auto_page: Length
    auto_plan: Length


class Clocks(Strict):
    """The numbers that all triggers share."""

    reply_within: ReplyWithin
    form_team_within: Length
    surplus: Annotated[int, Field(ge=0, le=10)]
    check_in_grace: Length
    pages_until: Length
    participants_per_peer: Annotated[int, Field(ge=1)] = _OF_A_CASE["participants_per_peer"].default
    alarm_answer_within: Length = _OF_A_CASE["alarm_answer_within"].default
    next_channel_after: Annotated[float, Field(gt=0, le=1)] = _OF_A_CASE[
        "next_channel_after"
    ].default


class ReviewClock(Strict):
    """How long a person may take to decide on a recommendation."""

    backup_after: Length
    """Then the mental health professionals are told too."""
    answer_within: Length
    """Then everyone who could answer is called."""


class Trigger(Strict):
    """One class of critical incident: how grave, what happens by itself, who and what is needed."""

    label: str
    tier: Tier
    mode: Mode
    team: tuple[TeamPlace, ...]
    interventions: tuple[str, ...]
    check_ins: str
    source: Citation


def review_clocks() -> dict[int, ReviewClock]:
    """For a file that names none: PROPOSAL, from the 30 minutes in which RISE calls back."""
    minute = timedelta(minutes=1)
    grave = ReviewClock(backup_after=10 * minute, answer_within=30 * minute)
    calm = ReviewClock(backup_after=30 * minute, answer_within=120 * minute)
    return {1: grave, 2: grave, 3: calm, 4: calm}
