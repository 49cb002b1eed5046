"""What followup records: what is planned, what fell due, what was held or missed. Never what was said."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.envelope import Event, Frozen, MemberId, Slug, UtcDatetime
from schemas.policy import CaseBrief, Citation, Group, InterventionKind, InterventionRule, Role


class PlannedIntervention(Frozen):
    """One intervention for one homogeneous group, with its window."""

    item: Slug
    kind: InterventionKind
    group: Group
    opens_at: UtcDatetime
    target_at: UtcDatetime
    closes_at: UtcDatetime
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
    source: Citation


class FollowupPlanned(Event):
    """What comes after, as one decision."""

    NAME: ClassVar[str] = "followup_planned"
    brief: CaseBrief
    team_complete: bool
    peers: tuple[MemberId, ...]
    interventions: tuple[PlannedIntervention, ...]
    deferred: tuple[DeferredIntervention, ...]
    check_ins: tuple[PlannedCheckIn, ...]


class GroupWindowsOpened(Event):
    """Operations ended: the deferred interventions have their windows now."""

    NAME: ClassVar[str] = "group_windows_opened"
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


class CheckInCompleted(Event):
    """The contact was offered. Whether anyone took it stays with the person."""

    NAME: ClassVar[str] = "check_in_completed"
    item: Slug


class CheckInMissed(Event):
    """The grace time passed and nobody marked the contact as offered."""

    NAME: ClassVar[str] = "check_in_missed"
    item: Slug


class FollowupWidened(Event):
    """The incident turned out graver: these sessions and check-ins are planned besides."""

    NAME: ClassVar[str] = "followup_widened"
    brief: CaseBrief
    peers: tuple[MemberId, ...]
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


class ApprovalWithdrawn(Event):
    """Group interventions of these kinds may not be held for now."""

    NAME: ClassVar[str] = "approval_withdrawn"
    kinds: tuple[InterventionKind, ...]
