"""A policy pack as pydantic reads it, and the snapshot that a case takes of it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from schemas.envelope import Code, Slug
from schemas.intake import Mode
from schemas.policy import (
    FairPoints,
    Group,
    InterventionKind,
    LoadCaps,
    ResponsePolicy,
    Tier,
    Urgency,
)
from schemas.scheduling import SchedulingRules
from services.intake.pack.checks import crossed
from services.intake.pack.layers import Layers, read_layers
from services.intake.pack.parts import (
    Caps,
    CheckIn,
    Clocks,
    Fairness,
    Intervention,
    ReviewClock,
    Scheduling,
    Trigger,
    review_clocks,
)
from services.intake.pack.problems import BadPolicy, Trouble, dotted, in_order
from services.intake.pack.sources import Source, shipped
from services.intake.pack.words import troubles
from services.intake.rules import Rule, Signal, Strict, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import timedelta

_INCLUDED = frozenset({("vocabulary",), ("signals",), ("rules",)})
"""What the screening file holds."""


class Pack(Strict):
    """A whole policy file, its parts checked against each other."""

    policy: Slug
    version: Annotated[int, Field(ge=1)]
    title: str
    forbids: tuple[InterventionKind, ...] = ()
    """What no trigger may plan, whoever overrides what."""
    clocks: Clocks
    review: dict[Tier, ReviewClock] = Field(default_factory=review_clocks)
    caps: Caps = LoadCaps()
    fairness: Fairness = FairPoints()
    scheduling: Scheduling = SchedulingRules()
    interventions: dict[Code, Intervention]
    check_ins: dict[Code, tuple[CheckIn, ...]]
    triggers: dict[Code, Trigger]
    vocabulary: Vocabulary
    signals: dict[Code, Signal]
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        wrong = [f"{dotted(found.steps)}: {found.what}" for found in crossed(self.model_dump())]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def digest(self) -> str:
        """Twelve hex digits that any change of content changes; comments and order do not count."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:12]

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
            check_in_groups=(Group.RESPONDERS, Group.DISPATCHERS),
            check_in_grace=self.clocks.check_in_grace,
            participants_per_peer=self.clocks.participants_per_peer,
            alarm_answer_within=self.clocks.alarm_answer_within,
            next_channel_after=self.clocks.next_channel_after,
            caps=self.caps,
            fairness=self.fairness,
            scheduling=self.scheduling,
        )

    def review_clock(self, trigger_class: str) -> tuple[timedelta, timedelta]:
        """After how long the backup is told of an open review of this class, and all are called."""
        clock = self.review[self.triggers[trigger_class].tier]
        return clock.backup_after, clock.answer_within

    def urgency(self, trigger_class: str) -> Urgency:
        """How soon a team is wanted for this class."""
        planned = self.triggers[trigger_class].mode is Mode.AUTO_PLAN
        return Urgency.TODAY if planned else Urgency.NOW


def read_pack(source: Source, overrides: Mapping[str, Any] | None = None) -> Pack:
    """A pack from its file, with an agency's own values laid over it.

    `overrides` maps dotted paths (`clocks.surplus`) to values. Raises BadPolicy with every problem.
    """
    return checked(read_layers(source, overrides or {}, Pack))


def checked(layers: Layers) -> Pack:
    """The pack that these layers make. Raises BadPolicy with every problem and its line."""
    found = [layers.problem(trouble) for trouble in _troubles(layers)]
    if wrong := layers.problems + found:
        raise BadPolicy(in_order(wrong))
    return Pack.model_validate(layers.raw)


def parse_pack(
    text: str, overrides: Mapping[str, Any] | None = None, *, beside: Callable[[str], str] = shipped
) -> Pack:
    """`read_pack` of a text; `beside` gives the text of the screening file that it names."""

    def other(name: str) -> Source:
        return Source(f"policy/{name}.yaml", beside(name), other)

    return read_pack(Source("policy file", text, other), overrides)


def _troubles(layers: Layers) -> Iterator[Trouble]:
    """Of single values and between them, all at once."""
    found = [*crossed(layers.raw)]
    try:
        Pack.model_validate(layers.raw)
    except ValidationError as error:
        found += troubles(error, Pack)
    for trouble in found:
        if layers.is_whole or trouble.steps[:1] not in _INCLUDED:
            yield trouble
    for steps in layers.overridden:
        if steps[:1] == ("forbids",):
            what = "what a policy forbids cannot be overridden"
            yield Trouble(steps, what, "write a policy file of your own")
