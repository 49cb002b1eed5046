"""Followup's rules, one file per concern; this one only says which rule answers which command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from services.followup.commands import (
    AskOutcome,
    CancelFollowup,
    CancelSession,
    CloseCase,
    CloseWindow,
    ConfirmByPolicy,
    DeclineIntervention,
    EscalateItem,
    ExplainMiss,
    ExtendWindow,
    FallDue,
    FollowupCommand,
    MarkDone,
    MissCheckIn,
    NoteApproval,
    OpenGroupWindows,
    PassTarget,
    PlanFollowup,
    ProposeTimes,
    RemindFacilitators,
    ScheduleSession,
    SessionCommand,
    SetCrews,
    WarnOfClosing,
)
from services.followup.decide.approvals import note_approval
from services.followup.decide.check_ins import fall_due, miss
from services.followup.decide.closure import close, explain
from services.followup.decide.escalations import escalate
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
from services.followup.decide.proposals import confirm_approved, confirm_by_policy, propose
from services.followup.decide.session_timers import (
    ask_outcome,
    remind,
    warn_of_closing,
    with_called_off,
)
from services.followup.decide.sessions import cancel_session, extend, schedule
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
            decided = _once_planned(command, state)
            if isinstance(decided, Refusal):
                return decided
            return with_called_off(decided, state, command.now)


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


def _once_planned(  # noqa: PLR0911 - one line per command
    command: FollowupCommand, state: Planned
) -> Sequence[Event] | Refusal:
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
        case PassTarget() | CloseWindow() | FallDue() | MissCheckIn():
            return _in_time(command, state)
        case _:
            return _scheduling(command, state)


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
            return confirm_approved(command, note_approval(command, state), state)


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


def _scheduling(  # noqa: PLR0911 - one line per command
    command: SessionCommand, state: Planned
) -> Sequence[Event] | Refusal:
    match command:
        case ProposeTimes():
            return propose(command, state)
        case ConfirmByPolicy():
            return confirm_by_policy(command, state)
        case ScheduleSession():
            return schedule(command, state)
        case CancelSession():
            return cancel_session(command, state)
        case ExtendWindow():
            return extend(command, state)
        case EscalateItem():
            return escalate(command, state)
        case RemindFacilitators() | WarnOfClosing() | AskOutcome():
            return _of_its_time(command, state)


def _of_its_time(
    command: RemindFacilitators | WarnOfClosing | AskOutcome, state: Planned
) -> Sequence[Event] | Refusal:
    match command:
        case RemindFacilitators():
            return remind(command, state)
        case WarnOfClosing():
            return warn_of_closing(command, state)
        case AskOutcome():
            return ask_outcome(command, state)
