"""What a change of the roster records. Pure: the clock arrives in the command."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from schemas.roster import (
    ContactConfirmed,
    HoursSet,
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
    SetHours,
    ShowOnTeamPage,
    StandMemberDown,
    UnmuteMember,
)
from services.dispatch.roster import Member, MemberState, Stranger, is_muted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from schemas.envelope import Event

CONTACT_ERASED = "contact_erased"
"""Why a member without any contact is stood down; a new contact brings them back."""
_ONE_DAY = timedelta(days=1)
_FUTURE_CONTACT = Refusal(RefusalCode.NOT_YET, "A contact is confirmed today, or was before.")


def decide(command: RosterCommand, state: MemberState) -> Sequence[Event] | Refusal:
    """What follows from a change of the roster; what is so already is no event."""
    if isinstance(command, EnrollMember):
        return _enroll(command, state)
    if isinstance(state, Stranger):
        return Refusal(RefusalCode.NOT_ENROLLED, "This member is not on the roster.")
    match command:
        case MuteMember() | UnmuteMember() | ConfirmContact() | ShowOnTeamPage() | SetHours():
            return _said_by_the_member(command, state)
        case _:
            return _said_by_the_team(command, state)


def _said_by_the_member(
    command: MuteMember | UnmuteMember | ConfirmContact | ShowOnTeamPage | SetHours, state: Member
) -> Sequence[Event] | Refusal:
    match command:
        case MuteMember():
            return _mute(command, state)
        case UnmuteMember():
            return (MemberUnmuted(),) if is_muted(state, command.now) else ()
        case ConfirmContact():
            return _confirm(command, state)
        case ShowOnTeamPage():
            same = state.shows is command.shown
            return () if same else (TeamPageConsentChanged(agreed=command.shown),)
        case SetHours():
            return () if state.hours == command.hours else (HoursSet(hours=command.hours),)


def _mute(command: MuteMember, state: Member) -> Sequence[Event] | Refusal:
    if command.until <= command.now:
        return Refusal(RefusalCode.ALREADY_PAST, "This time is over already.")
    same = state.muted_until == command.until
    return () if same else (MemberMuted(until=command.until),)


def _confirm(command: ConfirmContact, state: Member) -> Sequence[Event] | Refusal:
    if _is_ahead(command.confirmed_on, command.now):
        return _FUTURE_CONTACT
    newer = command.confirmed_on > state.contact_confirmed_on
    return (ContactConfirmed(confirmed_on=command.confirmed_on),) if newer else ()


def _said_by_the_team(
    command: StandMemberDown | ReturnMember | LeaveTeam, state: Member
) -> Sequence[Event] | Refusal:
    match command:
        case StandMemberDown():
            return () if state.stood_down else (MemberStoodDown(reason=command.reason),)
        case ReturnMember():
            return _return(command, state)
        case LeaveTeam():
            if command.designated_until < state.entry.designated_from:
                return Refusal(RefusalCode.DATES_REVERSED, "They joined only after that day.")
            same = state.left_on == command.designated_until
            return () if same else (MemberLeft(designated_until=command.designated_until),)


def _enroll(command: EnrollMember, state: MemberState) -> Sequence[Event] | Refusal:
    entry = MemberEnrolled.model_validate(command, from_attributes=True)
    if entry.designated_until is not None and entry.designated_until < entry.designated_from:
        return Refusal(RefusalCode.DATES_REVERSED, "The designation ends before it begins.")
    if _is_ahead(entry.contact_confirmed_on, command.now):
        return _FUTURE_CONTACT
    if not isinstance(state, Member):
        return (entry,)
    events: list[Event] = [] if state.entry == entry else [entry]
    if state.down_for == CONTACT_ERASED:
        events.append(MemberReturned())
    return tuple(events)


def _return(command: ReturnMember, state: Member) -> Sequence[Event] | Refusal:
    if state.left_on is None:
        return (MemberReturned(),) if state.stood_down else ()
    if state.left_on < command.now.date():
        return Refusal(
            RefusalCode.DESIGNATION_ENDED,
            "The designation has ended: enroll them again from the day on which a new one begins.",
        )
    return (MemberReturned(),)


def _is_ahead(day: date, now: datetime) -> bool:
    """Whether a day has not come anywhere on earth."""
    return day > now.date() + _ONE_DAY
