"""What intake records: reports of an incident, and whether the team is wanted."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from schemas.envelope import Code, Event, Frozen, Slug, UtcDatetime
from schemas.policy import CaseBrief, Citation, Tier

IncidentType = Annotated[str, StringConstraints(max_length=120)]
Unit = Annotated[str, StringConstraints(min_length=1, max_length=32)]


class Outcome(StrEnum):
    """What screening recommends; a human can always raise or lower it."""

    CRITICAL = "critical"
    REVIEW = "review"
    ROUTINE = "routine"


class Mode(StrEnum):
    """What happens by itself for a trigger class."""

    AUTO_PAGE = "auto_page"
    AUTO_PLAN = "auto_plan"
    REQUEST_ONLY = "request_only"
    HUMAN_RAISE = "human_raise"


class IncidentStatus(StrEnum):
    """How far the incident itself is."""

    ACTIVE = "active"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    FALSE_ALARM = "false_alarm"


class HoldReason(StrEnum):
    """Why a recommendation pages nobody by itself."""

    EXERCISE = "exercise"
    CANCELLED = "cancelled"
    TOO_OLD = "too_old"
    MODE = "mode"


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


class Screening(Frozen):
    """A recommendation with its reasons."""

    outcome: Outcome
    policy: Slug
    policy_version: int
    trigger_class: Code | None = None
    tier: Tier | None = None
    mode: Mode | None = None
    hold: HoldReason | None = None
    evidence: tuple[Evidence, ...] = ()


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


class ExposureRecorded(Event):
    """More units turned out to be on the incident after the team was wanted: their members took
    part, and must not be asked (Louisiana CE 518)."""

    NAME: ClassVar[str] = "exposure_recorded"
    units: Annotated[tuple[Unit, ...], Field(min_length=1)]


class OperationsEnded(Event):
    """Work at the incident is over: group interventions may now open."""

    NAME: ClassVar[str] = "operations_ended"
    ended_at: UtcDatetime
