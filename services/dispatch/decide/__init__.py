"""Dispatch's rules, one file per concern; this one only says which rule answers which command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from services.dispatch.commands import (
    AcceptOffer,
    ActivateTeam,
    AlarmCoordinator,
    DeclineOffer,
    DispatchCommand,
    ExcludeMembers,
    ExpireOffer,
    NotifyMember,
    RecordFailure,
    RecordSent,
    ReportTeamOverdue,
    StartDelivery,
)
from services.dispatch.decide.alarms import asked_for, notify, team_overdue
from services.dispatch.decide.deliveries import record_failure, record_sent, start
from services.dispatch.decide.exposure import exclude
from services.dispatch.decide.offers import accept, activate, decline, expire
from services.dispatch.state import Active, DispatchState, Idle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event

UNKNOWN = Refusal(RefusalCode.UNKNOWN_CASE, "No team was asked for in this case.")


def decide(command: DispatchCommand, state: DispatchState) -> Sequence[Event] | Refusal:
    """What follows from a command."""
    match state:
        case Idle():
            return activate(command) if isinstance(command, ActivateTeam) else UNKNOWN
        case Active():
            return _while_active(command, state)


def _while_active(  # noqa: PLR0911, PLR0912, C901 - one line per command
    command: DispatchCommand, state: Active
) -> Sequence[Event] | Refusal:
    match command:
        case ActivateTeam():
            return ()
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
        case StartDelivery():
            return start(command, state)
        case RecordSent():
            return record_sent(command, state)
        case RecordFailure():
            return record_failure(command, state)
