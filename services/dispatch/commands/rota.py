"""Commands about one rota, and about looking through all of an agency's."""

from __future__ import annotations

from uuid import UUID

from schemas.envelope import Command, MemberId, Slug, UtcDatetime
from schemas.rota import Gap, RotaPlan, WallTime


class SetRota(Command):
    """Make a rota, or replace its plan."""

    plan: RotaPlan
    effective_from: WallTime | None = None
    """From now on when it is None or past: who was on call is not rewritten."""
    known: tuple[MemberId, ...]
    """The members of the roster who may serve in the plan's role."""


class OverrideShift(Command):
    """Put one member on call, instead of another or in addition."""

    override_id: UUID
    member_id: MemberId
    instead_of: MemberId | None
    starts: WallTime
    ends: WallTime
    known: tuple[MemberId, ...]


class SwapShifts(Command):
    """Let two members take over a shift of each other: those that they have at the times given."""

    override_id: UUID
    first: MemberId
    first_at: WallTime
    second: MemberId
    second_at: WallTime
    known: tuple[MemberId, ...]


class RemoveOverride(Command):
    """Take an override or a swap back from now on."""

    override_id: UUID


class EndRota(Command):
    """Put nobody on call by this rota any more, from now on or from a wall time on."""

    ends: WallTime | None = None


RotaCommand = SetRota | OverrideShift | SwapShifts | RemoveOverride | EndRota


class PlanCoverageCheck(Command):
    """Look through the rotas at a time, because something was changed."""

    due_at: UtcDatetime


class RecordCoverage(Command):
    """Say what a look through the rotas has found; the look itself was done before."""

    due_at: UtcDatetime
    """The timer that asked for it."""
    gaps: tuple[Gap, ...]
    coordinators: tuple[MemberId, ...]
    """Whom to warn."""
    next_at: UtcDatetime | None


class RecordWarning(Command):
    """A carrier took the warning for one coordinator."""

    warning_id: UUID
    member_id: MemberId
    channel: Slug


CoverageCommand = PlanCoverageCheck | RecordCoverage | RecordWarning
