"""A one-on-one: nobody is forgotten, it changes hands on a tap, and who it was is forgotten in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from schemas.followup import SessionOutcome
from schemas.jurisdiction import ContactKind
from schemas.one_on_ones import (
    ContactFellDue,
    GlassBroken,
    GlassReason,
    HandOverDeclined,
    HandOverOffered,
    HoldReason,
    HoldScope,
    LegalHoldLifted,
    LegalHoldSet,
    LiftReason,
    NextContactMoved,
    OneOnOneClosed,
    OneOnOneContacted,
    OneOnOneErased,
    OneOnOneOpened,
    OneOnOneOrphaned,
    OneOnOneOverdue,
    OneOnOneTakenOver,
)
from schemas.refusals import RefusalCode
from services.followup.deadlines import CONTACT_DUE, LATE, RECORD_ERASE
from services.followup.decider import LEDGER, ONE_ON_ONE
from services.followup.private_commands import (
    AnswerHandOver,
    BreakGlass,
    CloseOneOnOne,
    EraseRecord,
    LiftHold,
    MoveNextContact,
    NoteContact,
    NotePeerLeft,
    OfferHandOver,
    OpenOneOnOne,
    RemindOfContact,
    SetHold,
)
from services.followup.private_policy import PrivateRules
from services.runtime.policy_files import read_policy_file
from tests.support.given import Outcome, given

if TYPE_CHECKING:
    from schemas.envelope import Command

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RULES = read_policy_file(PrivateRules, "private", None)
NOTICE, OLD_NOTICE = "0123456789ab", "ba9876543210"
CASE = "6b8e3d1c-0000-5000-8000-000000000001"
ONE = "o-6b8e3d1c-0000-4000-8000-00000000000a"
HOLD = UUID(int=7)
AT = NOW + DAY


def a(wish: type[Command], at: datetime = NOW, /, **fields: Any) -> Any:
    shared = {"command_id": UUID(int=1), "now": at, "actor": "member:p-1", "rules": RULES}
    return wish.model_validate({**shared, "peer": "p-1", **fields})


def opening(**fields: Any) -> Any:
    told = {
        "is_on_roster": True,
        "designated": True,
        "kind": ContactKind.CISM,
        "cross_agency": False,
        "case_id": CASE,
        "shown": NOTICE,
        "in_force": NOTICE,
        "next_contact_at": AT,
    }
    return a(OpenOneOnOne, **(told | fields))


def opened(**fields: Any) -> Outcome[Any, Any]:
    return given(ONE_ON_ONE).when(opening(**fields))


def remind(at: datetime, due_at: datetime = AT, *, there: bool = True) -> Any:
    return a(RemindOfContact, at, due_at=due_at, peer_on_roster=there)


def close(at: datetime = NOW) -> Any:
    return a(CloseOneOnOne, at, outcome=SessionOutcome.REFERRAL)


class TestOpening:
    def test_it_carries_the_notice_that_was_shown_and_no_person(self) -> None:
        event = opened().only(OneOnOneOpened)
        assert (event.notice, event.peer, event.next_contact_at) == (NOTICE, "p-1", AT)
        assert set(event.model_dump()) == {
            "peer",
            "kind",
            "designated",
            "cross_agency",
            "case_id",
            "notice",
            "next_contact_at",
        }

    @pytest.mark.parametrize("shown", [None, OLD_NOTICE])
    def test_the_notice_of_today_comes_first(self, shown: str | None) -> None:
        opened(shown=shown).then_refused(RefusalCode.NEEDS_NOTICE)

    def test_who_left_the_roster_opens_none(self) -> None:
        opened(is_on_roster=False).then_refused(RefusalCode.UNKNOWN_MEMBER)

    def test_the_next_contact_is_to_come_and_not_in_another_life(self) -> None:
        opened(next_contact_at=NOW).then_refused(RefusalCode.ALREADY_PAST)
        opened(next_contact_at=NOW + 401 * DAY).then_refused(RefusalCode.BEYOND_POLICY)
        opened(next_contact_at=NOW + 365 * DAY).then_kinds(OneOnOneOpened)

    def test_the_same_form_twice_is_one(self) -> None:
        opened().and_when(opening()).then_nothing()

    def test_for_anybody_else_there_is_none(self) -> None:
        for kind, fields in (
            (NoteContact, {"next_contact_at": AT + DAY}),
            (MoveNextContact, {"next_contact_at": AT + DAY}),
            (CloseOneOnOne, {"outcome": SessionOutcome.NO_FURTHER}),
            (OfferHandOver, {"to": "p-3", "to_is_a_peer": True}),
            (AnswerHandOver, {"accepted": True}),
        ):
            opened().and_when(a(kind, **fields, peer="p-2")).then_refused(
                RefusalCode.UNKNOWN_ONE_ON_ONE
            )
        given(ONE_ON_ONE).when(close()).then_refused(RefusalCode.UNKNOWN_ONE_ON_ONE)


class TestContacts:
    def test_they_are_counted_and_nothing_else(self) -> None:
        first = opened().and_when(a(NoteContact, next_contact_at=AT + DAY))
        first.then(OneOnOneContacted(peer="p-1", count=1, next_contact_at=AT + DAY))
        again = first.and_when(a(NoteContact, next_contact_at=AT + 2 * DAY))
        again.then(OneOnOneContacted(peer="p-1", count=2, next_contact_at=AT + 2 * DAY))

    def test_the_next_one_is_moved(self) -> None:
        moved = opened().and_when(a(MoveNextContact, next_contact_at=AT + DAY))
        moved.then(NextContactMoved(peer="p-1", next_contact_at=AT + DAY))
        moved.and_when(a(MoveNextContact, next_contact_at=AT + DAY)).then_nothing()
        moved.and_when(remind(AT)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)

    def test_a_follow_up_closes_nothing(self) -> None:
        going_on = a(CloseOneOnOne, outcome=SessionOutcome.FOLLOW_UP)
        opened().and_when(going_on).then_refused(RefusalCode.NOT_YET)


class TestNobodyIsForgotten:
    def test_reminded_then_reminded_again_then_a_coordinator_is_called_again_and_again(
        self,
    ) -> None:
        at, seen = AT, opened()
        names = []
        for _ in range(7):
            seen = seen.and_when(remind(at, due_at=at))
            (event,) = seen.events
            names.append(event.NAME)
            at = event.again_at
        assert names == ["contact_fell_due"] * 3 + ["one_on_one_overdue"] * 4
        assert seen.only(OneOnOneOverdue).due_at == AT

    def test_a_contact_ends_it_and_a_late_timer_finds_nothing_to_do(self) -> None:
        due = opened().and_when(remind(AT))
        again_at = due.only(ContactFellDue).again_at
        spoke = due.and_when(a(NoteContact, AT, next_contact_at=AT + 7 * DAY))
        spoke.and_when(remind(again_at, again_at)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
        again = spoke.and_when(remind(AT + 7 * DAY, AT + 7 * DAY))
        assert again.only(ContactFellDue).asked == 1

    def test_after_a_long_outage_the_peer_hears_of_it_first(self) -> None:
        opened().and_when(remind(AT + 30 * DAY)).then_kinds(ContactFellDue)

    def test_a_timer_that_comes_early_waits_and_a_closed_one_needs_none(self) -> None:
        opened().and_when(remind(AT - DAY)).then_refused(RefusalCode.TIMER_NOT_DUE)
        over = opened().and_when(close())
        over.and_when(remind(AT)).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)

    def test_one_whose_peer_serves_no_more_is_told_to_a_coordinator_at_once(self) -> None:
        opened().and_when(remind(AT, there=False)).then_kinds(OneOnOneOverdue)

    def test_each_look_sets_the_next_one(self) -> None:
        due = opened().and_when(remind(AT))
        for event, at in (
            (opened().only(OneOnOneOpened), AT),
            (due.only(ContactFellDue), AT + RULES.ask_again_after),
        ):
            (timer,) = ONE_ON_ONE.deadlines(event)
            assert (timer.kind, timer.key, timer.due_at) == (CONTACT_DUE, "one-on-one", at)
        assert {CONTACT_DUE, RECORD_ERASE} <= LATE.keys()


class TestHandOver:
    def offered(self) -> Outcome[Any, Any]:
        return opened().and_when(a(OfferHandOver, to="p-2", to_is_a_peer=True))

    def test_it_moves_on_the_others_tap(self) -> None:
        offered = self.offered()
        offered.then(HandOverOffered(peer="p-1", to="p-2", by="member:p-1"))
        taken = offered.and_when(a(AnswerHandOver, peer="p-2", accepted=True, designated=True))
        taken.then(OneOnOneTakenOver(peer="p-2", before="p-1", designated=True))
        taken.and_when(a(AnswerHandOver, peer="p-2", accepted=True)).then_nothing()
        taken.and_when(close()).then_refused(RefusalCode.UNKNOWN_ONE_ON_ONE)

    def test_until_then_it_stays(self) -> None:
        offered = self.offered()
        for mine in (a(NoteContact, next_contact_at=AT + DAY), remind(AT), close()):
            assert offered.and_when(mine).refusal is None
        not_theirs = a(NoteContact, peer="p-2", next_contact_at=AT + DAY)
        offered.and_when(not_theirs).then_refused(RefusalCode.UNKNOWN_ONE_ON_ONE)

    def test_a_no_or_another_offer_takes_it_back(self) -> None:
        no = self.offered().and_when(a(AnswerHandOver, peer="p-2", accepted=False))
        no.then(HandOverDeclined(peer="p-1", to="p-2"))
        other = self.offered().and_when(a(OfferHandOver, to="p-3", to_is_a_peer=True))
        late = a(AnswerHandOver, peer="p-2", accepted=True)
        for later in (no, other):
            later.and_when(late).then_refused(RefusalCode.UNKNOWN_ONE_ON_ONE)

    @pytest.mark.parametrize("to", [("p-1", True), ("x-9", False)])
    def test_only_another_peer_of_today_is_asked(self, to: tuple[str, bool]) -> None:
        wrong = a(OfferHandOver, to=to[0], to_is_a_peer=to[1])
        opened().and_when(wrong).then_refused(RefusalCode.UNKNOWN_MEMBER)

    def test_one_who_leaves_is_told_once_and_called_about_until_somebody_has_it(self) -> None:
        left = opened().and_when(a(NotePeerLeft))
        again_at = NOW + RULES.alarm_again_after
        left.then(OneOnOneOrphaned(peer="p-1", again_at=again_at))
        left.and_when(a(NotePeerLeft)).then_nothing()
        left.and_when(remind(again_at, again_at)).then_kinds(OneOnOneOverdue)
        taken = left.and_when(a(OfferHandOver, to="p-2", to_is_a_peer=True)).and_when(
            a(AnswerHandOver, peer="p-2", accepted=True)
        )
        taken.and_when(remind(again_at, again_at)).then_kinds(ContactFellDue)
        opened().and_when(close()).and_when(a(NotePeerLeft)).then_nothing()


class TestErasure:
    def test_a_closed_one_is_erased_in_its_time_and_once(self) -> None:
        over = opened().and_when(close())
        erase_at = NOW + timedelta(days=30)
        assert over.only(OneOnOneClosed).erase_at == erase_at
        (timer,) = ONE_ON_ONE.deadlines(over.only(OneOnOneClosed))
        assert (timer.kind, timer.due_at) == (RECORD_ERASE, erase_at)

        early = a(EraseRecord, erase_at - DAY, held=False)
        over.and_when(early).then_refused(RefusalCode.TIMER_NOT_DUE)
        over.and_when(a(EraseRecord, erase_at, held=True)).then_refused(RefusalCode.ON_HOLD)
        erased = over.and_when(a(EraseRecord, erase_at, held=False))
        erased.then(OneOnOneErased(peer="p-1", due_at=erase_at))
        again = a(EraseRecord, erase_at, held=False)
        erased.and_when(again).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)

    def test_an_open_one_is_never_erased(self) -> None:
        at = NOW + 1000 * DAY
        opened().and_when(a(EraseRecord, at, held=False)).then_refused(
            RefusalCode.TIMER_NO_LONGER_NEEDED
        )

    def test_a_closed_one_is_closed(self) -> None:
        over = opened().and_when(close())
        again = a(NoteContact, next_contact_at=AT + DAY)
        over.and_when(again).then_refused(RefusalCode.ONE_ON_ONE_CLOSED)


class TestLedger:
    def hold(self, scope: HoldScope, **about: Any) -> Any:
        return a(SetHold, hold_id=HOLD, scope=scope, reason=HoldReason.SUBPOENA, **about)

    @pytest.mark.parametrize(
        ("scope", "about", "covered"),
        [
            (HoldScope.AGENCY, {}, [True, True, True]),
            (HoldScope.CASE, {"case_id": CASE}, [True, False, False]),
            (HoldScope.ONE_ON_ONE, {"one_on_one": ONE}, [True, True, False]),
        ],
    )
    def test_a_hold_covers_what_it_says_until_it_is_lifted(
        self, scope: HoldScope, about: dict[str, str], covered: list[bool]
    ) -> None:
        held = given(LEDGER).when(self.hold(scope, **about))
        held.then_kinds(LegalHoldSet)
        others = [(ONE, CASE), (ONE, None), ("o-other", None)]
        assert [held.after.state.held(*each) for each in others] == covered
        lifted = held.and_when(a(LiftHold, hold_id=HOLD, reason=LiftReason.RELEASED))
        lifted.then_kinds(LegalHoldLifted)
        assert not any(lifted.after.state.held(*each) for each in others)
        again = a(LiftHold, hold_id=HOLD, reason=LiftReason.RELEASED)
        lifted.and_when(again).then_refused(RefusalCode.UNKNOWN_HOLD)

    @pytest.mark.parametrize(
        ("scope", "about"),
        [
            (HoldScope.AGENCY, {"case_id": CASE}),
            (HoldScope.CASE, {}),
            (HoldScope.ONE_ON_ONE, {"case_id": CASE}),
        ],
    )
    def test_a_hold_that_does_not_say_what_it_covers_is_refused(
        self, scope: HoldScope, about: dict[str, str]
    ) -> None:
        given(LEDGER).when(self.hold(scope, **about)).then_refused(RefusalCode.HOLD_UNCLEAR)

    def glass(self, at: datetime = NOW, **fields: Any) -> Any:
        told = {
            "one_on_one": ONE,
            "on_behalf_of": "m-1",
            "is_clinician": True,
            "reason": GlassReason.SAFETY,
            "shown": True,
        }
        return a(BreakGlass, at, **(told | fields))

    def test_breaking_the_glass_names_who_answers_for_it(self) -> None:
        broken = given(LEDGER).when(self.glass()).only(GlassBroken)
        assert (broken.on_behalf_of, broken.by, broken.peer) == ("m-1", "member:p-1", "p-1")
        nobody = self.glass(is_clinician=False)
        given(LEDGER).when(nobody).then_refused(RefusalCode.NEEDS_MHP)

    def test_it_is_limited_while_a_hand_over_is_not(self) -> None:
        seen = given(LEDGER).when(self.glass())
        for _ in range(RULES.break_glass.most - 1):
            seen = seen.and_when(self.glass())
        seen.and_when(self.glass()).then_refused(RefusalCode.GLASS_LIMIT)
        seen.and_when(self.glass(shown=False)).then_kinds(GlassBroken)
        seen.and_when(self.glass(NOW + RULES.break_glass.within)).then_kinds(GlassBroken)
