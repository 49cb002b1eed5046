"""When interventions take place: proposed, scheduled, moved, called off. Never what was said in them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.envelope import By, Event, Frozen, MemberId, Slug, UtcDatetime
from schemas.intake import Unit

Late = Annotated[int, Field(ge=0)]
"""By how many seconds a timer fired late, as after an outage."""
Sequence = Annotated[int, Field(ge=0)]
"""Counts the changes of one session's time, as calendar programs want it (RFC 5545, 3.8.7.4)."""


class Slot(Frozen):
    """A time at which a session could be held, and who is free to hold it then."""

    starts_at: UtcDatetime
    ends_at: UtcDatetime
    facilitators: tuple[MemberId, ...]


class Shortage(StrEnum):
    """Why no time could be proposed."""

    TEAM_TOO_SMALL = "team_too_small"
    """The team has fewer members than hold such a session."""
    NO_LEADER = "no_leader"
    """Nobody on the team has the role that leads it."""
    NO_MHP = "no_mhp"
    """It needs a mental health professional, and the team has none."""
    NOBODY_FREE = "nobody_free"
    """There are enough of them, and not enough are free at one time within the window."""
    WINDOW_TOO_SHORT = "window_too_short"
    """What is left of the window is shorter than the session."""


class CancelReason(StrEnum):
    """Why a session does not take place at all, in a word of a closed list."""

    NOT_CALLED_FOR = "not_called_for"
    NOBODY_WANTED_IT = "nobody_wanted_it"
    HELD_ELSEWHERE = "held_elsewhere"
    CLINICAL_ADVICE = "clinical_advice"
    """A mental health professional advises against it."""
    COUNSEL = "counsel"
    """A lawyer has to agree first, as after a use of force."""
    STILL_WORKING = "still_working"
    OTHER = "other"


class UnscheduledBecause(StrEnum):
    """Why a session is not at the time that was told."""

    CANCELLED = "cancelled"
    DECLINED = "declined"
    PLAN_CHANGED = "plan_changed"
    """Its window or its group is another now."""
    NOT_WANTED = "not_wanted"
    """The team is not wanted any more."""
    HELD_BEFORE = "held_before"


class ExtendReason(StrEnum):
    """Why a mental health professional keeps a window open for longer."""

    STILL_WORKING = "still_working"
    OFF_SHIFT = "off_shift"
    """Those who were there are off duty until then."""
    NO_FACILITATORS = "no_facilitators"
    TOO_SOON = "too_soon"
    """The group is not ready for it yet."""
    OUTAGE = "outage"


class EscalationReason(StrEnum):
    """Why whoever holds something calls a coordinator, in a word of a closed list: never how anybody
    is, and nothing of what was said."""

    CANNOT_HOLD = "cannot_hold"
    """They cannot hold it, or cannot make this check-in."""
    NOBODY_BESIDE_ME = "nobody_beside_me"
    """Who was to hold it with them is not there."""
    NEEDS_MHP = "needs_mhp"
    """A mental health professional has to be there."""
    LARGER_THAN_PLANNED = "larger_than_planned"
    NO_PLACE = "no_place"
    STILL_WORKING = "still_working"
    """Those it is for cannot come then."""
    OTHER = "other"


class Ahead(StrEnum):
    """How long before a session its facilitators are reminded."""

    DAY = "day"
    HOUR = "hour"


class InterventionProposed(Event):
    """When a session could be held: up to three times inside its window, the first one the soonest."""

    NAME: ClassVar[str] = "intervention_proposed"
    item: Slug
    slots: Annotated[tuple[Slot, ...], Field(min_length=1, max_length=3)]
    facilitators: Annotated[int, Field(ge=1)]
    """How many hold it."""
    unsure: bool = False
    """Whether the facilitators are free could not be asked: look before you confirm."""
    awaits_approval: bool = False
    """It cannot be confirmed before a mental health professional of the team has agreed to it."""
    confirm_at: UtcDatetime | None = None
    """When the first of these times confirms itself, by policy; None when a person has to."""
    late_seconds: Late = 0


class ProposalFailed(Event):
    """No time could be proposed, and why; a coordinator is called."""

    NAME: ClassVar[str] = "proposal_failed"
    item: Slug
    why: Shortage
    wanted: Annotated[int, Field(ge=1)]
    """How many hold it."""
    found: Annotated[int, Field(ge=0)]
    """How many of the team could."""
    late_seconds: Late = 0


