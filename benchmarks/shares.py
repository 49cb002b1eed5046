"""How evenly something is shared out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def gini(shares: Iterable[float]) -> float:
    """0 when everybody has the same, near 1 when one has it all; 0 when there is nothing.

    Half the mean difference between any two, in units of the mean (Gini 1912).
    """
    ordered = sorted(shares)
    total, count = sum(ordered), len(ordered)
    if not total:
        return 0.0
    weighted = sum(place * share for place, share in enumerate(ordered, start=1))
    return 2 * weighted / (count * total) - (count + 1) / count
