"""What each member carries, folded from the events of their cases. Pure.

It is for leaving people in peace and for asking everybody alike. Nobody's yes or no is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from schemas.policy import LoadCaps

LOOK_BACK = timedelta(days=35)
"""How far back anything is read; what the policy counts over a longer time is counted from here."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one case is to one member."""

    asked: tuple[datetime, ...] = ()
    taken_at: datetime | None = None
    """When they took a place that they still have."""
    tier1_at: datetime | None = None
    """When they came to have a place in a tier 1 response."""
    open_until: datetime | None = None
    """An offer waits for their answer until then."""
    sessions: tuple[datetime, ...] = ()
    one_on_ones: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """One member's load over all cases, as far as it is known."""

    asked: tuple[datetime, ...] = ()
    """When offers were made to them, oldest first."""
    taken: tuple[datetime, ...] = ()
    """When they took the places that they have had lately, oldest first."""
    sessions: tuple[datetime, ...] = ()
    """When defusings and debriefings of their responses were held: one per kind and case."""
    one_on_ones: int = 0
    """Talks, check-ins and requests of theirs that are still to be done."""
    tier1_at: datetime | None = None
    """When they last took a place in a tier 1 response."""
    open_until: Mapping[str, datetime] = field(default_factory=dict)
    """Cases in which an offer to them waits for an answer, and until when."""

    def places_since(self, at: datetime) -> int:
        """How many places they have taken since then."""
        return sum(taken_at >= at for taken_at in self.taken)

    def asked_since(self, at: datetime) -> datetime | None:
        """When they were asked last, if that was not before `at`."""
        return self.asked[-1] if self.asked and self.asked[-1] >= at else None

    def waits_elsewhere(self, case_id: str, now: datetime) -> bool:
        """Whether another case is asking them right now."""
        return any(other != case_id and now < until for other, until in self.open_until.items())

    def is_capped(self, caps: LoadCaps, now: datetime) -> bool:
        """Whether they carry as much as the policy lets one member carry."""
        if self.one_on_ones >= caps.open_one_on_ones:
            return True
        if len(self.sessions) < caps.group_sessions:
            return False
        since = now - caps.group_within
        return sum(since < held_at <= now for held_at in self.sessions) >= caps.group_sessions

    def is_resting(self, caps: LoadCaps, now: datetime) -> bool:
        """Whether they took a place in a tier 1 response a short time ago."""
        return self.tier1_at is not None and now < self.tier1_at + caps.rest_after_tier1


FREE = Load()
"""A member of whom nothing is known carries nothing."""


def together(parts: Mapping[str, Part]) -> Load:
    """A member's load from what each case is to them, by case."""
    every = parts.values()
    return Load(
        asked=tuple(sorted(at for part in every for at in part.asked)),
        taken=_sorted(part.taken_at for part in every),
        sessions=tuple(sorted(at for part in every for at in part.sessions)),
        one_on_ones=sum(part.one_on_ones for part in every),
        tier1_at=max(_sorted(part.tier1_at for part in every), default=None),
        open_until={case: part.open_until for case, part in parts.items() if part.open_until},
    )


def _sorted(times: Iterable[datetime | None]) -> tuple[datetime, ...]:
    return tuple(sorted(at for at in times if at is not None))
