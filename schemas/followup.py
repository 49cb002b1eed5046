"""What followup records: what is planned, what fell due, what was held or missed. Never what was said."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.candidates import Candidate
from schemas.envelope import By, Event, Frozen, MemberId, Slug, UtcDatetime
from schemas.policy import (
    Card,
    CaseBrief,
    Citation,
    Crew,
    Driver,
    Group,
    InterventionKind,
    InterventionRule,
    Role,
)

HeadCount = Annotated[int, Field(ge=0, le=1000)]


class SessionOutcome(StrEnum):
    """How a session ended, for all who were in it together: the fork of SAFER-R and nothing more."""

    NO_FURTHER = "no_further"
    FOLLOW_UP = "follow_up"
    REFERRAL = "referral"
    EMERGENCY = "emergency"


class MissReason(StrEnum):
    """Why something was not held in its window, as whoever answers for it says."""

    NOBODY_WANTED_IT = "nobody_wanted_it"
    NOBODY_FREE = "nobody_free"
    NO_MHP = "no_mhp"
    STILL_WORKING = "still_working"
    HELD_ELSEWHERE = "held_elsewhere"
    NOT_CALLED_FOR = "not_called_for"
    OUTAGE = "outage"
    OTHER = "other"


class AddedBecause(StrEnum):
    """What brought a session into the plan later."""

    SESSION_HELD = "session_held"
    """Those who held it are looked after, too."""
    DEFUSING_MISSED = "defusing_missed"


class PlannedIntervention(Frozen):
    """One intervention for one homogeneous group, with its window."""

    item: Slug
    kind: InterventionKind
    group: Group
    agency: Slug | None = None
    discipline: Slug | None = None
    part: Annotated[int, Field(ge=1)] | None = None
    """Which of several, where one group would be too large."""
    about: Annotated[int, Field(ge=1)] | None = None
    """About how many people, where it is known."""
    facilitators: Annotated[int, Field(ge=1)] = 1
    """How many hold it."""
    driver: Driver = Driver.EITHER
    opens_at: UtcDatetime
    target_at: UtcDatetime
    closes_at: UtcDatetime
    extends_to: UtcDatetime | None = None
    """When it closes at the latest, if a mental health professional keeps it open."""
    leads: Role
    mhp_required: bool
    source: Citation


class DeferredIntervention(Frozen):
    """A group intervention that gets its window when operations end."""

    item: Slug
    group: Group
    rule: InterventionRule


class PlannedCheckIn(Frozen):
    """A follow-up contact; open from `due_at`, missed after `closes_at`."""

    item: Slug
    number: Annotated[int, Field(ge=1)]
    group: Group
    due_at: UtcDatetime
    closes_at: UtcDatetime
    card: Card | None = None
    source: Citation


class FollowupPlanned(Event):
    """What comes after, as one decision."""

    NAME: ClassVar[str] = "followup_planned"
    brief: CaseBrief
    team_complete: bool
    peers: tuple[MemberId, ...]
    members: tuple[Candidate, ...] = ()
    """Everybody on the team, the peers too."""
    interventions: tuple[PlannedIntervention, ...]
    deferred: tuple[DeferredIntervention, ...]
    check_ins: tuple[PlannedCheckIn, ...]


class GroupWindowsOpened(Event):
    """Operations ended: the deferred interventions have their windows now."""

    NAME: ClassVar[str] = "group_windows_opened"
    ended_at: UtcDatetime | None = None
    interventions: tuple[PlannedIntervention, ...]


class OperationsEndNoted(Event):
    """Operations ended before there was a plan: kept here, so that the plan knows it."""

    NAME: ClassVar[str] = "operations_end_noted"
    ended_at: UtcDatetime


class InterventionOverdue(Event):
    """The target time passed and it was not held; its window is still open."""

    NAME: ClassVar[str] = "intervention_overdue"
    item: Slug
    closes_at: UtcDatetime
    awaits_approval: bool = False
    """The mental health professional on the team has not approved it yet."""


class InterventionHeld(Event):
    """It took place. Nobody's attendance is known here."""

    NAME: ClassVar[str] = "intervention_held"
    item: Slug
    held_at: UtcDatetime
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    head_count: HeadCount | None = None
    facilitators: tuple[MemberId, ...] = ()
    outcome: SessionOutcome | None = None


