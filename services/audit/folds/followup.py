"""Followup's events as rows: what is planned and what became of it. Never what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import (
    AddedBecause,
    ApprovalGiven,
    ApprovalWithdrawn,
    CaseClosed,
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    CrewsSet,
    FollowupCancelled,
    FollowupPlanned,
    FollowupWidened,
    GroupWindowsOpened,
    InterventionAdded,
    InterventionDeclined,
    InterventionHeld,
    InterventionMissed,
    InterventionOverdue,
    MissExplained,
    TeamNoted,
    WindowsMoved,
)
from services.audit.folds import planned as rows
from services.audit.folds import sessions
from services.audit.folds.entry import case_row, entries, line
from services.audit.steps import RowState, Step
from services.audit.words import item_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded
    from services.audit.store import Change


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of FOLLOWUP."""
    match recorded.event:
        case FollowupPlanned() as event:
            yield case_row(recorded.entity, planned_at=recorded.meta.time)
            yield from rows.sessions(recorded, event.interventions)
            yield from rows.deferred(recorded, event.deferred)
            yield from rows.check_ins(recorded, event.check_ins)
            yield from rows.begun_anew(recorded, event)
            yield from entries(recorded, line(Step.PLANNED, _plan(event)))
        case FollowupWidened() as event:
            yield from rows.sessions(recorded, event.interventions)
            yield from rows.deferred(recorded, event.deferred)
            yield from rows.check_ins(recorded, event.check_ins)
            detail = f"The incident is graver than was known; besides: {_counts(event)}"
            yield from entries(recorded, line(Step.PLAN_WIDENED, detail))
        case FollowupCancelled():
            until = recorded.sequence
            yield case_row(recorded.entity, planned_at=None, cancelled_through=until, approved=None)
            detail = "The team is not wanted: what was planned and not yet done is not needed"
            yield from entries(recorded, line(Step.PLAN_CANCELLED, detail))
        case TeamNoted() as event:
            names = ", ".join(member.member_id for member in event.members) or "nobody yet"
            yield from entries(recorded, line(Step.TEAM_NOTED, f"On the team now: {names}"))
        case CaseClosed():
            yield case_row(recorded.entity, closed_at=recorded.meta.time)
            detail = "All that was planned is settled, and every miss has its reason"
            yield from entries(recorded, line(Step.CLOSED, detail))
        case _:
            yield from _replanned(recorded)


def _replanned(recorded: Recorded[Event]) -> Iterator[Change]:
    """What became of the plan as a whole."""
    match recorded.event:
        case ApprovalGiven(in_force=kinds) | ApprovalWithdrawn(in_force=kinds):
            yield case_row(recorded.entity, approved=[kind.value for kind in kinds])
        case GroupWindowsOpened() as event:
            yield from rows.sessions(recorded, event.interventions)
            names = ", ".join(item_name(each.item) for each in event.interventions)
            detail = f"Operations ended; these have their windows now: {names}"
            yield from entries(recorded, line(Step.WINDOWS_OPENED, detail))
        case WindowsMoved() as event:
            yield from rows.sessions(recorded, event.interventions)
            detail = f"Operations ended at another time: {len(event.interventions)} windows moved"
            yield from entries(recorded, line(Step.WINDOWS_MOVED, detail))
        case CrewsSet() as event:
            for item in event.dropped:
                yield rows.planned(recorded, item, dropped_at=recorded.meta.time)
            yield from rows.sessions(recorded, event.interventions)
            yield from rows.deferred(recorded, event.deferred)
            detail = f"Groups are planned anew for {len(event.crews)} crews, by {event.by}"
            yield from entries(recorded, line(Step.CREWS_SET, detail))
        case InterventionAdded() as event:
            yield from rows.sessions(recorded, (event.intervention,))
            name, before = item_name(event.intervention.item), item_name(event.after)
            why = "was held" if event.because is AddedBecause.SESSION_HELD else "was missed"
            detail = f"{name}, because {before[:1].lower()}{before[1:]} {why}"
            yield from entries(
                recorded, line(Step.SESSION_ADDED, detail, key=event.intervention.item)
            )
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
        case InterventionDeclined(item=item):
            words = "offered, and not wanted"
            yield from _item(
                recorded, item, Step.SESSION_DECLINED, RowState.INFO, words, declined_at=now
            )
        case MissExplained(item=item, reason=reason):
            words = f"missed, because {reason.value.replace('_', ' ')}"
            yield from _item(
                recorded, item, Step.EXPLAINED, RowState.INFO, words, miss_reason=reason.value
            )
        case _:
            yield from _contacted(recorded)


def _contacted(recorded: Recorded[Event]) -> Iterator[Change]:
    """What became of one check-in."""
    now = recorded.meta.time
    match recorded.event:
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
            yield from sessions.changes(recorded)


def _item(
    recorded: Recorded[Event], item: str, step: Step, state: RowState, words: str, **columns: object
) -> Iterator[Change]:
    if columns:
        yield rows.planned(recorded, item, **columns)
    yield from entries(recorded, line(step, f"{item_name(item)}: {words}", key=item, state=state))


def _plan(event: FollowupPlanned) -> str:
    told = _counts(event)
    return told if event.team_complete else f"{told}; the team is not complete yet"


def _counts(event: FollowupPlanned | FollowupWidened) -> str:
    sessions = len(event.interventions) + len(event.deferred)
    told = f"{sessions} sessions and {len(event.check_ins)} check-ins"
    if event.deferred:
        told += f"; {len(event.deferred)} wait for the end of operations"
    return told
