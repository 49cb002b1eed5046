"""How times for sessions are found, as data of the policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from schemas.envelope import Frozen

_MINUTE = timedelta(minutes=1)


class SchedulingRules(Frozen):
    """Lengths, waking hours, and what lies between two sessions; sources are beside the numbers in
    policy/cism.yaml."""

    defusing: timedelta = 45 * _MINUTE
    """30 to 45 minutes (Vancouver CISM)."""
    debriefing: timedelta = 120 * _MINUTE
    """60 to 90 minutes (Vancouver CISM), one to three hours (EMS Professionals)."""
    briefing: timedelta = 60 * _MINUTE
    staff_support: timedelta = 60 * _MINUTE
    others: timedelta = 60 * _MINUTE
    """Of every kind that has no length of its own."""
    waking_from: Annotated[int, Field(ge=0, le=23)] = 8
    """The hour of the wall clock from which a time is proposed. A window without any such time, as
    after a bad call in the evening, has times at night."""
    waking_until: Annotated[int, Field(ge=1, le=24)] = 21
    """The hour by which a session is over."""
    rest: timedelta = 60 * _MINUTE
    """Between two sessions of one member, besides the way."""
    travel: timedelta = 30 * _MINUTE
    notice: timedelta = 60 * _MINUTE
    """How soon a session can be, at the earliest."""
    confirm_after: timedelta | None = None
    """When the first proposed time confirms itself; None when a person has to confirm it."""

    def length_of(self, kind: str) -> timedelta:
        """How long a session of this kind takes."""
        own = getattr(self, kind, None) if kind in _WITH_OWN else None
        return own if isinstance(own, timedelta) else self.others


_WITH_OWN = frozenset({"defusing", "debriefing", "briefing", "staff_support"})
