"""What is known of a referral, of the list of places, and of an exception, from their own events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from schemas.exceptions import (
    ExceptionNotified,
    ExceptionRecorded,
    WrittenNoticeOverdue,
    WrittenNoticeReminded,
    WrittenNoticeSent,
)
from schemas.referrals import (
    ReferralOffered,
    ResourceConfirmed,
    ResourceListed,
    ResourceOutdated,
    ResourceRemoved,
)

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.jurisdiction import Notified
    from schemas.referrals import Resource


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral, or none yet."""

    offered: ReferralOffered | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the directory."""

    resource: Resource
    stale_at: datetime | None
    warned: bool = False

    def is_confirmed(self, now: datetime) -> bool:
        """Whether somebody tried it lately."""
        return self.stale_at is not None and now < self.stale_at


@dataclass(frozen=True, slots=True)
class Directory:
    """An agency's places, by their ids."""

    places: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """One exception, or none yet."""

    recorded: ExceptionRecorded | None = None
    notified: tuple[Notified, ...] = ()
    sent_at: datetime | None = None
    reminded: bool = False
    overdue: bool = False

    @property
    def notice_open(self) -> bool:
        """Whether a written notice has still to be sent."""
        wanted = self.recorded is not None and self.recorded.written_notice_required
        return wanted and self.sent_at is None


def referred(state: Referral, event: Event) -> Referral:
    """A referral after one more event."""
    return Referral(event) if isinstance(event, ReferralOffered) else state


def kept(state: Directory, event: Event) -> Directory:
    """The directory after one more event."""
    places = dict(state.places)
    match event:
        case ResourceListed(resource=resource, stale_at=stale_at):
            places[resource.resource_id] = Place(resource, stale_at)
        case ResourceConfirmed(resource_id=name) if name in places:
            fresh = {"confirmed_on": event.confirmed_on}
            tried = places[name].resource.model_copy(update=fresh)
            places[name] = Place(tried, event.stale_at)
        case ResourceRemoved(resource_id=name):
            places.pop(name, None)
        case ResourceOutdated(resource_id=name) if name in places:
            places[name] = replace(places[name], warned=True)
        case _:
            return state
    return Directory(places)


def told(state: Told, event: Event) -> Told:
    """An exception after one more event."""
    match event:
        case ExceptionRecorded():
            return Told(event, event.notified)
        case ExceptionNotified(notified=more):
            return replace(state, notified=(*state.notified, *more))
        case WrittenNoticeSent(sent_at=sent_at):
            return replace(state, sent_at=sent_at)
        case WrittenNoticeReminded():
            return replace(state, reminded=True)
        case WrittenNoticeOverdue():
            return replace(state, reminded=True, overdue=True)
        case _:
            return state
