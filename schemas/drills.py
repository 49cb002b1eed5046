"""What intake records of an exercise that it was asked to hold, beside the case that it makes of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.envelope import Code, Event, Frozen, UtcDatetime
from schemas.policy import Role, Tier

Part = Annotated[float, Field(ge=0, le=1)]


class DrillEnd(StrEnum):
    """Why an exercise is over."""

    TEAM_FORMED = "team_formed"
    TIME_OVER = "time_over"
    """The time to form the team is over."""
    CANCELLED = "cancelled"
    REAL_INCIDENT = "real_incident"
    """A real incident came in, and it goes first."""
    WINDOW_MISSED = "window_missed"
    """An outage delayed it beyond its window, so nobody was asked."""
    POLICY_CHANGED = "policy_changed"
    """The policy has no such trigger class any more, so nobody was asked."""


class DrillTargets(Frozen):
    """What an exercise is measured against, as the policy had it when it was planned.

    How fast is in the case's own policy: the time to answer and the time to form the team.
    """

    reached: Part
    """Of those who were asked, how many a message should reach."""
    answered_in_time: Part
    """Of those who were asked and not let off before, how many should say yes or no in time."""


class DrillPlanned(Event):
    """An exercise is to begin between two times; when exactly is nowhere but in its timer."""

    NAME: ClassVar[str] = "drill_planned"
    trigger_class: Code
    tier: Tier
    roles: tuple[Role, ...] = ()
    """Only these are asked; empty means the whole team of the trigger class."""
    earliest: UtcDatetime
    latest: UtcDatetime
    lot: UUID
    """With the server's secret it gives the moment; alone it tells nothing."""
    targets: DrillTargets


class DrillEnded(Event):
    """The exercise is over, or will not take place; who was asked is thanked."""

    NAME: ClassVar[str] = "drill_ended"
    reason: DrillEnd
    ended_at: UtcDatetime
    begun: bool = True
    """False when it ended before anybody was asked."""
