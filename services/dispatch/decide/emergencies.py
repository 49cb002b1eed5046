"""Asking again within a request: emergencies until somebody answers, and after a hand-back.

Everybody is paged in parallel and at once; whoever said no is left in peace.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from schemas.dispatch import AlarmReason, OfferExtended, TeamWidened
from schemas.policy import Place, Role
from schemas.requests import EmergencyRaised, EmergencyRepeated
from schemas.subjects import derived_id
from services.dispatch.decide.alarms import alarm
from services.dispatch.decide.asking import after, fill
from services.dispatch.state import OfferStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from schemas.candidates import Candidate
    from schemas.envelope import Event
    from schemas.policy import CaseBrief
    from services.dispatch.commands import CheckCallback, HandBack, RaiseEmergency, RequestPeer
    from services.dispatch.requested import Request
    from services.dispatch.state import Active, Offer

_SAID_NO = frozenset({OfferStatus.DECLINED, OfferStatus.ACCEPTED})


def page_again(command: CheckCallback, team: Active, request: Request) -> Sequence[Event]:
    """Nobody answered: page everybody of the open places who has not said no, and call the
    coordinators again. After `page_again` times only what is open stays open."""
    number = request.pages + 1
    if number > command.page_again:
        return ()
    reply_within = team.brief.policy.reply_within
    settled = _members_with(team, _SAID_NO) | _holding(team, command)
    roles = {place.role for place in team.open_places()}
    wanted = [c for c in team.candidates if c.role in roles and c.member_id not in settled]
    if request.reached and not wanted:
        return ()
    again = EmergencyRepeated(number=number, again_at=command.now + reply_within)
    offers = _offers(command, team, wanted, f"again-{number}")
    detail = f"again-{number}"
    called = alarm(team, command.case_id, AlarmReason.REQUEST_EMERGENCY, None, detail, now=command.now)
    return (again, *offers, *called)


def with_a_backup(command: RequestPeer) -> CaseBrief:
    """The emergency's brief: with fewer than two professionals to page, peers are paged as well."""
    policy = command.brief.policy
    able = sum(candidate.role is Role.MHP for candidate in command.candidates)
    if able > policy.surplus or any(place.role is Role.PEER for place in policy.places):
        return command.brief
    places = (*policy.places, Place(role=Role.PEER, count=1))
    more = policy.model_copy(update={"places": places})
    return command.brief.model_copy(update={"policy": more})


def ask_others(command: HandBack, team: Active, request: Request, offer: Offer) -> Sequence[Event]:
    """In the place of one who handed it back: who was not asked yet, then who was let off before."""
    policy = team.brief.policy
    settled = _members_with(team, _SAID_NO) | _holding(team, command) | {offer.member_id}
    asked = {each.member_id for each in team.offers.values()}
    able = [c for c in team.candidates if c.role is offer.role and c.member_id not in settled]
    able.sort(key=lambda candidate: candidate.member_id in asked)
    wanted = able if request.emergency else able[: 1 + policy.surplus - team.waiting(offer.role)]
    offers = _offers(command, team, wanted, f"after-{offer.offer_id}")
    rest = fill(after(team, offers), command.case_id, command.now)
    if not request.emergency:
        return (*offers, *rest)
    number = request.pages + 1
    again = EmergencyRepeated(number=number, again_at=command.now + policy.reply_within)
    detail = f"after-{offer.offer_id}"
    called = alarm(team, command.case_id, AlarmReason.REQUEST_EMERGENCY, None, detail, now=command.now)
    return (again, *offers, *rest, *called)


def raise_it(command: RaiseEmergency, team: Active, request: Request) -> Sequence[Event]:
    """One more mental health professional is wanted beside those who are there, with a backup."""
    if any(place.role is Role.MHP for place in team.open_places()):
        return ()
    places = _with_one_more(team, Role.MHP)
    policy = command.response.model_copy(update={"places": places})
    widened = TeamWidened(
        brief=team.brief.model_copy(update={"policy": policy}),
        candidates=tuple(dict.fromkeys(chain(command.candidates, team.candidates))),
        form_by=command.now + policy.form_team_within,
    )
    raised = EmergencyRaised(again_at=command.now + command.callback_within)
    then = after(team, (widened,))
    settled = _members_with(team, {OfferStatus.ACCEPTED})
    mhps = [c for c in command.candidates if c.role is Role.MHP and c.member_id not in settled]
    offers = _offers(command, then, mhps[: 1 + policy.surplus], f"raised-{request.raised + 1}")
    rest = fill(after(then, offers), command.case_id, command.now)
    detail = f"raised-{request.raised + 1}"
    called = alarm(team, command.case_id, AlarmReason.REQUEST_EMERGENCY, None, detail, now=command.now)
    return (raised, widened, *offers, *rest, *called)


def _with_one_more(team: Active, role: Role) -> tuple[Place, ...]:
    taken = {member.role for member in team.members()} | {role}
    counts = {each: team.accepted(each) + (each is role) for each in taken}
    return tuple(Place(role=each, count=counts[each]) for each in Role if counts.get(each))


def _offers(
    command: CheckCallback | RaiseEmergency | HandBack,
    team: Active,
    wanted: Sequence[Candidate],
    turn: str,
) -> tuple[OfferExtended, ...]:
    """A page of its own: the same member's earlier page stays as it is."""
    return tuple(
        OfferExtended(
            offer_id=derived_id(command.case_id, "offer", each.member_id, turn),
            member_id=each.member_id,
            role=each.role,
            urgency=team.brief.urgency,
            expires_at=command.now + team.brief.policy.reply_within,
        )
        for each in wanted
    )


def _members_with(team: Active, statuses: Collection[OfferStatus]) -> set[str]:
    return {o.member_id for o in team.offers.values() if o.status in statuses}


def _holding(team: Active, command: CheckCallback | HandBack) -> set[str]:
    """Who was paged a moment ago and still has time to answer."""
    return {
        offer.member_id
        for offer in team.offers.values()
        if offer.status is OfferStatus.OPEN and offer.reached and offer.expires_at > command.now
    }
