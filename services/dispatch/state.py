"""What dispatch knows of a case, folded from its own events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from schemas.candidates import Candidate
from schemas.deliveries import (
    DeliveryConfirmed,
    DeliveryFailed,
    DeliverySent,
    DeliveryStarted,
    DeliveryUnanswered,
)
from schemas.dispatch import (
    CoordinatorAlarmed,
    MemberExcluded,
    MemberNotified,
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
from schemas.steps import CandidateAdded, MembersAskedAgain, MemberSuggested, TeamResized
from services.dispatch.delivery_state import Delivery, DeliveryEvent, delivered, is_lost
from services.dispatch.offer_state import Offer, OfferEvent, OfferStatus, newest, offered
from services.dispatch.oversight_state import Oversight, OversightEvent, overseen
from services.dispatch.reviews import reviewed

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schemas.candidates import Exclusion
    from schemas.envelope import Event
    from schemas.policy import CaseBrief, Place, Role
    from services.dispatch.reviews import Review

__all__ = ["Active", "DispatchState", "Idle", "Offer", "OfferStatus", "evolve", "newest"]


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
    drill: bool = False
    """It was an exercise: what is said of it says so to the end."""


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
    program_leads: tuple[str, ...] = ()
    excluded: dict[str, tuple[Exclusion, ...]] = field(default_factory=dict)
    """Who may not be asked in this case and why, as far as the roster's own order said it."""
    resized: bool = False
    """A coordinator has said how many places there are."""
    oversight: Oversight = field(default_factory=Oversight)

    @property
    def drill(self) -> bool:
        """Whether this is an exercise: every message and page of it says so."""
        return self.brief.drill

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
                program_leads=event.program_leads,
                excluded={each.member_id: each.reasons for each in event.excluded},
            )
        case TeamStoodDown():
            return replace(state, stood_down_at=event.decided_at)
        case MemberNotified(notice_id=told):
            return replace(state, notices=state.notices | {told})
        case (
            DeliveryStarted()
            | DeliverySent()
            | DeliveryConfirmed()
            | DeliveryUnanswered()
            | DeliveryFailed()
        ):
            return replace(state, deliveries=delivered(state.deliveries, event))
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
        drill=state.drill,
    )


def _more(state: Active, event: Event) -> DispatchState:
    if isinstance(event, TeamStoodDown):
        return _over(state, event)
    if isinstance(event, OfferEvent):
        state = replace(state, offers=offered(state.offers, event))
    if isinstance(event, OversightEvent):
        state = replace(state, oversight=overseen(state.oversight, event))
    match event:
        case (
            DeliveryStarted()
            | DeliverySent()
            | DeliveryConfirmed()
            | DeliveryUnanswered()
            | DeliveryFailed()
        ):
            return _delivered(state, event)
        case CoordinatorAlarmed(alarm_id=told) | MemberNotified(notice_id=told):
            return replace(state, notices=state.notices | {told})
        case _:
            return _filled(state, event)


def _filled(state: Active, event: Event) -> Active:
    match event:
        case TeamFormed():
            return replace(state, formed=True)
        case RosterExhausted():
            return replace(state, missing=frozenset(place.role for place in event.missing))
        case OfferWithdrawn():
            return _taken_back(state, event)
        case TeamWidened() | TeamResized():
            return _sized(state, event)
        case _:
            return _listed(state, event)


def _taken_back(state: Active, event: OfferWithdrawn) -> Active:
    """Of a member who had a place, it is open again."""
    still = replace(state, formed=state.formed and not state.open_places())
    if event.fill_by is None:
        return still
    return replace(still, missing=state.missing - {event.role}, form_by=event.fill_by)


def _sized(state: Active, event: TeamWidened | TeamResized) -> Active:
    fresh = replace(state, form_by=event.form_by, formed=False, missing=frozenset())
    if isinstance(event, TeamWidened):
        return replace(fresh, brief=event.brief, candidates=event.candidates)
    policy = state.brief.policy.model_copy(update={"places": event.places})
    return replace(fresh, brief=state.brief.model_copy(update={"policy": policy}), resized=True)


def _listed(state: Active, event: Event) -> Active:
    """Who may be asked, and in what order."""
    match event:
        case MemberExcluded():
            known = {event.member_id: event.reasons}
            left = tuple(c for c in state.candidates if c.member_id != event.member_id)
            return replace(state, candidates=left, excluded=state.excluded | known)
        case CandidateAdded(candidate=added):
            others = (c for c in state.candidates if c.member_id != added.member_id)
            left_open = state.missing - {added.role}
            return replace(state, candidates=(added, *others), missing=left_open)
        case MemberSuggested(member_id=str() as named):
            ahead = sorted(state.candidates, key=lambda c: c.member_id != named)
            return replace(state, candidates=tuple(ahead))
        case MembersAskedAgain():
            roles = {c.role for c in state.candidates if c.member_id in event.member_ids}
            return replace(state, missing=state.missing - roles)
        case _:
            return state


def _delivered(state: Active, event: DeliveryEvent) -> Active:
    known = delivered(state.deliveries, event)
    moved = replace(state, deliveries=known)
    if event.purpose is not Purpose.OFFER:
        return moved
    match event:
        case DeliveryFailed() if is_lost(known, event):
            return _reached(moved, event, reached=False)
        case DeliveryConfirmed():
            return _reached(moved, event, reached=True)
        case _:
            return moved


def _reached(state: Active, event: DeliveryFailed | DeliveryConfirmed, *, reached: bool) -> Active:
    """The offer that the message is about; of a history that does not say, all of this member."""
    about = state.deliveries[event.delivery_id].offer_id
    offers = {
        offer.offer_id: replace(offer, reached=reached)
        for offer in state.offers.values()
        if offer.member_id == event.member_id and about in {None, offer.offer_id}
    }
    return replace(state, offers=state.offers | offers)
