"""One clock for all: the wall's, or a faster one that never runs back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from services.runtime.clock import ClockMismatch, ScaledClock, SystemClock, clock_for

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def test_ten_hours_of_a_case_are_a_minute_on_the_wall() -> None:
    clock = ScaledClock(ORIGIN, 600)
    assert clock.wall(ORIGIN + timedelta(hours=10)) == ORIGIN + timedelta(minutes=1)


def test_a_real_second_is_worth_its_scale() -> None:
    clock = ScaledClock(ORIGIN, 600)
    ahead = clock.after(2) - clock.now()
    assert timedelta(minutes=19, seconds=55) < ahead <= timedelta(minutes=20)


def test_the_real_clock_is_the_wall() -> None:
    assert SystemClock().wall(ORIGIN) == ORIGIN
    assert SystemClock().now().tzinfo is UTC


def test_a_folder_keeps_its_speed_and_its_origin(tmp_path: Path) -> None:
    first = clock_for(tmp_path, 600)
    again = clock_for(tmp_path, 600)
    assert isinstance(first, ScaledClock)
    assert first == again
    with pytest.raises(ClockMismatch, match="runs at time scale 600, not 1"):
        clock_for(tmp_path, 1)


def test_without_compression_it_is_the_real_clock(tmp_path: Path) -> None:
    assert isinstance(clock_for(tmp_path, 1), SystemClock)
