"""Asking the next members: in parallel per role, those who stand by first, and an alarm when empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.candidates import Circle
from schemas.dispatch import (
    AlarmReason,
    MemberNotified,
    OfferAccepted,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    RosterExhausted,
    TeamFormed,
)
from schemas.steps import MembersAskedAgain, StepReason
from schemas.subjects import derived_id
from services.dispatch.decide.alarms import alarm
from services.dispatch.decide.paging import paged
from services.dispatch.state import Active, OfferStatus, evolve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from schemas.candidates import Candidate
    from schemas.envelope import Event
    from schemas.policy import Place
    from services.dispatch.state import Offer

_STANDBY_RULE = "rule:standby"


def offer_id_for(case_id: str, member_id: str, rounds: int = 0, turn: int = 0) -> UUID:
    """A member is asked by itself at most once for a team, so the offer's id follows from both;
    again for another team, after the first was stood down, and when a person asks them again."""
    again = (rounds,) if rounds else ()
    once_more = ("turn", turn) if turn else ()
    return derived_id(case_id, "offer", member_id, *again, *once_more)


def extended(state: Active, case_id: str, candidate: Candidate, now: datetime) -> OfferExtended:
    """The offer to one member; their next one, when they had offers for this team before."""
    before = sum(o.member_id == candidate.member_id for o in state.offers.values())
    return OfferExtended(
        offer_id=offer_id_for(case_id, candidate.member_id, state.rounds, before),
        member_id=candidate.member_id,
        role=candidate.role,
        urgency=state.brief.urgency,
        expires_at=now + state.brief.policy.reply_within,
        emergency=state.brief.emergency,
    )


def fill(state: Active, case_id: str, now: datetime) -> Sequence[Event]:
    """Ask as many members as the open places need, and say so when there are too few.

    Nobody is asked by itself while a coordinator has paused it.
    """
    if state.oversight.paused:
        return ()
    offers: list[OfferExtended] = []
    short: list[Place] = []
    asked = {offer.member_id for offer in state.offers.values()}
    for place in state.open_places():
        role = place.role
        fresh = [c for c in state.candidates if c.role is role and c.member_id not in asked]
        following = _next(fresh, place.count - state.waiting(role), state.brief.policy.surplus)
        offers += [extended(state, case_id, each, now) for each in following]
        if state.waiting(role) + len(following) < place.count:
            short.append(place)
    told = _exhausted(state, case_id, tuple(short), now)
    return (*offers, *paged(state.brief, offers), *told)


def _next(fresh: Sequence[Candidate], lacking: int, surplus: int) -> Sequence[Candidate]:
    """The first of them. A neighbour's phone rings for a place alone, never for the surplus."""
    first = fresh[: max(lacking + surplus, 0)]
    return [
        candidate
        for number, candidate in enumerate(first)
        if number < lacking or candidate.circle is not Circle.MUTUAL_AID
    ]


def refill(state: Active, case_id: str, now: datetime) -> Sequence[Event]:
    """A place is open again: those who stand by have it or are asked first, then the next ones."""
    if state.oversight.paused:
        return (*let_off(state), *_left_open(state, case_id, now))
    given = _given(state, case_id, now)
    then = after(state, given)
    settled = let_off(then)
    then = after(then, settled)
    if not then.open_places():
        return (*given, *settled)
    asked = _standbys_asked(then, case_id, now)
    return (*given, *settled, *asked, *fill(after(then, asked), case_id, now))


def _left_open(state: Active, case_id: str, now: datetime) -> Sequence[Event]:
    """Nobody is asked for it: whoever paused the asking must know."""
    if not state.open_places():
        return ()
    reason, turn = AlarmReason.ASKING_PAUSED, state.form_by.isoformat()
    return alarm(state, case_id, reason, None, turn, now=now)


def let_off(state: Active, but: str | None = None) -> Sequence[Event]:
    """Stand down whoever waits for a place that is taken; and the team is formed, if it is."""
    lacking = {place.role for place in state.open_places()}
    thanked = tuple(
        OfferWithdrawn(
            offer_id=offer.offer_id,
            member_id=offer.member_id,
            role=offer.role,
            reason="team_complete",
        )
        for offer in state.offers.values()
        if offer.role not in lacking
        and offer.status is OfferStatus.OPEN
        and offer.member_id != but  # paged again, and answered the first page
    )
    if lacking or state.formed:
        return thanked
    return (*thanked, TeamFormed(members=state.members(), brief=state.brief))


def after(state: Active, events: Sequence[Event]) -> Active:
    """The case once these events are recorded."""
    folded = state
    for event in events:
        step = evolve(folded, event)
        assert isinstance(step, Active)  # noqa: S101 - an active case stays active
        folded = step
    return folded


def _given(state: Active, case_id: str, now: datetime) -> Sequence[Event]:
    """Places for those whose yes still holds: they are told, and not asked a second time."""
    events: list[Event] = []
    for place in state.open_places():
        fresh = [o for o in _standbys(state, place) if o.stands_until and now < o.stands_until]
        for offer in fresh[: place.count]:
            events += [
                OfferAccepted(
                    offer_id=offer.offer_id,
                    member_id=offer.member_id,
                    role=offer.role,
                    emergency=state.brief.emergency,
                ),
                MemberNotified(
                    notice_id=derived_id(case_id, Purpose.PLACE_GIVEN, offer.offer_id),
                    member_id=offer.member_id,
                    purpose=Purpose.PLACE_GIVEN,
                ),
            ]
    return tuple(events)


def _standbys_asked(state: Active, case_id: str, now: datetime) -> Sequence[Event]:
    """An old yes is asked for again, before anybody who was not asked yet."""
    members: list[str] = []
    for place in state.open_places():
        wanted = place.count + state.brief.policy.surplus - state.waiting(place.role)
        members += [o.member_id for o in _standbys(state, place)[: max(wanted, 0)]]
    if not members:
        return ()
    return asked_again(
        state, case_id, tuple(members), now, _STANDBY_RULE, StepReason.PLACE_REOPENED
    )


def asked_again(
    state: Active,
    case_id: str,
    member_ids: tuple[str, ...],
    now: datetime,
    by: str,
    reason: StepReason,
) -> Sequence[Event]:
    """Another offer for each of these candidates; their earlier ones are settled by it."""
    again = MembersAskedAgain(member_ids=member_ids, by=by, reason=reason)
    then = after(state, (again,))
    offers = [
        extended(then, case_id, candidate, now)
        for candidate in then.candidates
        if candidate.member_id in member_ids
    ]
    return (again, *offers, *paged(then.brief, offers))


def _standbys(state: Active, place: Place) -> list[Offer]:
    able = {c.member_id for c in state.candidates if c.role is place.role}
    return [
        offer
        for offer in state.offers.values()
        if offer.status is OfferStatus.STANDBY
        and offer.role is place.role
        and offer.member_id in able
    ]


def _exhausted(
    state: Active, case_id: str, short: tuple[Place, ...], now: datetime
) -> Sequence[Event]:
    """Told again only when one more role has run out, or after more were asked in vain, so that
    nobody is alarmed twice for one."""
    roles = frozenset(place.role for place in short)
    if roles <= state.missing:
        return ()
    told = RosterExhausted(missing=short, members=state.members(), brief=state.brief)
    turn = f"{' '.join(sorted(roles))} {len(state.offers)}"
    return (told, *alarm(state, case_id, AlarmReason.ROSTER_EXHAUSTED, None, turn, now=now))
