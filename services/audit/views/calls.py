"""Alarms of a case that nobody has answered: who was called about what, and who is called next."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from schemas.dispatch import AlarmReason
from schemas.envelope import Frozen
from services.audit.steps import RowState
from services.audit.words import item_name, listed, plain, sentence, span

if TYPE_CHECKING:
    from services.audit.views.case_file import CaseFile
    from services.audit.views.team_rows import Alarm

_OF_THE_TEAM = frozenset(
    {
        AlarmReason.ROSTER_EXHAUSTED.value,
        AlarmReason.TEAM_OVERDUE.value,
        AlarmReason.ASKING_PAUSED.value,
    }
)
_WORDS = {
    AlarmReason.ROSTER_EXHAUSTED.value: "Nobody is left to ask",
    AlarmReason.TEAM_OVERDUE.value: "The team is not complete in time",
    AlarmReason.ASKING_PAUSED.value: "A place is open again, and asking is paused",
    AlarmReason.MEMBER_INVOLVED.value: "A member of the team took part in the incident",
}


class Call(Frozen):
    """One alarm that waits for an answer. An empty `called` means that the roster has nobody."""

    alarm_id: str
    reason: str
    words: str
    about_team: bool
    """The team itself is in trouble; otherwise it is the follow-up."""
    called: tuple[str, ...]
    called_at: datetime
    whom: str
    lead_at: datetime | None
    escalated_to: tuple[str, ...] | None
    then: str
    """What became of it, or what will: `the program lead is called in 12 min`."""
    tone: RowState


def calls(file: CaseFile, now: datetime) -> tuple[Call, ...]:
    """The alarms that wait for an answer, the oldest first."""
    found = [alarm for alarm in file.alarms.values() if is_open(file, alarm)]
    return tuple(_shown(each, now) for each in sorted(found, key=lambda each: each.called_at))


def is_open(file: CaseFile, alarm: Alarm) -> bool:
    """Whether an answer is still wanted: a team that is complete since needs none, nor one that was
    stood down. Alarms of a version that took no answers are not waited for."""
    since = file.search.since if file.search else 0
    if alarm.answered_at or alarm.since < since or not (alarm.answer_by or alarm.escalated_at):
        return False
    if file.case.activated_at is None:
        return False
    return alarm.reason not in _OF_THE_TEAM or file.case.formed_at is None


def _shown(alarm: Alarm, now: datetime) -> Call:
    about = f": {item_name(alarm.item)}" if alarm.item else ""
    words = _WORDS.get(alarm.reason) or sentence(plain(alarm.reason))
    ago = f"{span(now - alarm.called_at)} ago"
    whom = f"{listed(alarm.called)} called {ago}" if alarm.called else "No coordinator to call"
    tone = RowState.MISSED if alarm.escalated_at or not alarm.called else RowState.LATE
    return Call(
        alarm_id=alarm.alarm_id,
        reason=alarm.reason,
        words=f"{words}{about}",
        about_team=alarm.reason in _WORDS,
        called=tuple(alarm.called),
        called_at=alarm.called_at,
        whom=whom,
        lead_at=alarm.answer_by,
        escalated_to=None if alarm.escalated_to is None else tuple(alarm.escalated_to),
        then=_then(alarm, now),
        tone=tone,
    )


def _then(alarm: Alarm, now: datetime) -> str:
    if alarm.escalated_at:
        ago = span(now - alarm.escalated_at)
        whom = listed(alarm.escalated_to or ())
        return f"program lead {whom} called {ago} ago" if whom else "no program lead to call"
    if alarm.answer_by is None:
        return ""
    if alarm.answer_by <= now:
        return "the program lead is being called"
    return f"the program lead is called in {span(alarm.answer_by - now)}"
