"""Sessions: held in their window, overdue after the target, missed after the close; and `done`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import (
    CheckInCompleted,
    InterventionHeld,
    InterventionMissed,
    InterventionOverdue,
)
from schemas.refusals import Refusal, RefusalCode
from services.followup.state import Planned, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.followup.commands import CloseWindow, MarkDone, PassTarget

_SETTLED = Refusal(RefusalCode.ITEM_ALREADY_SETTLED, "This was done or missed before.")
_OVERTAKEN = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This was settled before its time.")
_EARLY = Refusal(RefusalCode.TIMER_NOT_DUE, "This still has time.")
_WAITS = Refusal(RefusalCode.NOT_OPEN_YET, "It opens when operations end.")
UNKNOWN_ITEM = Refusal(RefusalCode.UNKNOWN_ITEM, "The plan has no such item.")


def mark_done(command: MarkDone, state: Planned) -> Sequence[Event] | Refusal:
    """Held or offered, now. A late one is welcome: the record shows both that it was missed and
    that it was done."""
    status = state.status.get(command.item)
    session = state.interventions.get(command.item)
    match status:
        case None:
            waits = any(each.item == command.item for each in state.deferred)
            return _WAITS if waits else UNKNOWN_ITEM
        case Status.DONE:
            return _SETTLED
        case Status.PLANNED | Status.DUE | Status.MISSED:
            pass
    if session is None:
        return (CheckInCompleted(item=command.item),)
    if command.now < session.opens_at:
        opens = session.opens_at.strftime("%Y-%m-%d %H:%M UTC")
        return Refusal(RefusalCode.NOT_OPEN_YET, f"Its window opens at {opens}.")
    return (InterventionHeld(item=command.item, held_at=command.now),)


def pass_target(command: PassTarget, state: Planned) -> Sequence[Event] | Refusal:
    """The target time came: say so if it was not held."""
    session = state.interventions.get(command.item)
    if session is None:
        return UNKNOWN_ITEM
    if state.status[command.item] is not Status.PLANNED:
        return _OVERTAKEN
    if command.now < session.target_at:
        return _EARLY
    if command.now >= session.closes_at:
        return _OVERTAKEN
    return (InterventionOverdue(item=command.item, closes_at=session.closes_at),)


def close_window(command: CloseWindow, state: Planned) -> Sequence[Event] | Refusal:
    """The window closed: missed if it was not held."""
    session = state.interventions.get(command.item)
    if session is None:
        return UNKNOWN_ITEM
    if state.status[command.item] in {Status.DONE, Status.MISSED}:
        return _OVERTAKEN
    if command.now < session.closes_at:
        return _EARLY
    return (InterventionMissed(item=command.item),)
