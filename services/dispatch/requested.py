"""A request for a peer as dispatch knows it, beside the team that answers it. Never who asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemas.requests import (
    CallbackMade,
    EmergencyRaised,
    EmergencyRepeated,
    FollowupWaived,
    MemberFinished,
    PeerRequested,
    RequestClosed,
)
from services.dispatch import state as teams
from services.dispatch.state import DispatchState, Idle, Offer, OfferStatus

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schemas.candidates import Candidate
    from schemas.envelope import Event
    from schemas.requests import EmergencyCategory, RequestEnd


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for, and how far it is."""

    emergency: bool
    callback_by: datetime
    answer_by: datetime
    """By when somebody should have taken it; in an emergency the end of this round."""
    paged_from: datetime
    """The end of the emergency's first round: rounds are counted for so long from here."""
    chosen: str | None = None
    category: EmergencyCategory | None = None
    reached: bool = False
    pages: int = 0
    """How often it was paged again."""
    raised: int = 0
    with_them: frozenset[str] = frozenset()
    """Who had taken it when it became an emergency: they are there, and want help themselves."""
    finished: frozenset[UUID] = frozenset()
    """Offers of those who have done their part."""
    end: RequestEnd | None = None


_NOBODY = Idle()


@dataclass(frozen=True, slots=True)
class RequestState:
    """The request and its team. `request` is None while nobody has asked."""

    team: DispatchState = _NOBODY
    request: Request | None = None
    waived: bool = False
    """The one who asked wants no follow-up."""

    @property
    def open_request(self) -> Request | None:
        """The request, for as long as it is not over."""
        return self.request if self.request and self.request.end is None else None

    @property
    def takers(self) -> tuple[Candidate, ...]:
        """Who has the request, or had it to the end."""
        return () if isinstance(self.team, Idle) else self.team.members()

    def taken(self, offer_id: UUID) -> Offer | None:
        """The offer of a member who took this request and has not finished."""
        if isinstance(self.team, Idle) or not (request := self.open_request):
            return None
        offer = self.team.offers.get(offer_id)
        is_ours = offer is not None and offer.status is OfferStatus.ACCEPTED
        return offer if is_ours and offer_id not in request.finished else None


def evolve(state: RequestState, event: Event) -> RequestState:
    """The state after one more event of the case."""
    request = _request(state.request, event)
    if request and isinstance(event, EmergencyRaised):
        request = _raised(request, event, state.team)
    waived = state.waived or isinstance(event, FollowupWaived)
    return RequestState(teams.evolve(state.team, event), request, waived)


def _request(  # noqa: PLR0911 - one line per event
    before: Request | None, event: Event
) -> Request | None:
    if isinstance(event, PeerRequested):
        by = event.callback_by
        return Request(event.emergency, by, by, by, event.chosen, event.category)
    if before is None:
        return None
    match event:
        case CallbackMade():
            return replace(before, reached=True)
        case EmergencyRepeated():
            return replace(before, pages=event.number, answer_by=event.again_at)
        case MemberFinished():
            return replace(before, finished=before.finished | {event.offer_id})
        case RequestClosed():
            return replace(before, end=event.reason)
        case _:
            return before


def _raised(before: Request, event: EmergencyRaised, team: DispatchState) -> Request:
    there = () if isinstance(team, Idle) else team.members()
    return replace(
        before,
        emergency=True,
        raised=before.raised + 1,
        category=event.category or before.category,
        answer_by=event.again_at,
        paged_from=before.paged_from if before.emergency else event.again_at,
        with_them=frozenset(member.member_id for member in there),
    )
