"""Commands about one member of the roster."""

from __future__ import annotations

from datetime import date

from schemas.envelope import Code, Command, UtcDatetime
from schemas.roster import MemberFields
from schemas.rota import WeeklyHours


class EnrollMember(MemberFields, Command):
    """Add a member to the roster, or replace their entry."""


class StandMemberDown(Command):
    """Do not ask this member until they return."""

    reason: Code


class ReturnMember(Command):
    """Ask this member again."""


class MuteMember(Command):
    """Do not ask this member before a time, except in an emergency."""

    until: UtcDatetime


class UnmuteMember(Command):
    """Ask this member again, before the time that was named."""


class ConfirmContact(Command):
    """The member is still reached as the contacts bucket says."""

    confirmed_on: date


class LeaveTeam(Command):
    """End a member's designation with this day as its last."""

    designated_until: date


class ShowOnTeamPage(Command):
    """Whether the member wants to be on the public team page."""

    shown: bool


class SetHours(Command):
    """At which hours of the week the member can be asked; None for around the clock."""

    hours: WeeklyHours | None


RosterCommand = (
    EnrollMember
    | StandMemberDown
    | ReturnMember
    | MuteMember
    | UnmuteMember
    | ConfirmContact
    | LeaveTeam
    | ShowOnTeamPage
    | SetHours
)
