"""Members drop out, stand by and name others while a coordinator takes a hand, in any order.

Whatever happens, no place is given twice, nobody holds two open offers, and what is settled stays so.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from schemas.candidates import Exclusion
from schemas.dispatch import AlarmReason, CoordinatorAlarmed, OfferExtended, RosterExhausted
from schemas.policy import Role
from schemas.steps import MembersAskedAgain, StepReason
from services.dispatch.state import Active, OfferStatus, newest
from tests.unit.dispatch.cases import (
    NOW,
    REPLY_WITHIN,
    Case,
    accept,
    activated,
    decline,
    exclude,
    expire,
    offer_of,
    policy,
    roster,
)
from tests.unit.dispatch.steps import (
    add,
    answer_alarm,
    ask_again,
    cannot,
    estimate,
    pause,
    replace,
    resize,
    resume,
    suggest,
    take_over,
    withdraw,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from services.dispatch.commands import DispatchCommand

LATER = NOW + timedelta(hours=3)
"""When a standby's word no longer holds."""
_SETTLED = frozenset(
    {OfferStatus.DECLINED, OfferStatus.SUPERSEDED, OfferStatus.ACCEPTED, OfferStatus.WITHDRAWN}
)
_MAY_FOLLOW = {
    OfferStatus.ACCEPTED: {OfferStatus.WITHDRAWN},
    OfferStatus.WITHDRAWN: {OfferStatus.STANDBY, OfferStatus.ACCEPTED, OfferStatus.SUPERSEDED},
    OfferStatus.DECLINED: {OfferStatus.SUPERSEDED},
    OfferStatus.SUPERSEDED: set(),
}
"""The only ways on from a settled offer: a place given back, a late yes, or another asking."""
_STEPS: dict[str, Callable[[str, str], DispatchCommand]] = {
    "accept": lambda who, _: accept(who),
    "decline": lambda who, _: decline(who),
    "expire": lambda who, _: expire(who),
    "cannot": lambda who, _: cannot(who),
    "cannot later": lambda who, _: cannot(who, LATER),
    "not me": suggest,
    "on the way": lambda who, _: estimate(who, 20),
    "was there": lambda who, _: exclude(who),
    "take over": lambda _who, _other: take_over(),
    "pause": lambda _who, _other: pause(),
    "resume": lambda _who, _other: resume(),
    "have all": lambda _who, _other: answer_alarm(None),
    "add": lambda who, _: add(who, _role(who)),
    "said yes": lambda who, _: add(who, _role(who), said_yes=True),
    "add in spite": lambda who, _: add(who, _role(who), override=(Exclusion.INVOLVED,)),
    "withdraw": lambda who, _: withdraw(who),
    "fewer": lambda who, _: withdraw(who, StepReason.FEWER_EXPOSED),
    "replace": lambda who, _: replace(who),
    "replace by": replace,
    "ask again": lambda _who, _other: ask_again(now=NOW + REPLY_WITHIN),
    "ask one again": lambda who, _: ask_again(who),
    "larger": lambda _who, _other: resize(peers=4, mhps=2),
    "smaller": lambda _who, _other: resize(peers=1, mhps=1),
}
_scripts = st.lists(
    st.tuples(st.sampled_from(sorted(_STEPS)), st.integers(0, 9), st.integers(0, 9)), max_size=24
)


def _role(member_id: str) -> Role:
    return Role.MHP if member_id.startswith("m-") else Role.PEER


def _state(case: Case) -> Active:
    state = case.after.state
    assert isinstance(state, Active)
    return state


def _told(script: list[tuple[str, int, int]]) -> list[Case]:
    members = [candidate.member_id for candidate in roster(peers=6, mhps=3)]
    case = activated(roster(peers=6, mhps=3), policy(peers=2, mhps=1))
    cases = [case]
    for step, one, other in script:
        who, whom = (members[n % len(members)] for n in (one, other))
        case = case.and_when(_STEPS[step](who, whom))
        cases.append(case)
    return cases


def _no_place_is_given_twice(state: Active) -> None:
    for place in state.brief.policy.places:
        assert state.accepted(place.role) <= place.count
    roles = {place.role for place in state.brief.policy.places}
    assert {member.role for member in state.members()} <= roles
    on_the_team = [member.member_id for member in state.members()]
    assert len(on_the_team) == len(set(on_the_team))
    assert state.formed == (not state.open_places())


def _nobody_is_asked_twice_at_once(case: Case) -> None:
    state = _state(case)
    is_open = [o.member_id for o in state.offers.values() if o.status is OfferStatus.OPEN]
    assert len(is_open) == len(set(is_open))
    lacking = {place.role for place in state.open_places()}
    for offer in state.offers.values():
        assert offer.status is not OfferStatus.OPEN or offer.role in lacking
    again = [
        who for e in case.after.history if isinstance(e, MembersAskedAgain) for who in e.member_ids
    ]
    for member_id in {offer.member_id for offer in state.offers.values()}:
        asked = [
            e
            for e in case.after.history
            if isinstance(e, OfferExtended) and e.member_id == member_id
        ]
        assert len(asked) == 1 + again.count(member_id), "asked again without a word of it"


def _what_is_settled_stays_so(before: Active, after: Active) -> None:
    for offer_id, offer in before.offers.items():
        now = after.offers[offer_id].status
        if offer.status in _SETTLED and now is not offer.status:
            assert now in _MAY_FOLLOW[offer.status], (offer.status, now)


def _nobody_is_forgotten(case: Case) -> None:
    """An open place is asked for, or somebody was told that nobody is left, or paused it."""
    state = _state(case)
    told = {p.role for e in case.after.history if isinstance(e, RosterExhausted) for p in e.missing}
    for place in state.open_places():
        enough = state.waiting(place.role) >= place.count
        was_by_hand = any("added_by_hand" in c.because for c in state.candidates)
        assert enough or place.role in told or state.oversight.paused or was_by_hand


def _alarms_are_raised_once(case: Case) -> None:
    alarms = [e for e in case.after.history if isinstance(e, CoordinatorAlarmed)]
    assert len({e.alarm_id for e in alarms}) == len(alarms)
    paused = [e for e in alarms if e.reason is AlarmReason.ASKING_PAUSED]
    assert not paused or any(e.NAME == "asking_paused" for e in case.after.history)


@settings(max_examples=150, deadline=None)
@for_all(_scripts)
def test_no_order_of_steps_breaks_a_team(script: list[tuple[str, int, int]]) -> None:
    cases = _told(script)
    for case in cases:
        _no_place_is_given_twice(_state(case))
        _nobody_is_asked_twice_at_once(case)
        _nobody_is_forgotten(case)
    for before, after in pairwise(cases):
        _what_is_settled_stays_so(_state(before), _state(after))
    _alarms_are_raised_once(cases[-1])


@settings(max_examples=40, deadline=None)
@for_all(_scripts)
def test_every_link_ever_sent_leads_to_an_offer_that_says_how_it_stands(
    script: list[tuple[str, int, int]],
) -> None:
    state = _state(_told(script)[-1])
    for offer_id in _ever_sent(state):
        found = newest(state.offers, offer_id)
        assert found is not None
        assert found.status is not OfferStatus.SUPERSEDED


def _ever_sent(state: Active) -> list[UUID]:
    return [*state.offers, *(offer_of(o.member_id) for o in state.offers.values())]
