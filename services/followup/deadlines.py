"""From followup's own events to the timers that they need; a timer's key is its item."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING

from schemas.aftercare import AftercarePlanned
from schemas.envelope import Timer
from schemas.exceptions import ExceptionRecorded
from schemas.followup import (
    CheckInMissed,
    CrewsSet,
    FollowupPlanned,
    FollowupWidened,
    GroupWindowsOpened,
    InterventionAdded,
    WindowsMoved,
)
from schemas.one_on_ones import (
    ContactFellDue,
    NextContactMoved,
    OneOnOneClosed,
    OneOnOneContacted,
    OneOnOneOpened,
    OneOnOneOrphaned,
    OneOnOneOverdue,
)
from schemas.referrals import ResourceConfirmed, ResourceListed
from schemas.sessions import (
    Ahead,
    InterventionProposed,
    InterventionScheduled,
    WindowExtended,
)
from services.followup.slots import PROPOSED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemas.aftercare import AftercareContact
    from schemas.envelope import Event
    from schemas.followup import PlannedIntervention

SESSION_TARGET = "session-target"
SESSION_CLOSES = "session-closes"
CHECK_IN_DUE = "check-in-due"
CHECK_IN_CLOSES = "check-in-closes"
PROPOSE = "propose"
SESSION_CONFIRM = "session-confirm"
SESSION_OVER = "session-over"
WINDOW_CLOSING = "window-closing"
AFTERCARE_DUE = "aftercare-due"
AFTERCARE_CLOSES = "aftercare-closes"
AFTERCARE_UNANSWERED = "aftercare-unanswered"
RESOURCE_STALE = "resource-stale"
NOTICE_REMINDER = "notice-reminder"
NOTICE_OVERDUE = "notice-overdue"
_THE_NOTICE = "notice"
"""An exception has one written notice: the key of its timers."""
CONTACT_DUE = "contact-due"
RECORD_ERASE = "record-erase"
_THE_ONE = "one-on-one"
"""A one-on-one has one timer of a kind: their key."""
REMINDERS = {Ahead.DAY: "session-reminder-day", Ahead.HOUR: "session-reminder-hour"}
_BEFORE = {Ahead.DAY: timedelta(days=1), Ahead.HOUR: timedelta(hours=1)}
_WARN_LEAST, _WARN_MOST = timedelta(hours=2), timedelta(days=1)
_WARN_SHARE = 6
"""The last sixth of a window: two hours of a defusing's, a day of a debriefing's. PROPOSAL."""


class WhenLate(Enum):
    """What a timer that fires late does, as after an outage of hours."""

    DOES_IT = auto()
    SKIPS_IT = auto()


LATE: dict[str, WhenLate] = {
    SESSION_TARGET: WhenLate.DOES_IT,  # a coordinator has to know, until the window has closed
    SESSION_CLOSES: WhenLate.DOES_IT,  # a miss is a miss, whenever it is noticed
    CHECK_IN_DUE: WhenLate.DOES_IT,  # a contact a day late is better than none
    CHECK_IN_CLOSES: WhenLate.DOES_IT,
    PROPOSE: WhenLate.DOES_IT,  # at once: every hour of the window counts
    SESSION_CONFIRM: WhenLate.DOES_IT,  # with the next time that is still to come
    SESSION_OVER: WhenLate.DOES_IT,  # the outcome is wanted even days later
    WINDOW_CLOSING: WhenLate.DOES_IT,  # as long as anything can be done about it
    REMINDERS[Ahead.DAY]: WhenLate.SKIPS_IT,  # once the hour's reminder is due, that one says it
    REMINDERS[Ahead.HOUR]: WhenLate.SKIPS_IT,  # once it has begun it would only alarm
    RESOURCE_STALE: WhenLate.DOES_IT,  # nobody has tried it since, however long that is
    NOTICE_REMINDER: WhenLate.DOES_IT,  # the law still wants it
    NOTICE_OVERDUE: WhenLate.DOES_IT,
    CONTACT_DUE: WhenLate.DOES_IT,  # somebody waits for that call
    RECORD_ERASE: WhenLate.DOES_IT,  # it was promised
    AFTERCARE_DUE: WhenLate.DOES_IT,  # an offer to talk a day late is better than none
    AFTERCARE_CLOSES: WhenLate.DOES_IT,
    AFTERCARE_UNANSWERED: WhenLate.DOES_IT,  # nobody has seen to it meanwhile
}
"""Per kind; whatever is done late says by how much."""


def deadlines(event: Event) -> Sequence[Timer]:
    """The timers that one event sets."""
    match event:
        case FollowupPlanned() | FollowupWidened():
            contacts = [
                timer
                for each in event.check_ins
                for timer in (
                    Timer(kind=CHECK_IN_DUE, key=each.item, due_at=each.due_at),
                    Timer(kind=CHECK_IN_CLOSES, key=each.item, due_at=each.closes_at),
                )
            ]
            return (*_sessions(event.interventions), *contacts)
        case GroupWindowsOpened() | WindowsMoved() | CrewsSet():
            return tuple(_sessions(event.interventions))
        case InterventionAdded():
            return tuple(_sessions((event.intervention,)))
        case _:
            return _of_a_time(event) or _of_support(event) or _of_one_on_ones(event)


def remind_at(starts_at: datetime, ahead: Ahead) -> datetime:
    """When the facilitators of a session are reminded."""
    return starts_at - _BEFORE[ahead]


def warn_at(opens_at: datetime, closes_at: datetime) -> datetime:
    """When it is told that a window closes and nothing is scheduled in it."""
    share = (closes_at - opens_at) / _WARN_SHARE
    return closes_at - max(_WARN_LEAST, min(_WARN_MOST, share))


def _of_a_time(event: Event) -> Sequence[Timer]:
    match event:
        case InterventionProposed(confirm_at=at) if at is not None:
            return (Timer(kind=SESSION_CONFIRM, key=event.item, due_at=at),)
        case InterventionScheduled(starts_at=starts_at):
            reminders = (
                Timer(kind=REMINDERS[ahead], key=event.item, due_at=remind_at(starts_at, ahead))
                for ahead in Ahead
                if remind_at(starts_at, ahead) > event.scheduled_at
            )
            return (*reminders, Timer(kind=SESSION_OVER, key=event.item, due_at=event.ends_at))
        case WindowExtended(opens_at=opens_at, closes_at=closes_at):
            warning = warn_at(opens_at, closes_at)
            return (
                Timer(kind=SESSION_CLOSES, key=event.item, due_at=closes_at),
                Timer(kind=WINDOW_CLOSING, key=event.item, due_at=warning),
            )
        case _:
            return ()


def _of_support(event: Event) -> Sequence[Timer]:
    """Places that go stale, written notices, and what follows a request for a peer."""
    match event:
        case AftercarePlanned(check_ins=check_ins):
            return tuple(_aftercare(check_ins))
        case CheckInMissed(answer_by=datetime() as by):
            return (Timer(kind=AFTERCARE_UNANSWERED, key=event.item, due_at=by),)
        case ResourceListed(resource=resource, stale_at=at) if at is not None:
            return (Timer(kind=RESOURCE_STALE, key=resource.resource_id, due_at=at),)
        case ResourceConfirmed(resource_id=name, stale_at=at):
            return (Timer(kind=RESOURCE_STALE, key=name, due_at=at),)
        case ExceptionRecorded(remind_at=soon, notice_due_at=due_at):
            clocks = ((NOTICE_REMINDER, soon), (NOTICE_OVERDUE, due_at))
            return tuple(Timer(kind=k, key=_THE_NOTICE, due_at=at) for k, at in clocks if at)
        case _:
            return ()


def _of_one_on_ones(event: Event) -> Sequence[Timer]:
    """The next look at a one-on-one, and the day on which its record is erased."""
    match event:
        case (
            OneOnOneOpened(next_contact_at=at)
            | OneOnOneContacted(next_contact_at=at)
            | NextContactMoved(next_contact_at=at)
            | ContactFellDue(again_at=at)
            | OneOnOneOverdue(again_at=at)
            | OneOnOneOrphaned(again_at=at)
        ):
            return (Timer(kind=CONTACT_DUE, key=_THE_ONE, due_at=at),)
        case OneOnOneClosed(erase_at=at):
            return (Timer(kind=RECORD_ERASE, key=_THE_ONE, due_at=at),)
        case _:
            return ()


def _aftercare(check_ins: Iterable[AftercareContact]) -> Iterator[Timer]:
    for each in check_ins:
        yield Timer(kind=AFTERCARE_DUE, key=each.item, due_at=each.due_at)
        yield Timer(kind=AFTERCARE_CLOSES, key=each.item, due_at=each.closes_at)


def _sessions(interventions: Iterable[PlannedIntervention]) -> Iterator[Timer]:
    for each in interventions:
        yield Timer(kind=SESSION_TARGET, key=each.item, due_at=each.target_at)
        yield Timer(kind=SESSION_CLOSES, key=each.item, due_at=each.closes_at)
        if each.kind in PROPOSED:
            warning = warn_at(each.opens_at, each.closes_at)
            yield Timer(kind=PROPOSE, key=each.item, due_at=each.opens_at)
            yield Timer(kind=WINDOW_CLOSING, key=each.item, due_at=warning)
