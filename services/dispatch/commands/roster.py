"""Commands about one member of the roster."""

from __future__ import annotations

from datetime import date

from schemas.envelope import Code, Command, Slug
from schemas.intake import Unit
from schemas.policy import Role


class EnrollMember(Command):
    """Add a member to the roster, or replace their entry."""

    role: Role
    discipline: Slug
    station: Slug
    units: tuple[Unit, ...]
    designated_from: date
    training_valid_until: date
    contact_confirmed_on: date


class StandMemberDown(Command):
    """Do not ask this member until they return."""

    reason: Code


class ReturnMember(Command):
    """Ask this member again."""


RosterCommand = EnrollMember | StandMemberDown | ReturnMember
