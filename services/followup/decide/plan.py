"""The plan: every session's window and every check-in, as one decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import (
    FollowupCancelled,
    FollowupPlanned,
    FollowupWidened,
    GroupWindowsOpened,
    OperationsEndNoted,
)
from schemas.policy import Role
from services.followup import cadence
from services.followup.state import Planned, Unplanned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.followup.commands import CancelFollowup, OpenGroupWindows, PlanFollowup


def plan(command: PlanFollowup, state: Unplanned) -> Sequence[Event]:
    """Plan with the case's own policy; a team that stayed incomplete changes nothing of it."""
    brief = command.brief
    if state.cancelled_at is not None and brief.reported_at <= state.cancelled_at:
        return ()
    if state.operations_ended_at is not None:
        ended = {"operations_ongoing": False, "operations_ended_at": state.operations_ended_at}
        brief = brief.model_copy(update=ended)
    peers = tuple(m.member_id for m in command.members if m.role is Role.PEER)
    return (
        FollowupPlanned(
            brief=brief,
            team_complete=command.team_complete,
            peers=peers,
            interventions=cadence.interventions(brief),
            deferred=cadence.deferred(brief),
            check_ins=cadence.check_ins(brief),
        ),
    )


def widen(command: PlanFollowup, state: Planned) -> Sequence[Event]:
    """A graver incident needs more: what is planned stays as it is, what is missing is added."""
    brief = command.brief
    if brief.tier >= state.brief.tier:
        return ()
    known = {*state.interventions, *state.check_ins, *(each.item for each in state.deferred)}
    peers = tuple(m.member_id for m in command.members if m.role is Role.PEER)
    return (
        FollowupWidened(
            brief=brief,
            peers=peers,
            interventions=tuple(i for i in cadence.interventions(brief) if i.item not in known),
            deferred=tuple(d for d in cadence.deferred(brief) if d.item not in known),
            check_ins=tuple(c for c in cadence.check_ins(brief) if c.item not in known),
        ),
    )


def cancel(command: CancelFollowup, state: Planned | Unplanned) -> Sequence[Event]:
    """Nothing is due any more: open timers find nothing when they fire."""
    cancelled = FollowupCancelled(decided_at=command.decided_at)
    if isinstance(state, Planned):
        return () if state.brief.reported_at > command.decided_at else (cancelled,)
    before = state.cancelled_at
    return () if before is not None and before >= command.decided_at else (cancelled,)


def note_operations_end(command: OpenGroupWindows, state: Unplanned) -> Sequence[Event]:
    """The end came before the plan: remember it, so that nothing waits for it in vain."""
    if state.operations_ended_at is not None:
        return ()
    return (OperationsEndNoted(ended_at=command.ended_at),)


def open_group_windows(command: OpenGroupWindows, state: Planned) -> Sequence[Event]:
    """Give the deferred group sessions their windows, counted from the end of operations."""
    if not state.deferred:
        return ()
    opened = tuple(
        cadence.window(waiting.rule, waiting.group, command.ended_at) for waiting in state.deferred
    )
    return (GroupWindowsOpened(interventions=opened),)
