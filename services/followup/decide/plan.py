"""The plan: every session's window and every check-in, as one decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import FollowupPlanned, GroupWindowsOpened, OperationsEndNoted
from schemas.policy import Role
from services.followup import cadence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.followup.commands import OpenGroupWindows, PlanFollowup
    from services.followup.state import Planned, Unplanned


def plan(command: PlanFollowup, state: Unplanned) -> Sequence[Event]:
    """Plan with the case's own policy; a team that stayed incomplete changes nothing of it."""
    brief = command.brief
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
