"""Which counts may be shown: none under five, and none that would let somebody work such a one out.

Every view that tells counts to people goes through here (docs/reference/privacy.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST = 5
"""Smaller counts are suppressed. PROPOSAL: no floor is published for peer support."""


def shown(count: int) -> int | None:
    """A count that stands alone; None when it is small, or zero: the two look the same."""
    return count if count >= FEWEST else None


def shown_parts(counts: Mapping[str, int]) -> dict[str, int | None]:
    """The parts of a total that is told: small ones are hidden, and then the least of the others until
    what is hidden together is no small number."""
    told = {kind: count for kind, count in counts.items() if count >= FEWEST}
    hidden = sum(counts.values()) - sum(told.values())
    while told and 0 < hidden < FEWEST:
        least = min(told, key=lambda kind: (told[kind], kind))
        hidden += told.pop(least)
    return {kind: told.get(kind) for kind in counts}


def rounded(count: int) -> int | None:
    """A count as reports tell it: down to a multiple of five; None when it is small, or zero. What is
    made of such counts alone cannot give a small one away, whatever is subtracted from it."""
    return count - count % FEWEST or None
