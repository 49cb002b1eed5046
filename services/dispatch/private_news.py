"""Pure: who hears of a one-on-one. The peer alone is named, and to coordinators only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import Purpose
from schemas.one_on_ones import (
    ContactFellDue,
    GlassBroken,
    HandOverOffered,
    OneOnOneOrphaned,
    OneOnOneOverdue,
)
from schemas.policy import Role
from schemas.subjects import derived_id, request_id_for
from services.dispatch.commands.team import Notice, TellMembers
from services.dispatch.ranking import deciders

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from schemas.envelope import Recorded
    from services.dispatch.roster import Member

PrivateNews = ContactFellDue | OneOnOneOverdue | OneOnOneOrphaned | HandOverOffered | GlassBroken
_IN_TURN = (Role.COORDINATOR, Role.PROGRAM_LEAD, Role.CLINICAL_DIRECTOR)
"""The first role that has anybody."""
_ITEM = "one-on-one"


def when_private_news(
    told: Recorded[PrivateNews], roster: Mapping[str, Member], now: datetime
) -> TellMembers:
    """The peer whose it is, or who is asked to take it; else the coordinators.

    The messages are of an entity with an id like a request's: links hold UUIDs, and no reader takes
    it for a case.
    """
    return TellMembers(
        command_id=derived_id(told.meta.event_id, "tell"),
        now=now,
        actor="followup",
        trace=told.meta.trace,
        case_id=request_id_for(derived_id(told.entity.agency, told.entity.id, "news")),
        item=_ITEM,
        about=str(told.meta.event_id),
        notices=_notices(told.event, roster),
    )


def _notices(event: PrivateNews, roster: Mapping[str, Member]) -> tuple[Notice, ...]:
    match event:
        case ContactFellDue(peer=peer):
            return (Notice(member_id=peer, purpose=Purpose.CONTACT_DUE),)
        case HandOverOffered(to=to):
            return (Notice(member_id=to, purpose=Purpose.HAND_OVER_OFFERED),)
        case GlassBroken(peer=peer):
            return (Notice(member_id=peer, purpose=Purpose.GLASS_BROKEN),)
        case OneOnOneOverdue(peer=peer):
            return _to_coordinators(roster, Purpose.ONE_ON_ONE_OVERDUE, peer)
        case OneOnOneOrphaned(peer=peer):
            return _to_coordinators(roster, Purpose.ONE_ON_ONE_ORPHANED, peer)


def _to_coordinators(
    roster: Mapping[str, Member], purpose: Purpose, peer: str
) -> tuple[Notice, ...]:
    called = next((found for role in _IN_TURN if (found := deciders(roster, {role}))), ())
    others = (each for each in called if each != peer)
    return tuple(Notice(member_id=each, purpose=purpose, about=peer) for each in others)
