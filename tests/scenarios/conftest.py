"""The town of every scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

PROPOSED = "Tailboard: times for a session wait for you"
"""A coordinator gets it with every plan; stories about something else put it aside."""


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """Everything running, nobody on the roster, 3 o'clock in the morning."""
    async with a_town(tmp_path) as running:
        running.phones.put_aside(PROPOSED)
        yield running
