"""Where a peer points to: a referral by its kind alone, and the agency's list of places.

A referral is an offer. Whether it was taken up stays with the person: there is no field for it. It is
an entity of its own (`Entity.is_apart`), so that no reader puts it on a case's page.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints, model_validator

from schemas.envelope import Event, Frozen, Slug, UtcDatetime
from schemas.policy import Role

CaseRef = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
PublicLine = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ().-]{1,24}$")]
"""The number that an organisation publishes, never that of a private person: an event cannot be erased."""
Web = Annotated[str, StringConstraints(pattern=r"^https://[^\s<>\"']{3,300}$")]


class ReferralCategory(StrEnum):
    """What kind of place (docs/domain.md, section 5)."""

    EAP = "eap"
    """Employee assistance program."""
    CLINICIAN = "clinician"
    CHAPLAIN = "chaplain"
    LIFELINE_988 = "lifeline_988"
    EMERGENCY_911 = "emergency_911"
    MEDICAL = "medical"
    SUBSTANCE = "substance"
    FAMILY = "family"
    FINANCIAL = "financial"
    LEGAL = "legal"
    OTHER = "other"


class ReferralOffered(Event):
    """Somebody was pointed to a kind of place."""

    NAME: ClassVar[str] = "referral_offered"
    category: ReferralCategory
    offered_at: UtcDatetime
    by_role: Role
    case_id: CaseRef | None = None
    item: Slug | None = None
    """The session or the check-in that it was offered in."""


class Resource(Frozen):
    """A place to turn to: an organisation."""

    resource_id: Slug
    organisation: Words
    category: ReferralCategory
    public_line: PublicLine | None = None
    web: Web | None = None
    hours: Words | None = None
    """When somebody is there, in words."""
    disciplines: Annotated[tuple[Slug, ...], Field(max_length=20)] = ()
    """Whom it serves, such as `fire`; empty for everybody."""
    confirmed_on: date | None = None
    """When somebody last tried it; None for what comes with Tailboard, and for what nobody has tried."""

    @model_validator(mode="after")
    def _reachable(self) -> Resource:
        if self.public_line is None and self.web is None:
            raise ValueError("a place needs a public_line or a web address")
        return self


class ResourceListed(Event):
    """A place stands in the directory, new or changed."""

    NAME: ClassVar[str] = "resource_listed"
    resource: Resource
    stale_at: UtcDatetime | None
    """From then on it is shown as unconfirmed; None when it is so from the start."""


class ResourceConfirmed(Event):
    """Somebody tried it, and it is as it stands there."""

    NAME: ClassVar[str] = "resource_confirmed"
    resource_id: Slug
    confirmed_on: date
    stale_at: UtcDatetime


class ResourceRemoved(Event):
    """It is not in the directory any more."""

    NAME: ClassVar[str] = "resource_removed"
    resource_id: Slug


class ResourceOutdated(Event):
    """Nobody has confirmed it for too long: the coordinators are told."""

    NAME: ClassVar[str] = "resource_outdated"
    resource_id: Slug
    confirmed_on: date
