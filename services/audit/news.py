"""Tells whoever is watching that an agency's views have changed; holds nothing else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class News:
    """A number per agency that rises with each commit that touched it."""

    def __init__(self) -> None:
        self._latest: dict[str, int] = {}
        self._condition = asyncio.Condition()

    def latest(self, agency: str) -> int:
        """The number now; read it before looking, so that nothing falls between."""
        return self._latest.get(agency, 0)

    async def publish(self, agencies: Iterable[str]) -> None:
        """Wake everybody who watches one of these agencies."""
        async with self._condition:
            for agency in agencies:
                self._latest[agency] = self.latest(agency) + 1
            self._condition.notify_all()

    async def wait(self, agency: str, seen: int) -> int:
        """Wait until the number is past `seen`; the number then."""
        async with self._condition:
            await self._condition.wait_for(lambda: self.latest(agency) > seen)
            return self.latest(agency)
