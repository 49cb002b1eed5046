"""Whether somebody was told of everything that needs a person, by what dispatch recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks.followups_found import Breach, Violation
from schemas.dispatch import (
    AlarmEscalated,
    AlarmReason,
    CoordinatorAlarmed,
    MemberNotified,
    TeamActivated,
    TeamFormed,
    TeamStoodDown,
)
from schemas.followup import (
    CheckInFellDue,
    CheckInMissed,
    InterventionMissed,
    InterventionOverdue,
)
from schemas.sessions import ProposalFailed, WindowClosingWarned
from schemas.steps import AlarmAnswered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from schemas.envelope import Event, Recorded

_BY_THEN = timedelta(hours=24)
"""An outage and the time to answer are shorter."""
_OF_PLACES = frozenset({AlarmReason.ROSTER_EXHAUSTED, AlarmReason.TEAM_OVERDUE})


def untold(told: Sequence[Recorded[Event]]) -> Iterator[Violation]:
    """What nobody was told of; and alarms that nobody answered and that went no further."""
    record = _Record(told)
    for each in told:
        reason = _wanted(each.event)
        item = getattr(each.event, "item", "")
        if reason is not None and not record.is_told(each, reason, item):
            why = f"{each.event.NAME}: no alarm {reason}"
            yield Violation(each.entity.id, Breach.NO_ALARM, item, why)
        if isinstance(each.event, CoordinatorAlarmed) and not record.is_answered(each, each.event):
            why = f"the alarm {each.event.reason} was not answered and went no further"
            yield Violation(each.entity.id, Breach.NO_ALARM, each.event.item or "", why)


_WANTED: dict[type[Event], AlarmReason] = {
    InterventionMissed: AlarmReason.INTERVENTION_MISSED,
    CheckInMissed: AlarmReason.CHECK_IN_MISSED,
    InterventionOverdue: AlarmReason.INTERVENTION_OVERDUE,
    WindowClosingWarned: AlarmReason.WINDOW_CLOSING,
    ProposalFailed: AlarmReason.NO_TIME_FOUND,
    CheckInFellDue: AlarmReason.CHECK_IN_UNASSIGNED,
}


def _wanted(event: Event) -> AlarmReason | None:
    if isinstance(event, InterventionOverdue) and event.awaits_approval:
        return AlarmReason.APPROVAL_MISSING
    return _WANTED.get(type(event))


class _Record:
    def __init__(self, told: Sequence[Recorded[Event]]) -> None:
        self._alarms = [(e.meta.time, e.event) for e in told if _is(e, CoordinatorAlarmed)]
        self._notices = [(e.meta.time, e.event) for e in told if _is(e, MemberNotified)]
        self._settled = {
            e.event.alarm_id for e in told if isinstance(e.event, AlarmAnswered | AlarmEscalated)
        }
        self._formed = [e.meta.time for e in told if _is(e, TeamFormed)]
        self._without = list(_without_team(told))

    def is_told(self, told: Recorded[Event], reason: AlarmReason, item: str) -> bool:
        """Whether a person hears of it, or no team is wanted by then."""
        at = told.meta.time
        if self._no_team(at):
            return True
        if any(
            a.reason is reason and a.item == item and t >= at
            for t, a in self._alarms
            if isinstance(a, CoordinatorAlarmed)
        ):
            return True
        if reason is AlarmReason.CHECK_IN_UNASSIGNED:
            return any(getattr(n, "item", None) == item and t >= at for t, n in self._notices)
        return reason is AlarmReason.NO_TIME_FOUND and self._called_about_places()

    def is_answered(self, told: Recorded[Event], alarm: CoordinatorAlarmed) -> bool:
        """Whether somebody has it, or it went on to the program leads, or nothing is left of it."""
        at = told.meta.time
        if alarm.alarm_id in self._settled or self._no_team(at):
            return True
        return alarm.reason in _OF_PLACES and any(formed >= at for formed in self._formed)

    def _called_about_places(self) -> bool:
        """One call for all groups that lack the same members, and none besides that of the places."""
        known = {AlarmReason.NO_TIME_FOUND, AlarmReason.ROSTER_EXHAUSTED}
        return any(isinstance(a, CoordinatorAlarmed) and a.reason in known for _, a in self._alarms)

    def _no_team(self, at: datetime) -> bool:
        return any(since <= at + _BY_THEN and at <= until for since, until in self._without)


def _is(told: Recorded[Event], kind: type[Event]) -> bool:
    return isinstance(told.event, kind)


def _without_team(told: Sequence[Recorded[Event]]) -> Iterator[tuple[datetime, datetime]]:
    """From each standing down to the next wish for a team."""
    last = max((each.meta.time for each in told), default=None)
    since: datetime | None = None
    for each in told:
        if isinstance(each.event, TeamStoodDown):
            since = since or each.meta.time
        elif isinstance(each.event, TeamActivated) and since is not None:
            yield since, each.meta.time
            since = None
    if since is not None and last is not None:
        yield since, last
