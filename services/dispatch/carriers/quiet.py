"""Quiet hours: what can wait for the morning is held until then, and never dropped."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.dispatch import Purpose

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

CanWait = Literal[
    Purpose.CHECK_IN_DUE,
    Purpose.CONTACT_DUE,
    Purpose.AFTERCARE_DUE,
    Purpose.AFTERCARE_MISSED,
    Purpose.EXERCISE_OVER,
]
"""Nobody is kept waiting by these; an offer, an alarm or a review is never held."""


class QuietHours(BaseModel):
    """From one time of the day until another, on the wall clock of the agency."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    begin: time = Field(alias="from")
    end: time = Field(alias="until")
    purposes: tuple[CanWait, ...] = (
        Purpose.CHECK_IN_DUE,
        Purpose.CONTACT_DUE,
        Purpose.AFTERCARE_DUE,
        Purpose.AFTERCARE_MISSED,
        Purpose.EXERCISE_OVER,
    )

    def wait(self, purpose: Purpose, now: datetime, zone: ZoneInfo) -> timedelta:
        """How long to hold a message of this purpose; nothing outside the quiet hours.

        On the night of a clock change the end is where the wall clock shows it first.
        """
        here = now.astimezone(zone)
        clock = here.time()
        over_midnight = self.begin > self.end
        after_begin, before_end = clock >= self.begin, clock < self.end
        quiet = (after_begin or before_end) if over_midnight else (after_begin and before_end)
        if purpose not in self.purposes or not quiet:
            return timedelta(0)
        day = here.date() + timedelta(days=1 if over_midnight and after_begin else 0)
        return datetime.combine(day, self.end, zone).astimezone(now.tzinfo) - now
