"""What a carrier may be asked to take: token buckets, in this process's memory.

They hold up what can wait, so that a provider does not take the agency for a sender of junk. What
cannot wait goes out at once, and counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

_SHORTEST_SECONDS = 0.1
"""A wait of less would come back before the bucket has what it lacks, and again."""
_ROUNDING = 1e-6
_MANY = 10_000
"""Recipients that are remembered; the longest unheard of is forgotten, and its bucket was full."""


class Rate(BaseModel):
    """So many in an hour, and so many in one go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    per_hour: Annotated[float, Field(gt=0, le=1_000_000)]
    burst: Annotated[int, Field(ge=1, le=100_000)]


class Limits(BaseModel):
    """What one channel may carry, in all and to one member."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    all: Rate
    recipient: Rate


@dataclass(slots=True)
class _Bucket:
    rate: Rate
    tokens: float
    at: datetime

    def refill(self, now: datetime) -> None:
        passed = max(0.0, (now - self.at).total_seconds())
        self.tokens = min(self.rate.burst, self.tokens + passed * self.rate.per_hour / 3600)
        self.at = now

    def wait(self) -> float:
        """Seconds until one more may go."""
        if self.tokens > 1 - _ROUNDING:
            return 0.0
        return max((1 - self.tokens) * 3600 / self.rate.per_hour, _SHORTEST_SECONDS)


@dataclass(slots=True)
class Throttle:
    """The buckets of all channels. A channel without limits is never held up."""

    limits: Mapping[str, Limits]
    now: Callable[[], datetime]
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)

    def take(self, channel: str, member: str, *, urgent: bool) -> float:
        """Seconds to wait before trying again; 0 when it may go, which is then counted.

        What is urgent is counted and may always go; its debt is never deeper than a burst.
        """
        if channel not in self.limits:
            return 0.0
        limits, now = self.limits[channel], self.now()
        buckets = (
            self._bucket((channel, ""), limits.all, now),
            self._bucket((channel, member), limits.recipient, now),
        )
        wait = max(bucket.wait() for bucket in buckets)
        if wait and not urgent:
            return wait
        for bucket in buckets:
            bucket.tokens = max(bucket.tokens - 1, -bucket.rate.burst)
        return 0.0

    def _bucket(self, key: tuple[str, str], rate: Rate, now: datetime) -> _Bucket:
        bucket = self._buckets.pop(key, None) or _Bucket(rate, rate.burst, now)
        bucket.refill(now)
        self._buckets[key] = bucket
        if len(self._buckets) > _MANY:
            self._buckets.pop(next(iter(self._buckets)))
        return bucket
