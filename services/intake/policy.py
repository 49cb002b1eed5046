"""A policy pack as pydantic reads it, and the snapshot that a case takes of it."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Self

import yaml
from pydantic import BaseModel, BeforeValidator, Field, model_validator

from schemas.envelope import Code, Slug
from schemas.intake import Mode
from schemas.policy import (
    CheckInRule,
    Citation,
    CumulativeRule,
    Group,
    InterventionRule,
    Place,
    ResponsePolicy,
    Tier,
    Urgency,
)
from services.intake.rules import Rule, Signal, Strict

if TYPE_CHECKING:
    from collections.abc import Callable


def _spelt(model: type[BaseModel]) -> BeforeValidator:
    """The contract's models ignore what a newer version adds; a file must not use that."""

    def check(value: object) -> object:
        unknown = set(value) - set(model.model_fields) if isinstance(value, dict) else set()
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: no such key here")
        return value

    return BeforeValidator(check)


_Place = Annotated[Place, _spelt(Place)]
_InterventionRule = Annotated[InterventionRule, _spelt(InterventionRule)]
_CumulativeRule = Annotated[CumulativeRule, _spelt(CumulativeRule)]
_CheckInRule = Annotated[CheckInRule, _spelt(CheckInRule)]


class ReplyWithin(Strict):
    """How long an offer stays open, by what the trigger does by itself."""

    auto_page: timedelta
    auto_plan: timedelta


class Clocks(Strict):
    """The numbers that all triggers share."""

    reply_within: ReplyWithin
    form_team_within: timedelta
    surplus: Annotated[int, Field(ge=0, le=10)]
    check_in_grace: timedelta
    pages_until: timedelta


class Trigger(Strict):
    """One class of critical incident: how grave, what happens by itself, who and what is needed."""

    label: str
    tier: Tier
    mode: Mode
    team: tuple[_Place, ...]
    interventions: tuple[str, ...]
    check_ins: str
    source: Citation


class ReviewClock(Strict):
    """How long a person may take to decide on a recommendation."""

    backup_after: timedelta
    """Then the mental health professionals are told too."""
    answer_within: timedelta
    """Then everyone who could answer is called."""


def _review_clocks() -> dict[int, ReviewClock]:
    """For a file that names none: PROPOSAL, from the 30 minutes in which RISE calls back."""
    minute = timedelta(minutes=1)
    grave = ReviewClock(backup_after=10 * minute, answer_within=30 * minute)
    calm = ReviewClock(backup_after=30 * minute, answer_within=120 * minute)
    return {1: grave, 2: grave, 3: calm, 4: calm}


class RequestClocks(Strict):
    """How soon somebody answers a member who asks for a peer."""

    callback_within: timedelta = timedelta(minutes=30)
    emergency_within: timedelta = timedelta(minutes=5)


class Pack(Strict):
    """A whole policy file, its parts checked against each other."""

    policy: Slug
    version: Annotated[int, Field(ge=1)]
    title: str
    clocks: Clocks
    review: dict[Tier, ReviewClock] = Field(default_factory=_review_clocks)
    request: RequestClocks = RequestClocks()
    cumulative: _CumulativeRule = CumulativeRule()
    interventions: dict[Code, _InterventionRule]
    check_ins: dict[Code, tuple[_CheckInRule, ...]]
    triggers: dict[Code, Trigger]
    signals: dict[Code, Signal]
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for name, trigger in self.triggers.items():
            _known(f"triggers.{name}.interventions", trigger.interventions, self.interventions)
            _known(f"triggers.{name}.check_ins", (trigger.check_ins,), self.check_ins)
        for rule in self.rules:
            _known(f"rules.{rule.id}.trigger", (rule.trigger,), self.triggers)
            _known(f"rules.{rule.id}.all_of", rule.all_of, self.signals)
            _known(f"rules.{rule.id}.unless", rule.unless, self.signals)
        return self

    @model_validator(mode="after")
    def _windows_hold_together(self) -> Self:
        for name, rule in self.interventions.items():
            if not rule.opens_after <= rule.target_after <= rule.closes_after:
                raise ValueError(
                    f"interventions.{name}: it must open, reach its target, then close"
                )
        for name, trigger in self.triggers.items():
            kinds = [self.interventions[plan].kind for plan in trigger.interventions]
            if len(kinds) != len(set(kinds)):
                raise ValueError(f"triggers.{name}.interventions: each kind can be planned once")
        return self

    def snapshot(self, trigger_class: str) -> ResponsePolicy:
        """What a case of this class keeps; KeyError for a class that the pack does not have."""
        trigger = self.triggers[trigger_class]
        replies = self.clocks.reply_within
        return ResponsePolicy(
            policy=self.policy,
            version=self.version,
            places=trigger.team,
            surplus=self.clocks.surplus,
            reply_within=replies.auto_plan if trigger.mode is Mode.AUTO_PLAN else replies.auto_page,
            form_team_within=self.clocks.form_team_within,
            interventions=tuple(self.interventions[name] for name in trigger.interventions),
            check_ins=self.check_ins[trigger.check_ins],
            check_in_groups=tuple(Group),
            check_in_grace=self.clocks.check_in_grace,
        )

    def review_clock(self, trigger_class: str) -> tuple[timedelta, timedelta]:
        """After how long the backup is told of an open review of this class, and all are called."""
        clock = self.review[self.triggers[trigger_class].tier]
        return clock.backup_after, clock.answer_within

    def urgency(self, trigger_class: str) -> Urgency:
        """How soon a team is wanted for this class."""
        planned = self.triggers[trigger_class].mode is Mode.AUTO_PLAN
        return Urgency.TODAY if planned else Urgency.NOW


def shipped(name: str) -> str:
    """The text of a policy file that comes with Tailboard, such as `cism`."""
    return (files("policy") / f"{name}.yaml").read_text(encoding="utf-8")


def parse_pack(
    text: str, overrides: dict[str, Any] | None = None, *, beside: Callable[[str], str] = shipped
) -> Pack:
    """A pack from its YAML, with an agency's own values laid over it.

    `beside` gives the text of the screening file that the pack names. `overrides` maps dotted paths (`clocks.surplus`) to values. Raises ValueError (pydantic's
    ValidationError, or for a path that the pack does not have) and yaml.YAMLError.
    """
    raw = yaml.safe_load(text)
    if isinstance(raw, dict) and isinstance(named := raw.pop("screening", None), str):
        raw = raw | yaml.safe_load(beside(named))
    for path, value in (overrides or {}).items():
        *parents, last = path.split(".")
        place = raw
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if not isinstance(place, dict) or last not in place:
            raise ValueError(f"{path} is not a value of this policy: nothing to override")
        place[last] = value
    return Pack.model_validate(raw)


def _known(where: str, names: tuple[str, ...], among: dict[str, Any]) -> None:
    for name in names:
        if name not in among:
            raise ValueError(f"{where}: {name!r} is not defined in this policy")
