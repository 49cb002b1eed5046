"""Whatever comes in whatever order and however often, these things stay true of every case."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from schemas.deliveries import DeliveryFailed, DeliverySent, DeliveryStarted
from schemas.dispatch import (
    AlarmReason,
    CoordinatorAlarmed,
    Failure,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    RosterExhausted,
    TeamFormed,
)
from services.dispatch.state import Active, OfferStatus
from tests.unit.dispatch.cases import (
    NOW,
    REPLY_WITHIN,
    Case,
    accept,
    activated,
    activation,
    alarm,
    decline,
    exclude,
    expire,
    failed,
    overdue,
    policy,
    roster,
    sent,
    start,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemas.envelope import Event
    from services.dispatch.commands import DispatchCommand

_LATE = NOW + REPLY_WITHIN + timedelta(minutes=1)
_STEPS: dict[str, Callable[[str], DispatchCommand]] = {
    "accept": accept,
    "decline": decline,
    "expire": expire,
    "expire early": lambda who: expire(who, NOW),
    "send": start,
    "send late": lambda who: start(who, now=_LATE),
    "sent": sent,
    "fail for now": lambda who: failed(who, Failure.TEMPORARY),
    "fail for good": lambda who: failed(who, Failure.PERMANENT),
    "lose": lambda who: failed(who, Failure.UNCERTAIN),
    "stand down": lambda who: start(who, Purpose.STAND_DOWN),
    "was there": exclude,
    "activate again": lambda _who: activation(),
    "team overdue": lambda _who: overdue(),
    "check-in without a peer": lambda who: alarm(AlarmReason.CHECK_IN_UNASSIGNED, f"for-{who}"),
}


@dataclass(frozen=True)
class Story:
    """A roster, a policy and what happens; members are meant by their number in the roster."""

    peers: int
    mhps: int
    places: tuple[int, int]
    surplus: int
    steps: list[tuple[str, int]]


_stories = st.builds(
    Story,
    peers=st.integers(0, 12),
    mhps=st.integers(0, 12),
    places=st.tuples(st.integers(1, 4), st.integers(0, 2)),
    surplus=st.integers(0, 3),
    steps=st.lists(st.tuples(st.sampled_from(sorted(_STEPS)), st.integers(0, 23)), max_size=40),
)


def _told(case: Case, story: Story) -> Iterator[Case]:
    """The case after each step of its story."""
    members = roster(story.peers, story.mhps) or roster(1, 0)
    for step, number in story.steps:
        case = case.and_when(_STEPS[step](members[number % len(members)].member_id))
        yield case


def _opened(story: Story) -> Case:
    return activated(roster(story.peers, story.mhps), policy(*story.places, story.surplus))


def _state(case: Case) -> Active:
    state = case.after.state
    assert isinstance(state, Active)
    return state


def _is_sound(case: Case) -> None:
    events, state = case.after.history, _state(case)
    asked = [event.member_id for event in events if isinstance(event, OfferExtended)]
    assert len(asked) == len(set(asked)), "somebody was asked twice"
    for place in state.brief.policy.places:
        assert state.accepted(place.role) <= place.count, "a place is overbooked"
    _is_never_stuck(events, state)
    _is_stood_down_when_complete(events, state)
    _is_sent_once(events)
    alarms = [event.alarm_id for event in events if isinstance(event, CoordinatorAlarmed)]
    assert len(alarms) == len(set(alarms)), "one alarm was raised twice"


def _is_never_stuck(events: tuple[Event, ...], state: Active) -> None:
    told = {p.role for e in events if isinstance(e, RosterExhausted) for p in e.missing}
    for place in state.open_places():
        enough = state.waiting(place.role) >= place.count
        assert enough or place.role in told, f"{place.role}: nobody is asked and nobody is told"


_SINCE_LET_OFF = {OfferStatus.STANDBY, OfferStatus.ACCEPTED, OfferStatus.DECLINED}
"""What a late answer of one who was let off leads to."""


def _is_stood_down_when_complete(events: tuple[Event, ...], state: Active) -> None:
    formed = [event for event in events if isinstance(event, TeamFormed)]
    assert len(formed) == (0 if state.open_places() else 1), "formed once, and only when complete"
    lacking = {place.role for place in state.open_places()}
    withdrawn = {event.member_id for event in events if isinstance(event, OfferWithdrawn)}
    for offer in state.offers.values():
        if offer.role not in lacking:
            assert offer.status is not OfferStatus.OPEN, "asked for a place that is taken"
        if offer.status is OfferStatus.WITHDRAWN:
            assert offer.member_id in withdrawn
        elif offer.member_id in withdrawn:
            assert offer.status in _SINCE_LET_OFF


def _is_sent_once(events: tuple[Event, ...]) -> None:
    allowed: Counter[str] = Counter()
    for event in events:
        match event:
            case DeliveryStarted(delivery_id=which):
                allowed[str(which)] += 1
                assert allowed[str(which)] == 1, "claimed again without a failure for now"
            case DeliveryFailed(delivery_id=which, final=False, failure=Failure.TEMPORARY):
                allowed[str(which)] -= 1
            case DeliveryFailed() | DeliverySent():
                assert allowed[str(event.delivery_id)] == 1, "a result without a claim"
            case _:
                pass


@settings(max_examples=300, deadline=None)
@for_all(_stories)
def test_no_order_of_events_breaks_a_case(story: Story) -> None:
    case = _opened(story)
    _is_sound(case)
    for later in _told(case, story):
        _is_sound(later)


@settings(max_examples=100, deadline=None)
@for_all(_stories)
def test_a_case_ends_with_a_team_or_with_a_coordinator_who_knows(story: Story) -> None:
    """However it went: when all open offers have run out, nothing is left open in silence."""
    case = _opened(story)
    for later in _told(case, story):
        case = later
    for day in range(1, story.peers + story.mhps + 2):
        for offer in _state(case).offers.values():
            if offer.status is OfferStatus.OPEN:
                case = case.and_when(expire(offer.member_id, NOW + timedelta(days=day)))

    assert all(o.status is not OfferStatus.OPEN for o in _state(case).offers.values())
    kinds = {type(event) for event in case.after.history}
    assert TeamFormed in kinds or {RosterExhausted, CoordinatorAlarmed} <= kinds
