"""What dispatch records of the team's members. No contact details: those sit in the contacts bucket."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.envelope import Code, Event, Frozen, Slug, UtcDatetime
from schemas.intake import Unit
from schemas.policy import Role
from schemas.rota import WeeklyHours


class CompetencyKind(StrEnum):
    """What a member has learnt (glossary: docs/glossary.md)."""

    ICISF_GROUP = "icisf_group"
    """ICISF Group Crisis Intervention."""
    ICISF_INDIVIDUAL = "icisf_individual"
    """ICISF Assisting Individuals in Crisis."""
    QPR = "qpr"
    """Question, Persuade, Refer: a gatekeeper's training of one to two hours."""
    ASIST = "asist"
    """Applied Suicide Intervention Skills Training: two days, with safety planning."""
    IN_SERVICE = "in_service"
    """The team's own continuing training; the skill perishes without it."""


class Competency(Frozen):
    """One training that a member has done."""

    kind: CompetencyKind
    earned_on: date
    valid_until: date | None = None
    """The last day that the certificate itself names; otherwise the policy counts from earning."""


class MemberFields(Frozen):
    """What the roster says of a member; no name and no contact."""

    role: Role
    discipline: Slug
    station: Slug
    units: tuple[Unit, ...]
    """Units that the member rides: a member whose unit was there took part."""
    designated_from: date
    """Privilege needs designation before the incident (Louisiana CE 518)."""
    training_valid_until: date
    """The last day of training in one date, for a roster without competencies."""
    contact_confirmed_on: date
    languages: tuple[Slug, ...] = ()
    competencies: Annotated[tuple[Competency, ...], Field(max_length=100)] = ()
    """Where there are any, they decide instead of `training_valid_until`."""
    designated_until: date | None = None
    """The last day of the designation, where it was given for a time only."""
    supervises: tuple[Unit, ...] = ()
    """Units whose crews the member directly supervises: support is horizontal, not top-down."""
    close_to: tuple[Unit, ...] = ()
    """Units that the member's family or close friends ride."""
    peer_nominated: bool | None = None
    """Whether colleagues nominated the member; None where nobody wrote it down."""
    on_team_page: bool = False
    """Whether the member agreed to be on the public team page; what it says is in the bucket."""


class MemberEnrolled(MemberFields, Event):
    """A member joined the roster, or their entry was replaced as a whole."""

    NAME: ClassVar[str] = "member_enrolled"


class MemberStoodDown(Event):
    """A member is not asked until they return."""

    NAME: ClassVar[str] = "member_stood_down"
    reason: Code


class MemberReturned(Event):
    """A member may be asked again."""

    NAME: ClassVar[str] = "member_returned"


class MemberMuted(Event):
    """A member does not want to be asked until a time; an emergency asks them all the same."""

    NAME: ClassVar[str] = "member_muted"
    until: UtcDatetime


class MemberUnmuted(Event):
    """A member wants to be asked again, before the time that they named."""

    NAME: ClassVar[str] = "member_unmuted"


class ContactConfirmed(Event):
    """A member said that they are still reached as the contacts bucket says."""

    NAME: ClassVar[str] = "contact_confirmed"
    confirmed_on: date


class MemberLeft(Event):
    """A member's designation ends. What was said before its end stays under it."""

    NAME: ClassVar[str] = "member_left"
    designated_until: date
    """The last day of the designation."""


class TeamPageConsentChanged(Event):
    """A member said themselves whether they are on the public team page; it outlasts an import."""

    NAME: ClassVar[str] = "team_page_consent_changed"
    agreed: bool


class HoursSet(Event):
    """A member said at which hours of the week they can be asked at all."""

    NAME: ClassVar[str] = "hours_set"
    hours: WeeklyHours | None
    """None for around the clock."""
