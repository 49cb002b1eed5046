"""The time after a member's own request: planned for whoever took it, due, offered, missed, closed.

No rule here knows who asked. Their "no follow-up" ends it, whenever it comes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from schemas.aftercare import (
    AftercareContact,
    AftercareDeclined,
    AftercareEscalated,
    AftercarePlanned,
    AftercareTakenOver,
)
from schemas.followup import (
    CaseClosed,
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    MissExplained,
)
from schemas.jurisdiction import ContactKind
from schemas.refusals import Refusal, RefusalCode
from services.followup.aftercare_commands import (
    AftercareCloses,
    AftercareCommand,
    AftercareDue,
    AftercareUnanswered,
    DeclineAftercare,
    ExplainAftercare,
    OfferAftercare,
    PlanAftercare,
)
from services.followup.aftercare_state import tended
from services.followup.state import OPEN, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from schemas.candidates import Candidate
    from schemas.envelope import Event
    from services.followup.aftercare_state import Aftercare

_UNKNOWN = Refusal(RefusalCode.UNKNOWN_ITEM, "There is no such check-in of yours.")
_SETTLED = Refusal(RefusalCode.ITEM_ALREADY_SETTLED, "This check-in was settled before.")
_OVERTAKEN = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This check-in was settled before.")
_EARLY = Refusal(RefusalCode.TIMER_NOT_DUE, "This check-in still has time.")
_NOT_MISSED = Refusal(RefusalCode.NOT_MISSED, "This was not missed: there is nothing to explain.")


def tend(command: AftercareCommand, state: Aftercare) -> Sequence[Event] | Refusal:
    """What follows from a command about the time after a request."""
    match command:
        case PlanAftercare():
            return _plan(command, state)
        case DeclineAftercare():
            return _decline(state)
        case AftercareDue() | AftercareCloses() | AftercareUnanswered():
            return _times_up(command, state)
        case OfferAftercare():
            return _offered(command, state)
        case ExplainAftercare():
            return _explain(command, state)
        case _:
            assert_never(command)


def _times_up(
    command: AftercareDue | AftercareCloses | AftercareUnanswered, state: Aftercare
) -> Sequence[Event] | Refusal:
    match command:
        case AftercareDue():
            return _fall_due(command, state)
        case AftercareCloses():
            return _miss(command, state)
        case AftercareUnanswered():
            return _escalate(command, state)
        case _:
            assert_never(command)


def item_of(after: timedelta) -> str:
    """A check-in's name, such as `check-in-7d` or `check-in-36h`."""
    hours = round(after.total_seconds() / 3600)
    return f"check-in-{hours}h" if hours % 24 else f"check-in-{hours // 24}d"


def _plan(command: PlanAftercare, state: Aftercare) -> Sequence[Event]:
    takers = _takers(command, state)
    if state.declined or not takers:
        return ()
    emergency = command.emergency or state.emergency
    check_ins = tuple(
        AftercareContact(
            item=item_of(rule.after),
            due_at=command.since + rule.after,
            closes_at=command.since + rule.after + command.rules.grace,
            source=rule.source,
        )
        for rule in command.rules.rules(emergency=emergency)
        if item_of(rule.after) not in state.check_ins
    )
    is_new = not state.check_ins or (emergency and not state.emergency)
    if is_new and (check_ins or state.check_ins):
        return (
            AftercarePlanned(
                kind=ContactKind.COMPREHENSIVE,
                emergency=emergency,
                takers=takers,
                check_ins=check_ins,
            ),
        )
    if state.check_ins and takers != state.takers:
        return (AftercareTakenOver(takers=takers),)
    return ()


def _takers(command: PlanAftercare, state: Aftercare) -> tuple[Candidate, ...]:
    """Each once; the order of their yes is kept when those who have it are told anew."""
    told = {each.member_id: each for each in command.takers}
    if command.adds:
        return tuple(({each.member_id: each for each in state.takers} | told).values())
    if not told:
        return state.takers
    stayed = [each.member_id for each in state.takers if each.member_id in told]
    return tuple(told[name] for name in dict.fromkeys((*stayed, *told)))


def _decline(state: Aftercare) -> Sequence[Event]:
    """Also before anything is planned: it is remembered for then."""
    return () if state.declined else _then_closed(state, (AftercareDeclined(),))


def _fall_due(command: AftercareDue, state: Aftercare) -> Sequence[Event] | Refusal:
    contact = state.check_ins.get(command.item)
    if contact is None or contact.due_at != command.due_at:
        return _OVERTAKEN
    if state.status[command.item] is not Status.PLANNED:
        return _OVERTAKEN
    if command.now < contact.due_at:
        return _EARLY
    return (CheckInFellDue(item=command.item, due_at=contact.due_at, peer=state.peer),)


def _miss(command: AftercareCloses, state: Aftercare) -> Sequence[Event] | Refusal:
    contact = state.check_ins.get(command.item)
    if contact is None or contact.closes_at != command.due_at:
        return _OVERTAKEN
    if state.status[command.item] not in OPEN:
        return _OVERTAKEN
    if command.now < contact.closes_at:
        return _EARLY
    by = command.now + command.answer_within if command.answer_within else None
    return (CheckInMissed(item=command.item, peer=state.peer, answer_by=by),)


def _escalate(command: AftercareUnanswered, state: Aftercare) -> Sequence[Event] | Refusal:
    """Only what is still missed and unexplained: it cannot be forgotten by those who were told first."""
    by = state.answer_by.get(command.item)
    if by != command.due_at or command.item in state.escalated | state.explained:
        return _OVERTAKEN
    if state.status[command.item] is not Status.MISSED:
        return _OVERTAKEN
    if command.now < by:
        return _EARLY
    return (AftercareEscalated(item=command.item, peer=state.peer),)


def _offered(command: OfferAftercare, state: Aftercare) -> Sequence[Event] | Refusal:
    """Early or late is welcome; the record shows both that it was missed and that it was offered."""
    if not _is_theirs(command, state):
        return _UNKNOWN
    status = state.status[command.item]
    if status is Status.DONE:
        return ()
    if status is Status.DECLINED:
        return _SETTLED
    return _then_closed(state, (CheckInCompleted(item=command.item),))


def _explain(command: ExplainAftercare, state: Aftercare) -> Sequence[Event] | Refusal:
    by_a_coordinator = command.member_id is None and command.item in state.check_ins
    if not (by_a_coordinator or _is_theirs(command, state)):
        return _UNKNOWN
    if state.status[command.item] is not Status.MISSED:
        return _NOT_MISSED
    if command.item in state.explained:
        return ()
    by = f"member:{command.member_id}" if command.member_id else command.actor
    told = MissExplained(item=command.item, reason=command.reason, by=by)
    return _then_closed(state, (told,))


def _is_theirs(command: OfferAftercare | ExplainAftercare, state: Aftercare) -> bool:
    takers = {each.member_id for each in state.takers}
    return command.item in state.check_ins and command.member_id in takers


def _then_closed(state: Aftercare, events: Sequence[Event]) -> Sequence[Event]:
    """These events, and the end if they settle the last of it."""
    after = state
    for event in events:
        after = tended(after, event)
    if after.closed or not after.check_ins or after.unsettled():
        return events
    return (*events, CaseClosed())
