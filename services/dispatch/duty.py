"""Who is on call and who is away at one moment, as pure data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Duty:
    """One agency's duty at one moment. Without any rota nobody is on call and everybody is there."""

    on_call: Mapping[str, int] = field(default_factory=dict)
    """Members on call and their places in the order, 1 first."""
    away: frozenset[str] = frozenset()
    """Members who are not available at that moment, by their own hours or calendar."""
