"""Calling the coordinator and reminding members: once per reason, never silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import AlarmReason, CoordinatorAlarmed, MemberNotified, Purpose
from schemas.policy import Role
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import derived_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.dispatch.commands import AlarmCoordinator, ReportTeamOverdue
    from services.dispatch.state import Active


def alarm(
    state: Active, case_id: str, reason: AlarmReason, item: str | None, detail: str = ""
) -> Sequence[Event]:
    """Call every coordinator, once per reason and item; an empty roster makes it a red row."""
    alarm_id = derived_id(case_id, "alarm", reason, item, detail)
    if alarm_id in state.notices:
        return ()
    return (
        CoordinatorAlarmed(
            alarm_id=alarm_id, reason=reason, item=item, member_ids=state.coordinators
        ),
    )


def asked_for(command: AlarmCoordinator, state: Active) -> Sequence[Event]:
    """Call the coordinator; or, for a check-in of a plan made before anybody said yes, remind a
    peer who joined since, by lot."""
    peers = [member.member_id for member in state.members() if member.role is Role.PEER]
    if command.reason is not AlarmReason.CHECK_IN_UNASSIGNED or not peers:
        return alarm(state, command.case_id, command.reason, command.item)
    lot = derived_id(command.case_id, command.item).int % len(peers)
    return notify(state, command.case_id, peers[lot], Purpose.CHECK_IN_DUE, command.item)


def team_overdue(command: ReportTeamOverdue, state: Active) -> Sequence[Event] | Refusal:
    """The team's time ran out: call the coordinator, and go on asking."""
    if state.formed:
        return Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "The team is complete.")
    return alarm(state, command.case_id, AlarmReason.TEAM_OVERDUE, None)


def notify(
    state: Active, case_id: str, member_id: str, purpose: Purpose, item: str | None
) -> Sequence[Event]:
    """Remind a member, once per purpose and item."""
    notice_id = derived_id(case_id, purpose, item, member_id)
    if notice_id in state.notices:
        return ()
    return (MemberNotified(notice_id=notice_id, member_id=member_id, purpose=purpose, item=item),)
