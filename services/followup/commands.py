"""What followup is asked to do."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.candidates import Candidate
from schemas.envelope import Command, Frozen, MemberId, Slug, UtcDatetime
from schemas.followup import HeadCount, MissReason, SessionOutcome
from schemas.intake import Unit
from schemas.policy import CaseBrief, Crew, InterventionKind
from schemas.sessions import Ahead, Busy, CancelReason, EscalationReason, ExtendReason


class PlanFollowup(Command):
    """Plan what comes after, with whoever is on the team by now."""

    brief: CaseBrief
    members: tuple[Candidate, ...]
    team_complete: bool


class CancelFollowup(Command):
    """The team is not wanted any more."""

    decided_at: UtcDatetime


class OpenGroupWindows(Command):
    """Operations ended: group interventions may open."""

    ended_at: UtcDatetime


class SetCrews(Command):
    """Somebody says who was there: agencies, disciplines, exposures, about how many. A feed adds
    to what is known; a person has the last word."""

    crews: tuple[Crew, ...]
    adds: bool = False


class MarkDone(Command):
    """A session was held, or a check-in was offered. What is not known is left out."""

    item: Slug
    held_at: UtcDatetime | None = None
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    head_count: HeadCount | None = None
    facilitators: tuple[MemberId, ...] = ()
    outcome: SessionOutcome | None = None


class NoteApproval(Command):
    """The mental health professional on the team approved kinds of session, or not now."""

    kinds: tuple[InterventionKind, ...]
    approved: bool


class DeclineIntervention(Command):
    """What was offered is not wanted."""

    item: Slug


class ExplainMiss(Command):
    """Why something was not held in its window."""

    item: Slug
    reason: MissReason


class CloseCase(Command):
    """Close the case, or hear why it cannot be closed."""


class ItemTimer(Command):
    """A timer of one item fired. One that was set for another moment has been overtaken."""

    item: Slug
    due_at: UtcDatetime | None = None


class PassTarget(ItemTimer):
    """A session's target time passed."""


class CloseWindow(ItemTimer):
    """A session's window closed."""


class FallDue(ItemTimer):
    """It is time for a check-in."""


class MissCheckIn(ItemTimer):
    """A check-in's grace time passed."""


class Availability(Frozen):
    """What is known of when members can hold a session."""

    zone: str
    """The IANA zone of the agency."""
    busy: dict[MemberId, tuple[Busy, ...]] = Field(default_factory=dict)
    elsewhere: dict[MemberId, tuple[Busy, ...]] = Field(default_factory=dict)
    """What they hold in other cases."""
    unsure: bool = False
    """Nobody could say when they are busy."""


class ProposeTimes(ItemTimer):
    """Find times for a session: by its timer, or at once for a coordinator or another team."""

    known: Availability


class ConfirmByPolicy(ItemTimer):
    """Nobody has chosen: the first proposed time confirms itself."""

    known: Availability


class ScheduleSession(Command):
    """A coordinator chooses a proposed time, or sets another one; the same again moves it."""

    item: Slug
    slot: Annotated[int, Field(ge=1, le=3)] | None = None
    starts_at: UtcDatetime | None = None
    minutes: Annotated[int, Field(ge=10, le=600)] | None = None
    facilitators: tuple[MemberId, ...] = ()
    place: Slug | None = None
    units: tuple[Unit, ...] = ()
    """Units of those who take part that are on duty then: a dispatch center is asked to cover them."""
    count: Annotated[int, Field(ge=1, le=1000)] | None = None
    anyway: bool = False
    """In spite of somebody who is busy, or of fewer of them than usual."""
    must_move: bool = False
    """Only what has a time can be moved."""
    known: Availability


class CancelSession(Command):
    """It does not take place."""

    item: Slug
    reason: CancelReason


class EscalateItem(Command):
    """Whoever holds it cannot, or needs a coordinator for it."""

    item: Slug
    member_id: MemberId
    reason: EscalationReason


class ExtendWindow(Command):
    """A mental health professional of the team keeps the window open."""

    item: Slug
    closes_at: UtcDatetime
    member_id: MemberId
    reason: ExtendReason


class RemindFacilitators(ItemTimer):
    """A session begins in a day, or in an hour."""

    ahead: Ahead


class WarnOfClosing(ItemTimer):
    """A window closes soon."""


class AskOutcome(ItemTimer):
    """A session should be over."""


SessionCommand = (
    ProposeTimes
    | ConfirmByPolicy
    | ScheduleSession
    | CancelSession
    | EscalateItem
    | ExtendWindow
    | RemindFacilitators
    | WarnOfClosing
    | AskOutcome
)
FollowupCommand = (
    PlanFollowup
    | CancelFollowup
    | OpenGroupWindows
    | SetCrews
    | MarkDone
    | NoteApproval
    | DeclineIntervention
    | ExplainMiss
    | CloseCase
    | PassTarget
    | CloseWindow
    | FallDue
    | MissCheckIn
    | SessionCommand
)
