"""Dispatch's rules, one file per concern; this one only says which rule answers which command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from services.dispatch.commands import (
    AcceptOffer,
    ActivateTeam,
    AlarmCoordinator,
    AskReviewers,
    CloseReview,
    DeclineOffer,
    DispatchCommand,
    ExcludeMembers,
    ExpireOffer,
    GiveReviewAnswer,
    NotifyMember,
    RecordFailure,
    RecordSent,
    ReportTeamOverdue,
    StandTeamDown,
    StartDelivery,
    TeamCommand,
)
from services.dispatch.decide.alarms import asked_for, notify, team_overdue
from services.dispatch.decide.deliveries import record_failure, record_sent, start
from services.dispatch.decide.exposure import exclude
from services.dispatch.decide.offers import (
    accept,
    activate,
    decline,
    expire,
    stand_down,
    widen,
)
from services.dispatch.decide.reviews import ask, close, give_answer
from services.dispatch.state import Active, DispatchState, Idle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event

AtWork = (
    ActivateTeam
    | ExcludeMembers
    | AcceptOffer
    | DeclineOffer
    | ExpireOffer
    | ReportTeamOverdue
    | AlarmCoordinator
    | NotifyMember
)
UNKNOWN = Refusal(RefusalCode.UNKNOWN_CASE, "No team was asked for in this case.")
_STOOD_DOWN = Refusal(RefusalCode.STOOD_DOWN, "The team was stood down.")


def decide(  # noqa: PLR0911 - one line per command
    command: DispatchCommand, state: DispatchState
) -> Sequence[Event] | Refusal:
    """What follows from a command."""
    match command:
        case AskReviewers():
            return ask(command, state)
        case GiveReviewAnswer():
            return give_answer(command, state)
        case CloseReview():
            return close(command, state)
        case StartDelivery():
            return start(command, state)
        case RecordSent():
            return record_sent(command, state)
        case RecordFailure():
            return record_failure(command, state)
        case _:
            return _about_a_team(command, state)


def _about_a_team(command: TeamCommand, state: DispatchState) -> Sequence[Event] | Refusal:
    if isinstance(command, StandTeamDown):
        return stand_down(command, state)
    match state:
        case Idle() if isinstance(command, ActivateTeam):
            return activate(command, state)
        case Idle():
            return UNKNOWN if state.stood_down_at is None else _STOOD_DOWN
        case Active():
            return _while_active(command, state)


def _while_active(  # noqa: C901, PLR0911 - one line per command
    command: AtWork, state: Active
) -> Sequence[Event] | Refusal:
    match command:
        case ActivateTeam():
            return widen(command, state)
        case ExcludeMembers():
            return exclude(command, state)
        case AcceptOffer():
            return accept(command, state)
        case DeclineOffer():
            return decline(command, state)
        case ExpireOffer():
            return expire(command, state)
        case ReportTeamOverdue():
            return team_overdue(command, state)
        case AlarmCoordinator():
            return asked_for(command, state)
        case NotifyMember():
            return notify(state, command.case_id, command.member_id, command.purpose, command.item)
