"""What intake records: reports of an incident, and whether the team is wanted."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints
from typing_extensions import override

from schemas.envelope import Code, Event, Frozen, Slug, UtcDatetime
from schemas.outcomes import ChangeReason as ChangeReason
from schemas.outcomes import HoldReason as HoldReason
from schemas.outcomes import Mode as Mode
from schemas.outcomes import Outcome as Outcome
from schemas.policy import CaseBrief, Citation, Crew, Tier

IncidentType = Annotated[str, StringConstraints(max_length=120)]
Unit = Annotated[str, StringConstraints(min_length=1, max_length=32)]
CaseId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16,32}$")]


class IncidentStatus(StrEnum):
    """How far the incident itself is."""

    ACTIVE = "active"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    FALSE_ALARM = "false_alarm"


class ReviewKind(StrEnum):
    """What a person is asked to decide."""

    ACTIVATE = "activate"
    """Shall the team come?"""
    STAND_DOWN = "stand_down"
    """The team was asked for, and news says that it may not be needed: shall it stand down?"""


class ReviewAnswer(StrEnum):
    """What a person answered to a review."""

    RAISE = "raise"
    """Bring the team in, or let it go on."""
    DECLINE = "decline"
    """No team, or stand it down."""


class MatchedBy(StrEnum):
    """Why two reports are held to be one incident."""

    NUMBER = "number"
    """The source itself says that both numbers are one incident."""
    TIME_PLACE_TYPE = "time_place_type"
    PERSON = "person"
    """Somebody merged them."""


class Shown(Frozen):
    """One signal that a report showed: where, and in the policy's words, never the report's."""

    signal: Code
    field: Code
    what: Annotated[str, StringConstraints(max_length=120)]
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    span: tuple[int, int] | None = None
    """From and to which character of the field's text, for a person who has the text at hand."""


class Evidence(Frozen):
    """One reason behind a recommendation: which field showed what, by which rule, from where.

    `shown` is the policy's own phrase or a structured value, never text of the report, so that no
    caller's or patient's words are kept.
    """

    rule: Slug
    trigger_class: Code
    field: Code
    shown: Annotated[str, StringConstraints(max_length=120)]
    source: Citation
    span: tuple[int, int] | None = None


class Screening(Frozen):
    """A recommendation with its reasons."""

    outcome: Outcome
    policy: Slug
    policy_version: int
    trigger_class: Code | None = None
    tier: Tier | None = None
    mode: Mode | None = None
    hold: HoldReason | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How sure, as measured on labelled incidents (docs/explanation/screening.md)."""
    evidence: tuple[Evidence, ...] = ()
    shown: tuple[Shown, ...] = ()
    """Every signal that the case has shown so far: what a later report is silent about stays."""


class IncidentReported(Event):
    """An incident became known to us and was screened: one message, for the routine case too."""

    NAME: ClassVar[str] = "incident_reported"
    source: Slug
    number: Annotated[str, StringConstraints(max_length=80)] | None
    incident_type: IncidentType
    occurred_at: UtcDatetime
    status: IncidentStatus
    units: tuple[Unit, ...]
    exercise: bool
    operations_ongoing: bool
    operations_ended_at: UtcDatetime | None
    fingerprint: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    """A digest of the whole report under a secret: tells a repeat from an update."""
    ignored_fields: Annotated[int, Field(ge=0)]
    """How many fields of the report we did not know; accepted, counted and dropped."""
    told_at: UtcDatetime | None = None
    """When the feed last touched its record; an older telling never takes back a newer one."""
    told_fields: tuple[Code, ...] = ()
    """Which fields of a report it told: what it is silent about stays as it was known."""
    kind: Code | None = None
    """The broad kind of incident (fire, medical, traffic ...), for matching reports."""
    whereabouts: tuple[Digest, ...] = ()
    """Keyed digests of where it was: they can be compared, and not read."""
    context_only: bool = False
    """A hazard alert, not a call: it never pages."""
    exposed: Annotated[int, Field(ge=1, le=10_000)] | None = None
    disciplines: tuple[Slug, ...] = ()
    crews: tuple[Crew, ...] = ()
    """About how many were there, of what work, by agency: counts, and nobody's name."""
    screening: Screening


