"""An agency's ledger: what may not be erased, and who opened what is not theirs. Each with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.one_on_ones import (
    HOLDS_AT_MOST,
    GlassBroken,
    HoldScope,
    LegalHoldLifted,
    LegalHoldSet,
)
from schemas.refusals import Refusal, RefusalCode
from services.followup.private_commands import BreakGlass, LedgerCommand, LiftHold, SetHold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.followup.private_state import Ledger

_WHAT = Refusal(
    RefusalCode.HOLD_UNCLEAR, "Say what it covers: the agency, one case, or one one-on-one."
)
_TOO_MANY = Refusal(
    RefusalCode.BEYOND_POLICY,
    f"There are {HOLDS_AT_MOST} holds in force: lift those that are over.",
)
_NO_HOLD = Refusal(RefusalCode.UNKNOWN_HOLD, "There is no such hold, or it is lifted already.")
_NO_CLINICIAN = Refusal(
    RefusalCode.NEEDS_MHP,
    "Name a mental health professional or the clinical director of the roster who answers for it.",
)
_TOO_OFTEN = Refusal(
    RefusalCode.GLASS_LIMIT, "Too many records of others were opened lately: wait, or hand over."
)


def keep_ledger(command: LedgerCommand, state: Ledger) -> Sequence[Event] | Refusal:
    """What follows from a command about an agency's records as a whole."""
    match command:
        case SetHold():
            return _set(command, state)
        case LiftHold():
            return _lift(command, state)
        case BreakGlass():
            return _break(command, state)


def _set(command: SetHold, state: Ledger) -> Sequence[Event] | Refusal:
    wanted = (command.scope is HoldScope.CASE, command.scope is HoldScope.ONE_ON_ONE)
    if wanted != (command.case_id is not None, command.one_on_one is not None):
        return _WHAT
    if len(state.holds) >= HOLDS_AT_MOST:
        return _TOO_MANY
    return (
        LegalHoldSet(
            hold_id=command.hold_id,
            scope=command.scope,
            case_id=command.case_id,
            one_on_one=command.one_on_one,
            reason=command.reason,
            by=command.actor,
        ),
    )


def _lift(command: LiftHold, state: Ledger) -> Sequence[Event] | Refusal:
    if command.hold_id not in state.holds:
        return _NO_HOLD
    return (LegalHoldLifted(hold_id=command.hold_id, reason=command.reason, by=command.actor),)


def _break(command: BreakGlass, state: Ledger) -> Sequence[Event] | Refusal:
    if not command.is_clinician:
        return _NO_CLINICIAN
    limit = command.rules.break_glass
    lately = sum(command.now - at < limit.within for at in state.broken)
    if command.shown and lately >= limit.most:
        return _TOO_OFTEN
    return (
        GlassBroken(
            one_on_one=command.one_on_one,
            peer=command.peer,
            on_behalf_of=command.on_behalf_of,
            reason=command.reason,
            by=command.actor,
            broken_at=command.now,
            shown=command.shown,
        ),
    )
