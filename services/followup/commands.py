"""What followup is asked to do."""

from __future__ import annotations

from schemas.candidates import Candidate
from schemas.envelope import Command, Slug, UtcDatetime
from schemas.policy import CaseBrief


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


class MarkDone(Command):
    """A session was held, or a check-in was offered."""

    item: Slug


class PassTarget(Command):
    """A session's target time passed."""

    item: Slug


class CloseWindow(Command):
    """A session's window closed."""

    item: Slug


class FallDue(Command):
    """It is time for a check-in."""

    item: Slug


class MissCheckIn(Command):
    """A check-in's grace time passed."""

    item: Slug


FollowupCommand = (
    PlanFollowup
    | CancelFollowup
    | OpenGroupWindows
    | MarkDone
    | PassTarget
    | CloseWindow
    | FallDue
    | MissCheckIn
)
