"""From news of a session's time to whom dispatch tells, and when members are free."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from schemas.deliveries import DeliveryStarted
from schemas.dispatch import AlarmReason, MemberNotified, Purpose
from schemas.envelope import Recorded
from schemas.refusals import RefusalCode
from schemas.rota import Weekday, WeeklyHours, WeeklyTime
from schemas.sessions import (
    CoverageReleased,
    FacilitatorsReminded,
    InterventionProposed,
    InterventionScheduled,
    InterventionUnscheduled,
    OutcomeAsked,
    ProposalFailed,
    WindowClosingWarned,
)
from schemas.subjects import derived_id
from services.dispatch.commands import AlarmCoordinator, StartDelivery, TellMembers
from services.dispatch.decider import DISPATCH
from services.dispatch.duty import not_free
from services.dispatch.roster import Member
from services.dispatch.session_news import CENTER, when_session_news
from tests.support.builders import NOW, a_draft, an
from tests.support.given import given
from tests.unit.dispatch.cases import activated

HOUR = timedelta(hours=1)
HOURS = WeeklyHours(
    time_zone="America/Los_Angeles",
    times=(WeeklyTime(days=tuple(Weekday), starts=time(9), ends=time(17)),),
)


def told(model: Any, **fields: Any) -> Any:
    draft = a_draft(an(model, **fields))
    recorded: Recorded[Any] = Recorded(draft.entity, draft.meta, draft.event, 1)
    return when_session_news(recorded, NOW)


def who(command: Any) -> list[tuple[str | None, Purpose]]:
    assert isinstance(command, TellMembers)
    return [(notice.member_id, notice.purpose) for notice in command.notices]


def test_whoever_holds_it_is_invited_and_who_is_released_is_let_off() -> None:
    first = told(InterventionScheduled, sequence=0, released=())
    assert who(first) == [("p-01", Purpose.SESSION_INVITE), ("m-01", Purpose.SESSION_INVITE)]
    moved = told(InterventionScheduled, sequence=1, facilitators=("p-01",), released=("p-02",))
    assert who(moved) == [("p-01", Purpose.SESSION_CHANGED), ("p-02", Purpose.SESSION_CANCELLED)]
    off = told(InterventionUnscheduled)
    assert {purpose for _, purpose in who(off)} == {Purpose.SESSION_CANCELLED}


def test_a_skipped_reminder_tells_nobody() -> None:
    assert told(FacilitatorsReminded, skipped=True) is None
    assert {purpose for _, purpose in who(told(FacilitatorsReminded))} == {Purpose.SESSION_REMINDER}
    assert {purpose for _, purpose in who(told(OutcomeAsked))} == {Purpose.SESSION_OVER}


def test_coordinators_hear_of_proposals_and_are_called_when_there_are_none() -> None:
    assert who(told(InterventionProposed)) == [(None, Purpose.SESSION_PROPOSED)]
    for model, reason in (
        (ProposalFailed, AlarmReason.NO_TIME_FOUND),
        (WindowClosingWarned, AlarmReason.WINDOW_CLOSING),
    ):
        command = told(model)
        assert isinstance(command, AlarmCoordinator)
        assert command.reason is reason


def test_a_dispatch_center_hears_units_and_a_count() -> None:
    command = told(CoverageReleased)
    assert who(command) == [(CENTER, Purpose.COVERAGE)]
    (notice,) = command.notices
    assert notice.coverage is not None
    assert not notice.coverage.needed


def test_every_coordinator_hears_once_an_hour_that_times_wait() -> None:
    case = activated(coordinators=("c-1", "c-2"))
    command = told(InterventionProposed)
    heard = case.and_when(command)
    assert [each.member_id for each in heard.all(MemberNotified)] == ["c-1", "c-2"]
    other = command.model_copy(update={"command_id": derived_id("x"), "about": "another"})
    heard.and_when(other).then_nothing()
    later = other.model_copy(update={"now": NOW + HOUR})
    assert len(heard.and_when(later).all(MemberNotified)) == 2


def test_a_case_that_is_not_known_yet_is_tried_again() -> None:
    given(DISPATCH).when(told(InterventionScheduled)).then_refused(RefusalCode.UNKNOWN_CASE)


def test_an_invitation_to_a_time_that_has_changed_since_is_not_sent() -> None:
    case = activated().and_when(told(InterventionScheduled, sequence=0, released=()))
    old = case.all(MemberNotified)[0]
    again = told(InterventionScheduled, sequence=1, released=())
    case = case.and_when(again.model_copy(update={"command_id": derived_id("y"), "about": "again"}))
    new = case.all(MemberNotified)[0]

    def sending(notice: MemberNotified) -> StartDelivery:
        return StartDelivery(
            command_id=derived_id("send", notice.notice_id),
            now=NOW,
            actor="delivery",
            case_id=again.case_id,
            parcel_id=notice.notice_id,
            offer_id=None,
            member_id=notice.member_id,
            purpose=notice.purpose,
            channels=("email",),
            all_channels=False,
            give_up_at=NOW + HOUR,
        )

    case.and_when(sending(old)).then_refused(RefusalCode.DELIVERY_NOT_NEEDED)
    case.and_when(sending(new)).then_kinds(DeliveryStarted)


def member(**fields: Any) -> Member:
    from schemas.roster import MemberEnrolled

    return Member(an(MemberEnrolled), **fields)


def test_a_member_is_not_free_outside_their_hours_on_both_sides_of_a_clock_change() -> None:
    start, end = (datetime(2026, 3, day, 12, tzinfo=UTC) for day in (7, 9))
    spans = not_free(member(hours=HOURS), (), (), start, end)
    assert spans == (
        (start, datetime(2026, 3, 7, 17, tzinfo=UTC)),
        (datetime(2026, 3, 8, 1, tzinfo=UTC), datetime(2026, 3, 8, 16, tzinfo=UTC)),
        (datetime(2026, 3, 9, 0, tzinfo=UTC), end),
    )


def test_who_is_busy_in_peace_or_asked_elsewhere_is_not_free_meanwhile() -> None:
    start, end = NOW, NOW + 10 * HOUR
    busy = ((start + HOUR, start + 2 * HOUR),)
    assert not_free(member(), busy, (), start, end) == busy
    muted = member(muted_until=start + 3 * HOUR)
    assert not_free(muted, (), (), start, end) == ((start, start + 3 * HOUR),)
    assert not_free(member(), (), (start + HOUR,), start, end) == ((start, start + HOUR),)
    assert not_free(member(), (), (), start, end) == ()


def test_who_is_no_member_any_more_or_stood_down_never_is() -> None:
    start, end = NOW, NOW + HOUR
    gone = member(left_on=NOW.date() - timedelta(days=1))
    for nobody in (None, member(stood_down=True), gone):
        assert not_free(nobody, (), (), start, end) == ((start, end),)