class InterventionScheduled(Event):
    """It is held at this time, by these. A higher sequence takes the place of a lower one."""

    NAME: ClassVar[str] = "intervention_scheduled"
    item: Slug
    starts_at: UtcDatetime
    ends_at: UtcDatetime
    facilitators: tuple[MemberId, ...]
    sequence: Sequence
    by: By
    scheduled_at: UtcDatetime
    place: Slug | None = None
    """Where, as a code of the agency, such as a station; never somebody's address."""
    released: tuple[MemberId, ...] = ()
    """Who was to hold it until now and is not any more."""
    unsure: bool = False


class InterventionUnscheduled(Event):
    """It is not held at the time that was told; whether at another one is for the plan to say."""

    NAME: ClassVar[str] = "intervention_unscheduled"
    item: Slug
    starts_at: UtcDatetime
    ends_at: UtcDatetime
    facilitators: tuple[MemberId, ...]
    sequence: Sequence
    because: UnscheduledBecause
    place: Slug | None = None


class InterventionCancelled(Event):
    """It does not take place: settled, and no alarm."""

    NAME: ClassVar[str] = "intervention_cancelled"
    item: Slug
    reason: CancelReason
    by: By
    sequence: Sequence = 0


class WindowExtended(Event):
    """A mental health professional of the team keeps the window open for longer."""

    NAME: ClassVar[str] = "window_extended"
    item: Slug
    opens_at: UtcDatetime
    closes_at: UtcDatetime
    by: By
    reason: ExtendReason


class WindowClosingWarned(Event):
    """The window closes soon and nothing is scheduled in it."""

    NAME: ClassVar[str] = "window_closing_warned"
    item: Slug
    closes_at: UtcDatetime
    late_seconds: Late = 0


class FacilitatorsReminded(Event):
    """Its facilitators are reminded, or would have been: a reminder that comes too late is skipped."""

    NAME: ClassVar[str] = "facilitators_reminded"
    item: Slug
    ahead: Ahead
    starts_at: UtcDatetime
    ends_at: UtcDatetime
    facilitators: tuple[MemberId, ...]
    sequence: Sequence
    place: Slug | None = None
    skipped: bool = False
    late_seconds: Late = 0


class OutcomeAsked(Event):
    """The session should be over: its facilitators are asked whether it was held."""

    NAME: ClassVar[str] = "outcome_asked"
    item: Slug
    starts_at: UtcDatetime
    ends_at: UtcDatetime
    facilitators: tuple[MemberId, ...]
    sequence: Sequence
    late_seconds: Late = 0


class ItemEscalated(Event):
    """Whoever holds it, or makes this check-in, cannot, or needs a coordinator for it."""

    NAME: ClassVar[str] = "item_escalated"
    item: Slug
    member_id: MemberId
    reason: EscalationReason
    by: By


class CoverageRequested(Event):
    """These units cannot be sent meanwhile: a dispatch center is asked to cover them. No names."""

    NAME: ClassVar[str] = "coverage_requested"
    item: Slug
    units: Annotated[tuple[Unit, ...], Field(min_length=1, max_length=50)]
    count: Annotated[int, Field(ge=1, le=1000)] | None = None
    """About how many people."""
    starts_at: UtcDatetime
    ends_at: UtcDatetime
    sequence: Sequence


class CoverageReleased(Event):
    """The units need no cover then."""

    NAME: ClassVar[str] = "coverage_released"
    item: Slug
    units: Annotated[tuple[Unit, ...], Field(min_length=1, max_length=50)]
    starts_at: UtcDatetime
    ends_at: UtcDatetime
    sequence: Sequence


class Appointment(Frozen):
    """A session's time as a message tells it."""

    starts_at: UtcDatetime
    ends_at: UtcDatetime
    sequence: Sequence
    place: Slug | None = None


class Coverage(Frozen):
    """What a dispatch center is told: units, about how many people, and when."""

    units: tuple[Unit, ...]
    count: int | None = None
    starts_at: UtcDatetime
    ends_at: UtcDatetime
    needed: bool = True
    """False takes an earlier request back."""


class FreeAsked(Frozen):
    """Followup asks dispatch when members are free; the request's body."""

    member_ids: Annotated[tuple[MemberId, ...], Field(max_length=100)]
    starts_at: UtcDatetime
    ends_at: UtcDatetime


class Busy(Frozen):
    """A time at which a member is not free, and not a word of why."""

    starts_at: UtcDatetime
    ends_at: UtcDatetime


class FreeTold(Frozen):
    """When each of them is not free; one who is not named is free throughout."""

    busy: dict[MemberId, tuple[Busy, ...]]
