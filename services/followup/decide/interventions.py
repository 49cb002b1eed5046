"""Sessions: held in their window, declined, overdue after the target, missed after the close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import (
    AddedBecause,
    CheckInCompleted,
    InterventionAdded,
    InterventionDeclined,
    InterventionHeld,
    InterventionMissed,
    InterventionOverdue,
)
from schemas.policy import Driver
from schemas.refusals import Refusal, RefusalCode
from services.followup import cadence
from services.followup.decide.approvals import unapproved
from services.followup.decide.closure import then_closed
from services.followup.groups import TALKS
from services.followup.state import OPEN, Planned, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from schemas.followup import PlannedIntervention
    from services.followup.commands import (
        CloseWindow,
        DeclineIntervention,
        ItemTimer,
        MarkDone,
        PassTarget,
    )

_SETTLED = Refusal(RefusalCode.ITEM_ALREADY_SETTLED, "This was done or missed before.")
_OVERTAKEN = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This was settled before its time.")
_EARLY = Refusal(RefusalCode.TIMER_NOT_DUE, "This still has time.")
_WAITS = Refusal(RefusalCode.NOT_OPEN_YET, "It opens when operations end.")
_LATER = Refusal(RefusalCode.NOT_YET, "A session cannot have been held later than now.")
_OWED = Refusal(
    RefusalCode.NOT_OPTIONAL, "This one takes place because of what happened: cancel it instead."
)
_IN_TIME_SECONDS = 60
UNKNOWN_ITEM = Refusal(RefusalCode.UNKNOWN_ITEM, "The plan has no such item.")


def mark_done(command: MarkDone, state: Planned) -> Sequence[Event] | Refusal:
    """Held or offered. A late one is welcome: the record shows both that it was missed and that it
    was done. Those who held a group are looked after in the same decision."""
    session = state.interventions.get(command.item)
    if refusal := _not_doable(command, state):
        return refusal
    if session is None:
        return then_closed(state, (CheckInCompleted(item=command.item),))
    held_at = command.held_at or command.now
    if held_at > command.now:
        return _LATER
    if held_at < session.opens_at:
        opens = session.opens_at.strftime("%Y-%m-%d %H:%M UTC")
        return Refusal(RefusalCode.NOT_OPEN_YET, f"Its window opens at {opens}.")
    if refusal := unapproved(session, state):
        return refusal
    held = InterventionHeld(
        item=command.item,
        held_at=held_at,
        minutes=command.minutes,
        head_count=command.head_count,
        facilitators=command.facilitators,
        outcome=command.outcome,
    )
    return then_closed(state, (held, *_looked_after(state, session, held)))


def decline(command: DeclineIntervention, state: Planned) -> Sequence[Event] | Refusal:
    """Not wanted: settled, and no alarm. What takes place because of the event is not declined by
    one person for all."""
    session = state.interventions.get(command.item)
    if session is None:
        return UNKNOWN_ITEM
    match state.status[command.item]:
        case Status.DECLINED:
            return ()
        case Status.DONE | Status.MISSED | Status.CANCELLED:
            return _SETTLED
        case Status.PLANNED | Status.DUE:
            pass
    if session.driver is Driver.EVENT:
        return _OWED
    return then_closed(state, (InterventionDeclined(item=command.item),))


def pass_target(command: PassTarget, state: Planned) -> Sequence[Event] | Refusal:
    """The target time came: say so if it was not held."""
    session = state.interventions.get(command.item)
    if session is None:
        return UNKNOWN_ITEM
    if state.status[command.item] is not Status.PLANNED or overtaken(command, session.target_at):
        return _OVERTAKEN
    if command.now < session.target_at:
        return _EARLY
    if command.now >= session.closes_at:
        return _OVERTAKEN
    return (
        InterventionOverdue(
            item=command.item,
            closes_at=session.closes_at,
            awaits_approval=state.awaits_approval(session),
        ),
    )


def close_window(command: CloseWindow, state: Planned) -> Sequence[Event] | Refusal:
    """The window closed: missed if it was not held. A missed defusing is weighed for more."""
    session = state.interventions.get(command.item)
    if session is None:
        return UNKNOWN_ITEM
    if state.status[command.item] not in OPEN or overtaken(command, session.closes_at):
        return _OVERTAKEN
    if command.now < session.closes_at:
        return _EARLY
    missed = InterventionMissed(item=command.item)
    weighed = cadence.triage(state.brief, session, command.now)
    if weighed is None or weighed.item in state.interventions:
        return (missed,)
    because = AddedBecause.DEFUSING_MISSED
    added = InterventionAdded(intervention=weighed, after=command.item, because=because)
    return (missed, added)


def overtaken(command: ItemTimer, moment: object) -> bool:
    """Whether the timer was set for another moment than the item has now."""
    return command.due_at is not None and command.due_at != moment


def late(command: ItemTimer) -> int:
    """By how many seconds a timer fired late, as after an outage; a minute is nothing."""
    if command.due_at is None:
        return 0
    seconds = int((command.now - command.due_at).total_seconds())
    return seconds if seconds > _IN_TIME_SECONDS else 0


def _not_doable(command: MarkDone, state: Planned) -> Refusal | None:
    match state.status.get(command.item):
        case None:
            waits = any(each.item == command.item for each in state.deferred)
            return _WAITS if waits else UNKNOWN_ITEM
        case Status.DONE:
            return _SETTLED
        case Status.CANCELLED if command.item not in state.interventions:
            return _WAITS
        case Status.PLANNED | Status.DUE | Status.MISSED | Status.DECLINED | Status.CANCELLED:
            return None


def _looked_after(
    state: Planned, session: PlannedIntervention, held: InterventionHeld
) -> Sequence[Event]:
    if session.kind not in TALKS:
        return ()
    support = cadence.staff_support(state.brief, session, held.held_at)
    if support is None or support.item in state.interventions:
        return ()
    because = AddedBecause.SESSION_HELD
    return (InterventionAdded(intervention=support, after=session.item, because=because),)
