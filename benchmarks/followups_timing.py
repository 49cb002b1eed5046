"""Whether what happens at a time happens at that time, or says by how much it is late."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks.followups_found import Breach, Violation, promises
from schemas.followup import (
    CheckInFellDue,
    CheckInMissed,
    FollowupCancelled,
    InterventionMissed,
    InterventionOverdue,
)
from schemas.sessions import (
    Ahead,
    FacilitatorsReminded,
    InterventionProposed,
    OutcomeAsked,
    WindowClosingWarned,
    WindowExtended,
)
from schemas.subjects import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from benchmarks.followups_found import Promise
    from schemas.envelope import Event, Recorded

_NOTHING = timedelta(seconds=60)
"""A minute late is in time."""
_BEFORE = {Ahead.DAY: timedelta(days=1), Ahead.HOUR: timedelta(hours=1)}


def timing(told: Sequence[Recorded[Event]]) -> Iterator[Violation]:
    """Everything of followup that a timer brought about."""
    live: dict[str, Promise] = {}
    longer: dict[str, datetime] = {}
    for each in told:
        if each.entity.stream is not Stream.FOLLOWUP:
            continue
        event = each.event
        if isinstance(event, FollowupCancelled):
            live, longer = {}, {}
        for planned in promises(event):
            live[planned.item] = planned
            longer.pop(planned.item, None)
        if isinstance(event, WindowExtended):
            longer[event.item] = event.closes_at
        promise = live.get(getattr(event, "item", ""))
        if promise is not None:
            yield from _early(each, promise, longer.get(promise.item, promise.closes_at))
            yield from _unmarked(each, promise)


def _early(
    told: Recorded[Event], promise: Promise, closes_at: datetime | None
) -> Iterator[Violation]:
    moments = {
        InterventionMissed: closes_at,
        CheckInMissed: closes_at,
        InterventionOverdue: promise.target_at,
        CheckInFellDue: promise.opens_at,
    }
    moment = moments.get(type(told.event))
    if moment is not None and told.meta.time < moment:
        why = f"{told.event.NAME} at {told.meta.time}, and it was to be at {moment}"
        yield Violation(told.entity.id, Breach.TOO_EARLY, promise.item, why)


def _unmarked(told: Recorded[Event], promise: Promise) -> Iterator[Violation]:
    event, now = told.event, told.meta.time
    due = _due(told, promise)
    if due is None:
        return
    said = timedelta(seconds=getattr(event, "late_seconds", 0))
    late = now - due
    expected = late if late >= _NOTHING + timedelta(seconds=1) else timedelta(0)
    if abs(said - expected) > timedelta(seconds=1):
        why = f"{event.NAME} was late by {late} and says {said}"
        yield Violation(told.entity.id, Breach.NOT_MARKED_LATE, promise.item, why)
    if isinstance(event, FacilitatorsReminded) and now >= event.starts_at and not event.skipped:
        why = "reminded of what has begun"
        yield Violation(told.entity.id, Breach.NOT_MARKED_LATE, promise.item, why)


def _due(told: Recorded[Event], promise: Promise) -> datetime | None:
    """When a timer was to bring it about; None for what a person or another event did."""
    match told.event:
        case FacilitatorsReminded() as event:
            return event.starts_at - _BEFORE[event.ahead]
        case OutcomeAsked(ends_at=ends_at):
            return ends_at
        case InterventionProposed() if told.meta.actor == "timer":
            return promise.opens_at
        case WindowClosingWarned(closes_at=closes_at) if promise.opens_at is not None:
            share = (closes_at - promise.opens_at) / 6
            return closes_at - max(timedelta(hours=2), min(timedelta(days=1), share))
        case _:
            return None
