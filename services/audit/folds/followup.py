"""Followup's events as rows: what is planned and what became of it. Never what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import (
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    FollowupCancelled,
    FollowupPlanned,
    FollowupWidened,
    GroupWindowsOpened,
    InterventionHeld,
    InterventionMissed,
    InterventionOverdue,
)
from services.audit import tables
from services.audit.folds.entry import case_row, entries, line
from services.audit.steps import RowState, Step
from services.audit.store import Change
from services.audit.words import item_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.envelope import Event, Recorded
    from schemas.followup import DeferredIntervention, PlannedCheckIn, PlannedIntervention

SESSION, CHECK_IN = "session", "check_in"


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of FOLLOWUP."""
    match recorded.event:
        case FollowupPlanned() as event:
            yield case_row(recorded.entity, planned_at=recorded.meta.time)
            yield from _sessions(recorded, event.interventions)
            yield from _deferred(recorded, event.deferred)
            yield from _check_ins(recorded, event.check_ins)
            yield from _begun_anew(recorded, event)
            yield from entries(recorded, line(Step.PLANNED, _plan(event)))
        case FollowupWidened() as event:
            yield from _sessions(recorded, event.interventions)
            yield from _deferred(recorded, event.deferred)
            yield from _check_ins(recorded, event.check_ins)
            detail = f"The incident is graver than was known; besides: {_counts(event)}"
            yield from entries(recorded, line(Step.PLAN_WIDENED, detail))
        case FollowupCancelled():
            yield case_row(recorded.entity, planned_at=None, cancelled_through=recorded.sequence)
            detail = "The team is not wanted: what was planned and not yet done is not needed"
            yield from entries(recorded, line(Step.PLAN_CANCELLED, detail))
        case GroupWindowsOpened() as event:
            yield from _sessions(recorded, event.interventions)
            names = ", ".join(item_name(each.item) for each in event.interventions)
            detail = f"Operations ended; these have their windows now: {names}"
            yield from entries(recorded, line(Step.WINDOWS_OPENED, detail))
        case _:
            yield from _became(recorded)


def _became(recorded: Recorded[Event]) -> Iterator[Change]:
    """What became of one planned item."""
    now = recorded.meta.time
    match recorded.event:
        case InterventionOverdue(item=item):
            yield from _item(recorded, item, Step.OVERDUE, RowState.LATE, "not held by its target")
        case InterventionHeld(item=item, held_at=held_at):
            yield from _item(recorded, item, Step.HELD, RowState.INFO, "held", done_at=held_at)
        case InterventionMissed(item=item):
            words = "not held in its window"
            yield from _item(
                recorded, item, Step.SESSION_MISSED, RowState.MISSED, words, missed_at=now
            )
        case CheckInFellDue(item=item, peer=peer):
            words = f"due; {peer} is reminded" if peer else "due; the team has no peer to remind"
            state = RowState.INFO if peer else RowState.MISSED
            yield from _item(recorded, item, Step.FELL_DUE, state, words, fell_due_at=now)
        case CheckInCompleted(item=item):
            yield from _item(recorded, item, Step.CHECKED_IN, RowState.INFO, "offered", done_at=now)
        case CheckInMissed(item=item):
            words = "not marked as offered in time"
            yield from _item(
                recorded, item, Step.CHECK_IN_MISSED, RowState.MISSED, words, missed_at=now
            )
        case _:
            return


def _item(
    recorded: Recorded[Event], item: str, step: Step, state: RowState, words: str, **columns: object
) -> Iterator[Change]:
    if columns:
        yield _planned(recorded, item, **columns)
    yield from entries(recorded, line(step, f"{item_name(item)}: {words}", key=item, state=state))


def _sessions(
    recorded: Recorded[Event], sessions: Iterable[PlannedIntervention]
) -> Iterator[Change]:
    for each in sessions:
        yield _planned(
            recorded,
            each.item,
            since=recorded.sequence,
            kind=SESSION,
            name=each.kind.value,
            audience=each.group.value,
            leads=each.leads.value,
            mhp_required=each.mhp_required,
            source=each.source,
            opens_at=each.opens_at,
            target_at=each.target_at,
            closes_at=each.closes_at,
        )


def _deferred(
    recorded: Recorded[Event], waiting: Iterable[DeferredIntervention]
) -> Iterator[Change]:
    for each in waiting:
        yield _planned(
            recorded,
            each.item,
            since=recorded.sequence,
            kind=SESSION,
            name=each.rule.kind.value,
            audience=each.group.value,
            leads=each.rule.leads.value,
            mhp_required=each.rule.mhp_required,
            source=each.rule.source,
            opens_at=None,
            target_at=None,
            closes_at=None,
        )


def _check_ins(recorded: Recorded[Event], check_ins: Iterable[PlannedCheckIn]) -> Iterator[Change]:
    for each in check_ins:
        yield _planned(
            recorded,
            each.item,
            since=recorded.sequence,
            kind=CHECK_IN,
            name="check_in",
            number=each.number,
            audience=each.group.value,
            source=each.source,
            opens_at=each.due_at,
            target_at=each.due_at,
            closes_at=each.closes_at,
        )


def _begun_anew(recorded: Recorded[Event], event: FollowupPlanned) -> Iterator[Change]:
    """What became of an earlier plan's item of the same name says nothing of this one."""
    sessions = [each.item for each in event.interventions]
    waiting = [each.item for each in event.deferred]
    for item in (*sessions, *waiting, *(each.item for each in event.check_ins)):
        yield _planned(recorded, item, fell_due_at=None, done_at=None, missed_at=None)


def _planned(recorded: Recorded[Event], item: str, **columns: object) -> Change:
    entity = recorded.entity
    key = {"agency": entity.agency, "case_id": entity.id, "item": item}
    return Change(tables.planned, {**key, **columns})


def _plan(event: FollowupPlanned) -> str:
    told = _counts(event)
    return told if event.team_complete else f"{told}; the team is not complete yet"


def _counts(event: FollowupPlanned | FollowupWidened) -> str:
    sessions = len(event.interventions) + len(event.deferred)
    told = f"{sessions} sessions and {len(event.check_ins)} check-ins"
    if event.deferred:
        told += f"; {len(event.deferred)} wait for the end of operations"
    return told