class IncidentUpdated(IncidentReported):
    """The same incident was told again with something new, and was screened again."""

    NAME: ClassVar[str] = "incident_updated"


class ActivationRequested(Event):
    """The team is wanted. Dispatch reads this and nothing else of intake."""

    NAME: ClassVar[str] = "activation_requested"
    brief: CaseBrief
    units: tuple[Unit, ...]
    """Units on the incident: their members took part and are never asked to serve."""
    report: IncidentReported | None = None
    """The first report of the case, when it is this that brings the team in: one message for both."""

    @override
    def parts(self) -> tuple[Event, ...]:
        """The report, and the wish that follows from it."""
        if self.report is None:
            return (self,)
        return (self.report, self.model_copy(update={"report": None}))


class ExposureRecorded(Event):
    """More units turned out to be on the incident after the team was wanted: their members took
    part, and must not be asked (Louisiana CE 518)."""

    NAME: ClassVar[str] = "exposure_recorded"
    units: Annotated[tuple[Unit, ...], Field(min_length=1)]


class OperationsEnded(Event):
    """Work at the incident is over: group interventions may now open."""

    NAME: ClassVar[str] = "operations_ended"
    ended_at: UtcDatetime


class RecommendationChanged(Event):
    """What is recommended is another than before, and why."""

    NAME: ClassVar[str] = "recommendation_changed"
    before: Outcome | None
    """None when no feed had reported the incident."""
    after: Outcome
    trigger_class: Code | None
    reason: ChangeReason


class CaseRaised(Event):
    """A person says that the team is wanted: it comes, whatever screening recommends."""

    NAME: ClassVar[str] = "case_raised"
    trigger_class: Code
    occurred_at: UtcDatetime
    units: tuple[Unit, ...] = ()


class CaseLowered(Event):
    """A person says that no team is wanted. A later report may show something new all the same."""

    NAME: ClassVar[str] = "case_lowered"
    reason: Code


class DeactivationRequested(Event):
    """The team is not wanted any more: who was asked is stood down with thanks."""

    NAME: ClassVar[str] = "deactivation_requested"
    reason: Code


class ReviewOpened(Event):
    """A person must decide. The clock runs: another is told at `backup_at`, all at `answer_by`."""

    NAME: ClassVar[str] = "review_opened"
    review_id: UUID
    kind: ReviewKind
    trigger_class: Code
    tier: Tier
    incident_type: IncidentType
    occurred_at: UtcDatetime
    evidence: tuple[Evidence, ...]
    backup_at: UtcDatetime
    answer_by: UtcDatetime


class ReviewEscalated(Event):
    """No answer yet: the mental health professionals are told too."""

    NAME: ClassVar[str] = "review_escalated"
    review_id: UUID


class ReviewOverdue(Event):
    """Nobody answered in time: everyone who could is called, and the console says so in red."""

    NAME: ClassVar[str] = "review_overdue"
    review_id: UUID


class ReviewAnswered(Event):
    """A person decided, or news made the question moot."""

    NAME: ClassVar[str] = "review_answered"
    review_id: UUID
    answer: ReviewAnswer | None
    """None when news made it moot: the team was asked for meanwhile, or it was merged."""


class CaseMerged(Event):
    """This case is the same incident as another: what is told of it goes there from now on."""

    NAME: ClassVar[str] = "case_merged"
    into: CaseId
    matched_by: MatchedBy
    why: tuple[Code, ...] = ()
    """What agreed, such as `same_block`, `within_10_minutes`, `same_kind`."""


class CaseAbsorbed(Event):
    """Another case turned out to be this incident; it brought these units."""

    NAME: ClassVar[str] = "case_absorbed"
    other: CaseId
    matched_by: MatchedBy
    units: tuple[Unit, ...] = ()


class CaseSplit(Event):
    """This case is an incident of its own after all."""

    NAME: ClassVar[str] = "case_split"
    out_of: CaseId
