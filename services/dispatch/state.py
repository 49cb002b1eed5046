"""What dispatch knows of a case, folded from its own events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from schemas.candidates import Candidate
from schemas.dispatch import (
    CoordinatorAlarmed,
    DeliveryFailed,
    DeliverySent,
    DeliveryStarted,
    MemberExcluded,
    MemberNotified,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    ReviewAnswerGiven,
    ReviewClosed,
    ReviewersAsked,
    RosterExhausted,
    TeamActivated,
    TeamFormed,
    TeamStoodDown,
    TeamWidened,
)
from services.dispatch.delivery_state import Delivery, delivered
from services.dispatch.reviews import reviewed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from schemas.policy import CaseBrief, Place, Role
    from services.dispatch.reviews import Review


class OfferStatus(Enum):
    """Where an offer stands."""

    OPEN = auto()
    ACCEPTED = auto()
    DECLINED = auto()
    EXPIRED = auto()
    WITHDRAWN = auto()


@dataclass(frozen=True, slots=True)
class Offer:
    """One member's offer. `reached` is False when its message failed for good."""

    offer_id: UUID
    member_id: str
    role: Role
    expires_at: datetime
    status: OfferStatus = OfferStatus.OPEN
    reached: bool = True


@dataclass(frozen=True, slots=True)
class Idle:
    """No team was asked for, or none is wanted any more."""

    deliveries: dict[UUID, Delivery] = field(default_factory=dict)
    reviews: dict[UUID, Review] = field(default_factory=dict)
    stood_down_at: datetime | None = None
    """A wish for a team from before is settled, however late it arrives."""
    rounds: int = 0
    """How many teams were stood down: a member may be asked again for the next."""
    notices: frozenset[UUID] = frozenset()
    past: frozenset[UUID] = frozenset()
    """Offers of the teams that were stood down: their links say so."""


@dataclass(frozen=True, slots=True)
class Active:
    """A team is being put together, or stands."""

    brief: CaseBrief
    candidates: tuple[Candidate, ...]
    coordinators: tuple[str, ...]
    form_by: datetime
    offers: dict[UUID, Offer] = field(default_factory=dict)
    deliveries: dict[UUID, Delivery] = field(default_factory=dict)
    missing: frozenset[Role] = frozenset()
    """Roles whose candidates ran out and whose lack was told."""
    formed: bool = False
    notices: frozenset[UUID] = frozenset()
    """Alarms and reminders that were decided, by their ids."""
    reviews: dict[UUID, Review] = field(default_factory=dict)
    rounds: int = 0
    past: frozenset[UUID] = frozenset()

    def accepted(self, role: Role) -> int:
        """How many places of a role are taken."""
        return self._count(role, OfferStatus.ACCEPTED)

    def waiting(self, role: Role) -> int:
        """How many members of a role were reached and may still answer in time."""
        return sum(
            offer.role is role and offer.status is OfferStatus.OPEN and offer.reached
            for offer in self.offers.values()
        )

    def open_places(self) -> tuple[Place, ...]:
        """The places still to fill."""
        places = self.brief.policy.places
        left = [(place, place.count - self.accepted(place.role)) for place in places]
        return tuple(place.model_copy(update={"count": n}) for place, n in left if n > 0)

    def members(self) -> tuple[Candidate, ...]:
        """The members who took a place."""
        return tuple(
            Candidate(member_id=offer.member_id, role=offer.role)
            for offer in self.offers.values()
            if offer.status is OfferStatus.ACCEPTED
        )

    def taken_by(self, member_id: str) -> UUID | None:
        """The offer that a member has accepted."""
        for offer in self.offers.values():
            if offer.member_id == member_id and offer.status is OfferStatus.ACCEPTED:
                return offer.offer_id
        return None

    def _count(self, role: Role, status: OfferStatus) -> int:
        return sum(o.role is role and o.status is status for o in self.offers.values())


DispatchState = Idle | Active

_SETTLES: dict[type[Event], OfferStatus] = {
    OfferAccepted: OfferStatus.ACCEPTED,
    OfferDeclined: OfferStatus.DECLINED,
    OfferExpired: OfferStatus.EXPIRED,
    OfferWithdrawn: OfferStatus.WITHDRAWN,
}


def evolve(state: DispatchState, event: Event) -> DispatchState:
    """The state after one more event."""
    if isinstance(event, ReviewersAsked | ReviewAnswerGiven | ReviewClosed):
        return replace(state, reviews=reviewed(state.reviews, event))
    match state:
        case Idle():
            return _idle(state, event)
        case Active():
            return _more(state, event)


def _idle(state: Idle, event: Event) -> DispatchState:
    match event:
        case TeamActivated():
            return Active(
                event.brief,
                event.candidates,
                event.coordinators,
                event.form_by,
                deliveries=state.deliveries,
                notices=state.notices,
                reviews=state.reviews,
                rounds=state.rounds,
                past=state.past,
            )
        case TeamStoodDown():
            return replace(state, stood_down_at=event.decided_at)
        case DeliveryStarted() | DeliverySent() | DeliveryFailed():
            known = state.deliveries | {event.delivery_id: delivered(state.deliveries, event)}
            return replace(state, deliveries=known)
        case _:
            return state


def _over(state: Active, event: TeamStoodDown) -> Idle:
    return Idle(
        deliveries=state.deliveries,
        reviews=state.reviews,
        stood_down_at=event.decided_at,
        rounds=state.rounds + 1,
        notices=state.notices,
        past=state.past | state.offers.keys(),
    )


def _more(state: Active, event: Event) -> DispatchState:
    match event:
        case TeamStoodDown():
            return _over(state, event)
        case OfferExtended():
            offer = Offer(event.offer_id, event.member_id, event.role, event.expires_at)
            return replace(state, offers=state.offers | {event.offer_id: offer})
        case OfferAccepted() | OfferDeclined() | OfferExpired() | OfferWithdrawn():
            return _settled(state, event.offer_id, _SETTLES[type(event)])
        case DeliveryStarted() | DeliverySent() | DeliveryFailed():
            return _delivered(state, event)
        case CoordinatorAlarmed(alarm_id=told) | MemberNotified(notice_id=told):
            return replace(state, notices=state.notices | {told})
        case _:
            return _filled(state, event)


def _filled(state: Active, event: Event) -> Active:
    match event:
        case TeamFormed():
            return replace(state, formed=True)
        case TeamWidened():
            return replace(
                state,
                brief=event.brief,
                candidates=event.candidates,
                form_by=event.form_by,
                formed=False,
                missing=frozenset(),
            )
        case MemberExcluded():
            left = tuple(c for c in state.candidates if c.member_id != event.member_id)
            return replace(state, candidates=left)
        case RosterExhausted():
            return replace(state, missing=frozenset(place.role for place in event.missing))
        case _:
            return state


def _settled(state: Active, offer_id: UUID, status: OfferStatus) -> Active:
    offer = replace(state.offers[offer_id], status=status)
    return replace(state, offers=state.offers | {offer_id: offer})


def _delivered(state: Active, event: DeliveryStarted | DeliverySent | DeliveryFailed) -> Active:
    delivery = delivered(state.deliveries, event)
    offers = dict(state.offers)
    if isinstance(event, DeliveryFailed) and event.final and event.purpose is Purpose.OFFER:
        for offer in state.offers.values():
            if offer.member_id == event.member_id:
                offers[offer.offer_id] = replace(offer, reached=False)
    known = state.deliveries | {event.delivery_id: delivery}
    return replace(state, deliveries=known, offers=offers)
