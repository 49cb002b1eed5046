"""Members whom a coordinator puts on a team, takes off it, or replaces: past the order of asking.

Training is never overridden (ICISF team terms). Every other reason against a member may be, by
naming it: then it is recorded, and so is that privilege may be lost (Louisiana CE 518).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.candidates import Candidate, Exclusion
from schemas.dispatch import OfferWithdrawn
from schemas.policy import Place
from schemas.refusals import Refusal, RefusalCode
from schemas.steps import CandidateAdded, MembersAskedAgain, StepReason, TeamResized
from services.dispatch.commands import AddMember
from services.dispatch.decide.asking import after, extended, refill
from services.dispatch.decide.offers import BY_HAND, taken
from services.dispatch.decide.paging import paged
from services.dispatch.state import Active, OfferStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from schemas.policy import Role
    from services.dispatch.commands import ReplaceMember, WithdrawMember
    from services.dispatch.state import Offer

HARD = frozenset({Exclusion.UNTRAINED, Exclusion.TRAINING_LAPSED})
AT_RISK = frozenset(
    {
        Exclusion.INVOLVED,
        Exclusion.SUPERVISOR,
        Exclusion.NOT_DESIGNATED,
        Exclusion.DESIGNATION_ENDED,
    }
)
"""What is said to such a member may not be privileged."""
OF_THE_CASE = frozenset({Exclusion.INVOLVED, Exclusion.SUPERVISOR, Exclusion.CLOSE_TO})
"""What was found when the roster was ranked stays so, whatever the roster says today."""
_LIVE = frozenset(
    {OfferStatus.OPEN, OfferStatus.ACCEPTED, OfferStatus.EXPIRED, OfferStatus.STANDBY}
)
_UNTRAINED = Refusal(
    RefusalCode.NOT_TRAINED,
    "This member has no valid training for it, and that cannot be overridden: ask another.",
)


def add(command: AddMember, state: Active) -> Sequence[Event] | Refusal:
    """Ask this member now; the team grows by a place when every place of the role is taken."""
    if refusal := _against(command, state):
        return refusal
    offer = _newest(state, command.member_id)
    is_asked = offer is not None and offer.status is OfferStatus.OPEN and offer.reached
    if offer is not None and is_asked and offer.role is command.role:
        if command.said_yes:
            grown = _grown(command, state, command.role)
            return (*grown, *taken(after(state, grown), offer))
        return Refusal(RefusalCode.ALREADY_ASKED, "This member is asked right now: wait, or call.")
    return _asked(command, state, command.member_id, command.role)


def withdraw(command: WithdrawMember, state: Active) -> Sequence[Event] | Refusal:
    """Off the team, or no longer asked. With fewer people to see to, the place goes too."""
    offer = _newest(state, command.member_id)
    if offer is None or offer.status not in _LIVE:
        return Refusal(RefusalCode.NOT_ON_TEAM, "This member is neither on the team nor asked.")
    if offer.status is not OfferStatus.ACCEPTED or command.reason is not StepReason.FEWER_EXPOSED:
        back = _back(command, state, offer, "withdrawn")
        return (back, *refill(after(state, (back,)), command.case_id, command.now))
    places = _places(state, offer.role, -1)
    if not places:
        return Refusal(RefusalCode.PLACES_TAKEN, "It is the last place: stand the team down.")
    back = _back(command, state, offer, "withdrawn").model_copy(update={"fill_by": None})
    smaller = _resized(command, state, places)
    then = after(state, (back, smaller))
    return (back, smaller, *refill(then, command.case_id, command.now))


def replace(command: ReplaceMember, state: Active) -> Sequence[Event] | Refusal:
    """One goes and another is asked in their place: the one who is named, or whoever is next."""
    offer = _newest(state, command.member_id)
    if offer is None or offer.status not in _LIVE:
        return Refusal(RefusalCode.NOT_ON_TEAM, "This member is neither on the team nor asked.")
    if command.replacement is not None and (refusal := _against(command, state)):
        return refusal
    back = _back(command, state, offer, "replaced")
    then = after(state, (back,))
    if command.replacement is None:
        return (back, *refill(then, command.case_id, command.now))
    return (back, *_asked(command, then, command.replacement, offer.role))


def _against(command: AddMember | ReplaceMember, state: Active) -> Refusal | None:
    """Why this member cannot be asked; None when they can, or every reason was overridden."""
    who = _whom(command)
    if state.taken_by(who):
        return Refusal(RefusalCode.ALREADY_ON_TEAM, "This member is on the team already.")
    reasons = _reasons(command, state)
    if HARD & reasons:
        return _UNTRAINED
    if left := reasons - set(command.override):
        words = ", ".join(sorted(each.value for each in left))
        return Refusal(
            RefusalCode.EXCLUDED,
            f"Against asking this member: {words}. Name it in `override` to ask all the same; "
            "what is said to them may then not be privileged.",
        )
    return None


def _reasons(command: AddMember | ReplaceMember, state: Active) -> set[Exclusion]:
    known = state.excluded.get(_whom(command), ())
    return {*command.exclusions, *(each for each in known if each in OF_THE_CASE)}


def _asked(
    command: AddMember | ReplaceMember, state: Active, member_id: str, role: Role
) -> Sequence[Event]:
    grown = _grown(command, state, role)
    reasons = _reasons(command, state)
    candidate = Candidate(member_id=member_id, role=role, because=(BY_HAND,))
    added = CandidateAdded(
        candidate=candidate,
        by=command.by,
        reason=command.reason,
        overridden=tuple(sorted(reasons)),
        privilege_at_risk=bool(reasons & AT_RISK),
    )
    events: list[Event] = [*grown, added]
    if _newest(state, member_id):
        again = MembersAskedAgain(member_ids=(member_id,), by=command.by, reason=command.reason)
        events.append(again)
    then = after(state, events)
    offer = extended(then, command.case_id, candidate, command.now)
    events += [offer]
    if not command.said_yes:
        return (*events, *paged(state.brief, (offer,)))
    then = after(then, (offer,))
    return (*events, *taken(then, then.offers[offer.offer_id]))


def _grown(
    command: AddMember | ReplaceMember, state: Active, role: Role
) -> tuple[TeamResized, ...]:
    """One place more, when every place of the role is taken."""
    if any(place.role is role for place in state.open_places()):
        return ()
    return (_resized(command, state, _places(state, role, +1)),)


def _places(state: Active, role: Role, more: int) -> tuple[Place, ...]:
    counts = {place.role: place.count for place in state.brief.policy.places}
    counts[role] = counts.get(role, 0) + more
    return tuple(Place(role=each, count=count) for each, count in counts.items() if count > 0)


def _resized(
    command: AddMember | WithdrawMember, state: Active, places: tuple[Place, ...]
) -> TeamResized:
    return TeamResized(
        places=places,
        by=command.by,
        reason=command.reason,
        form_by=command.now + state.brief.policy.form_team_within,
    )


def _back(command: WithdrawMember, state: Active, offer: Offer, reason: str) -> OfferWithdrawn:
    had_a_place = offer.status is OfferStatus.ACCEPTED
    return OfferWithdrawn(
        offer_id=offer.offer_id,
        member_id=offer.member_id,
        role=offer.role,
        reason=reason,
        by=command.by,
        why=command.reason,
        fill_by=command.now + state.brief.policy.form_team_within if had_a_place else None,
    )


def _whom(command: AddMember | ReplaceMember) -> str:
    named = command.member_id if isinstance(command, AddMember) else command.replacement
    assert named is not None  # noqa: S101 - a replacement is looked at once it is named
    return named


def _newest(state: Active, member_id: str) -> Offer | None:
    own = [offer for offer in state.offers.values() if offer.member_id == member_id]
    return own[-1] if own else None
