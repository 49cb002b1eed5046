"""Calling the coordinator, then the program lead, and reminding members: never silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import (
    AlarmEscalated,
    AlarmReason,
    CoordinatorAlarmed,
    MemberNotified,
    Purpose,
)
from schemas.policy import Role
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import derived_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from services.dispatch.commands import (
        AlarmCoordinator,
        EscalateAlarm,
        NotifyMember,
        ReportTeamOverdue,
    )
    from services.dispatch.state import Active

_HAD = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "Somebody has this alarm, or it is settled.")


def alarm(
    state: Active,
    case_id: str,
    reason: AlarmReason,
    item: str | None,
    detail: str = "",
    *,
    now: datetime,
) -> Sequence[Event]:
    """Call every coordinator, once per team, reason, item and detail; they have until `answer_by`.

    With no coordinator on the roster the program leads are called at once; with neither it is a
    red row.
    """
    alarm_id = derived_id(case_id, "alarm", reason, item, detail, *_round(state))
    if alarm_id in state.notices:
        return ()
    called = CoordinatorAlarmed(
        alarm_id=alarm_id,
        reason=reason,
        item=item,
        member_ids=state.coordinators,
        answer_by=now + state.brief.policy.alarm_answer_within,
    )
    if state.coordinators:
        return (called,)
    return (called, _escalated(state, alarm_id, reason, item))


def escalate(command: EscalateAlarm, state: Active) -> Sequence[Event] | Refusal:
    """Nobody has said "I have it" in time: the program leads are called, once per alarm."""
    known = state.oversight.alarms.get(command.alarm_id)
    if known is None or known.answered or known.escalated:
        return _HAD
    if known.settled_by_a_team(formed=state.formed):
        return _HAD
    if known.answer_by is None or command.now < known.answer_by:
        return Refusal(RefusalCode.TIMER_NOT_DUE, "This alarm still has time.")
    return (_escalated(state, command.alarm_id, known.reason, known.item),)


def _escalated(
    state: Active, alarm_id: UUID, reason: AlarmReason, item: str | None
) -> AlarmEscalated:
    leads = state.program_leads
    return AlarmEscalated(alarm_id=alarm_id, reason=reason, item=item, member_ids=leads)


def asked_for(command: AlarmCoordinator, state: Active) -> Sequence[Event]:
    """Call the coordinator; or, for a check-in of a plan made before anybody said yes, remind a
    peer who joined since, by lot."""
    if command.reason is AlarmReason.CHECK_IN_UNASSIGNED:
        return _unassigned(command, state, command.item)
    if command.reason is AlarmReason.NO_TIME_FOUND and _said_already(state):
        return ()
    detail = command.detail
    return alarm(state, command.case_id, command.reason, command.item, detail, now=command.now)


def _said_already(state: Active) -> bool:
    """The plans of all groups fail for want of the same members: one call is enough. While places of
    the team are open, somebody has been called about that, and the closing window is told later."""
    alarms = state.oversight.alarms.values()
    if not state.formed and any(each.reason is AlarmReason.ROSTER_EXHAUSTED for each in alarms):
        return True
    return any(each.reason is AlarmReason.NO_TIME_FOUND and not each.answered for each in alarms)


def _unassigned(
    command: AlarmCoordinator | NotifyMember, state: Active, item: str | None
) -> Sequence[Event]:
    peers = [member.member_id for member in state.members() if member.role is Role.PEER]
    if not peers:
        reason = AlarmReason.CHECK_IN_UNASSIGNED
        return alarm(state, command.case_id, reason, item, now=command.now)
    lot = derived_id(command.case_id, item).int % len(peers)
    return notify(state, command.case_id, peers[lot], Purpose.CHECK_IN_DUE, item)


def team_overdue(command: ReportTeamOverdue, state: Active) -> Sequence[Event] | Refusal:
    """The team's time ran out: call the coordinator, and go on asking.

    A timer from before the time was set anew (a graver incident, a place that opened again) is not
    needed: another one is set.
    """
    if state.formed:
        return Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "The team is complete.")
    due_at = command.due_at or state.form_by
    if due_at < state.form_by:
        return Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "The team has more time by now.")
    if command.now < due_at:
        return Refusal(RefusalCode.TIMER_NOT_DUE, "The team still has time.")
    told = due_at.isoformat()
    return alarm(state, command.case_id, AlarmReason.TEAM_OVERDUE, None, told, now=command.now)


def reminded(command: NotifyMember, state: Active) -> Sequence[Event]:
    """Remind a member; of a check-in whose peer has left the team since, somebody who stayed."""
    stays = {member.member_id for member in state.members()}
    if command.purpose is Purpose.CHECK_IN_DUE and command.member_id not in stays:
        told = _unassigned(command, state, command.item)
    else:
        told = notify(state, command.case_id, command.member_id, command.purpose, command.item)
    card = {"card": command.card}
    return tuple(
        each.model_copy(update=card) if isinstance(each, MemberNotified) else each for each in told
    )


def notify(
    state: Active, case_id: str, member_id: str, purpose: Purpose, item: str | None
) -> Sequence[Event]:
    """Remind a member, once per team, purpose and item."""
    notice_id = derived_id(case_id, purpose, item, member_id, *_round(state))
    if notice_id in state.notices:
        return ()
    return (MemberNotified(notice_id=notice_id, member_id=member_id, purpose=purpose, item=item),)


def _round(state: Active) -> tuple[int, ...]:
    """A case that comes again has items of the same names: what was told of the first is another's."""
    return (state.rounds,) if state.rounds else ()
