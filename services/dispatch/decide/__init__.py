"""Dispatch's rules, one file per concern; this one only says which rule answers which command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from services.dispatch.commands import (
    AcceptOffer,
    ActivateTeam,
    AlarmCoordinator,
    AskReviewers,
    CannotServe,
    CloseReview,
    ConfirmDelivery,
    CoordinatorCommand,
    CoordinatorStep,
    DecideSessions,
    DeclineOffer,
    DispatchCommand,
    EscalateAlarm,
    EstimateArrival,
    ExcludeMembers,
    ExpireOffer,
    GiveReviewAnswer,
    NotifyMember,
    RecordBounce,
    RecordFailure,
    RecordSent,
    ReportTeamOverdue,
    StandTeamDown,
    StartDelivery,
    TeamCommand,
    TellMembers,
    TryNextChannel,
)
from services.dispatch.decide.alarms import asked_for, escalate, reminded, team_overdue
from services.dispatch.decide.coordinator import step
from services.dispatch.decide.deliveries import about_a_message
from services.dispatch.decide.exposure import exclude
from services.dispatch.decide.offers import (
    accept,
    activate,
    cannot_serve,
    decline,
    estimate,
    expire,
    stand_down,
    widen,
)
from services.dispatch.decide.reviews import ask, close, give_answer
from services.dispatch.decide.session_notices import tell
from services.dispatch.decide.sessions import decide_sessions
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
    | CannotServe
    | EstimateArrival
    | DecideSessions
    | ReportTeamOverdue
    | EscalateAlarm
    | AlarmCoordinator
    | NotifyMember
)
UNKNOWN = Refusal(RefusalCode.UNKNOWN_CASE, "No team was asked for in this case.")
_STOOD_DOWN = Refusal(RefusalCode.STOOD_DOWN, "The team was stood down.")


def decide(command: DispatchCommand, state: DispatchState) -> Sequence[Event] | Refusal:
    """What follows from a command."""
    match command:
        case AskReviewers():
            return ask(command, state)
        case GiveReviewAnswer():
            return give_answer(command, state)
        case CloseReview():
            return close(command, state)
        case (
            StartDelivery()
            | RecordSent()
            | RecordFailure()
            | RecordBounce()
            | ConfirmDelivery()
            | TryNextChannel()
        ):
            return about_a_message(command, state)
        case _:
            return _about_a_team(command, state)


def _about_a_team(
    command: TeamCommand | CoordinatorStep, state: DispatchState
) -> Sequence[Event] | Refusal:
    if isinstance(command, StandTeamDown):
        is_moot = isinstance(state, Idle) and command.by is not None
        return _no_team(state) if is_moot else stand_down(command, state)
    if isinstance(command, TellMembers):
        return tell(command, state)
    match state:
        case Idle() if isinstance(command, ActivateTeam):
            return activate(command, state)
        case Idle():
            return _no_team(state)
        case Active() if isinstance(command, CoordinatorCommand):
            return step(command, state)
        case Active():
            return _while_active(command, state)


def _no_team(state: DispatchState) -> Refusal:
    return _STOOD_DOWN if isinstance(state, Idle) and state.stood_down_at else UNKNOWN


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
        case CannotServe() | EstimateArrival() | DecideSessions():
            return _on_the_team(command, state)
        case AlarmCoordinator():
            return asked_for(command, state)
        case NotifyMember():
            return reminded(command, state)
        case ReportTeamOverdue() | EscalateAlarm():
            return _time_is_up(command, state)


def _on_the_team(
    command: CannotServe | EstimateArrival | DecideSessions, state: Active
) -> Sequence[Event] | Refusal:
    match command:
        case CannotServe():
            return cannot_serve(command, state)
        case EstimateArrival():
            return estimate(command, state)
        case DecideSessions():
            return decide_sessions(command, state)


def _time_is_up(
    command: ReportTeamOverdue | EscalateAlarm, state: Active
) -> Sequence[Event] | Refusal:
    match command:
        case ReportTeamOverdue():
            return team_overdue(command, state)
        case EscalateAlarm():
            return escalate(command, state)
