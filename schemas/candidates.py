"""Who may be asked and why in this order, and who may not and why: the words of dispatch's events."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.envelope import Code, Frozen, MemberId, Slug
from schemas.policy import Role


class Exclusion(StrEnum):
    """Why a member is not asked; shown beside the member, never a bare no."""

    INVOLVED = "involved"
    """Rode a unit that was there: no privilege, and no peer to those who were (CE 518)."""
    SUPERVISOR = "supervisor"
    """Directly supervises a crew that was there: support is horizontal, not top-down."""
    CLOSE_TO = "close_to"
    """Family or close friends ride a unit that was there."""
    NOT_DESIGNATED = "not_designated"
    """Designated only after the incident."""
    DESIGNATION_ENDED = "designation_ended"
    """Was on the team once, and no more on the day of the incident."""
    UNTRAINED = "untrained"
    """Has no valid competency for what their role is asked to do."""
    TRAINING_LAPSED = "training_lapsed"
    CONTACT_STALE = "contact_stale"
    STOOD_DOWN = "stood_down"
    MUTED = "muted"
    """Asked to be left in peace for a while."""
    AWAY = "away"
    """Not available at this hour, by their own hours or calendar."""
    CAPPED = "capped"
    """Carries as much as the policy lets one member carry."""
    RESTING = "resting"
    """Rests after a tier 1 response."""


class Circle(StrEnum):
    """How wide the search has become when a member is asked; the first circle first."""

    ON_CALL = "on_call"
    AVAILABLE = "available"
    MUTUAL_AID = "mutual_aid"
    """Lent by a neighbour agency under an agreement."""


class Candidate(Frozen):
    """A member who may be asked, in the order of asking within their role."""

    member_id: MemberId
    """One whom a neighbour lends is written `<agency>--<member>` (`schemas.subjects.lent_id`)."""
    role: Role
    circle: Circle = Circle.AVAILABLE
    because: tuple[Code, ...] = ()
    """Why at this place, strongest first: `on_call_1`, `same_discipline`, `lot` and so on."""


class Excluded(Frozen):
    """A member who may not be asked, and why."""

    member_id: MemberId
    reasons: tuple[Exclusion, ...]


class Lent(Frozen):
    """How many members a neighbour agency could lend; why others could not is its own affair."""

    agency: Slug
    able: Annotated[int, Field(ge=0)]
    left_out: Annotated[int, Field(ge=0)]
