"""What comes of a session's timers, and what is called off because the plan is another now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from schemas.sessions import (
    Ahead,
    CoverageReleased,
    FacilitatorsReminded,
    InterventionScheduled,
    InterventionUnscheduled,
    OutcomeAsked,
    UnscheduledBecause,
    WindowClosingWarned,
)
from services.followup.deadlines import (
    LATE,
    REMINDERS,
    WhenLate,
    remind_at,
    warn_at,
)
from services.followup.decide.interventions import late, overtaken
from services.followup.session_state import Session
from services.followup.slots import PROPOSED
from services.followup.state import OPEN, Planned, Status, Unplanned, evolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from schemas.envelope import Event
    from services.followup.commands import AskOutcome, RemindFacilitators, WarnOfClosing
    from services.followup.session_state import Time
    from services.followup.state import FollowupState

_OVERTAKEN = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "Its time is another now, or settled.")
_EARLY = Refusal(RefusalCode.TIMER_NOT_DUE, "This still has time.")
_ENDED = {
    Status.DONE: UnscheduledBecause.HELD_BEFORE,
    Status.DECLINED: UnscheduledBecause.DECLINED,
    Status.CANCELLED: UnscheduledBecause.CANCELLED,
}


def remind(command: RemindFacilitators, state: Planned) -> Sequence[Event] | Refusal:
    """Remind whoever holds it. One that comes once it has begun is recorded, and not sent; so is
    the day's when the hour's is due."""
    known = state.sessions.get(command.item, Session())
    if known.time is None or state.status.get(command.item) not in OPEN:
        return _OVERTAKEN
    due = remind_at(known.time.starts_at, command.ahead)
    if overtaken(command, due):
        return _OVERTAKEN
    if command.now < due:
        return _EARLY
    skips = LATE[REMINDERS[command.ahead]] is WhenLate.SKIPS_IT
    useless = known.time.starts_at
    if command.ahead is Ahead.DAY:
        useless = remind_at(useless, Ahead.HOUR)
    return (
        FacilitatorsReminded(
            item=command.item,
            ahead=command.ahead,
            starts_at=known.time.starts_at,
            ends_at=known.time.ends_at,
            facilitators=known.time.facilitators,
            sequence=known.sequence,
            place=known.time.place,
            skipped=skips and command.now >= useless,
            late_seconds=late(command),
        ),
    )


def warn_of_closing(command: WarnOfClosing, state: Planned) -> Sequence[Event] | Refusal:
    """The window closes soon and nothing is scheduled: once it has closed, that is told instead."""
    session = state.interventions.get(command.item)
    if session is None or session.kind not in PROPOSED or state.status[command.item] not in OPEN:
        return _OVERTAKEN
    due = warn_at(session.opens_at, session.closes_at)
    known = state.sessions.get(command.item, Session())
    if known.time or known.warned or overtaken(command, due) or command.now >= session.closes_at:
        return _OVERTAKEN
    if command.now < due:
        return _EARLY
    delay = late(command)
    closes_at = session.closes_at
    return (WindowClosingWarned(item=command.item, closes_at=closes_at, late_seconds=delay),)


def ask_outcome(command: AskOutcome, state: Planned) -> Sequence[Event] | Refusal:
    """It should be over: ask whoever holds it whether it was held, however late."""
    known = state.sessions.get(command.item, Session())
    if known.time is None or known.asked or state.status.get(command.item) not in OPEN:
        return _OVERTAKEN
    if overtaken(command, known.time.ends_at):
        return _OVERTAKEN
    if command.now < known.time.ends_at:
        return _EARLY
    return (
        OutcomeAsked(
            item=command.item,
            starts_at=known.time.starts_at,
            ends_at=known.time.ends_at,
            facilitators=known.time.facilitators,
            sequence=known.sequence,
            late_seconds=late(command),
        ),
    )


def with_called_off(events: Sequence[Event], state: Planned, now: datetime) -> Sequence[Event]:
    """These events, and before them what they call off: nobody goes to a session that is not held."""
    after: FollowupState = state
    for event in events:
        after = evolve(after, event)
    told = {event.item for event in events if isinstance(event, InterventionScheduled)}
    called_off: list[Event] = []
    for item, session in state.sessions.items():
        if session.time is None or session.time.ends_at <= now or item in told:
            continue
        because = _because(item, session.time, after, now)
        if because is not None:
            called_off += _off(item, session, session.time, because)
    return (*called_off, *events) if called_off else events


def _because(
    item: str, time: Time, after: FollowupState, now: datetime
) -> UnscheduledBecause | None:
    if isinstance(after, Unplanned):
        return UnscheduledBecause.NOT_WANTED
    planned, status = after.interventions.get(item), after.status.get(item)
    if planned is None or status is None:
        return UnscheduledBecause.PLAN_CHANGED
    if status is Status.DONE and time.starts_at <= now:
        return None  # it is being held right now
    if status not in OPEN:
        return _ENDED.get(status)
    inside = planned.opens_at <= time.starts_at and time.ends_at <= planned.closes_at
    return None if inside else UnscheduledBecause.PLAN_CHANGED


def _off(item: str, session: Session, time: Time, because: UnscheduledBecause) -> Iterator[Event]:
    sequence = session.sequence + 1
    yield InterventionUnscheduled(
        item=item,
        starts_at=time.starts_at,
        ends_at=time.ends_at,
        facilitators=time.facilitators,
        sequence=sequence,
        because=because,
        place=time.place,
    )
    if session.cover:
        yield CoverageReleased(
            item=item,
            units=session.cover.units,
            starts_at=time.starts_at,
            ends_at=time.ends_at,
            sequence=sequence,
        )
