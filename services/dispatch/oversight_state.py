"""Who watches over a team: its owner, the alarms, what is paused, overridden and approved."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from schemas.dispatch import (
    AlarmEscalated,
    AlarmReason,
    CoordinatorAlarmed,
    MemberNotified,
)
from schemas.steps import (
    AlarmAnswered,
    AskingPaused,
    AskingResumed,
    CandidateAdded,
    CaseTakenOver,
    GroupSessionsApproved,
    GroupSessionsRefused,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schemas.candidates import Exclusion
    from schemas.policy import InterventionKind

_ABOUT_PLACES = frozenset(
    {
        AlarmReason.ROSTER_EXHAUSTED,
        AlarmReason.TEAM_OVERDUE,
        AlarmReason.ASKING_PAUSED,
        AlarmReason.REQUEST_WAITING,
    }
)
"""A complete team settles these by itself; the others wait for a person."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A call for a person, and whether somebody has it."""

    reason: AlarmReason
    answer_by: datetime | None
    item: str | None = None
    answered_by: str | None = None
    escalated: bool = False

    @property
    def answered(self) -> bool:
        """Whether somebody has it."""
        return self.answered_by is not None

    def settled_by_a_team(self, *, formed: bool) -> bool:
        """Whether the team's being complete is all that was called for."""
        return formed and self.reason in _ABOUT_PLACES


@dataclass(frozen=True, slots=True)
class Oversight:
    """What people have taken into their hands for one team."""

    owner: str | None = None
    paused: bool = False
    """Nobody new is asked by itself."""
    alarms: dict[UUID, Alarm] = field(default_factory=dict)
    overridden: dict[str, frozenset[Exclusion]] = field(default_factory=dict)
    """By member: the reasons against asking them that a coordinator overrode."""
    approved: frozenset[InterventionKind] = frozenset()
    refused: frozenset[InterventionKind] = frozenset()
    appointments: dict[tuple[str, str], UUID] = field(default_factory=dict)
    """By item and member, the newest notice about when a session is held."""
    outdated: frozenset[UUID] = frozenset()
    """Notices of a time that is another now: whoever gets them would come to the wrong one."""


OversightEvent = (
    CoordinatorAlarmed
    | AlarmAnswered
    | AlarmEscalated
    | CaseTakenOver
    | AskingPaused
    | AskingResumed
    | CandidateAdded
    | GroupSessionsApproved
    | GroupSessionsRefused
    | MemberNotified
)


def overseen(  # noqa: PLR0911 - one line per event
    before: Oversight, event: OversightEvent
) -> Oversight:
    """What people have in their hands after one more event."""
    match event:
        case CaseTakenOver(by=by):
            return replace(before, owner=by)
        case AskingPaused() | AskingResumed():
            return replace(before, paused=isinstance(event, AskingPaused))
        case CandidateAdded():
            known = {event.candidate.member_id: frozenset(event.overridden)}
            return replace(before, overridden=before.overridden | known)
        case GroupSessionsApproved(kinds=kinds):
            return replace(
                before,
                approved=before.approved | set(kinds),
                refused=before.refused - set(kinds),
            )
        case GroupSessionsRefused(kinds=kinds):
            return replace(
                before,
                approved=before.approved - set(kinds),
                refused=before.refused | set(kinds),
            )
        case MemberNotified():
            return _noticed(before, event)
        case CoordinatorAlarmed() | AlarmAnswered() | AlarmEscalated():
            return replace(before, alarms=before.alarms | _alarm(before, event))


def _noticed(before: Oversight, event: MemberNotified) -> Oversight:
    if event.appointment is None or event.item is None:
        return before
    key = (event.item, event.member_id)
    older = {before.appointments[key]} if key in before.appointments else set()
    newest = before.appointments | {key: event.notice_id}
    return replace(before, appointments=newest, outdated=before.outdated | older)


def _alarm(
    before: Oversight, event: CoordinatorAlarmed | AlarmAnswered | AlarmEscalated
) -> dict[UUID, Alarm]:
    match event:
        case CoordinatorAlarmed():
            return {event.alarm_id: Alarm(event.reason, event.answer_by, event.item)}
        case AlarmAnswered():
            had = replace(before.alarms[event.alarm_id], answered_by=event.by)
            return {event.alarm_id: had}
        case AlarmEscalated():
            return {event.alarm_id: replace(before.alarms[event.alarm_id], escalated=True)}
