"""What a change of the roster records, what a member is after it, and every designation kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from schemas.policy import Role
from schemas.refusals import RefusalCode
from schemas.roster import (
    ContactConfirmed,
    MemberEnrolled,
    MemberLeft,
    MemberMuted,
    MemberReturned,
    MemberStoodDown,
    MemberUnmuted,
    TeamPageConsentChanged,
)
from services.dispatch.commands import (
    ConfirmContact,
    EnrollMember,
    LeaveTeam,
    MuteMember,
    ReturnMember,
    RosterCommand,
    ShowOnTeamPage,
    StandMemberDown,
    UnmuteMember,
)
from services.dispatch.decide.roster import CONTACT_ERASED
from services.dispatch.decider import ROSTER
from services.dispatch.roster import Member, Period, designated_on, is_muted
from tests.support.builders import NOW, a_command, after, an
from tests.support.given import given

DAY = timedelta(days=1)
TODAY = NOW.date()
JOINED = date(2024, 1, 1)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 12, 31))


def entry(**fields: Any) -> MemberEnrolled:
    return an(MemberEnrolled, **fields)


def enrolling(**fields: Any) -> EnrollMember:
    return a_command(EnrollMember, **(entry().model_dump() | fields))


def after_(*events: Any) -> Member:
    state = ROSTER.initial
    for event in events:
        state = ROSTER.evolve(state, event)
    assert isinstance(state, Member)
    return state


def test_muting_holds_until_its_time_and_is_recorded_once() -> None:
    mute = a_command(MuteMember, until=after(hours=8))
    muted = given(ROSTER, entry()).when(mute).then(MemberMuted(until=after(hours=8)))
    muted.and_when(mute).then_nothing()
    longer = a_command(MuteMember, until=after(hours=9))
    muted.and_when(longer).then(MemberMuted(until=after(hours=9)))

    member = muted.after.state
    assert isinstance(member, Member)
    assert is_muted(member, after(hours=8, seconds=-1))
    assert not is_muted(member, after(hours=8))


@pytest.mark.parametrize("until", [NOW, after(seconds=-1)])
def test_nobody_is_muted_into_the_past(until: Any) -> None:
    mute = a_command(MuteMember, until=until)
    given(ROSTER, entry()).when(mute).then_refused(RefusalCode.ALREADY_PAST)


def test_unmuting_needs_a_mute_that_still_holds() -> None:
    unmute = a_command(UnmuteMember)
    given(ROSTER, entry()).when(unmute).then_nothing()
    held = given(ROSTER, entry(), MemberMuted(until=after(hours=1)))
    held.when(unmute).then(MemberUnmuted()).and_when(unmute).then_nothing()
    given(ROSTER, entry(), MemberMuted(until=after(hours=-1))).when(unmute).then_nothing()


def test_a_confirmation_counts_when_it_is_the_newest() -> None:
    known = entry().contact_confirmed_on
    newer = a_command(ConfirmContact, confirmed_on=known + DAY)
    outcome = given(ROSTER, entry()).when(newer).then(ContactConfirmed(confirmed_on=known + DAY))
    outcome.and_when(newer).then_nothing()
    older = a_command(ConfirmContact, confirmed_on=known)
    given(ROSTER, entry()).when(older).then_nothing()


def test_a_confirmation_outlasts_an_older_file() -> None:
    member = after_(entry(), ContactConfirmed(confirmed_on=TODAY), entry(station="st-9"))
    assert member.contact_confirmed_on == TODAY


@pytest.mark.parametrize("ahead", [2, 400])
def test_no_contact_is_confirmed_ahead_of_its_day(ahead: int) -> None:
    day = TODAY + ahead * DAY
    confirm = a_command(ConfirmContact, confirmed_on=day)
    given(ROSTER, entry()).when(confirm).then_refused(RefusalCode.NOT_YET)
    given(ROSTER).when(enrolling(contact_confirmed_on=day)).then_refused(RefusalCode.NOT_YET)


def test_tomorrow_is_today_somewhere() -> None:
    given(ROSTER).when(enrolling(contact_confirmed_on=TODAY + DAY)).then_kinds(MemberEnrolled)


def test_leaving_is_recorded_once_and_may_be_moved() -> None:
    leave = a_command(LeaveTeam, designated_until=TODAY)
    left = given(ROSTER, entry()).when(leave).then(MemberLeft(designated_until=TODAY))
    left.and_when(leave).then_nothing()
    later = a_command(LeaveTeam, designated_until=TODAY + DAY)
    left.and_when(later).then(MemberLeft(designated_until=TODAY + DAY))


def test_nobody_leaves_before_they_joined() -> None:
    early = a_command(LeaveTeam, designated_until=JOINED - DAY)
    given(ROSTER, entry()).when(early).then_refused(RefusalCode.DATES_REVERSED)
    until = enrolling(designated_until=JOINED - DAY)
    given(ROSTER).when(until).then_refused(RefusalCode.DATES_REVERSED)


def test_a_leaving_is_taken_back_to_its_last_day_and_not_after_it() -> None:
    back = a_command(ReturnMember)
    today = given(ROSTER, entry(), MemberLeft(designated_until=TODAY))
    today.when(back).then(MemberReturned()).and_when(back).then_nothing()
    past = given(ROSTER, entry(), MemberLeft(designated_until=TODAY - DAY))
    past.when(back).then_refused(RefusalCode.DESIGNATION_ENDED)


def test_a_members_own_word_on_the_team_page_outlasts_a_file() -> None:
    no = a_command(ShowOnTeamPage, shown=False)
    agreed = given(ROSTER, entry(on_team_page=True))
    refused = agreed.when(no).then(TeamPageConsentChanged(agreed=False))
    refused.and_when(no).then_nothing()
    again = refused.and_when(enrolling(on_team_page=True, station="st-9")).after.state
    assert isinstance(again, Member)
    assert again.entry.on_team_page
    assert not again.on_team_page


def test_a_yes_that_the_file_said_is_recorded_as_the_members_own() -> None:
    yes = a_command(ShowOnTeamPage, shown=True)
    agreed = given(ROSTER, entry(on_team_page=True)).when(yes)
    agreed.then(TeamPageConsentChanged(agreed=True)).and_when(yes).then_nothing()


def test_a_new_contact_brings_back_only_who_was_stood_down_for_having_none() -> None:
    erased = given(ROSTER, entry(), MemberStoodDown(reason=CONTACT_ERASED))
    erased.when(enrolling()).then(MemberReturned())
    erased.when(enrolling(station="st-9")).then_kinds(MemberEnrolled, MemberReturned)
    rests = given(ROSTER, entry(), MemberStoodDown(reason="rest"))
    rests.when(enrolling(station="st-9")).then_kinds(MemberEnrolled)


@pytest.mark.parametrize(
    "command",
    [
        a_command(MuteMember, until=after(hours=1)),
        a_command(UnmuteMember),
        a_command(ConfirmContact, confirmed_on=TODAY),
        a_command(LeaveTeam, designated_until=TODAY),
        a_command(ShowOnTeamPage, shown=True),
        a_command(StandMemberDown, reason="rest"),
        a_command(ReturnMember),
    ],
    ids=lambda command: type(command).__name__,
)
def test_a_stranger_cannot_be_changed(command: RosterCommand) -> None:
    given(ROSTER).when(command).then_refused(RefusalCode.NOT_ENROLLED)


def test_an_entry_after_the_end_is_a_new_designation_and_the_old_one_stays() -> None:
    member = after_(
        entry(),
        MemberLeft(designated_until=date(2025, 6, 30)),
        entry(role=Role.COORDINATOR, designated_from=date(2026, 1, 1)),
    )
    assert member.periods == (
        Period(Role.PEER, JOINED, date(2025, 6, 30)),
        Period(Role.COORDINATOR, date(2026, 1, 1), None),
    )


def test_a_designation_that_was_given_for_a_time_is_renewed_as_a_new_one() -> None:
    member = after_(
        entry(designated_until=date(2024, 12, 31)), entry(designated_from=date(2025, 1, 1))
    )
    assert [(p.begins, p.ends) for p in member.periods] == [
        (JOINED, date(2024, 12, 31)),
        (date(2025, 1, 1), None),
    ]


def test_a_correction_of_the_dates_leaves_one_designation() -> None:
    member = after_(entry(), entry(designated_from=date(2023, 1, 1)))
    assert member.periods == (Period(Role.PEER, date(2023, 1, 1), None),)


def test_a_file_that_knows_nothing_of_the_leaving_does_not_undo_it() -> None:
    member = after_(entry(), MemberLeft(designated_until=TODAY), entry(station="st-9"))
    assert not designated_on(member, TODAY + DAY)
    assert designated_on(member, TODAY)


@for_all(begins=days, ends=st.none() | days, day=days)
def test_a_period_holds_its_first_and_last_day_and_all_between(
    begins: date, ends: date | None, day: date
) -> None:
    inside = begins <= day and (ends is None or day <= ends)
    assert Period(Role.PEER, begins, ends).holds_on(day) is inside


spans = st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), min_size=1, max_size=5)


@for_all(spans=spans, day=days)
def test_every_designation_that_ended_is_remembered_for_ever(
    spans: list[tuple[int, int]], day: date
) -> None:
    """Joining and leaving any number of times: a day counts when it lay in one of them."""
    events: list[Any] = []
    wanted: list[tuple[date, date]] = []
    at = JOINED
    for gap, length in spans:
        begins = at + gap * DAY
        ends = begins + length * DAY
        events += [entry(designated_from=begins), MemberLeft(designated_until=ends)]
        wanted.append((begins, ends))
        at = ends
    member = after_(*events)
    assert [(p.begins, p.ends) for p in member.periods] == wanted
    assert designated_on(member, day) is any(b <= day <= e for b, e in wanted)


@for_all(
    before=st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), max_size=3),
    corrections=st.lists(st.sampled_from(["st-2", "st-3"]), max_size=4),
    day=days,
)
def test_no_correction_changes_who_was_designated_when(
    before: list[tuple[int, int]], corrections: list[str], day: date
) -> None:
    at, events = JOINED, []
    begins = JOINED
    for gap, length in before:
        begins = at + gap * DAY
        at = begins + length * DAY
        events += [entry(designated_from=begins), MemberLeft(designated_until=at)]
    events = events or [entry()]
    told = [entry(designated_from=begins, station=station) for station in corrections]
    assert designated_on(after_(*events), day) is designated_on(after_(*events, *told), day)
