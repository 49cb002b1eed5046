"""The port to the streams: load one entity's history, append to it, follow a whole stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Draft, Event, Recorded, Timer
    from schemas.subjects import Entity, Stream


@dataclass(frozen=True, slots=True)
class History:
    """One entity's events, oldest first. `version` is the stream sequence of the last, 0 if none."""

    events: tuple[Recorded[Event], ...]
    version: int

    def recorded_by(self, command_id: UUID) -> tuple[Recorded[Event], ...]:
        """The events that this command led to; empty when it has not been recorded."""
        return tuple(event for event in self.events if event.meta.command_id == command_id)


class Journal(Protocol):
    """Every implementation passes tests/contract/test_journal.py."""

    async def load(self, entity: Entity) -> History:
        """The entity's whole history. Raises Transient when the streams cannot be reached."""
        ...

    def known(self, entity: Entity) -> History | None:
        """What this process knows of the history without asking: the whole of it or its beginning.

        None when it has not looked, or keeps nothing.
        """
        ...

    async def append(
        self, drafts: Sequence[Draft[Event]], timers: Sequence[Timer], expected: int
    ) -> int:
        """Store drafts of one entity and their timers, all or nothing; the new version.

        Returns only after the events are on disk. Raises Conflict when the entity is no longer at
        version `expected`, Transient when the outcome is unknown: load before trying again.
        """
        ...

    def follow(
        self, stream: Stream, after: int, since: datetime | None = None
    ) -> AsyncIterator[Sequence[Recorded[Event]]]:
        """Every event of a stream behind sequence `after`, in order, in batches, without end.

        `since` leaves out what was stored before a moment of the real clock, for a reader that has
        read nothing yet. Survives restarts of the server; yields an empty batch each time it has caught up.
        """
        ...

    async def last_sequence(self, stream: Stream) -> int:
        """The sequence of the stream's newest event, 0 for none; timers are none. Raises Transient."""
        ...
