"""The only place that reads the clock or makes a random id."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from pathlib import Path


def new_id() -> UUID:
    """A random id, made at the edge and carried in by a command."""
    return uuid4()


class Clock(Protocol):
    """What time it is for the cases, and what that means on the wall."""

    def now(self) -> datetime:
        """The time that events carry, aware, in UTC."""
        ...

    def wall(self, at: datetime) -> datetime:
        """When `at` comes on the real clock, which the server's timers use."""
        ...

    def after(self, seconds: float) -> datetime:
        """What time it will be for the cases when so many real seconds have passed."""
        ...


class SystemClock:
    """The real clock."""

    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)

    def wall(self, at: datetime) -> datetime:
        """The same: this clock is the wall's."""
        return at

    def after(self, seconds: float) -> datetime:
        """So many seconds from now."""
        return self.now() + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """A clock for demonstrations that runs `scale` times as fast as the wall's from `origin` on."""

    origin: datetime
    scale: float

    def now(self) -> datetime:
        """Scaled time."""
        return self.origin + (datetime.now(UTC) - self.origin) * self.scale

    def wall(self, at: datetime) -> datetime:
        """The real moment at which scaled time reaches `at`."""
        return self.origin + (at - self.origin) / self.scale

    def after(self, seconds: float) -> datetime:
        """Scaled time, so many real seconds from now."""
        return self.now() + timedelta(seconds=seconds) * self.scale


class ClockMismatch(Exception):
    """The stored history was recorded at another speed."""


def clock_for(data_dir: Path, scale: float) -> Clock:
    """The clock of a data folder, which keeps its speed for life so that time never runs back.

    Raises ClockMismatch when the folder's history was recorded at another scale.
    """
    state = data_dir / "clock.json"
    if not state.exists():
        started = datetime.now(UTC)
        state.write_text(json.dumps({"origin": started.isoformat(), "scale": scale}))
    kept = json.loads(state.read_text())
    if kept["scale"] != scale:
        raise ClockMismatch(
            f"this data folder runs at time scale {kept['scale']:g}, not {scale:g}: "
            f"use --time-scale {kept['scale']:g}, or another --data-dir"
        )
    return clock_of(data_dir)


def clock_of(data_dir: Path) -> Clock:
    """The clock that a data folder already has; the real one where it has none."""
    state = data_dir / "clock.json"
    kept: dict[str, Any] = json.loads(state.read_text()) if state.exists() else {"scale": 1}
    if kept["scale"] == 1:
        return SystemClock()
    return ScaledClock(datetime.fromisoformat(kept["origin"]), kept["scale"])
