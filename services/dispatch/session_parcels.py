"""What a notice about a session's time puts on a phone, and into a calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from schemas.dispatch import Purpose
from services.dispatch.carriers import session_messages
from services.dispatch.carriers.port import Invitation
from services.dispatch.rota_feed import session_uid

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schemas.dispatch import MemberNotified
    from schemas.subjects import Entity
    from services.dispatch.carriers.port import PhoneMessage

OF_A_SESSION = frozenset(
    {
        Purpose.SESSION_PROPOSED,
        Purpose.SESSION_INVITE,
        Purpose.SESSION_CHANGED,
        Purpose.SESSION_CANCELLED,
        Purpose.SESSION_REMINDER,
        Purpose.SESSION_OVER,
        Purpose.COVERAGE,
    }
)
OF_ONES_OWN = frozenset(
    {
        Purpose.SESSION_INVITE,
        Purpose.SESSION_CHANGED,
        Purpose.SESSION_REMINDER,
        Purpose.SESSION_OVER,
        Purpose.CHECK_IN_DUE,
    }
)
"""What a member settles on their own page, which their message leads to."""
_METHODS: dict[Purpose, Literal["REQUEST", "CANCEL"]] = {
    Purpose.SESSION_INVITE: "REQUEST",
    Purpose.SESSION_CHANGED: "REQUEST",
    Purpose.SESSION_CANCELLED: "CANCEL",
}
_NEAR = timedelta(hours=12)
"""What is about so near a time is held up by nothing."""


def is_near(at: datetime, event: MemberNotified) -> bool:
    """Whether a notice of `at` is about a time that is near."""
    about = event.appointment or event.coverage
    return about is not None and about.starts_at - at < _NEAR


def of_a_session(
    entity: Entity, at: datetime, event: MemberNotified, delivery_id: UUID, link: str, zone: str
) -> PhoneMessage:
    """The message, in the words of the wall clock of `zone`."""
    place = ZoneInfo(zone)
    about = event.appointment or event.coverage
    if about is None:
        return session_messages.proposed(delivery_id, link)
    times = (about.starts_at.astimezone(place), about.ends_at.astimezone(place))
    if event.appointment is None:
        assert event.coverage is not None  # noqa: S101 - it is about one of the two
        return session_messages.coverage(delivery_id, event.coverage, times)
    where, invitation = event.appointment.place, None
    if method := _METHODS.get(event.purpose):
        invitation = Invitation(
            uid=session_uid(entity.agency, entity.id, event.item or "", event.member_id),
            method=method,
            sequence=event.appointment.sequence,
            starts_at=event.appointment.starts_at,
            ends_at=event.appointment.ends_at,
            zone=zone,
            sent_at=at,
            place=where or "",
        )
    return session_messages.session(
        delivery_id, event.purpose, times, link, place=where, invitation=invitation
    )
