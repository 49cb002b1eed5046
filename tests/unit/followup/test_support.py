"""Referrals, places and exceptions: what is recorded, when it goes stale, what is never recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.exceptions import (
    ExceptionNotified,
    ExceptionRecorded,
    WrittenNoticeOverdue,
    WrittenNoticeReminded,
    WrittenNoticeSent,
)
from schemas.jurisdiction import ExceptionCategory, Jurisdiction, Notified
from schemas.policy import Role
from schemas.referrals import (
    ReferralCategory,
    ReferralOffered,
    Resource,
    ResourceConfirmed,
    ResourceListed,
    ResourceOutdated,
    ResourceRemoved,
)
from schemas.refusals import RefusalCode
from services.followup.deadlines import (
    NOTICE_OVERDUE,
    NOTICE_REMINDER,
    RESOURCE_STALE,
    deadlines,
)
from services.followup.decider import DIRECTORY, EXCEPTION, REFERRAL
from services.followup.support_commands import (
    ConfirmResource,
    GoStale,
    ListResources,
    MissNotice,
    NoteNoticeSent,
    NoteNotified,
    OfferReferral,
    RecordException,
    RemindOfNotice,
    RemoveResource,
)
from services.followup.support_policy import SupportRules
from services.runtime.policy_files import read_policy_file
from tests.support.builders import NOW, a_command, an
from tests.support.builders_support import PLACE
from tests.support.given import Given

RULES = read_policy_file(SupportRules, "referrals", None)
CALIFORNIA = read_policy_file(Jurisdiction, "jurisdictions/california", None)
DAY = timedelta(days=1)
OFFER: dict[str, Any] = {"category": ReferralCategory.CLINICIAN, "by_role": Role.PEER}
ZONE: dict[str, Any] = {"zone": "America/Los_Angeles", "stale_after": RULES.stale_after}
"""At NOW it is still the evening of 1 March there."""


def listing(*resources: Resource, **fields: Any) -> ListResources:
    return a_command(ListResources, **ZONE, **{"resources": resources, **fields})


def listed(resource: Resource = PLACE) -> Given[Any, Any]:
    return Given(DIRECTORY, ()).when(listing(resource)).after


def recording(category: ExceptionCategory, **fields: Any) -> RecordException:
    said: dict[str, Any] = {
        "category": category,
        "jurisdiction": CALIFORNIA.code,
        "jurisdiction_version": CALIFORNIA.version,
        "says": CALIFORNIA.exception(category),
        "written_notice_within": RULES.written_notice_within,
        "remind_before": RULES.remind_before,
    }
    return a_command(RecordException, **{**said, **fields})


def recorded(category: ExceptionCategory = ExceptionCategory.CHILD_ABUSE) -> Given[Any, Any]:
    return Given(EXCEPTION, ()).when(recording(category)).after


class TestReferrals:
    def test_it_is_recorded_by_its_kind_and_once(self) -> None:
        offer = a_command(OfferReferral, **OFFER)
        done = Given(REFERRAL, ()).when(offer)
        done.then(
            ReferralOffered(category=ReferralCategory.CLINICIAN, offered_at=NOW, by_role=Role.PEER)
        )
        done.and_when(a_command(OfferReferral, **OFFER)).then_nothing()

    def test_one_that_lies_ahead_was_not_offered_yet(self) -> None:
        offer = a_command(OfferReferral, **OFFER, offered_at=NOW + DAY)
        Given(REFERRAL, ()).when(offer).then_refused(RefusalCode.NOT_YET)

    def test_nothing_says_whether_it_was_taken_up_or_by_whom(self) -> None:
        fields = {"category", "offered_at", "by_role", "case_id", "item"}
        assert set(ReferralOffered.model_fields) == fields


class TestPlaces:
    def test_a_place_goes_stale_at_midnight_there_after_its_days(self) -> None:
        (event,) = Given(DIRECTORY, ()).when(listing(PLACE)).events
        # 1 March and 90 days is 30 May, and by then the clocks there are an hour ahead.
        at = datetime(2026, 5, 30, 7, 0, tzinfo=UTC)
        assert event == ResourceListed(resource=PLACE, stale_at=at)
        (timer,) = deadlines(event)
        assert (timer.kind, timer.key, timer.due_at) == (RESOURCE_STALE, "eap-north", at)

    def test_one_that_nobody_tried_is_unconfirmed_and_waits_for_no_timer(self) -> None:
        (event,) = (
            Given(DIRECTORY, ())
            .when(listing(PLACE.model_copy(update={"confirmed_on": None})))
            .events
        )
        assert deadlines(event) == ()

    def test_the_same_list_again_changes_nothing(self) -> None:
        listed().when(listing(PLACE)).then_nothing()

    def test_a_list_without_days_takes_no_confirmation_back(self) -> None:
        plain = PLACE.model_copy(update={"confirmed_on": None})
        listed().when(listing(plain)).then_nothing()
        moved = plain.model_copy(update={"public_line": "+1 555 0199"})
        listed().when(listing(moved)).then(ResourceListed(resource=moved, stale_at=None))

    def test_a_whole_list_takes_out_what_it_does_not_name(self) -> None:
        other = PLACE.model_copy(update={"resource_id": "eap-south"})
        done = listed().when(listing(other, whole=True))
        done.then_kinds(ResourceListed, ResourceRemoved)
        assert list(done.after.state.places) == ["eap-south"]
        listed().when(listing(other)).then_kinds(ResourceListed)

    def test_what_comes_with_tailboard_keeps_its_id(self) -> None:
        ours = listing(PLACE, built_in=("eap-north",))
        Given(DIRECTORY, ()).when(ours).then_refused(RefusalCode.RESERVED_ID)

    def test_a_confirmation_begins_the_days_anew(self) -> None:
        old = listed(PLACE.model_copy(update={"confirmed_on": date(2026, 1, 5)}))
        confirm = a_command(
            ConfirmResource, **ZONE, resource_id="eap-north", confirmed_on=date(2026, 3, 1)
        )
        done = old.when(confirm)
        done.then_kinds(ResourceConfirmed)
        assert done.after.state.places["eap-north"].is_confirmed(NOW + timedelta(days=89))
        done.and_when(confirm).then_nothing()

    def test_a_day_that_is_not_there_yet_is_refused_by_the_wall_clock_there(self) -> None:
        tomorrow = {"resource_id": "eap-north", "confirmed_on": date(2026, 3, 2)}
        listed().when(a_command(ConfirmResource, **ZONE, **tomorrow)).then_refused(
            RefusalCode.NOT_YET
        )

    def test_when_its_days_are_over_it_is_told_once(self) -> None:
        known = listed()
        due_at = known.state.places["eap-north"].stale_at
        early = a_command(GoStale, resource_id="eap-north", due_at=due_at)
        known.when(early).then_refused(RefusalCode.TIMER_NOT_DUE)
        late = early.model_copy(update={"now": due_at})
        done = known.when(late)
        done.then(ResourceOutdated(resource_id="eap-north", confirmed_on=date(2026, 3, 1)))
        done.and_when(late).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)

    def test_a_timer_from_before_a_confirmation_is_overtaken(self) -> None:
        known = listed(PLACE.model_copy(update={"confirmed_on": date(2026, 1, 5)}))
        due_at = known.state.places["eap-north"].stale_at
        confirm = {"resource_id": "eap-north", "confirmed_on": date(2026, 3, 1)}
        fresh = known.when(a_command(ConfirmResource, **ZONE, **confirm)).after
        old = a_command(GoStale, resource_id="eap-north", due_at=due_at, now=NOW + 60 * DAY)
        fresh.when(old).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)

    def test_a_place_that_is_not_there_is_named_as_such(self) -> None:
        gone = a_command(RemoveResource, resource_id="nowhere")
        listed().when(gone).then_refused(RefusalCode.UNKNOWN_ITEM)
        done = listed().when(a_command(RemoveResource, resource_id="eap-north"))
        done.then_kinds(ResourceRemoved)

    def test_a_place_has_a_phone_or_an_address_and_the_address_is_safe(self) -> None:
        told = PLACE.model_dump()
        with pytest.raises(ValueError, match="public_line or a web address"):
            Resource.model_validate(told | {"public_line": None, "web": None})
        for web in ("javascript:alert(1)", "http://eap.example.org", 'https://a"b'):
            with pytest.raises(ValueError, match="web"):
                Resource.model_validate(told | {"web": web})


class TestExceptions:
    def test_only_the_kind_the_clock_and_the_law_are_kept(self) -> None:
        told = recording(ExceptionCategory.CHILD_ABUSE, notified=(Notified.MHP_LEAD,) * 2)
        done = Given(EXCEPTION, ()).when(told)
        done.then(
            ExceptionRecorded(
                category=ExceptionCategory.CHILD_ABUSE,
                recorded_at=NOW,
                jurisdiction="california",
                jurisdiction_version=CALIFORNIA.version,
                notified=(Notified.MHP_LEAD,),
                written_notice_required=True,
                remind_at=NOW + 2 * DAY,
                notice_due_at=NOW + 3 * DAY,
            )
        )
        done.and_when(told).then_nothing()

    def test_no_field_holds_a_member_a_case_or_a_word(self) -> None:
        assert set(ExceptionRecorded.model_fields) == {
            *("category", "recorded_at", "jurisdiction", "jurisdiction_version", "notified"),
            *("written_notice_required", "remind_at", "notice_due_at"),
        }

    def test_what_is_no_exception_under_the_law_is_refused(self) -> None:
        crime = recording(ExceptionCategory.CRIME)
        Given(EXCEPTION, ()).when(crime).then_refused(RefusalCode.UNKNOWN_ITEM)

    def test_where_no_notice_is_asked_for_nothing_waits(self) -> None:
        oregon = read_policy_file(Jurisdiction, "jurisdictions/oregon", None)
        category = ExceptionCategory.CHILD_ABUSE
        done = Given(EXCEPTION, ()).when(recording(category, says=oregon.exception(category)))
        assert deadlines(done.events[0]) == ()
        done.and_when(a_command(NoteNoticeSent)).then_refused(RefusalCode.NOT_OPTIONAL)

    def test_its_timers_remind_and_then_call(self) -> None:
        known = recorded()
        reminder, overdue = deadlines(known.history[0])
        assert (reminder.kind, overdue.kind) == (NOTICE_REMINDER, NOTICE_OVERDUE)
        soon = a_command(RemindOfNotice, now=reminder.due_at)
        late = a_command(MissNotice, now=overdue.due_at)
        done = known.when(soon)
        done.then(WrittenNoticeReminded(notice_due_at=overdue.due_at))
        done.and_when(soon).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
        over = done.and_when(late)
        over.then(WrittenNoticeOverdue(notice_due_at=overdue.due_at))
        over.and_when(late).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)
        over.and_when(a_command(NoteNoticeSent, now=NOW + 4 * DAY)).then_kinds(WrittenNoticeSent)

    def test_a_timer_that_comes_early_comes_again(self) -> None:
        for command in (RemindOfNotice, MissNotice):
            recorded().when(a_command(command)).then_refused(RefusalCode.TIMER_NOT_DUE)

    def test_a_notice_that_was_sent_calls_nobody(self) -> None:
        sent = recorded().when(a_command(NoteNoticeSent))
        sent.then(WrittenNoticeSent(sent_at=NOW))
        sent.and_when(a_command(NoteNoticeSent)).then_nothing()
        for command in (RemindOfNotice, MissNotice):
            late = a_command(command, now=NOW + 9 * DAY)
            sent.and_when(late).then_refused(RefusalCode.TIMER_NO_LONGER_NEEDED)

    def test_who_else_was_told_is_added_once(self) -> None:
        also = a_command(NoteNotified, notified=(Notified.COUNSEL, Notified.MHP_LEAD))
        done = recorded().when(also)
        done.then_kinds(ExceptionNotified)
        done.and_when(also).then_nothing()
        assert done.after.state.notified == (Notified.COUNSEL, Notified.MHP_LEAD)

    def test_nothing_can_be_added_to_what_was_never_recorded(self) -> None:
        for command in (
            a_command(NoteNotified, notified=(Notified.COUNSEL,)),
            a_command(NoteNoticeSent),
        ):
            Given(EXCEPTION, ()).when(command).then_refused(RefusalCode.UNKNOWN_ITEM)

    def test_a_reminder_must_come_before_its_notice_is_due(self) -> None:
        told = RULES.model_dump() | {"remind_before": RULES.written_notice_within}
        with pytest.raises(ValueError, match="remind_before: must be shorter"):
            SupportRules.model_validate(told)

    def test_the_builders_sample_is_of_the_same_shape(self) -> None:
        assert an(ExceptionRecorded).notice_due_at == NOW + 3 * DAY
