"""Pure: who hears of the time after a request: the peer who took it, or the coordinators about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.aftercare import AftercareEscalated
from schemas.dispatch import Purpose
from schemas.followup import CheckInFellDue, CheckInMissed
from schemas.policy import Role
from schemas.subjects import derived_id, lender_of
from services.dispatch.commands.team import Notice, TellMembers
from services.dispatch.ranking import deciders
from services.dispatch.roster_check import has_left

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from schemas.envelope import Recorded
    from services.dispatch.roster import Member

AftercareNews = CheckInFellDue | CheckInMissed | AftercareEscalated
_FIRST = (Role.COORDINATOR, Role.PROGRAM_LEAD)
_THEN = (Role.PROGRAM_LEAD, Role.CLINICAL_DIRECTOR, Role.COORDINATOR)
"""When nobody saw to it. With neither on the roster, the coordinators hear of it once more."""


def when_aftercare_news(
    told: Recorded[AftercareNews], roster: Mapping[str, Member], now: datetime
) -> TellMembers:
    """The peer when it is due. When it was missed, or they are not on the roster any more, everybody
    of the first of these roles that has anybody hears of the peer, and of nobody else; and when that
    led to nothing, those behind them."""
    event = told.event
    return TellMembers(
        command_id=derived_id(told.meta.event_id, "tell"),
        now=now,
        actor="followup",
        trace=told.meta.trace,
        case_id=told.entity.id,
        item=event.item,
        about=str(told.meta.event_id),
        notices=_notices(event, roster, now),
    )


def _notices(
    event: AftercareNews, roster: Mapping[str, Member], now: datetime
) -> tuple[Notice, ...]:
    peer = event.peer
    if isinstance(event, CheckInFellDue) and peer and _is_there(peer, roster, now):
        return (Notice(member_id=peer, purpose=Purpose.AFTERCARE_DUE),)
    roles = _THEN if isinstance(event, AftercareEscalated) else _FIRST
    called = next((found for role in roles if (found := deciders(roster, {role}))), ())
    missed = Purpose.AFTERCARE_MISSED
    return tuple(Notice(member_id=each, purpose=missed, about=peer) for each in called)


def _is_there(peer: str, roster: Mapping[str, Member], now: datetime) -> bool:
    """Still on the roster; of one whom a neighbour lends we cannot know."""
    if lender_of(peer)[0] is not None:
        return True
    member = roster.get(peer)
    return member is not None and not has_left(member, now.date())
