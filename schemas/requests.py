"""What dispatch records of a member's own request for a peer. Who asked, and why, has no field."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.envelope import Event, MemberId, UtcDatetime


class RequestEnd(StrEnum):
    """How a request for a peer ended."""

    DONE = "done"
    CANCELLED = "cancelled"
    """The one who asked took it back."""
    KEPT_LONG_ENOUGH = "kept_long_enough"
    """Nobody closed it, and its time to be kept is over."""


class PeerRequested(Event):
    """A member asked for a peer. Who asked, and why, is nowhere: there is no field for it."""

    NAME: ClassVar[str] = "peer_requested"
    emergency: bool
    chosen: MemberId | None = None
    callback_by: UtcDatetime
    keep_until: UtcDatetime
    """The way to call back is erased by then, whatever else happens."""


class CallbackMade(Event):
    """The one who asked was reached. Only the time counts."""

    NAME: ClassVar[str] = "callback_made"


class EmergencyRaised(Event):
    """A member who took the request wants a mental health professional at once; nothing else."""

    NAME: ClassVar[str] = "emergency_raised"
    again_at: UtcDatetime


class EmergencyRepeated(Event):
    """Nobody answered an emergency: everybody who has not said no is paged once more."""

    NAME: ClassVar[str] = "emergency_repeated"
    number: Annotated[int, Field(ge=1)]
    again_at: UtcDatetime


class MemberFinished(Event):
    """A member has done their part in a request; when all have, it is closed."""

    NAME: ClassVar[str] = "member_finished"
    offer_id: UUID


class RequestClosed(Event):
    """The request is over: the way to call back is erased."""

    NAME: ClassVar[str] = "request_closed"
    reason: RequestEnd
    closed_at: UtcDatetime
