"""What intake knows of a case, folded from its own events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from schemas.drills import DrillPlanned
from schemas.intake import (
    ActivationRequested,
    CaseAbsorbed,
    CaseLowered,
    CaseMerged,
    CaseRaised,
    CaseSplit,
    DeactivationRequested,
    IncidentReported,
    IncidentStatus,
    OperationsEnded,
    RecommendationChanged,
    ReviewAnswer,
    ReviewAnswered,
    ReviewEscalated,
    ReviewOpened,
    ReviewOverdue,
)
from schemas.policy import Crew, Group

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from schemas.intake import Outcome, ReviewKind, Screening, Shown


@dataclass(frozen=True, slots=True)
class Unseen:
    """Nothing was reported yet."""


@dataclass(frozen=True, slots=True)
class Review:
    """An open question to a person."""

    review_id: UUID
    kind: ReviewKind
    trigger_class: str
    rules: frozenset[str]
    """The rules that made it a question: what a person declined is not asked again."""
    backup_at: datetime
    answer_by: datetime
    escalated: bool = False
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """The team was asked for, and for what."""

    trigger_class: str
    tier: int
    exposed: int | None = None
    """How many were there, as far as was known when the team was asked for last."""


@dataclass(frozen=True, slots=True)
class Seen:
    """At least one report came in, or a person raised it."""

    occurred_at: datetime
    incident_type: str = ""
    fingerprints: frozenset[str] = frozenset()
    screening: Screening | None = None
    """The newest recommendation; None for a case that a person raised and no feed reported."""
    status: IncidentStatus = IncidentStatus.ACTIVE
    exercise: bool = False
    operations_ongoing: bool = False
    operations_ended_at: datetime | None = None
    units: tuple[str, ...] = ()
    """Every unit that any report named, in the order of naming."""
    exposed: int | None = None
    """The greatest number of people on scene that any report told: more peers rather than fewer."""
    disciplines: tuple[str, ...] = ()
    crews: tuple[Crew, ...] = ()
    told: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """By source and field: when the feed last touched what we know."""
    shown: Mapping[str, tuple[Shown, ...]] = field(default_factory=dict)
    """By source: the signals that its reports have shown."""
    wanted: Wanted | None = None
    raised: bool = False
    """A person asked for the team: no report takes that back."""
    settled: frozenset[str] = frozenset()
    """Rules that a person has looked at and declined: they bring nobody in by themselves."""
    review: Review | None = None
    absorbed: frozenset[str] = frozenset()

    @property
    def activated(self) -> bool:
        """Whether the team is wanted now."""
        return self.wanted is not None

    @property
    def recommended(self) -> tuple[Outcome | None, str | None]:
        """The newest outcome and its trigger class."""
        if self.screening is None:
            return (None, None)
        return (self.screening.outcome, self.screening.trigger_class)

    @property
    def rules(self) -> frozenset[str]:
        """The rules behind the newest recommendation."""
        evidence = self.screening.evidence if self.screening else ()
        return frozenset(each.rule for each in evidence)


@dataclass(frozen=True, slots=True)
class Merged:
    """This case turned out to be another one; what was known of it waits for a split."""

    into: str
    before: Seen | Unseen


@dataclass(frozen=True, slots=True)
class Exercise:
    """An exercise (services/intake/drills.py): nothing that is said of real incidents applies to it."""


IntakeState = Unseen | Seen | Merged | Exercise


def evolve(  # noqa: PLR0911 - one line per state
    state: IntakeState, event: Event
) -> IntakeState:
    """The state after one more event."""
    match state:
        case Exercise():
            return state
        case Unseen() if isinstance(event, DrillPlanned):
            return Exercise()
        case Merged():
            return _merged(state, event)
        case Unseen() | Seen() if isinstance(event, CaseMerged):
            return Merged(event.into, _put_aside(state))
        case Unseen() if isinstance(event, IncidentReported | CaseRaised):
            return _seen(Seen(occurred_at=event.occurred_at), event)
        case Unseen():
            return state
        case Seen():
            return _seen(state, event)


def _merged(state: Merged, event: Event) -> IntakeState:
    match event:
        case CaseSplit():
            return state.before
        case IncidentReported():
            before = state.before
            if isinstance(before, Unseen):
                before = Seen(occurred_at=event.occurred_at)
            return replace(state, before=_seen(before, event))
        case _:
            return state


def _put_aside(state: Seen | Unseen) -> Seen | Unseen:
    return replace(state, wanted=None, review=None) if isinstance(state, Seen) else state


def _seen(state: Seen, event: Event) -> Seen:
    match event:
        case IncidentReported():
            return _reported(state, event)
        case CaseRaised():
            units = tuple(dict.fromkeys((*state.units, *event.units)))
            return replace(state, raised=True, units=units)
        case OperationsEnded():
            return replace(state, operations_ongoing=False, operations_ended_at=event.ended_at)
        case CaseAbsorbed():
            units = tuple(dict.fromkeys((*state.units, *event.units)))
            return replace(state, absorbed=state.absorbed | {event.other}, units=units)
        case _:
            return _decided(state, event)


def _reported(state: Seen, event: IncidentReported) -> Seen:
    told_at = event.told_at or event.occurred_at
    told = {(event.source, name): told_at for name in event.told_fields}
    return replace(
        state,
        fingerprints=state.fingerprints | {event.fingerprint},
        occurred_at=event.occurred_at,
        incident_type=event.incident_type or state.incident_type,
        screening=event.screening,
        status=event.status,
        exercise=event.exercise,
        operations_ongoing=event.operations_ongoing,
        operations_ended_at=event.operations_ended_at,
        units=tuple(dict.fromkeys((*state.units, *event.units))),
        exposed=max(state.exposed or 0, event.exposed or 0, _people(event.crews)) or None,
        disciplines=tuple(
            sorted({*state.disciplines, *event.disciplines, *_disciplines(event.crews)})
        ),
        crews=_all_crews(state.crews, event.crews),
        told={**state.told, **told},
        shown={**state.shown, event.source: event.screening.shown},
    )


def _decided(state: Seen, event: Event) -> Seen:
    match event:
        case ActivationRequested():
            brief = event.brief
            wanted = Wanted(brief.trigger_class, brief.tier, brief.exposed)
            return replace(state, wanted=wanted)
        case DeactivationRequested():
            return replace(state, wanted=None)
        case CaseLowered():
            return replace(state, raised=False, settled=state.settled | state.rules)
        case RecommendationChanged():
            return state
        case ReviewOpened() | ReviewEscalated() | ReviewOverdue() | ReviewAnswered():
            return _reviewed(state, event)
        case _:
            return state


def _reviewed(
    state: Seen, event: ReviewOpened | ReviewEscalated | ReviewOverdue | ReviewAnswered
) -> Seen:
    review = state.review
    match event:
        case ReviewOpened():
            opened = Review(
                event.review_id,
                event.kind,
                event.trigger_class,
                frozenset(each.rule for each in event.evidence),
                event.backup_at,
                event.answer_by,
            )
            return replace(state, review=opened)
        case ReviewEscalated():
            return replace(state, review=review and replace(review, escalated=True))
        case ReviewOverdue():
            return replace(state, review=review and replace(review, overdue=True))
        case ReviewAnswered(answer=ReviewAnswer.DECLINE):
            rules = review.rules if review else frozenset()
            settled = state.settled | state.rules | rules
            return replace(state, review=None, raised=False, settled=settled)
        case ReviewAnswered(answer=ReviewAnswer.RAISE):
            return replace(state, review=None, raised=True)
        case ReviewAnswered():
            return replace(state, review=None)


def _people(crews: tuple[Crew, ...]) -> int:
    return sum(crew.count or 0 for crew in crews if crew.exposure is Group.RESPONDERS)


def _disciplines(crews: tuple[Crew, ...]) -> set[str]:
    return {crew.discipline for crew in crews if crew.discipline}


def _all_crews(known: tuple[Crew, ...], told: tuple[Crew, ...]) -> tuple[Crew, ...]:
    """Every crew that any report named, with the greatest number that any report told."""
    found: dict[tuple[str, str | None, str | None], Crew] = {}
    for crew in (*known, *told):
        key = (crew.exposure, crew.agency, crew.discipline)
        before = found.get(key)
        count = max((before.count if before else None) or 0, crew.count or 0)
        found[key] = crew.model_copy(update={"count": count or None})
    return tuple(found.values())
