"""Whoever holds something cannot, or needs a coordinator for it: recorded, and told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from schemas.sessions import ItemEscalated
from services.followup.decide.interventions import UNKNOWN_ITEM
from services.followup.session_state import Session
from services.followup.state import OPEN, Planned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.followup.commands import EscalateItem

_SETTLED = Refusal(RefusalCode.ITEM_ALREADY_SETTLED, "This is settled: nobody is needed for it.")
_NOT_THEIRS = Refusal(RefusalCode.NOT_ON_TEAM, "Only who is down for it says that they cannot.")


def escalate(command: EscalateItem, state: Planned) -> Sequence[Event] | Refusal:
    """Call a coordinator, once per member and reason until its time changes. It stays theirs until a
    coordinator has given it to somebody else: a session that nobody is down for would be nobody's."""
    status = state.status.get(command.item)
    if status is None:
        return UNKNOWN_ITEM
    if status not in OPEN:
        return _SETTLED
    if command.member_id not in state.holders(command.item):
        return _NOT_THEIRS
    known = state.sessions.get(command.item, Session())
    if (command.member_id, command.reason.value) in known.escalated:
        return ()
    return (
        ItemEscalated(
            item=command.item,
            member_id=command.member_id,
            reason=command.reason,
            by=command.actor,
        ),
    )
