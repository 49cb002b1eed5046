"""Asking: in parallel per role, next when one says no, stood down when complete, alarm when empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import (
    AlarmReason,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    RosterExhausted,
    TeamActivated,
    TeamFormed,
    TeamStoodDown,
    TeamWidened,
)
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import derived_id
from services.dispatch.decide.alarms import alarm
from services.dispatch.state import Active, Idle, Offer, OfferStatus, evolve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from schemas.policy import Place
    from services.dispatch.commands import (
        AcceptOffer,
        ActivateTeam,
        DeclineOffer,
        ExpireOffer,
        StandTeamDown,
    )

_ANSWERABLE = frozenset({OfferStatus.OPEN, OfferStatus.EXPIRED})


def offer_id_for(case_id: str, member_id: str, rounds: int = 0) -> UUID:
    """A member is asked at most once for a team, so the offer's id follows from both; again only
    for another team, after the first was stood down."""
    again = (rounds,) if rounds else ()
    return derived_id(case_id, "offer", member_id, *again)


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
    )
    state = evolve(before, opened)
    assert isinstance(state, Active)  # noqa: S101 - an activation makes it active
    return (opened, *fill(state, command.case_id, command.now))


def widen(command: ActivateTeam, state: Active) -> Sequence[Event]:
    """A graver incident needs a larger team: those who said yes stay, and more are asked."""
    if command.brief.tier >= state.brief.tier:
        return ()
    widened = TeamWidened(
        brief=command.brief,
        candidates=command.candidates,
        form_by=command.now + command.brief.policy.form_team_within,
    )
    then = after(state, (widened,))
    if not then.open_places():
        return (widened, TeamFormed(members=then.members(), brief=command.brief))
    return (widened, *fill(then, command.case_id, command.now))


def stand_down(command: StandTeamDown, state: Active | Idle) -> Sequence[Event]:
    """Take back what was asked, with thanks to those who said yes too."""
    if isinstance(state, Idle):
        known = state.stood_down_at
        is_known = known is not None and known >= command.decided_at
        return () if is_known else (_stood_down(command),)
    if state.brief.reported_at > command.decided_at:
        return ()
    taken_back = [
        OfferWithdrawn(
            offer_id=offer.offer_id, member_id=offer.member_id, role=offer.role, reason="not_wanted"
        )
        for offer in state.offers.values()
        if offer.status in {OfferStatus.OPEN, OfferStatus.ACCEPTED}
    ]
    return (*taken_back, _stood_down(command))


def _stood_down(command: StandTeamDown) -> TeamStoodDown:
    return TeamStoodDown(reason=command.reason, decided_at=command.decided_at)


def accept(command: AcceptOffer, state: Active) -> Sequence[Event] | Refusal:
    """Give the place to the first who says yes; a late yes is welcome while a place is open."""
    offer = state.offers.get(command.offer_id)
    if refusal := _unanswerable(offer, state):
        return refusal
    assert offer is not None  # noqa: S101 - refused above
    taken = OfferAccepted(offer_id=offer.offer_id, member_id=offer.member_id, role=offer.role)
    then = after(state, (taken,))
    full = {offer.role} - {place.role for place in then.open_places()}
    stood_down = [
        OfferWithdrawn(
            offer_id=other.offer_id,
            member_id=other.member_id,
            role=other.role,
            reason="team_complete",
        )
        for other in then.offers.values()
        if other.role in full
        and other.status is OfferStatus.OPEN
        and other.member_id != offer.member_id  # paged again, and answered the first page
    ]
    if then.open_places():
        return (taken, *stood_down)
    return (taken, *stood_down, TeamFormed(members=then.members(), brief=state.brief))


def decline(command: DeclineOffer, state: Active) -> Sequence[Event] | Refusal:
    """One tap, no reason; the next member is asked in the same decision."""
    offer = state.offers.get(command.offer_id)
    if refusal := _unanswerable(offer, state):
        return refusal
    assert offer is not None  # noqa: S101 - refused above
    said_no = OfferDeclined(offer_id=offer.offer_id, member_id=offer.member_id, role=offer.role)
    return (said_no, *fill(after(state, (said_no,)), command.case_id, command.now))


def expire(command: ExpireOffer, state: Active) -> Sequence[Event] | Refusal:
    """No answer in time: the next member is asked. Refused for an offer that was settled."""
    offer = state.offers.get(command.offer_id)
    if offer is None or offer.status is not OfferStatus.OPEN:
        return Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This offer was settled before.")
    if command.now < offer.expires_at:
        return Refusal(RefusalCode.TIMER_NOT_DUE, "This offer still has time.")
    lapsed = OfferExpired(offer_id=offer.offer_id, member_id=offer.member_id, role=offer.role)
    return (lapsed, *fill(after(state, (lapsed,)), command.case_id, command.now))


def fill(state: Active, case_id: str, now: datetime) -> Sequence[Event]:
    """Ask as many members as the open places need, and say so when there are too few."""
    offers: list[Event] = []
    short: list[Place] = []
    asked = {offer.member_id for offer in state.offers.values()}
    for place in state.open_places():
        role = place.role
        fresh = [c for c in state.candidates if c.role is role and c.member_id not in asked]
        wanted = place.count + state.brief.policy.surplus - state.waiting(role)
        offers += [
            OfferExtended(
                offer_id=offer_id_for(case_id, candidate.member_id, state.rounds),
                member_id=candidate.member_id,
                role=role,
                urgency=state.brief.urgency,
                expires_at=now + state.brief.policy.reply_within,
            )
            for candidate in fresh[: max(wanted, 0)]
        ]
        if state.waiting(role) + min(len(fresh), max(wanted, 0)) < place.count:
            short.append(place)
    return (*offers, *_exhausted(state, case_id, tuple(short)))


def _exhausted(state: Active, case_id: str, short: tuple[Place, ...]) -> Sequence[Event]:
    """Told again only when one more role has run out, so that nobody is alarmed twice for one."""
    roles = frozenset(place.role for place in short)
    if roles <= state.missing:
        return ()
    told = RosterExhausted(missing=tuple(short), members=state.members(), brief=state.brief)
    lacking = " ".join(sorted(roles))
    return (told, *alarm(state, case_id, AlarmReason.ROSTER_EXHAUSTED, None, lacking))


def _unanswerable(offer: Offer | None, state: Active) -> Refusal | None:
    if offer is None:
        return Refusal(RefusalCode.UNKNOWN_OFFER, "There is no such offer.")
    if offer.status in _ANSWERABLE:
        full = all(place.role is not offer.role for place in state.open_places())
        if not full:
            return None
        return Refusal(RefusalCode.TEAM_COMPLETE, "The team is complete. Thank you.")
    if offer.status is OfferStatus.WITHDRAWN:
        return Refusal(RefusalCode.TEAM_COMPLETE, "The team is complete. Thank you.")
    return Refusal(RefusalCode.OFFER_ALREADY_ANSWERED, "You have answered this already.")


def after(state: Active, events: Sequence[Event]) -> Active:
    """The case once these events are recorded."""
    folded = state
    for event in events:
        step = evolve(folded, event)
        assert isinstance(step, Active)  # noqa: S101 - an active case stays active
        folded = step
    return folded
