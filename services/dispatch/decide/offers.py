"""A team's search from its beginning to its end, and what a member answers to an offer.

First accept wins a place; a late one stands by. Declining needs no reason, and the next member is
asked in the same decision (docs/reference/offers.md).
"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from schemas.dispatch import (
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferWithdrawn,
    TeamActivated,
    TeamStoodDown,
    TeamWidened,
)
from schemas.refusals import Refusal, RefusalCode
from schemas.steps import ArrivalEstimated, MemberSuggested, StandbyOffered
from schemas.subjects import Entity, Stream
from services.dispatch.decide.asking import after, fill, let_off, refill
from services.dispatch.decide.exercises import thanked
from services.dispatch.state import Active, Idle, Offer, OfferStatus, evolve, newest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from schemas.policy import CaseBrief
    from services.dispatch.commands import (
        AcceptOffer,
        ActivateTeam,
        CannotServe,
        DeclineOffer,
        EstimateArrival,
        ExpireOffer,
        StandTeamDown,
    )

BY_HAND = "added_by_hand"
"""Why a candidate is where they are whom a coordinator put there."""
_ANSWERABLE = frozenset({OfferStatus.OPEN, OfferStatus.EXPIRED})
_COMPLETE = Refusal(RefusalCode.TEAM_COMPLETE, "The team is complete. Thank you.")
_UNKNOWN = Refusal(RefusalCode.UNKNOWN_OFFER, "There is no such offer.")
_ANSWERED = Refusal(RefusalCode.OFFER_ALREADY_ANSWERED, "You have answered this already.")
_NO_PLACE = Refusal(RefusalCode.NOT_ON_TEAM, "You have no place on this team.")


def activate(command: ActivateTeam, before: Idle) -> Sequence[Event]:
    """Open the search and ask the first members of every role, unless that wish was taken back."""
    settled = before.stood_down_at
    if settled is not None and command.brief.reported_at <= settled:
        return ()
    opened = TeamActivated(
        brief=command.brief,
        candidates=command.candidates,
        excluded=command.excluded,
        coordinators=command.coordinators,
        form_by=command.now + command.brief.policy.form_team_within,
        program_leads=command.program_leads,
        neighbours=command.neighbours,
    )
    state = evolve(before, opened)
    assert isinstance(state, Active)  # noqa: S101 - an activation makes it active
    return (opened, *fill(state, command.case_id, command.now))


def widen(command: ActivateTeam, state: Active) -> Sequence[Event]:
    """A graver incident, or one with more people than was known, needs a larger team: those who said
    yes stay, and more are asked. What a coordinator said of its size stands, unless it is graver."""
    if command.brief.tier >= state.brief.tier and not _has_grown(command.brief, state):
        return ()
    known = {candidate.member_id for candidate in command.candidates}
    kept = (c for c in state.candidates if BY_HAND in c.because and c.member_id not in known)
    widened = TeamWidened(
        brief=_at_least(command.brief, state),
        candidates=tuple(chain(kept, command.candidates)),
        form_by=command.now + command.brief.policy.form_team_within,
    )
    return (widened, *refill(after(state, (widened,)), command.case_id, command.now))


def _has_grown(brief: CaseBrief, state: Active) -> bool:
    if state.resized or brief.tier != state.brief.tier:
        return False
    counts = {place.role: place.count for place in state.brief.policy.places}
    return any(place.count > counts.get(place.role, 0) for place in brief.policy.places)


def _at_least(brief: CaseBrief, state: Active) -> CaseBrief:
    """No fewer places than a coordinator has given the team, or than it has by its own tier."""
    if not state.resized and brief.tier < state.brief.tier:
        return brief
    counts = {place.role: place for place in state.brief.policy.places}
    for place in brief.policy.places:
        known = counts.get(place.role)
        counts[place.role] = place if known is None or place.count > known.count else known
    policy = brief.policy.model_copy(update={"places": tuple(counts.values())})
    return brief.model_copy(update={"policy": policy})


def stand_down(command: StandTeamDown, state: Active | Idle) -> Sequence[Event]:
    """Take back what was asked, with thanks to those who said yes too."""
    if isinstance(state, Idle):
        known = state.stood_down_at
        is_known = known is not None and known >= command.decided_at
        return () if is_known else (_stood_down(command),)
    if state.brief.reported_at > command.decided_at:
        return ()
    if state.drill:
        return (*thanked(command, state), _stood_down(command))
    taken_back = [
        OfferWithdrawn(
            offer_id=offer.offer_id, member_id=offer.member_id, role=offer.role, reason="not_wanted"
        )
        for offer in state.offers.values()
        if offer.status in {OfferStatus.OPEN, OfferStatus.ACCEPTED, OfferStatus.STANDBY}
    ]
    return (*taken_back, _stood_down(command))


def _stood_down(command: StandTeamDown) -> TeamStoodDown:
    return TeamStoodDown(reason=command.reason, decided_at=command.decided_at, by=command.by)


def accept(command: AcceptOffer, state: Active) -> Sequence[Event] | Refusal:
    """Give the place to the first who says yes; a late yes is welcome while a place is open, and
    stands by when none is."""
    offer = newest(state.offers, command.offer_id)
    if offer is None:
        return _UNKNOWN
    if offer.status not in _ANSWERABLE and not offer.let_off:
        return _COMPLETE if offer.status is OfferStatus.WITHDRAWN else _ANSWERED
    if all(place.role is not offer.role for place in state.open_places()):
        return _stand_by(command, state, offer)
    return taken(state, offer)


def taken(state: Active, offer: Offer) -> Sequence[Event]:
    """The member has the place; whoever waited for the last one of a role is let off."""
    accepted = OfferAccepted(
        offer_id=offer.offer_id,
        member_id=offer.member_id,
        role=offer.role,
        emergency=state.brief.emergency,
    )
    return (accepted, *let_off(after(state, (accepted,)), but=offer.member_id))


def decline(command: DeclineOffer, state: Active) -> Sequence[Event] | Refusal:
    """One tap, no reason; the next member is asked in the same decision, the named one first."""
    offer = newest(state.offers, command.offer_id)
    if offer is None:
        return _UNKNOWN
    said_no = OfferDeclined(offer_id=offer.offer_id, member_id=offer.member_id, role=offer.role)
    if offer.status is OfferStatus.STANDBY:
        return (said_no,)
    if offer.status not in _ANSWERABLE:
        return _COMPLETE if offer.status is OfferStatus.WITHDRAWN else _ANSWERED
    if all(place.role is not offer.role for place in state.open_places()):
        return _COMPLETE
    said = (said_no, *_suggested(command, state, offer))
    return (*said, *fill(after(state, said), command.case_id, command.now))


def expire(command: ExpireOffer, state: Active) -> Sequence[Event] | Refusal:
    """No answer in time: the next members are asked, for all of these offers in one decision.
    Refused when every one of them was settled."""
    named = (state.offers.get(offer_id) for offer_id in (command.offer_id, *command.also))
    silent = [offer for offer in named if offer and offer.status is OfferStatus.OPEN]
    if not silent:
        return Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This offer was settled before.")
    if any(command.now < offer.expires_at for offer in silent):
        return Refusal(RefusalCode.TIMER_NOT_DUE, "This offer still has time.")
    lapsed = tuple(
        OfferExpired(offer_id=offer.offer_id, member_id=offer.member_id, role=offer.role)
        for offer in silent
    )
    return (*lapsed, *fill(after(state, lapsed), command.case_id, command.now))


def cannot_serve(command: CannotServe, state: Active) -> Sequence[Event] | Refusal:
    """They cannot after all: the place opens again and the next is asked in the same decision,
    also once the team was formed."""
    offer = newest(state.offers, command.offer_id)
    if offer is None:
        return _UNKNOWN
    if offer.status is OfferStatus.STANDBY:
        return (OfferDeclined(offer_id=offer.offer_id, member_id=offer.member_id, role=offer.role),)
    if offer.status is not OfferStatus.ACCEPTED:
        return _NO_PLACE
    back = OfferWithdrawn(
        offer_id=offer.offer_id,
        member_id=offer.member_id,
        role=offer.role,
        reason="cannot_serve",
        fill_by=command.now + state.brief.policy.form_team_within,
    )
    return (back, *refill(after(state, (back,)), command.case_id, command.now))


def estimate(command: EstimateArrival, state: Active) -> Sequence[Event] | Refusal:
    """How far out they are; the newest word counts."""
    offer = newest(state.offers, command.offer_id)
    if offer is None:
        return _UNKNOWN
    if offer.status is not OfferStatus.ACCEPTED:
        return _NO_PLACE
    return (
        ArrivalEstimated(
            offer_id=offer.offer_id,
            member_id=offer.member_id,
            minutes=command.minutes,
            expected_at=command.now + timedelta(minutes=command.minutes),
        ),
    )


def _stand_by(command: AcceptOffer, state: Active, offer: Offer) -> Sequence[Event] | Refusal:
    """The team is complete: they are first when a place opens again. Of a member's own request
    nobody stands by: whoever hands it back says so, and others are asked then."""
    may_serve = any(candidate.member_id == offer.member_id for candidate in state.candidates)
    if not may_serve or Entity(Stream.DISPATCH, "any", command.case_id).is_request:
        return _COMPLETE
    return (
        StandbyOffered(
            offer_id=offer.offer_id,
            member_id=offer.member_id,
            role=offer.role,
            stands_until=command.now + state.brief.policy.form_team_within,
        ),
    )


def _suggested(command: DeclineOffer, state: Active, offer: Offer) -> Sequence[Event]:
    if command.colleague is None:
        return ()
    asked = {each.member_id for each in state.offers.values()}
    may_be = {c.member_id for c in state.candidates if c.role is offer.role} - asked
    named = command.colleague if command.colleague in may_be else None
    return (MemberSuggested(offer_id=offer.offer_id, by=offer.member_id, member_id=named),)
