"""What dispatch records of a member's own request for a peer. Who asked, and why, has no field."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.candidates import Candidate
from schemas.envelope import Event, Frozen, MemberId, UtcDatetime
from schemas.policy import Role


class RequestEnd(StrEnum):
    """How a request for a peer ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    """The one who asked took it back."""
    KEPT_LONG_ENOUGH = "kept_long_enough"
    """Nobody closed it, and its time to be kept is over."""


class EmergencyCategory(StrEnum):
    """What an emergency is about; all that is ever recorded of it beside the clock."""

    SUICIDE_RISK = "suicide_risk"
    THREAT = "threat"
    """Somebody may be about to hurt somebody else."""
    OTHER = "other"


class PeerRequested(Event):
    """A member asked for a peer, or somebody raised an emergency. Who, and why, is nowhere: there is
    no field for it."""

    NAME: ClassVar[str] = "peer_requested"
    emergency: bool
    category: EmergencyCategory | None = None
    """None when nobody said what the emergency is about."""
    chosen: MemberId | None = None
    callback_by: UtcDatetime
    keep_until: UtcDatetime
    """The way to call back is erased by then, whatever else happens."""


class CallbackMade(Event):
    """The one who asked was reached. Only the time counts."""

    NAME: ClassVar[str] = "callback_made"
    takers: tuple[Candidate, ...] = ()
    """Who has the request by now."""
    emergency: bool = False


class EmergencyRaised(Event):
    """A request became an emergency: a mental health professional is wanted at once."""

    NAME: ClassVar[str] = "emergency_raised"
    again_at: UtcDatetime
    category: EmergencyCategory | None = None


class EmergencyRepeated(Event):
    """Nobody answered an emergency: everybody who has not said no is paged once more."""

    NAME: ClassVar[str] = "emergency_repeated"
    number: Annotated[int, Field(ge=1)]
    again_at: UtcDatetime


class Page(Frozen):
    """One member who is paged in an emergency, with the offer that they answer."""

    offer_id: UUID
    member_id: MemberId
    role: Role
    expires_at: UtcDatetime


class EmergencyPaged(Event):
    """All of these are to be reached now, in parallel and on all their channels.

    It is an event of its own so that no ordinary offer can stand before it in a queue.
    """

    NAME: ClassVar[str] = "emergency_paged"
    pages: tuple[Page, ...] = ()
    """Who is asked to take it."""
    alarm_id: UUID | None = None
    called: tuple[MemberId, ...] = ()
    """Who is called beside them, by the alarm of this id: coordinators, later program leads too."""


class MemberFinished(Event):
    """A member has done their part in a request; when all have, it is closed."""

    NAME: ClassVar[str] = "member_finished"
    offer_id: UUID


class RequestClosed(Event):
    """The request is over: the way to call back is erased."""

    NAME: ClassVar[str] = "request_closed"
    reason: RequestEnd
    closed_at: UtcDatetime
    takers: tuple[Candidate, ...] = ()
    """Who had the request to the end."""
    emergency: bool = False


class FollowupWaived(Event):
    """The one who asked wants no follow-up. They said so on their private page, in one tap."""

    NAME: ClassVar[str] = "followup_waived"
