"""Check-ins: fall due for one peer in turn, and are missed when nobody made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import CheckInFellDue, CheckInMissed
from schemas.refusals import Refusal, RefusalCode
from services.followup.decide.interventions import UNKNOWN_ITEM, overtaken
from services.followup.state import OPEN, Planned, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.followup.commands import FallDue, MissCheckIn

_OVERTAKEN = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This check-in was made before.")
_EARLY = Refusal(RefusalCode.TIMER_NOT_DUE, "This check-in is not due yet.")


def fall_due(command: FallDue, state: Planned) -> Sequence[Event] | Refusal:
    """Remind one peer; the peers take turns. A late timer (after an outage) still reminds."""
    check_in = state.check_ins.get(command.item)
    if check_in is None:
        return UNKNOWN_ITEM
    if state.status[command.item] is not Status.PLANNED or overtaken(command, check_in.due_at):
        return _OVERTAKEN
    if command.now < check_in.due_at:
        return _EARLY
    peer = state.whose_turn(command.item)
    fell_due = CheckInFellDue(
        item=command.item, due_at=check_in.due_at, peer=peer, card=check_in.card
    )
    return (fell_due,)


def miss(command: MissCheckIn, state: Planned) -> Sequence[Event] | Refusal:
    """The grace time passed and nobody made it."""
    check_in = state.check_ins.get(command.item)
    if check_in is None:
        return UNKNOWN_ITEM
    if state.status[command.item] not in OPEN or overtaken(command, check_in.closes_at):
        return _OVERTAKEN
    if command.now < check_in.closes_at:
        return _EARLY
    return (CheckInMissed(item=command.item),)
