"""The rules of emergencies: who is paged and called, again and again, and what stops it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.dispatch import (
    AlarmReason,
    CoordinatorAlarmed,
    OfferExtended,
    RosterExhausted,
    TeamWidened,
)
from schemas.policy import Role
from schemas.refusals import Refusal, RefusalCode
from schemas.requests import (
    EmergencyCategory,
    EmergencyPaged,
    EmergencyRaised,
    EmergencyRepeated,
    PeerRequested,
    RequestClosed,
)
from schemas.steps import AlarmAnswered
from services.dispatch.commands import (
    AcceptOffer,
    CancelRequest,
    DeclineOffer,
    FinishRequest,
    MarkReached,
    RaiseEmergency,
)
from services.dispatch.decide import decide as decide_team
from tests.support.given import given
from tests.unit.dispatch.test_requests import (
    NOW,
    POLICY,
    REQUESTS,
    SHARED,
    answered,
    asked,
    asking,
    by,
    clock,
    paged,
    raising,
    roster,
    taken,
    team,
)

if TYPE_CHECKING:
    from uuid import UUID

    from schemas.envelope import Event
    from tests.unit.dispatch.test_requests import Case

LEADS = {"program_leads": ("l-1",)}


def on_pages(events: tuple[Event, ...]) -> set[UUID]:
    return {p.offer_id for e in events if isinstance(e, EmergencyPaged) for p in e.pages}


def called(events: tuple[Event, ...]) -> list[str]:
    return [m for e in events if isinstance(e, EmergencyPaged) for m in e.called]


def raised_by_the_asker(mhps: int = 3) -> RaiseEmergency:
    return RaiseEmergency(
        **SHARED,
        now=NOW,
        offer_id=None,
        category=EmergencyCategory.SUICIDE_RISK,
        response=POLICY.emergency.response,
        candidates=roster(0, mhps),
        callback_within=POLICY.emergency.callback_within,
    )


def alarms(case: Case) -> list[UUID]:
    return [e.alarm_id for e in case.history if isinstance(e, CoordinatorAlarmed)]


class TestThePage:
    def test_it_overtakes_everything_in_an_event_of_its_own(self) -> None:
        outcome = given(REQUESTS).when(asking(POLICY.emergency))
        offers = outcome.all(OfferExtended)
        assert all(offer.emergency for offer in offers)
        assert on_pages(outcome.events) == {offer.offer_id for offer in offers}
        assert called(outcome.events) == ["c-1"]
        (alarm,) = outcome.all(CoordinatorAlarmed)
        assert alarm.alarm_id in {each.alarm_id for each in outcome.all(EmergencyPaged)}

    def test_an_ordinary_request_pages_nobody_like_that(self) -> None:
        outcome = given(REQUESTS).when(asking(POLICY.peer))
        assert not any(offer.emergency for offer in outcome.all(OfferExtended))
        assert outcome.all(EmergencyPaged) == ()

    def test_only_the_category_and_the_clock_are_recorded(self) -> None:
        command = asking(POLICY.emergency).model_copy(update={"category": EmergencyCategory.THREAT})
        told = given(REQUESTS).when(command).only(PeerRequested)
        assert told.category is EmergencyCategory.THREAT
        assert set(PeerRequested.model_fields) == {
            "emergency",
            "category",
            "chosen",
            "callback_by",
            "keep_until",
        }

    def test_whoever_is_asked_next_is_paged_like_that_too(self) -> None:
        case = asked(POLICY.emergency)
        said_no = answered(case, "m-1", DeclineOffer)
        fresh = said_no.history[len(case.history) :]
        assert paged(fresh) == ["m-3"]
        assert len(on_pages(fresh)) == 1


class TestAgainAndAgain:
    def test_it_goes_on_until_somebody_has_it(self) -> None:
        case = asked(POLICY.emergency)
        for turn in range(1, 30):
            outcome = case.when(clock(5 * turn))
            assert outcome.only(EmergencyRepeated).number == turn
            assert len(on_pages(outcome.events)) == 3
            assert "c-1" in called(outcome.events)
            case = outcome.after
        case = taken(case, "m-2")
        assert paged(case.when(clock(150)).events) == []

    def test_after_a_day_only_what_is_open_stays_open(self) -> None:
        end = POLICY.page_for.total_seconds() / 60 + 5
        assert paged(asked(POLICY.emergency).when(clock(end - 1)).events)
        asked(POLICY.emergency).when(clock(end)).then_nothing()

    @pytest.mark.parametrize("turn", range(1, 6))
    def test_after_some_rounds_the_program_leads_are_called_too(self, turn: int) -> None:
        case = asked(POLICY.emergency)
        for earlier in range(1, turn):
            case = case.when(clock(5 * earlier, **LEADS)).after
        outcome = case.when(clock(5 * turn, **LEADS))
        late = turn >= POLICY.leads_after
        assert called(outcome.events) == (["c-1", "l-1"] if late else ["c-1"])
        assert (outcome.only(CoordinatorAlarmed).reason is AlarmReason.EMERGENCY_UNANSWERED) == late

    def test_with_nobody_to_page_the_coordinators_are_called_all_the_same(self) -> None:
        begun = given(REQUESTS).when(asking(POLICY.emergency, peers=0, mhps=0))
        assert begun.all(RosterExhausted)
        again = begun.after.when(clock(5, **LEADS))
        assert paged(again.events) == []
        assert called(again.events) == ["c-1"]
        assert again.only(EmergencyRepeated).again_at == NOW + timedelta(minutes=10)

    def test_who_joined_the_roster_since_is_paged_in_the_next_round(self) -> None:
        fresh = (*roster(0, 4),)
        outcome = asked(POLICY.emergency).when(clock(5, candidates=fresh, coordinators=("c-2",)))
        assert paged(outcome.events) == ["m-1", "m-2", "m-3", "m-4"]
        assert called(outcome.events) == ["c-1", "c-2"]

    def test_when_every_professional_said_no_peers_stand_in(self) -> None:
        case = asked(POLICY.emergency, mhps=2)
        for member_id in ("m-1", "m-2"):
            case = answered(case, member_id, DeclineOffer)
        outcome = case.when(clock(5))
        assert paged(outcome.events) == ["p-1", "p-2", "p-3"]
        assert {offer.role for offer in outcome.all(OfferExtended)} == {Role.MHP}
        assert paged(taken(outcome.after, "p-2").when(clock(10)).events) == []

    def test_a_backup_who_has_it_is_enough_to_call_nobody_else(self) -> None:
        """One professional on the roster, so a peer is paged beside; the peer has it."""
        case = taken(asked(POLICY.emergency, mhps=1), "p-1")
        outcome = case.when(clock(5, **LEADS))
        assert paged(outcome.events) == ["m-1"], "a professional is still wanted"
        assert called(outcome.events) == []
        case = taken(outcome.after, "m-1")
        assert paged(case.when(clock(10)).events) == []

    def test_a_coordinator_who_has_it_is_not_called_again(self) -> None:
        case = asked(POLICY.emergency)
        had = AlarmAnswered(alarm_id=alarms(case)[0], by="member:c-1")
        outcome = given(REQUESTS, *case.history, had).when(clock(5))
        assert len(paged(outcome.events)) == 3, "professionals are"
        assert called(outcome.events) == []


class TestARequestThatCannotWait:
    def test_the_one_who_asked_says_so(self) -> None:
        outcome = asked(POLICY.peer).when(raised_by_the_asker())
        assert outcome.only(EmergencyRaised).category is EmergencyCategory.SUICIDE_RISK
        assert paged(outcome.events) == ["m-1", "m-2"]
        assert outcome.only(TeamWidened).brief.emergency
        assert called(outcome.events) == ["c-1"]
        request = outcome.after.state.request
        assert request
        assert request.category is EmergencyCategory.SUICIDE_RISK
        assert request.answer_by == NOW + POLICY.emergency.callback_within
        outcome.and_when(raised_by_the_asker()).then_nothing()

    def test_the_peer_who_is_there_is_not_the_help_that_was_called_for(self) -> None:
        case = taken(asked(POLICY.peer), "p-1")
        raised = case.when(raising(case, "p-1")).after
        again = raised.when(clock(5))
        assert len(paged(again.events)) == 3
        assert called(again.events) == ["c-1"]

    def test_what_is_over_cannot_be_raised(self) -> None:
        over = asked(POLICY.peer).when(CancelRequest(**SHARED, now=NOW)).after
        over.when(raised_by_the_asker()).then_refused(RefusalCode.REQUEST_CLOSED)

    def test_what_was_never_asked_cannot_be_raised(self) -> None:
        given(REQUESTS).when(raised_by_the_asker()).then_refused(RefusalCode.UNKNOWN_REQUEST)


class TestItsEnd:
    def test_a_professional_who_is_done_closes_it_though_no_backup_came(self) -> None:
        case = taken(asked(POLICY.emergency, mhps=1), "m-1")
        assert team(case).open_places(), "the backup's place is open"
        reached = case.when(by(MarkReached, case, "m-1")).after
        reached.when(by(FinishRequest, case, "m-1")).only(RequestClosed)

    def test_a_backup_who_is_done_does_not_close_it_for_the_professional(self) -> None:
        case = taken(asked(POLICY.emergency, mhps=1), "p-1")
        assert case.when(by(FinishRequest, case, "p-1")).all(RequestClosed) == ()

    def test_taken_back_it_pages_nobody_any_more(self) -> None:
        over = asked(POLICY.emergency).when(CancelRequest(**SHARED, now=NOW)).after
        over.when(clock(5)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)

    def test_one_tap_answers_it(self) -> None:
        case = asked(POLICY.emergency)
        offer_id = next(iter(team(case).offers))
        events: Any = decide_team(AcceptOffer(**SHARED, now=NOW, offer_id=offer_id), team(case))
        assert not isinstance(events, Refusal)
