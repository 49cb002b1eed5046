"""Response times for those who may not read cases: no clock and no part of one that few cases make.

Pure. What is hidden together is never a small number, so that no total gives it away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.audit.suppression import shown, shown_parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.audit.views.clocks import ClockTimes, ResponseTimes, Times


def without_small_counts(told: ResponseTimes) -> ResponseTimes:
    """The same, without clocks of fewer than five laps, and without parts that would tell as few."""
    clocks = tuple(_parted(each) for each in told.clocks if shown(each.total.count))
    return told.model_copy(update={"clocks": clocks})


def _parted(clock: ClockTimes) -> ClockTimes:
    months = {each.month: each for each in clock.months}
    told = shown_parts({name: each.count for name, each in months.items()})
    return clock.model_copy(
        update={
            "by_tier": _shown(clock.by_tier),
            "by_trigger": _shown(clock.by_trigger),
            "months": tuple(months[name] for name, count in told.items() if count),
            "reasons": {why: count for why, count in shown_parts(clock.reasons).items() if count},
        }
    )


def _shown(parts: Mapping[str, Times]) -> dict[str, Times]:
    told = shown_parts({name: each.count for name, each in parts.items()})
    return {name: parts[name] for name, count in told.items() if count}
