"""When a case is over: all is held, declined or cancelled, or missed with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import CaseClosed, MissExplained
from schemas.refusals import Refusal, RefusalCode
from services.followup.state import Planned, Status, evolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.followup.commands import CloseCase, ExplainMiss

_NAMED = 3


def then_closed(state: Planned, events: Sequence[Event]) -> Sequence[Event]:
    """These events, and the end of the case if they settle the last of it."""
    settled = after(state, events)
    return events if settled.closed or settled.unsettled() else (*events, CaseClosed())


def after(state: Planned, events: Sequence[Event]) -> Planned:
    """The plan after events that do not cancel it."""
    for event in events:
        step = evolve(state, event)
        assert isinstance(step, Planned)  # noqa: S101 - settling an item cancels no plan
        state = step
    return state


def explain(command: ExplainMiss, state: Planned) -> Sequence[Event] | Refusal:
    """Say why something was missed; said once, it stays said."""
    status = state.status.get(command.item)
    if status is None:
        return Refusal(RefusalCode.UNKNOWN_ITEM, "The plan has no such item.")
    if status is not Status.MISSED:
        return Refusal(RefusalCode.NOT_MISSED, "This was not missed: there is nothing to explain.")
    if command.item in state.explained:
        return ()
    told = MissExplained(item=command.item, reason=command.reason, by=command.actor)
    return then_closed(state, (told,))


def close(_command: CloseCase, state: Planned) -> Sequence[Event] | Refusal:
    """Close the case, or say what keeps it open."""
    if state.closed:
        return ()
    left = state.unsettled()
    if not left:
        return (CaseClosed(),)
    named = ", ".join(left[:_NAMED])
    more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
    missed = any(state.status.get(item) is Status.MISSED for item in left)
    remedy = "hold, decline or cancel them" + (", and say why what was missed was" * missed)
    return Refusal(RefusalCode.STILL_OPEN, f"Still open: {named}{more}. To close, {remedy}.")
