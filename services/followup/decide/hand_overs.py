"""From one peer to another: offered by its owner, or for one who left; it moves on the other's tap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.one_on_ones import (
    HandOverDeclined,
    HandOverOffered,
    OneOnOneOrphaned,
    OneOnOneTakenOver,
)
from schemas.refusals import Refusal, RefusalCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.followup.private_commands import AnswerHandOver, NotePeerLeft, OfferHandOver
    from services.followup.private_state import OneOnOne

_NO_PEER = Refusal(RefusalCode.UNKNOWN_MEMBER, "Choose another peer who is on the roster today.")
_NOT_OFFERED = Refusal(RefusalCode.NOT_OFFERED, "It is not offered to you any more.")


def offer(command: OfferHandOver, state: OneOnOne) -> Sequence[Event] | Refusal:
    """Ask another peer; whoever was asked before is asked no more."""
    if not command.to_is_a_peer or command.to == state.peer:
        return _NO_PEER
    if command.to == state.offered_to:
        return ()
    return (HandOverOffered(peer=state.peer, to=command.to, by=command.actor),)


def answer(command: AnswerHandOver, state: OneOnOne) -> Sequence[Event] | Refusal:
    """Only who was asked can take it; a second tap of theirs changes nothing."""
    if state.offered_to != command.peer:
        return () if command.accepted and state.peer == command.peer else _NOT_OFFERED
    if not command.accepted:
        return (HandOverDeclined(peer=state.peer, to=command.peer),)
    return (OneOnOneTakenOver(peer=command.peer, before=state.peer, designated=command.designated),)


def note_left(command: NotePeerLeft, state: OneOnOne) -> Sequence[Event]:
    """Somebody has to take it over; said once. One that is closed is erased in its time."""
    if not state.is_open or state.orphaned or state.peer != command.peer:
        return ()
    again_at = command.now + command.rules.alarm_again_after
    return (OneOnOneOrphaned(peer=state.peer, again_at=again_at),)
