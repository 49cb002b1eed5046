"""How each channel is doing: counts and times, in this process's memory, and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from schemas.dispatch import Failure
from schemas.envelope import UtcDatetime
from services.runtime.telemetry import CARRIERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.dispatch.carriers.port import NotDelivered


class Health(BaseModel):
    """One channel since this process began."""

    model_config = ConfigDict(frozen=True)

    channel: str
    sent: int = 0
    delivered: int = 0
    """Those that the provider has confirmed."""
    bounced: int = 0
    """Taken by the provider, who said later that they will not arrive."""
    refused: int = 0
    """For now or for good."""
    uncertain: int = 0
    held_up: int = 0
    """By a throttle or by quiet hours."""
    failing: int = 0
    """Failures since the last success; one or two may be an address's, more are the carrier's."""
    last_success_at: UtcDatetime | None = None
    last_failure_at: UtcDatetime | None = None
    last_failure: str = ""
    """Its kind and a code, such as `temporary: refused with 503`; never an address."""


@dataclass(slots=True)
class Healths:
    """Every channel's health."""

    now: Callable[[], datetime]
    _known: dict[str, Health] = field(default_factory=dict)

    def of(self, channel: str) -> Health:
        """How a channel is doing; all zero for one that was not used yet."""
        return self._known.get(channel, Health(channel=channel))

    def sent(self, channel: str) -> None:
        """A carrier took a message."""
        before = self.of(channel)
        success = {"sent": before.sent + 1, "failing": 0, "last_success_at": self.now()}
        self._note(before, "sent", success)

    def told(self, channel: str, *, delivered: bool) -> None:
        """A provider says that one has arrived, or will not."""
        before = self.of(channel)
        name = "delivered" if delivered else "bounced"
        self._note(before, name, {name: getattr(before, name) + 1})

    def held_up(self, channel: str) -> None:
        """A message waits."""
        before = self.of(channel)
        self._note(before, "held_up", {"held_up": before.held_up + 1})

    def failed(self, channel: str, failure: NotDelivered) -> None:
        """A message did not go out, or nobody knows."""
        before, kind = self.of(channel), failure.failure
        count = "uncertain" if kind is Failure.UNCERTAIN else "refused"
        changed = {
            count: getattr(before, count) + 1,
            "failing": before.failing + 1,
            "last_failure_at": self.now(),
            "last_failure": f"{kind.value}: {failure}",
        }
        self._note(before, kind.value, changed)

    def _note(self, before: Health, outcome: str, changed: dict[str, object]) -> None:
        self._known[before.channel] = before.model_copy(update=changed)
        CARRIERS.labels(before.channel, outcome).inc()
