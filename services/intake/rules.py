"""What a policy file says about screening: words, signals that a report may show, rules over them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from schemas.envelope import Code, Frozen, Slug
from schemas.intake import Outcome
from schemas.policy import Citation
from services.intake.commands import CodeSystem, PatientOutcome, ResponderOutcome


class Strict(Frozen):
    """A file's part: a misspelt key is an error, not a silently missing rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Phrases = tuple[Annotated[str, StringConstraints(min_length=1, max_length=60)], ...]


class People(Strict):
    """How narratives name people and animals. `adult` covers everybody else who is named."""

    child: Phrases
    responder: Phrases
    unit: Phrases = ()
    """What responders are in: what hits or shoots at it, hits or shoots at them."""
    patient: Phrases = ()
    """Words for whoever the notes are about, of any age."""
    own: Phrases = ()
    """Said of one who is one of us, whatever else they are called."""
    coworker: Phrases
    animal: Phrases
    working_dog: Phrases
    adult: Phrases


class Turns(Strict):
    """What turns a word's meaning: negation, doubt, the past, drills, make-believe."""

    not_before: Phrases
    not_after: Phrases
    maybe: Phrases
    hypothetical: Phrases = ()
    """Only spoken of, threatened or feared: not told, unless saying it is an emergency."""
    long_ago: Phrases
    called_off: Phrases
    """Said anywhere, nothing of it happened."""
    drill: Phrases
    real: Phrases = ()
    """Said of something in a drill that is none."""
    well: Phrases = ()
    """A patient is well: the type of the first seconds says otherwise no more."""
    expected: Phrases = ()
    """A death that was awaited."""
    pretend: Phrases
    acts: Phrases
    """After a person: this one acts, and is not the one it happened to."""
    agent: Phrases
    """Before a person: likewise."""
    not_what_it_seems: Phrases
    """Fixed expressions whose words mean nothing here, such as a dead battery."""


class Vocabulary(Strict):
    """The words of narratives, as whole-word phrases in any case."""

    child_below: Annotated[int, Field(ge=1, le=30)] = 18
    """Years; PROPOSAL: the age of majority in most US states."""
    people: People
    happenings: dict[Code, Phrases]
    slots: dict[Code, Phrases] = Field(default_factory=dict)
    """What `{name}` in a phrase stands for, besides the lists of `people`."""
    turns: Turns
    bystander: Phrases
    """After a child: this child is there, and nothing happened to it."""


class Finding(Strict):
    """Something that a narrative tells: any of these happenings to any of these people."""

    what: Annotated[tuple[Code, ...], Field(min_length=1)]
    who: tuple[Code, ...] = ()
    """child, responder, coworker, working_dog, adult, unknown; empty means whoever."""
    maybe: bool = False
    """True when a mere possibility counts too."""
    at_least: Annotated[int, Field(ge=1)] = 1
    """How many people, where the text counts them."""


class PatientLooks(Strict):
    """One patient of whom all that is given here is so."""

    age_below: int | None = None
    outcomes: tuple[PatientOutcome, ...] = ()
    resuscitated: bool | None = None


class Codes(Strict):
    """Codes of one vocabulary; `*` stands for any characters."""

    system: CodeSystem
    like: Annotated[tuple[str, ...], Field(min_length=1)]


class Signal(Strict):
    """What in a report shows one thing; any of its parts is enough."""

    phrases: tuple[str, ...] = ()
    """In the incident's type or code, which are short; narratives are read by `narrative`."""
    flags: tuple[str, ...] = ()
    codes: tuple[Codes, ...] = ()
    patients: tuple[PatientLooks, ...] = ()
    responders: tuple[ResponderOutcome, ...] = ()
    narrative: tuple[Finding, ...] = ()
    people_hurt: Annotated[int, Field(ge=1)] | None = None
    people_killed: Annotated[int, Field(ge=1)] | None = None
    lasted: timedelta | None = None
    """From the first arrival to the end of operations, at least."""


class Rule(Strict):
    """When all of its signals are shown and none of `unless`, the trigger class applies."""

    id: Slug
    trigger: Code
    outcome: Outcome
    all_of: Annotated[tuple[Code, ...], Field(min_length=1)]
    unless: tuple[Code, ...] = ()
    source: Citation
