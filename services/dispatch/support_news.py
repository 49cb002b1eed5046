"""Pure: who hears that a place went stale, or that a written notice is due. It concerns no case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import Purpose
from schemas.exceptions import WrittenNoticeOverdue, WrittenNoticeReminded
from schemas.policy import Role
from schemas.referrals import ResourceOutdated
from schemas.subjects import derived_id, request_id_for
from services.dispatch.commands.team import Notice, TellMembers
from services.dispatch.ranking import deciders

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from schemas.envelope import Recorded
    from services.dispatch.roster import Member

SupportNews = ResourceOutdated | WrittenNoticeReminded | WrittenNoticeOverdue
_FOR_PLACES = (Role.COORDINATOR, Role.PROGRAM_LEAD, Role.CLINICAL_DIRECTOR)
_FOR_NOTICES = (Role.CLINICAL_DIRECTOR, Role.MHP)
"""The mental health lead; never a coordinator, who answers to command."""
_PURPOSES = {
    ResourceOutdated: Purpose.PLACE_UNCONFIRMED,
    WrittenNoticeReminded: Purpose.NOTICE_DUE,
    WrittenNoticeOverdue: Purpose.NOTICE_OVERDUE,
}


def when_support_news(
    told: Recorded[SupportNews], roster: Mapping[str, Member], now: datetime
) -> TellMembers:
    """Everybody of the first role that has anybody; of places they hear once a day.

    The messages are of an entity with an id like a request's: links hold UUIDs, and no reader takes
    it for a case.
    """
    event = told.event
    is_place = isinstance(event, ResourceOutdated)
    roles = _FOR_PLACES if is_place else _FOR_NOTICES
    members = next((found for role in roles if (found := deciders(roster, {role}))), ())
    purpose = _PURPOSES[type(event)]
    day = f"{told.entity.agency} {now:%Y-%m-%d}"
    return TellMembers(
        command_id=derived_id(told.meta.event_id, "tell"),
        now=now,
        actor="followup",
        trace=told.meta.trace,
        case_id=request_id_for(derived_id(told.entity.id, "messages")),
        item=event.resource_id if isinstance(event, ResourceOutdated) else "written-notice",
        about=day if is_place else str(told.meta.event_id),
        notices=tuple(Notice(member_id=each, purpose=purpose) for each in members),
    )
