"""Notes when the views had first caught up, and drops those of earlier versions a month after that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from services.audit import homes
from services.runtime.errors import Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.audit.store import Store
    from services.runtime.clock import Clock

KEEP_OLD = timedelta(days=30)
"""PROPOSAL: so long one may go back to the version before without building its views again."""
_LOOK_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """Of the views at `url`, which `store` has opened."""

    url: str
    store: Store
    clock: Clock
    caught_up: Callable[[], Awaitable[None]]
    """Returns at the latest after a minute, caught up or not."""
    is_caught_up: Callable[[], bool]

    async def run(self) -> None:
        """Look once an hour, for ever."""
        await self.caught_up()
        while True:
            try:
                await self.look()
            except (Transient, DBAPIError) as trouble:
                log.warning("old_views_not_looked_at", reason=type(trouble).__name__)
            await asyncio.sleep(_LOOK_SECONDS)  # noqa: TID251 - of this process, and of no case

    async def look(self) -> None:
        """Note the moment if it is the first one, and drop what is old. Raises Transient."""
        now = self.clock.now()
        filled_at = await self.store.filled_at(now if self.is_caught_up() else None)
        if filled_at is None or now - filled_at < KEEP_OLD:
            return
        for home in await asyncio.to_thread(homes.outdated, self.url):
            await asyncio.to_thread(home.erase)
            log.info("old_views_dropped", version=home.version)
