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
from services.dispatch.decide.asking import after, fill
from services.dispatch.decide.paging import called, paged, somebody_has_it
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
    coordinators again until one of them has it, after some rounds the program leads too. Once
    somebody is there, only professionals are paged for what is still open."""
    if command.now >= request.paged_from + command.page_for:
        return ()
    number = request.pages + 1
    is_helped = bool({member.member_id for member in team.members()} - request.with_them)
    wanted = _wanted(command, team, is_helped=is_helped)
    if not wanted and (is_helped or request.reached):
        return ()
    again = EmergencyRepeated(number=number, again_at=command.now + team.brief.policy.reply_within)
    offers = _offers(command, team, wanted, f"again-{number}")
    pages = paged(team.brief, offers)
    if is_helped or somebody_has_it(team):
        return (again, *offers, *pages)
    is_late = number >= command.leads_after
    reason = AlarmReason.EMERGENCY_UNANSWERED if is_late else AlarmReason.REQUEST_EMERGENCY
    also = (*command.coordinators, *(command.program_leads if is_late else ()))
    told = called(team, command.case_id, reason, f"again-{number}", also)
    return (again, *offers, *pages, *told)


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
    turn = f"after-{offer.offer_id}"
    offers = _offers(command, team, wanted, turn)
    pages = paged(team.brief, offers)
    rest = fill(after(team, offers), command.case_id, command.now)
    if not request.emergency:
        return (*offers, *rest)
    number = request.pages + 1
    again = EmergencyRepeated(number=number, again_at=command.now + policy.reply_within)
    told = called(team, command.case_id, AlarmReason.REQUEST_EMERGENCY, turn)
    return (again, *offers, *pages, *rest, *told)


def raise_it(command: RaiseEmergency, team: Active, request: Request) -> Sequence[Event]:
    """One more mental health professional is wanted beside those who are there, with a backup."""
    if any(place.role is Role.MHP for place in team.open_places()):
        return ()
    places = _with_one_more(team, Role.MHP)
    policy = command.response.model_copy(update={"places": places})
    brief = team.brief.model_copy(update={"policy": policy, "emergency": True})
    widened = TeamWidened(
        brief=brief,
        candidates=tuple(dict.fromkeys(chain(command.candidates, team.candidates))),
        form_by=command.now + policy.form_team_within,
    )
    raised = EmergencyRaised(
        again_at=command.now + command.callback_within, category=command.category
    )
    then = after(team, (widened,))
    turn = f"raised-{request.raised + 1}"
    settled = _members_with(team, {OfferStatus.ACCEPTED})
    mhps = [c for c in command.candidates if c.role is Role.MHP and c.member_id not in settled]
    offers = _offers(command, then, mhps[: 1 + policy.surplus], turn)
    pages = paged(brief, offers)
    rest = fill(after(then, offers), command.case_id, command.now)
    told = called(team, command.case_id, AlarmReason.REQUEST_EMERGENCY, turn)
    return (raised, widened, *offers, *pages, *rest, *told)


def _wanted(command: CheckCallback, team: Active, *, is_helped: bool) -> list[Candidate]:
    """Who is paged in this round. When every professional has said no, peers stand in for them."""
    settled = _members_with(team, _SAID_NO) | _holding(team, command)
    able = [c for c in command.candidates or team.candidates if c.member_id not in settled]
    roles = {place.role for place in team.open_places()}
    if is_helped:
        return [c for c in able if c.role is Role.MHP and Role.MHP in roles]
    wanted = [candidate for candidate in able if candidate.role in roles]
    if wanted or Role.MHP not in roles or _holding(team, command):
        return wanted
    return [c.model_copy(update={"role": Role.MHP}) for c in able if c.role is Role.PEER]


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
            emergency=team.brief.emergency,
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
