"""What followup is asked to do."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.candidates import Candidate
from schemas.envelope import Command, MemberId, Slug, UtcDatetime
from schemas.followup import HeadCount, MissReason, SessionOutcome
from schemas.policy import CaseBrief, Crew, InterventionKind


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
)
