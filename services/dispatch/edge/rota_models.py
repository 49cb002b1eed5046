"""What the rotas take and show over HTTP: roster numbers and times."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import ConfigDict, Field, HttpUrl

from schemas.envelope import MemberId, Slug, UtcDatetime
from schemas.policy import Role
from schemas.rota import (
    GapKind,
    RotaPlan,
    Rotation,
    ShiftLength,
    WallTime,
    WeeklyHours,
    WeeklyTime,
)
from services.dispatch.edge.roster_models import Answer, Given
from services.dispatch.rota_feeds import Scope
from services.dispatch.rota_kept import Trouble

_STRICT = ConfigDict(frozen=True, extra="forbid")

Named = Annotated[Slug, Path(description="A rota's short name, such as `peers-weekly`.")]


class GivenLength(ShiftLength):
    """The length of a shift; a field that it does not know is an error."""

    model_config = _STRICT


class GivenTimes(WeeklyTime):
    """Times of the week; a field that they do not know is an error."""

    model_config = _STRICT


class GivenRotation(Rotation):
    """A layer; a field that it does not know is an error."""

    model_config = _STRICT

    shift: GivenLength
    only: Annotated[tuple[GivenTimes, ...], Field(max_length=50)] = ()


class GivenPlan(RotaPlan):
    """A rota's plan, and from when on it holds: from now on when nothing is said."""

    model_config = _STRICT

    layers: Annotated[tuple[GivenRotation, ...], Field(min_length=1, max_length=20)]
    effective_from: WallTime | None = None


class GivenHours(WeeklyHours):
    """A member's hours; a field that they do not know is an error."""

    model_config = _STRICT

    times: Annotated[tuple[GivenTimes, ...], Field(min_length=1, max_length=50)]


class GivenOverride(Given):
    """Who is on call instead of whom, in wall times of the rota's zone."""

    member_id: MemberId
    instead_of: MemberId | None = Field(
        default=None, description="Null for one who is on call in addition, behind all layers"
    )
    starts: WallTime
    ends: WallTime
    override_id: UUID | None = Field(
        default=None, description="To send the same again without making a second one"
    )


class GivenSwap(Given):
    """Two members, each with a wall time in the shift that they give away."""

    first: MemberId
    first_at: WallTime
    second: MemberId
    second_at: WallTime


class GivenEnd(Given):
    """When the rota ends; now when nothing is said."""

    ends: WallTime | None = None


class GivenScope(Given):
    """What a feed is to show: a member's own shifts, or everybody's."""

    scope: Scope = Scope.OWN


class GivenCalendar(Given):
    """Where a member publishes their calendar."""

    url: Annotated[HttpUrl, Field(max_length=2000, repr=False)]


class ShownShift(Answer):
    """One shift, in the rota's time zone."""

    rota: str
    role: Role
    member_id: str
    place: int = Field(description="In the order of asking, 1 first")
    starts: datetime
    ends: datetime


class ShownOverride(Answer):
    """A change by hand that is not over yet; a swap has two of the same id."""

    override_id: UUID
    member_id: str
    instead_of: str | None
    starts: datetime
    ends: datetime


class ShownGap(Answer):
    """What the rotas leave open, with one line for people."""

    kind: GapKind
    starts: UtcDatetime
    ends: UtcDatetime
    role: Role | None
    member_id: str | None
    words: str


class Shifts(Answer):
    """Who is on call when, in the order of time."""

    shifts: tuple[ShownShift, ...]


class Gaps(Answer):
    """Every gap ahead, the earliest first."""

    gaps: tuple[ShownGap, ...]


class ShownRota(Answer):
    """One rota as it is now, with its changes by hand that are still to come."""

    rota: str
    plan: RotaPlan | None = Field(description="Null when the rota has ended")
    effective_from: UtcDatetime
    overrides: tuple[ShownOverride, ...]


class Rotas(Answer):
    """An agency's rotas."""

    rotas: tuple[ShownRota, ...]


class Planned(Answer):
    """What a plan leads to: its first shifts, and the gaps ahead that are left."""

    changed: bool
    shifts: tuple[ShownShift, ...]
    gaps: tuple[ShownGap, ...]


class Overridden(Answer):
    """The id by which the change can be taken back; null when nothing was to be changed."""

    override_id: UUID | None


class OnCall(Answer):
    """One who is on call at a moment."""

    member_id: str
    role: Role | None = Field(description="Null for one who is not on the roster any more")
    place: int
    away: bool = Field(description="Outside their own hours, or busy by their own calendar")


class Duties(Answer):
    """Who is on call at a moment, in the order of asking."""

    at: datetime
    on_call: tuple[OnCall, ...]
    away: tuple[str, ...] = Field(description="Every member who is away then, on call or not")


class Feed(Answer):
    """The address of a feed. Whoever has it can read it: it goes to the member alone."""

    url: Annotated[str, Field(repr=False)]


class ShownCalendar(Answer):
    """What is known of a member's own calendar; neither its address nor its times are shown."""

    member_id: str
    subscribed: bool
    read_at: UtcDatetime | None
    busy_times: int
    trouble: Trouble | None


class Calendars(Answer):
    """Members whose own calendars are read."""

    calendars: tuple[ShownCalendar, ...]
