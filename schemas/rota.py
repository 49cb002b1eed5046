"""Who is on call when: rotations, changes to them, and the hours of one member. Times are wall times.

A wall time is what the clock on the wall of a zone shows. It means the first moment at which that
clock shows it or has gone past it: a time that the clock change leaves out is the moment of the
change, and one that comes twice is the first of the two.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, ClassVar
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints

from schemas.envelope import Event, Frozen, MemberId, Slug, UtcDatetime
from schemas.policy import Role


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not an IANA time zone, such as America/Los_Angeles")
    return name


def _to_the_minute(value: time) -> time:
    if value.tzinfo or value.second or value.microsecond:
        raise ValueError("write hours and minutes of the wall clock, such as 08:00")
    return value


def _wall(value: datetime) -> datetime:
    if value.tzinfo or value.second or value.microsecond or not 1970 <= value.year <= 2199:
        raise ValueError("write a day and a time of the wall clock, such as 2026-03-02T08:00")
    return value


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
"""An IANA time zone."""

WallClock = Annotated[time, AfterValidator(_to_the_minute)]
"""A time of day on the wall clock, to the minute."""


class Weekday(StrEnum):
    """The days of a week, Monday first."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class WeeklyTime(Frozen):
    """The same time on some days of each week."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)]
    starts: WallClock
    ends: WallClock
    """Of the next day when it is not after `starts`; the same time means a whole day."""


class WeeklyHours(Frozen):
    """When one member can be asked at all; outside these hours they are away."""

    time_zone: Zone
    times: Annotated[tuple[WeeklyTime, ...], Field(min_length=1, max_length=50)]


WallTime = Annotated[datetime, AfterValidator(_wall)]
"""A day and a time on the wall clock of a zone that stands beside it, to the minute."""


class ShiftUnit(StrEnum):
    """In what the length of a shift is counted, always on the wall clock."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


class ShiftLength(Frozen):
    """How long each turn of a rotation is: a day is from one clock time to the same of the next."""

    count: Annotated[int, Field(ge=1, le=1000)]
    unit: ShiftUnit

    @property
    def span(self) -> timedelta:
        """On the wall clock: over a clock change the real time is an hour less or more."""
        return timedelta(**{self.unit.value: self.count})


class Rotation(Frozen):
    """Members who take turns. One layer of a rota."""

    members: Annotated[tuple[MemberId, ...], Field(min_length=1, max_length=200)]
    """In the order of their turns; a member may come more than once."""
    first_handover: WallTime
    """When the first member's first turn begins; nobody is on call by this rotation before."""
    shift: ShiftLength
    only: Annotated[tuple[WeeklyTime, ...], Field(max_length=50)] = ()
    """On call at these times of the week only. A turn that has none of them is nobody's."""


class RotaPlan(Frozen):
    """What a rota says. All its wall times are of its zone."""

    time_zone: Zone
    role: Role
    layers: Annotated[tuple[Rotation, ...], Field(min_length=1, max_length=20)]
    """All of them are on call at once, in the order of asking: the first layer is asked first."""


class RotaSet(Event):
    """A rota was made, or its plan was replaced from a moment on; what was before stays as it was."""

    NAME: ClassVar[str] = "rota_set"
    plan: RotaPlan
    effective_from: UtcDatetime


class ShiftOverridden(Event):
    """One member is on call instead of another for a while, or in addition to all others."""

    NAME: ClassVar[str] = "shift_overridden"
    override_id: UUID
    member_id: MemberId
    instead_of: MemberId | None = None
    """Whom the member stands in for wherever the rota has them; None for one more on call."""
    starts: WallTime
    ends: WallTime


class SwappedShift(Frozen):
    """Whose shift it was before the swap."""

    member_id: MemberId
    starts: WallTime
    ends: WallTime


class ShiftsSwapped(Event):
    """Two members took over a shift of each other. It is taken back like an override, by its id."""

    NAME: ClassVar[str] = "shifts_swapped"
    override_id: UUID
    first: SwappedShift
    second: SwappedShift


class OverrideRemoved(Event):
    """An override or a swap was taken back, from a moment on."""

    NAME: ClassVar[str] = "override_removed"
    override_id: UUID
    effective_from: UtcDatetime


class RotaEnded(Event):
    """Nobody is on call by this rota any more, from a moment on."""

    NAME: ClassVar[str] = "rota_ended"
    ends_at: UtcDatetime


class GapKind(StrEnum):
    """What is wrong with a stretch of time to come."""

    NOBODY = "nobody"
    NOBODY_PAGEABLE = "nobody_pageable"
    NO_ROLE = "no_role"
    NO_GROUP_TRAINING = "no_group_training"
    MEMBER_MUTED = "member_muted"
    MEMBER_AWAY = "member_away"
    MEMBER_UNFIT = "member_unfit"
    """Lapsed training or designation, an unconfirmed contact, stood down, or not on the roster."""
    TOO_MANY_DAYS = "too_many_days"
    TWICE_ON_CALL = "twice_on_call"


class Gap(Frozen):
    """A stretch of time in which the rotas leave something open."""

    kind: GapKind
    starts: UtcDatetime
    ends: UtcDatetime
    role: Role | None = None
    """Of NO_ROLE and NO_GROUP_TRAINING."""
    member_id: MemberId | None = None
    """Of what is about one member."""


class GapsWarned(Event):
    """Coordinators are to be warned ahead of times for which nobody fit is on call."""

    NAME: ClassVar[str] = "gaps_warned"
    warning_id: UUID
    gaps: tuple[Gap, ...]
    member_ids: tuple[MemberId, ...]


class CoordinatorWarned(Event):
    """A carrier took the warning for one coordinator."""

    NAME: ClassVar[str] = "coordinator_warned"
    warning_id: UUID
    member_id: MemberId
    channel: Slug


class CoverageCheckPlanned(Event):
    """The rotas were changed: they are looked through for gaps at a time, and then every day."""

    NAME: ClassVar[str] = "coverage_check_planned"
    due_at: UtcDatetime


class CoverageChecked(Event):
    """The rotas were looked through for gaps that are near."""

    NAME: ClassVar[str] = "coverage_checked"
    gaps: tuple[Gap, ...]
    """Those that are open: nobody is warned of one a second time while it stays open."""
    next_at: UtcDatetime | None
    """When they are looked through again; None when no rota is left."""
