"""What intake is asked to do."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.drills import DrillEnd, DrillTargets
from schemas.envelope import Code, Command, Frozen, Slug, UtcDatetime
from schemas.intake import (
    CaseId,
    Digest,
    IncidentStatus,
    IncidentType,
    MatchedBy,
    ReviewAnswer,
    Unit,
)
from schemas.policy import Crew, Role


class PatientOutcome(StrEnum):
    """What became of a patient, as far as the dispatch center knows."""

    DIED = "died"
    CRITICAL = "critical"
    INJURED = "injured"
    UNHURT = "unhurt"
    UNKNOWN = "unknown"


class ResponderOutcome(StrEnum):
    """What happened to one of our own."""

    KILLED = "killed"
    SERIOUSLY_INJURED = "seriously_injured"
    INJURED = "injured"
    ASSAULTED = "assaulted"
    NEAR_MISS = "near_miss"
    UNHURT = "unhurt"


class CodeSystem(StrEnum):
    """Whose vocabulary a code is from."""

    APCO = "apco"
    """APCO ANS 2.103.2 common incident types, the registry of EIDO."""
    DISPOSITION = "disposition"
    """APCO 1.111.2 dispositions, such as 39 (patient dead at scene)."""
    MPDS = "mpds"
    """Determinants of the medical and fire protocols, such as 09-D-01."""
    NERIS = "neris"
    NEMSIS = "nemsis"
    """Written `element:value`, such as `eArrest.18:3018003`."""
    CAP = "cap"
    """Written `element:value`, such as `category:Rescue`."""
    LOCAL = "local"


class IncidentCode(Frozen):
    """One code that a feed gave, with its vocabulary."""

    system: CodeSystem
    code: Annotated[str, Field(min_length=1, max_length=120)]


class Patient(Frozen):
    """One patient: read for screening, never stored."""

    age_years: float | None = None
    outcome: PatientOutcome = PatientOutcome.UNKNOWN
    resuscitated: bool = False
    """CPR was given or attempted."""


class Place(Frozen):
    """Where it happened, in degrees (WGS 84): used to match reports, kept only as a keyed digest."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]


class Report(Frozen):
    """One telling of an incident, whatever format it came in. It lives in memory only."""

    source: Slug
    number: str | None
    incident_type: IncidentType
    incident_code: str = ""
    occurred_at: UtcDatetime | None = None
    status: IncidentStatus | None = None
    """None says nothing about it: a first telling without it is of an active incident."""
    units: tuple[Unit, ...] = ()
    codes: tuple[IncidentCode, ...] = ()
    narrative: str = ""
    place: Place | None = None
    address: str = ""
    """Street and block as written; used to match reports, kept only as a keyed digest."""
    patients: tuple[Patient, ...] = ()
    responders: tuple[ResponderOutcome, ...] = ()
    flags: tuple[str, ...] = ()
    operations_ongoing: bool | None = None
    """None says nothing about it: what was known stays, because silence ends no operations."""
    operations_ended_at: UtcDatetime | None = None
    on_scene_at: UtcDatetime | None = None
    """When the first unit arrived: with the end of operations, how long they took."""
    people_hurt: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    people_killed: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """Counts of a feed that does not list patients."""
    exposed: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """About how many responders were there, where the feed says it."""
    disciplines: tuple[Slug, ...] = ()
    """Of those who were there, such as `fire` or `ems`."""
    crews: tuple[Crew, ...] = ()
    told_at: UtcDatetime | None = None
    """When the feed last touched its record: orders updates, whatever order they arrive in."""
    same_as: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()
    """Other numbers that this source gives to the same incident (merges, references)."""
    context_only: bool = False
    """A hazard alert, not a call: recorded as context, never pages."""
    exercise: bool = False


class Told(Frozen):
    """What an adapter makes of a document: one report, and what it left behind."""

    report: Report
    ignored_fields: Annotated[int, Field(ge=0)] = 0
    """How many fields of the document were not known; counted and dropped."""
    key: str | None = None
    """An idempotency key, for a document that carries its own identity but no incident number."""


class Match(Frozen):
    """Another case that a report turned out to be about, and why."""

    case_id: CaseId
    matched_by: MatchedBy
    why: tuple[Code, ...] = ()


class ReportIncident(Command):
    """Take in a report: the first of its incident, an update, or a repeat."""

    report: Report
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    ignored_fields: int = 0
    whereabouts: tuple[Digest, ...] = ()
    joins: Match | None = None
    """The case that this one turned out to be: it is recorded here and told there."""
    absorbs: Match | None = None
    """The case that this report came to first; its incident is this one."""


class RaiseCase(Command):
    """A person wants the team, whatever screening says."""

    trigger_class: Code
    occurred_at: UtcDatetime | None = None
    units: tuple[Unit, ...] = ()


class LowerCase(Command):
    """A person wants no team, or wants it to stand down."""

    reason: Code


class AnswerReview(Command):
    """A person decides a review."""

    review_id: UUID
    answer: ReviewAnswer


class EscalateReview(Command):
    """Nobody has answered yet: tell the mental health professionals too."""

    review_id: UUID


class ReportReviewOverdue(Command):
    """Nobody answered in time."""

    review_id: UUID


class MergeCase(Command):
    """This case is the same incident as another."""

    into: Match
    into_tier: int | None
    """For which tier the other case wants a team: the graver case always goes on."""


class AbsorbCase(Command):
    """Another case is this incident."""

    other: Match
    units: tuple[Unit, ...] = ()


class SplitCase(Command):
    """This case is an incident of its own after all."""


class PlanDrill(Command):
    """Hold an exercise between two times; at once when both are now."""

    trigger_class: Code
    roles: tuple[Role, ...] = ()
    earliest: UtcDatetime
    latest: UtcDatetime
    lot: UUID
    targets: DrillTargets
    real_team_at: UtcDatetime | None = None
    """When a real team was wanted last, as far as is known."""
    quiet_after_real: timedelta


class BeginDrill(Command):
    """The moment of an exercise has come."""

    due_at: UtcDatetime
    late_by: timedelta
    real_team_at: UtcDatetime | None = None
    quiet_after_real: timedelta


class CancelDrill(Command):
    """A person wants no exercise, or wants it to end."""


class EndDrill(Command):
    """An exercise is over."""

    reason: DrillEnd


DrillCommand = PlanDrill | BeginDrill | CancelDrill | EndDrill

IntakeCommand = (
    ReportIncident
    | RaiseCase
    | LowerCase
    | AnswerReview
    | EscalateReview
    | ReportReviewOverdue
    | MergeCase
    | AbsorbCase
    | SplitCase
)
