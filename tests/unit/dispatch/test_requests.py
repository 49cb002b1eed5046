"""The rules of a request for a peer: whom it asks, what an emergency changes, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from schemas.candidates import Candidate
from schemas.dispatch import (
    AlarmReason,
    CoordinatorAlarmed,
    MemberNotified,
    OfferExtended,
    OfferWithdrawn,
    RosterExhausted,
    TeamActivated,
    TeamStoodDown,
    TeamWidened,
)
from schemas.policy import CaseBrief, Place, Role, Urgency
from schemas.refusals import Refusal, RefusalCode
from schemas.requests import (
    CallbackMade,
    EmergencyRaised,
    EmergencyRepeated,
    MemberFinished,
    PeerRequested,
    RequestClosed,
    RequestEnd,
)
from schemas.subjects import Entity, Stream, case_id_for, request_id_for
from services.dispatch.commands import (
    AcceptOffer,
    CancelRequest,
    CheckCallback,
    DeclineOffer,
    FinishRequest,
    HandBack,
    MarkReached,
    RaiseEmergency,
    RequestCommand,
    RequestPeer,
    StopKeeping,
)
from services.dispatch.deadlines import REQUEST_CALLBACK, REQUEST_ERASE, REQUEST_KEPT, deadlines
from services.dispatch.decide import decide as decide_team
from services.dispatch.decider import REQUESTS
from services.dispatch.requested import RequestState
from services.dispatch.requests_policy import BadRequestsPolicy, RequestRule, read_requests_policy
from services.dispatch.state import Active
from tests.support.given import Given, given
from tests.unit.dispatch.cases import COMMAND, NOW

if TYPE_CHECKING:
    from pathlib import Path

POLICY = read_requests_policy()
CASE = request_id_for(UUID(int=7))
SHARED: dict[str, Any] = {"command_id": COMMAND, "actor": "request", "case_id": CASE}
Case = Given[RequestState, RequestCommand]


def roster(peers: int, mhps: int) -> tuple[Candidate, ...]:
    lead = [Candidate(member_id=f"m-{n}", role=Role.MHP) for n in range(1, mhps + 1)]
    return (*lead, *(Candidate(member_id=f"p-{n}", role=Role.PEER) for n in range(1, peers + 1)))


def asking(rule: RequestRule, peers: int = 3, mhps: int = 3) -> RequestPeer:
    brief = CaseBrief(
        tier=4,
        trigger_class="self_raised",
        urgency=Urgency.NOW,
        occurred_at=NOW,
        reported_at=NOW,
        operations_ongoing=False,
        emergency=rule is POLICY.emergency,
        policy=rule.response,
    )
    return RequestPeer(
        **SHARED,
        now=NOW,
        emergency=rule is POLICY.emergency,
        chosen=None,
        brief=brief,
        candidates=roster(peers, mhps),
        excluded=(),
        coordinators=("c-1",),
        callback_within=rule.callback_within,
        keep_for=POLICY.keep_for,
    )


def asked(rule: RequestRule, peers: int = 3, mhps: int = 3) -> Case:
    return given(REQUESTS).when(asking(rule, peers, mhps)).after


def team(case: Case) -> Active:
    state = case.state.team
    assert isinstance(state, Active)
    return state


def offer_of(case: Case, member_id: str) -> UUID:
    offers = reversed(tuple(team(case).offers.values()))
    return next(offer.offer_id for offer in offers if offer.member_id == member_id)


def answered(case: Case, member_id: str, kind: type[AcceptOffer | DeclineOffer]) -> Case:
    """The case once this member has answered, by the rules of teams."""
    answer = kind(**SHARED, now=NOW, offer_id=offer_of(case, member_id))
    events = decide_team(answer, case.state.team)
    assert not isinstance(events, Refusal), events
    return given(REQUESTS, *case.history, *events)


def taken(case: Case, member_id: str) -> Case:
    return answered(case, member_id, AcceptOffer)


def clock(minutes: float, **more: Any) -> CheckCallback:
    at = NOW + timedelta(minutes=minutes)
    rule = {"leads_after": POLICY.leads_after, "page_for": POLICY.page_for}
    return CheckCallback.model_validate({**SHARED, "now": at, "due_at": at, **rule, **more})


def by(kind: type[Any], case: Case, member_id: str, **fields: Any) -> Any:
    return kind(**SHARED, now=NOW, offer_id=offer_of(case, member_id), **fields)


def raising(case: Case, member_id: str, mhps: int = 3) -> RaiseEmergency:
    more = {
        "response": POLICY.emergency.response,
        "candidates": roster(0, mhps),
        "callback_within": POLICY.emergency.callback_within,
    }
    found: RaiseEmergency = by(RaiseEmergency, case, member_id, **more)
    return found


def paged(events: tuple[Any, ...]) -> list[str]:
    return [event.member_id for event in events if isinstance(event, OfferExtended)]


class TestAsking:
    def test_one_decision_asks_two_peers(self) -> None:
        outcome = given(REQUESTS).when(asking(POLICY.peer))
        outcome.then_kinds(PeerRequested, TeamActivated, OfferExtended, OfferExtended)
        assert paged(outcome.events) == ["p-1", "p-2"]
        assert outcome.only(PeerRequested).callback_by == NOW + timedelta(minutes=30)

    def test_asking_again_is_no_second_request(self) -> None:
        asked(POLICY.peer).when(asking(POLICY.peer)).then_nothing()

    def test_an_emergency_pages_in_parallel_and_calls_the_coordinator_at_once(self) -> None:
        outcome = given(REQUESTS).when(asking(POLICY.emergency))
        assert paged(outcome.events) == ["m-1", "m-2"]
        assert outcome.only(CoordinatorAlarmed).reason is AlarmReason.REQUEST_EMERGENCY
        assert all(
            offer.expires_at == NOW + timedelta(minutes=5) for offer in outcome.all(OfferExtended)
        )

    def test_peers_back_up_too_few_professionals(self) -> None:
        one = given(REQUESTS).when(asking(POLICY.emergency, mhps=1))
        none = given(REQUESTS).when(asking(POLICY.emergency, mhps=0))
        assert paged(one.events) == ["m-1", "p-1", "p-2"]
        assert paged(none.events) == ["p-1", "p-2"]
        assert none.only(RosterExhausted).missing == (Place(role=Role.MHP, count=1),)

    def test_its_timers_are_the_callback_and_the_end_of_keeping(self) -> None:
        first = given(REQUESTS).when(asking(POLICY.peer)).only(PeerRequested)
        assert [timer.kind for timer in deadlines(first)] == [REQUEST_CALLBACK, REQUEST_KEPT]


class TestNobodyAnswers:
    def test_the_coordinators_are_called_at_the_callbacks_time(self) -> None:
        outcome = asked(POLICY.peer).when(clock(30))
        assert outcome.only(CoordinatorAlarmed).reason is AlarmReason.REQUEST_WAITING
        outcome.and_when(clock(31)).then_nothing()

    def test_a_timer_that_came_early_is_put_off(self) -> None:
        early = clock(30).model_copy(update={"now": NOW})
        asked(POLICY.peer).when(early).then_refused(RefusalCode.TIMER_NOT_DUE)

    def test_an_emergency_pages_everybody_again(self) -> None:
        outcome = asked(POLICY.emergency).when(clock(5))
        assert paged(outcome.events) == ["m-1", "m-2", "m-3"]
        assert outcome.only(EmergencyRepeated).number == 1
        assert outcome.only(CoordinatorAlarmed).reason is AlarmReason.REQUEST_EMERGENCY
        again = outcome.and_when(clock(10))
        assert again.only(EmergencyRepeated).number == 2
        ids = {offer.offer_id for offer in (*outcome.all(OfferExtended), *again.all(OfferExtended))}
        assert len(ids) == 6

    def test_whoever_said_no_is_left_in_peace(self) -> None:
        case = answered(asked(POLICY.emergency), "m-1", DeclineOffer)
        assert "m-1" not in paged(case.when(clock(5)).events)

    def test_whoever_was_paged_a_moment_ago_is_not_paged_twice(self) -> None:
        case = answered(asked(POLICY.emergency), "m-1", DeclineOffer)
        assert paged(case.when(clock(4)).events) == []

    def test_who_took_it_and_says_nothing_is_reminded_once(self) -> None:
        case = taken(asked(POLICY.peer), "p-1")
        outcome = case.when(clock(30))
        outcome.then_kinds(MemberNotified)
        outcome.and_when(clock(31)).then_nothing()

    def test_nobody_is_reminded_of_a_call_that_was_made(self) -> None:
        case = taken(asked(POLICY.peer), "p-1")
        reached = case.when(by(MarkReached, case, "p-1")).then_kinds(CallbackMade).after
        reached.when(clock(30)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)


class TestWhoTookIt:
    def test_done_closes_it(self) -> None:
        case = taken(asked(POLICY.peer), "p-1")
        outcome = case.when(by(FinishRequest, case, "p-1"))
        outcome.then_kinds(MemberFinished, RequestClosed)
        (erase,) = deadlines(outcome.only(RequestClosed))
        assert erase.kind == REQUEST_ERASE
        assert erase.due_at == NOW
        outcome.and_when(by(MarkReached, case, "p-1")).then_refused(RefusalCode.REQUEST_CLOSED)

    @pytest.mark.parametrize("kind", [MarkReached, FinishRequest, HandBack])
    def test_only_who_took_it_may_say_how_it_goes(self, kind: type[Any]) -> None:
        case = taken(asked(POLICY.peer), "p-1")
        case.when(by(kind, case, "p-2")).then_refused(RefusalCode.UNKNOWN_OFFER)

    def test_an_emergency_pages_a_professional_and_a_backup(self) -> None:
        case = taken(asked(POLICY.peer), "p-1")
        outcome = case.when(raising(case, "p-1"))
        assert paged(outcome.events) == ["m-1", "m-2"]
        places = outcome.only(TeamWidened).brief.policy.places
        assert {(place.role, place.count) for place in places} == {(Role.PEER, 1), (Role.MHP, 1)}
        assert outcome.only(CoordinatorAlarmed).reason is AlarmReason.REQUEST_EMERGENCY
        (again,) = deadlines(outcome.only(EmergencyRaised))
        assert again.due_at == NOW + timedelta(minutes=5)
        outcome.and_when(raising(case, "p-1")).then_nothing()
        assert paged(outcome.and_when(clock(5)).events) == ["m-1", "m-2", "m-3"]

    def test_a_request_with_two_takers_closes_with_the_last(self) -> None:
        case = taken(asked(POLICY.peer), "p-1")
        case = taken(case.when(raising(case, "p-1")).after, "m-1")
        first = case.when(by(FinishRequest, case, "p-1")).then_kinds(MemberFinished).after
        first.when(by(FinishRequest, case, "m-1")).then_kinds(MemberFinished, RequestClosed)

    def test_done_does_not_close_an_emergency_that_waits(self) -> None:
        case = taken(asked(POLICY.peer), "p-1")
        raised = case.when(raising(case, "p-1")).after
        raised.when(by(FinishRequest, case, "p-1")).then_kinds(MemberFinished)

    def test_a_hand_back_asks_others_and_who_was_let_off(self) -> None:
        case = taken(asked(POLICY.peer, peers=2, mhps=0), "p-1")
        outcome = case.when(by(HandBack, case, "p-1"))
        assert outcome.only(OfferWithdrawn).reason == "handed_back"
        assert paged(outcome.events) == ["p-2"]
        assert taken(outcome.after, "p-2").state.taken(offer_of(outcome.after, "p-2"))

    def test_a_hand_back_in_an_emergency_pages_all_others_at_once(self) -> None:
        case = taken(asked(POLICY.emergency), "m-1")
        outcome = case.when(by(HandBack, case, "m-1"))
        assert sorted(paged(outcome.events)) == ["m-2", "m-3"]
        outcome.only(EmergencyRepeated)


class TestTheEnd:
    def test_taking_it_back_lets_everybody_off(self) -> None:
        case = taken(asked(POLICY.peer), "p-1")
        outcome = case.when(CancelRequest(**SHARED, now=NOW))
        outcome.then_kinds(OfferWithdrawn, TeamStoodDown, RequestClosed)
        outcome.and_when(CancelRequest(**SHARED, now=NOW)).then_nothing()

    def test_nothing_is_kept_for_ever(self) -> None:
        at = NOW + POLICY.keep_for
        stop = StopKeeping(**SHARED, now=at, due_at=at)
        outcome = asked(POLICY.peer).when(stop)
        assert outcome.only(RequestClosed).reason is RequestEnd.KEPT_LONG_ENOUGH
        assert len(outcome.all(OfferWithdrawn)) == 2
        outcome.and_when(stop).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)

    def test_a_command_without_a_request_is_refused(self) -> None:
        given(REQUESTS).when(clock(5)).then_refused(RefusalCode.UNKNOWN_REQUEST)

    @settings(max_examples=150, deadline=None)
    @for_all(
        st.lists(
            st.tuples(
                st.sampled_from(["yes", "no", "clock", "raise", "done", "back", "stop"]),
                st.sampled_from(["p-1", "p-2", "p-3", "m-1", "m-2", "m-3"]),
            ),
            max_size=14,
        ),
        st.sampled_from(["peer", "chosen", "emergency"]),
    )
    def test_whatever_comes_nobody_is_asked_after_the_end(
        self, steps: list[tuple[str, str]], rule: str
    ) -> None:
        case = asked(getattr(POLICY, rule))
        for turn, (step, member_id) in enumerate(steps, start=1):
            is_over = case.state.open_request is None
            after = _stepped(case, step, member_id, turn)
            fresh = after.history[len(case.history) :]
            assert not (is_over and paged(fresh)), (step, member_id)
            assert sum(isinstance(event, RequestClosed) for event in after.history) <= 1
            case = after


def _stepped(case: Case, step: str, member_id: str, turn: int) -> Case:
    state = case.state.team
    held = [o for o in getattr(state, "offers", {}).values() if o.member_id == member_id]
    if step == "clock":
        return case.when(clock(5 * turn)).after
    if step == "stop":
        return case.when(CancelRequest(**SHARED, now=NOW)).after
    if not held:
        return case
    if step in {"yes", "no"}:
        kind = AcceptOffer if step == "yes" else DeclineOffer
        answer = kind(**SHARED, now=NOW, offer_id=held[-1].offer_id)
        events = decide_team(answer, state)
        return case if isinstance(events, Refusal) else given(REQUESTS, *case.history, *events)
    if step == "raise":
        return case.when(raising(case, member_id)).after
    return case.when(by(FinishRequest if step == "done" else HandBack, case, member_id)).after


class TestThePolicy:
    def test_what_ships_plans_nothing_beside_the_talk(self) -> None:
        for rule in (POLICY.peer, POLICY.chosen, POLICY.emergency):
            assert rule.response.interventions == ()
            assert rule.response.check_ins == ()
        assert POLICY.chosen.response.surplus == 0

    def test_a_bad_file_names_the_value(self, tmp_path: Path) -> None:
        file = tmp_path / "requests.yaml"
        file.write_text("version: 0\n")
        with pytest.raises(BadRequestsPolicy, match=r"requests\.yaml: version: .*keep_for: "):
            read_requests_policy(file)


def test_a_requests_id_says_that_it_is_one() -> None:
    request = Entity(Stream.DISPATCH, "metro", CASE)
    incident = Entity(Stream.DISPATCH, "metro", case_id_for("metro", "center", "26-1"))
    assert request.is_request
    assert not incident.is_request
    assert not Entity(Stream.ROSTER, "metro", CASE).is_request
    assert UUID(CASE).version == 8
