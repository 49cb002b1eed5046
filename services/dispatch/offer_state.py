"""Where each offer of a case stands, folded from the case's own events (docs/reference/offers.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from schemas.dispatch import (
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
)
from schemas.steps import ArrivalEstimated, MembersAskedAgain, StandbyOffered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from schemas.policy import Role


class OfferStatus(Enum):
    """Where an offer stands."""

    OPEN = auto()
    ACCEPTED = auto()
    DECLINED = auto()
    EXPIRED = auto()
    WITHDRAWN = auto()
    STANDBY = auto()
    """They said yes when the team was complete: first, when a place opens again."""
    SUPERSEDED = auto()
    """The member got another offer for this team; the old link leads to it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One member's offer. `reached` is False when its message failed for good."""

    offer_id: UUID
    member_id: str
    role: Role
    expires_at: datetime
    status: OfferStatus = OfferStatus.OPEN
    reached: bool = True
    stands_until: datetime | None = None
    """Of a standby: until then their yes holds without asking again."""
    arrives_at: datetime | None = None
    taken_back: str | None = None
    """Of a withdrawn offer: why."""

    @property
    def let_off(self) -> bool:
        """Withdrawn only because the team was complete: their late yes makes them a standby."""
        return self.status is OfferStatus.WITHDRAWN and self.taken_back == "team_complete"


Offers = dict["UUID", Offer]
OfferEvent = (
    OfferExtended
    | OfferAccepted
    | OfferDeclined
    | OfferExpired
    | OfferWithdrawn
    | StandbyOffered
    | ArrivalEstimated
    | MembersAskedAgain
)
_SETTLES: dict[type[Event], OfferStatus] = {
    OfferAccepted: OfferStatus.ACCEPTED,
    OfferDeclined: OfferStatus.DECLINED,
    OfferExpired: OfferStatus.EXPIRED,
}


def offered(offers: Offers, event: OfferEvent) -> Offers:
    """All offers of a team, after an event that is about one of them."""
    match event:
        case OfferExtended():
            fresh = Offer(event.offer_id, event.member_id, event.role, event.expires_at)
            return offers | {event.offer_id: fresh}
        case MembersAskedAgain():
            return offers | _superseded(offers, event)
        case OfferWithdrawn():
            status = OfferStatus.WITHDRAWN
            return _with(offers, event.offer_id, status, taken_back=event.reason)
        case StandbyOffered(stands_until=until):
            return _with(offers, event.offer_id, OfferStatus.STANDBY, stands_until=until)
        case ArrivalEstimated():
            status = offers[event.offer_id].status
            return _with(offers, event.offer_id, status, arrives_at=event.expected_at)
        case OfferAccepted() | OfferDeclined() | OfferExpired():
            return _with(offers, event.offer_id, _SETTLES[type(event)])


def newest(offers: Mapping[UUID, Offer], offer_id: UUID) -> Offer | None:
    """The offer that a link stands for: of a member who was asked again, their newest."""
    offer = offers.get(offer_id)
    if offer is None or offer.status is not OfferStatus.SUPERSEDED:
        return offer
    return [each for each in offers.values() if each.member_id == offer.member_id][-1]


def _superseded(offers: Offers, event: MembersAskedAgain) -> Offers:
    return {
        offer.offer_id: replace(offer, status=OfferStatus.SUPERSEDED)
        for offer in offers.values()
        if offer.member_id in event.member_ids and offer.status is not OfferStatus.ACCEPTED
    }


def _with(offers: Offers, offer_id: UUID, status: OfferStatus, **more: object) -> Offers:
    return offers | {offer_id: replace(offers[offer_id], status=status, **more)}  # type: ignore[arg-type]
