"""How a case stands right now: its state, its red marks, and what happens next by itself."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from schemas.intake import Outcome
from services.audit.folds.planned import SESSION
from services.audit.views import calls, waves
from services.audit.views.coming import Next
from services.audit.words import plain, title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from services.audit.views.case_file import CaseFile, Planned
    from services.audit.views.team_rows import Delivery


class CaseState(StrEnum):
    """Where a case is on its way, most urgent first."""

    COORDINATOR_NEEDED = "coordinator_needed"
    SCREENED = "screened"
    """Screened, and a person must decide."""
    ASKING = "asking"
    TEAM_FORMED = "team_formed"
    FOLLOWUP_RUNNING = "followup_running"
    COMPLETE = "complete"
    STOOD_DOWN = "stood_down"
    MERGED = "merged"
    SET_ASIDE = "set_aside"
    ROUTINE = "routine"


LABELS = {
    CaseState.COORDINATOR_NEEDED: "Coordinator needed",
    CaseState.ASKING: "Asking",
    CaseState.TEAM_FORMED: "Team formed",
    CaseState.SCREENED: "Waiting for a decision",
    CaseState.FOLLOWUP_RUNNING: "Follow-up running",
    CaseState.COMPLETE: "Complete",
    CaseState.STOOD_DOWN: "Stood down",
    CaseState.MERGED: "Merged",
    CaseState.SET_ASIDE: "Set aside",
    CaseState.ROUTINE: "Routine",
}


def state_of(file: CaseFile, now: datetime) -> CaseState:
    """The state of a case at `now`."""
    case = file.case
    if case.merged_into:
        return CaseState.MERGED
    if not case.is_active:
        return _without_a_team(file)
    if case.planned_at and all(item.settled for item in file.planned.values()):
        return CaseState.COMPLETE
    if needs_coordinator(file, now):
        return CaseState.COORDINATOR_NEEDED
    if case.formed_at is None:
        return CaseState.ASKING
    return CaseState.FOLLOWUP_RUNNING if case.planned_at else CaseState.TEAM_FORMED


def needs_coordinator(file: CaseFile, now: datetime) -> bool:
    """Whether the team cannot be completed in time by itself, or a session is past its target."""
    return team_is_stuck(file, now) or any(
        is_overdue(item, now) for item in file.planned.values() if item.kind == SESSION
    )


def team_is_stuck(file: CaseFile, now: datetime) -> bool:
    """Whether nobody is left to ask, or the time for it is over, and places are still open."""
    case = file.case
    if case.activated_at is None or case.formed_at is not None:
        return False
    return case.exhausted_at is not None or (case.form_by is not None and now > case.form_by)


def is_overdue(item: Planned, now: datetime) -> bool:
    """Whether its target has passed and nothing was said of it."""
    return not item.settled and item.target_at is not None and now > item.target_at


def marks(file: CaseFile, now: datetime) -> tuple[str, ...]:
    """What a person should look at, in words; empty when all is well."""
    return tuple(_marks(file, now))


def next_of(file: CaseFile, now: datetime) -> Next | None:
    """The next thing that happens without anybody's doing; None when nothing is planned."""
    return min(all_coming(file, now), key=lambda each: (each.at, each.what), default=None)


def all_coming(file: CaseFile, now: datetime) -> list[Next]:
    """Everything that happens without anybody's doing from now on, in no order."""
    return [each for each in _coming(file, now) if each.at >= now]


def item_name(item: Planned) -> str:
    """A planned item as people say it, such as `Defusing for responders`."""
    name = title(item.name) if item.kind == SESSION else f"Check-in {item.number}"
    crew = f" ({item.crew})" if item.crew else ""
    return f"{name} for {item.audience}{crew}"


def _without_a_team(file: CaseFile) -> CaseState:
    case = file.case
    if case.review_open:
        return CaseState.SCREENED
    if case.was_stood_down:
        return CaseState.STOOD_DOWN
    return CaseState.ROUTINE if case.outcome == Outcome.ROUTINE else CaseState.SET_ASIDE


def _marks(file: CaseFile, now: datetime) -> Iterator[str]:
    case = file.case
    if file.review and now >= file.review.answer_by:
        yield "Decision overdue"
    if team_is_stuck(file, now):
        if case.exhausted_at:
            yield f"Nobody left to ask: {case.missing} missing"
        else:
            yield "Team not complete in time"
    if case.no_coordinator:
        yield "No coordinator on the roster"
    yield from _plan_marks(file, now)
    if lost := _lost(file):
        yield f"{_counted(lost, 'message')} not delivered"


def _lost(file: CaseFile) -> int:
    """Messages that went out on no channel, where nothing more is tried."""
    parcels: dict[str, list[Delivery]] = {}
    for each in file.deliveries.values():
        parcels.setdefault(each.parcel_id or each.delivery_id, []).append(each)
    return sum(all(e.status == "failed" and not e.left for e in told) for told in parcels.values())


def _plan_marks(file: CaseFile, now: datetime) -> Iterator[str]:
    overdue = [i for i in file.planned.values() if i.kind == SESSION and is_overdue(i, now)]
    if overdue:
        yield f"{_counted(len(overdue), 'session')} past target"
    gone = [item for item in file.planned.values() if item.missed_at and not item.done_at]
    missed = [item for item in gone if not item.cancelled]
    for kind, word in ((SESSION, "session"), ("check_in", "check-in")):
        count = sum(item.kind == kind for item in missed)
        if count:
            yield f"{_counted(count, word)} missed"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _coming(file: CaseFile, now: datetime) -> Iterator[Next]:
    review = file.review
    if review:
        yield Next(review.backup_at, "the mental health professionals are asked to decide too")
        yield Next(review.answer_by, "everyone who may decide is called")
    yield from waves.coming(file, now)
    yield from _calls(file)
    for item in file.planned.values():
        if not item.settled:
            yield from _of_item(item)


def _calls(file: CaseFile) -> Iterator[Next]:
    """Alarms that nobody has answered yet, each until the program lead is called."""
    for alarm in file.alarms.values():
        if alarm.answer_by and not alarm.escalated_at and calls.is_open(file, alarm):
            yield Next(alarm.answer_by, "the program lead is called if nobody answers the alarm")


def _of_item(item: Planned) -> Iterator[Next]:
    name = item_name(item)
    if item.target_at is None or item.closes_at is None:
        return
    if item.kind == SESSION:
        yield Next(item.target_at, f"{name} should be held by then, or the coordinator is called")
        yield Next(item.closes_at, f"the window of {plain(name[:1].lower() + name[1:])} closes")
        return
    if item.fell_due_at is None:
        yield Next(item.target_at, f"{name} falls due")
    yield Next(item.closes_at, f"{name} counts as missed if nobody marks it")
