"""What dispatch records of the team's members. No contact details: those sit in the contacts bucket."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from schemas.envelope import Code, Event, Slug
from schemas.intake import Unit
from schemas.policy import Role


class MemberEnrolled(Event):
    """A member joined the roster, or their entry was replaced as a whole."""

    NAME: ClassVar[str] = "member_enrolled"
    role: Role
    discipline: Slug
    station: Slug
    units: tuple[Unit, ...]
    """Units that the member rides: a member whose unit was there took part."""
    designated_from: date
    """Privilege needs designation before the incident (Louisiana CE 518)."""
    training_valid_until: date
    contact_confirmed_on: date


class MemberStoodDown(Event):
    """A member is not asked until they return."""

    NAME: ClassVar[str] = "member_stood_down"
    reason: Code


class MemberReturned(Event):
    """A member may be asked again."""

    NAME: ClassVar[str] = "member_returned"
