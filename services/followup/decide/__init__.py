"""Followup's rules, one file per concern; this one only says which rule answers which command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from services.followup.commands import (
    CancelFollowup,
    CloseCase,
    CloseWindow,
    DeclineIntervention,
    ExplainMiss,
    FallDue,
    FollowupCommand,
    MarkDone,
    MissCheckIn,
    NoteApproval,
    OpenGroupWindows,
    PassTarget,
    PlanFollowup,
    SetCrews,
)
from services.followup.decide.approvals import note_approval
from services.followup.decide.check_ins import fall_due, miss
from services.followup.decide.closure import close, explain
from services.followup.decide.interventions import (
    close_window,
    decline,
    mark_done,
    pass_target,
)
from services.followup.decide.plan import (
    cancel,
    note_crews,
    note_operations_end,
    open_group_windows,
    plan,
    set_crews,
    widen,
)
from services.followup.state import FollowupState, Planned, Unplanned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event

UNKNOWN = Refusal(RefusalCode.UNKNOWN_CASE, "Nothing is planned in this case.")


def decide(command: FollowupCommand, state: FollowupState) -> Sequence[Event] | Refusal:
    """What follows from a command."""
    match state:
        case Unplanned():
            return _before_the_plan(command, state)
        case Planned():
            return _once_planned(command, state)


def _before_the_plan(command: FollowupCommand, state: Unplanned) -> Sequence[Event] | Refusal:
    match command:
        case PlanFollowup():
            return plan(command, state)
        case CancelFollowup():
            return cancel(command, state)
        case OpenGroupWindows():
            return note_operations_end(command, state)
        case SetCrews():
            return note_crews(command, state)
        case NoteApproval():
            return note_approval(command, state)
        case _:
            return UNKNOWN


def _once_planned(command: FollowupCommand, state: Planned) -> Sequence[Event] | Refusal:
    match command:
        case PlanFollowup():
            return widen(command, state)
        case CancelFollowup():
            return cancel(command, state)
        case OpenGroupWindows():
            return open_group_windows(command, state)
        case SetCrews():
            return set_crews(command, state)
        case MarkDone() | DeclineIntervention() | ExplainMiss() | CloseCase() | NoteApproval():
            return _settling(command, state)
        case _:
            return _in_time(command, state)


def _settling(
    command: MarkDone | DeclineIntervention | ExplainMiss | CloseCase | NoteApproval,
    state: Planned,
) -> Sequence[Event] | Refusal:
    match command:
        case MarkDone():
            return mark_done(command, state)
        case DeclineIntervention():
            return decline(command, state)
        case ExplainMiss():
            return explain(command, state)
        case CloseCase():
            return close(command, state)
        case NoteApproval():
            return note_approval(command, state)


def _in_time(
    command: PassTarget | CloseWindow | FallDue | MissCheckIn, state: Planned
) -> Sequence[Event] | Refusal:
    match command:
        case PassTarget():
            return pass_target(command, state)
        case CloseWindow():
            return close_window(command, state)
        case FallDue():
            return fall_due(command, state)
        case MissCheckIn():
            return miss(command, state)
