"""When members hold sessions, over all cases, kept in memory by following FOLLOWUP.

It answers at once with what it has read: while it is behind, a time may be proposed at which somebody
holds another session, and the coordinator hears of it when they confirm.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.followup import (
    CaseClosed,
    FollowupCancelled,
    InterventionDeclined,
    InterventionHeld,
    InterventionMissed,
)
from schemas.sessions import (
    Busy,
    InterventionCancelled,
    InterventionProposed,
    InterventionScheduled,
    InterventionUnscheduled,
    Slot,
)
from schemas.subjects import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.subjects import Entity
    from services.runtime.clock import Clock
    from services.runtime.journal import Journal

_LOOK_BACK = timedelta(days=35)
"""The longest window is of 28 days: what was scheduled before is over."""
Key = tuple[str, str, str]
"""Agency, case and item."""


@dataclass(frozen=True, slots=True)
class Held:
    """A session that has a time, or waits for one to be chosen."""

    case_id: str
    item: str
    starts_at: datetime
    ends_at: datetime
    facilitators: tuple[str, ...]
    sequence: int | None
    """None while it is only proposed."""
    place: str | None = None


class SessionBook:
    """Every agency's sessions to come, as far as they are read."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._held: dict[Key, Held] = {}
        self._read_to = 0

    async def keep(self) -> None:
        """Follow the stream for ever: run as a background job."""
        since = self._clock.wall(self._clock.now() - _LOOK_BACK)
        async for batch in self._journal.follow(Stream.FOLLOWUP, self._read_to, since):
            for told in batch:
                self.note(told.entity, (told.event,))
                self._read_to = told.sequence

    def elsewhere(
        self, agency: str, besides: str, member_ids: Iterable[str]
    ) -> Mapping[str, tuple[Busy, ...]]:
        """What these members hold in other cases."""
        wanted, found = set(member_ids), defaultdict[str, list[Busy]](list)
        for (whose, case_id, _), held in self._held.items():
            if whose != agency or case_id == besides or held.sequence is None:
                continue
            for name in wanted.intersection(held.facilitators):
                found[name].append(Busy(starts_at=held.starts_at, ends_at=held.ends_at))
        return {name: tuple(spans) for name, spans in found.items()}

    def of(self, agency: str, until: datetime) -> tuple[Held, ...]:
        """An agency's sessions that are not over, and those that wait for a time, in order."""
        now = self._clock.now()
        found = [
            held
            for (whose, _, _), held in self._held.items()
            if whose == agency and now < held.ends_at and held.starts_at < until
        ]
        return tuple(sorted(found, key=lambda held: (held.starts_at, held.case_id, held.item)))

    def note(self, entity: Entity, events: Iterable[Event]) -> None:
        """Know at once what this process has just recorded, before the stream tells it."""
        for event in events:
            self._tell(entity, event)
        self._tidy()

    def _tell(self, entity: Entity, event: Event) -> None:
        match event:
            case InterventionScheduled():
                self._held[entity.agency, entity.id, event.item] = Held(
                    entity.id,
                    event.item,
                    event.starts_at,
                    event.ends_at,
                    event.facilitators,
                    event.sequence,
                    event.place,
                )
            case InterventionProposed(item=item, slots=slots):
                self._proposed(entity, item, slots[0])
            case (
                InterventionUnscheduled(item=item)
                | InterventionCancelled(item=item)
                | InterventionHeld(item=item)
                | InterventionMissed(item=item)
                | InterventionDeclined(item=item)
            ):
                self._held.pop((entity.agency, entity.id, item), None)
            case FollowupCancelled() | CaseClosed():
                for key in [key for key in self._held if key[:2] == (entity.agency, entity.id)]:
                    del self._held[key]
            case _:
                pass

    def _proposed(self, entity: Entity, item: str, slot: Slot) -> None:
        key = (entity.agency, entity.id, item)
        known = self._held.get(key)
        if known is None or known.sequence is None:
            self._held[key] = Held(
                entity.id, item, slot.starts_at, slot.ends_at, slot.facilitators, None
            )

    def _tidy(self) -> None:
        past = self._clock.now()
        for key in [key for key, held in self._held.items() if held.ends_at < past]:
            del self._held[key]
