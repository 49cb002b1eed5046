"""Reads the last months of DISPATCH and FOLLOWUP when the mental health lead looks, and not before.

Nothing of it is kept: a page of loads is made for one reader, and gone.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.dispatch.team_load import LOOK_BACK, Told

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime

    from schemas.envelope import Event, Recorded
    from services.runtime.host import Ports


async def read_loads(ports: Ports, agency: str) -> Told:
    """All cases of the time that is looked at, up to this moment. Raises Transient."""
    told = Told(agency)
    since = ports.clock.wall(ports.clock.now() - LOOK_BACK)
    for stream in (Stream.DISPATCH, Stream.FOLLOWUP):
        await _read(ports, stream, since, told)
    return told


async def _read(ports: Ports, stream: Stream, since: datetime, told: Told) -> None:
    last = await ports.journal.last_sequence(stream)
    if not last:
        return
    following: AsyncGenerator[Sequence[Recorded[Event]]] = ports.journal.follow(stream, 0, since)  # type: ignore[assignment]
    async with aclosing(following) as batches:
        async for batch in batches:
            for each in batch:
                told.note(each)
            if not batch or batch[-1].sequence >= last:
                return
