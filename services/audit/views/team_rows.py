"""What the store knows of a team being put together, row by row; judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """One member asked, with how it stands. `since` is the sequence that asked them."""

    offer_id: str
    since: int
    member_id: str
    role: str
    offered_at: datetime
    expires_at: datetime
    status: str
    answered_at: datetime | None
    reason: str | None
    arrives_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one phone on one channel, with how it stands."""

    delivery_id: str
    member_id: str
    purpose: str
    channel: str
    parcel_id: str | None
    offer_id: str | None
    status: str
    next_at: datetime | None
    left: int | None
    failure: str | None
    started_at: datetime | None
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Search:
    """What a team is to be, and the order of asking by role. `since` is the sequence that began it:
    an older offer or alarm belongs to a team that was stood down."""

    since: int
    places: dict[str, int]
    surplus: int
    queue: dict[str, list[str]]
    drill: bool
    paused_at: datetime | None
    owner: str | None
    owned_at: datetime | None
    owned_why: str | None


@dataclass(frozen=True, slots=True)
class Amendment:
    """Who was added to the order of asking, or taken out of it, after it was made."""

    member_id: str
    added_since: int | None
    role: str | None
    excluded_since: int | None
    reasons: list[str] | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Who was called about what, and whether anybody has answered."""

    alarm_id: str
    since: int
    reason: str
    item: str | None
    called: list[str]
    called_at: datetime
    answer_by: datetime | None
    answered_at: datetime | None
    answered_by: str | None
    escalated_at: datetime | None
    escalated_to: list[str] | None