class InterventionMissed(Event):
    """Its window closed and it was not held."""

    NAME: ClassVar[str] = "intervention_missed"
    item: Slug


class CheckInFellDue(Event):
    """It is time for a follow-up contact; `peer` is reminded (none when the team has no peer)."""

    NAME: ClassVar[str] = "check_in_fell_due"
    item: Slug
    due_at: UtcDatetime
    peer: MemberId | None
    card: Card | None = None
    """What is handed over with it."""


class CheckInCompleted(Event):
    """The contact was offered. Whether anyone took it stays with the person."""

    NAME: ClassVar[str] = "check_in_completed"
    item: Slug


class CheckInMissed(Event):
    """The grace time passed and nobody marked the contact as offered."""

    NAME: ClassVar[str] = "check_in_missed"
    item: Slug
    peer: MemberId | None = None
    """Whose it was, where it follows a request for a peer."""
    answer_by: UtcDatetime | None = None
    """Then others hear of it too, unless somebody says why or that it was offered after all."""


class FollowupWidened(Event):
    """The incident turned out graver: these sessions and check-ins are planned besides."""

    NAME: ClassVar[str] = "followup_widened"
    brief: CaseBrief
    peers: tuple[MemberId, ...]
    members: tuple[Candidate, ...] = ()
    interventions: tuple[PlannedIntervention, ...]
    deferred: tuple[DeferredIntervention, ...]
    check_ins: tuple[PlannedCheckIn, ...]


class FollowupCancelled(Event):
    """The team is not wanted any more; a plan for a wish from before `decided_at` is settled."""

    NAME: ClassVar[str] = "followup_cancelled"
    decided_at: UtcDatetime


class ApprovalGiven(Event):
    """Group interventions of these kinds may be held: a mental health professional agreed."""

    NAME: ClassVar[str] = "approval_given"
    kinds: tuple[InterventionKind, ...]
    in_force: tuple[InterventionKind, ...] = ()
    """All kinds that may be held now."""


class ApprovalWithdrawn(Event):
    """Group interventions of these kinds may not be held for now."""

    NAME: ClassVar[str] = "approval_withdrawn"
    kinds: tuple[InterventionKind, ...]
    in_force: tuple[InterventionKind, ...] = ()
    """All kinds that may still be held."""


class TeamNoted(Event):
    """The team is another than the plan was made with."""

    NAME: ClassVar[str] = "team_noted"
    members: tuple[Candidate, ...]


class InterventionAdded(Event):
    """A session that follows from what became of another one."""

    NAME: ClassVar[str] = "intervention_added"
    intervention: PlannedIntervention
    after: Slug
    """The item that it follows from."""
    because: AddedBecause


class WindowsMoved(Event):
    """Operations ended at another time than was known: what is still to be held moves with it."""

    NAME: ClassVar[str] = "windows_moved"
    ended_at: UtcDatetime
    interventions: tuple[PlannedIntervention, ...]


class CrewsSet(Event):
    """Somebody said who was there: group sessions that nobody has held yet are planned anew."""

    NAME: ClassVar[str] = "crews_set"
    crews: tuple[Crew, ...]
    by: By
    dropped: tuple[Slug, ...]
    interventions: tuple[PlannedIntervention, ...]
    deferred: tuple[DeferredIntervention, ...]


class InterventionDeclined(Event):
    """It was offered and is not wanted; nobody asks why."""

    NAME: ClassVar[str] = "intervention_declined"
    item: Slug


class MissExplained(Event):
    """Why something was missed."""

    NAME: ClassVar[str] = "miss_explained"
    item: Slug
    reason: MissReason
    by: By


class CaseClosed(Event):
    """Everything that was planned is held, declined, cancelled, or missed with a reason."""

    NAME: ClassVar[str] = "case_closed"
