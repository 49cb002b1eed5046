"""What each member carries, as pure data: who was asked lately, and who has enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Load:
    """One member's load. Times are as recorded, oldest first; what is long past is left out."""

    asked: tuple[datetime, ...] = ()
    """When offers were made to them."""
    taken: tuple[datetime, ...] = ()
    """When they took a place."""
    sessions: tuple[datetime, ...] = ()
    """When a group session was held in a response that they had a place in."""
    one_on_ones: int = 0
    """Talks and check-ins of their responses that are still to be done."""
    tier1_at: datetime | None = None
    """When they last took a place in a tier 1 response."""
    open_in: frozenset[str] = frozenset()
    """Cases in which an offer to them waits for an answer."""


FREE = Load()
"""A member of whom nothing is known carries nothing."""
