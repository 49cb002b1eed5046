"""Which check-ins after requests are whose, kept in memory by following FOLLOWUP.

It answers at once with what it has read: the member's own page shows no more than that.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from schemas.aftercare import (
    AftercareDeclined,
    AftercareEscalated,
    AftercarePlanned,
    AftercareTakenOver,
)
from schemas.followup import (
    CaseClosed,
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    MissExplained,
)
from schemas.subjects import Stream
from services.followup.aftercare_state import Aftercare, tended
from services.followup.state import Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.subjects import Entity
    from services.runtime.clock import Clock
    from services.runtime.journal import Journal

_LOOK_BACK = timedelta(days=400)
"""The longest time that a policy may plan for is a year."""
_EVENTS = (
    AftercarePlanned,
    AftercareEscalated,
    AftercareTakenOver,
    AftercareDeclined,
    CheckInFellDue,
    CheckInCompleted,
    CheckInMissed,
    MissExplained,
    CaseClosed,
)


class OwnCheckIn(NamedTuple):
    """One check-in of one member that is not settled."""

    request_id: str
    item: str
    due_at: datetime
    closes_at: datetime
    status: Status
    emergency: bool


class MissedCheckIn(NamedTuple):
    """One check-in after a request that was missed, and nobody has said why."""

    request_id: str
    item: str
    peer: str | None
    missed_at: datetime
    answer_by: datetime | None
    escalated: bool
    """Whether those behind the coordinators have heard of it."""


class AftercareBook:
    """Every agency's requests whose check-ins are not all settled."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._open: dict[tuple[str, str], Aftercare] = {}
        self._read_to = 0

    async def keep(self) -> None:
        """Follow the stream for ever: run as a background job."""
        since = self._clock.wall(self._clock.now() - _LOOK_BACK)
        async for batch in self._journal.follow(Stream.FOLLOWUP, self._read_to, since):
            for told in batch:
                self.note(told.entity, (told.event,))
                self._read_to = told.sequence

    def of(self, agency: str, member_id: str) -> tuple[OwnCheckIn, ...]:
        """A member's check-ins that wait for them, the earliest first."""
        found = [
            OwnCheckIn(
                request_id,
                item,
                state.check_ins[item].due_at,
                state.check_ins[item].closes_at,
                state.status[item],
                state.emergency,
            )
            for (whose, request_id), state in self._open.items()
            if whose == agency and state.peer == member_id
            for item in state.unsettled()
        ]
        return tuple(sorted(found, key=lambda each: (each.due_at, each.request_id)))

    def missed(self, agency: str) -> tuple[MissedCheckIn, ...]:
        """What coordinators have to see to, the longest missed first."""
        found = [
            MissedCheckIn(
                request_id,
                item,
                state.peer,
                state.check_ins[item].closes_at,
                state.answer_by.get(item),
                item in state.escalated,
            )
            for (whose, request_id), state in self._open.items()
            if whose == agency
            for item in state.unsettled()
            if state.status[item] is Status.MISSED
        ]
        return tuple(sorted(found, key=lambda each: (each.missed_at, each.request_id)))

    def note(self, entity: Entity, events: Iterable[Event]) -> None:
        """Know at once what this process has just recorded, before the stream tells it. The same
        told twice changes nothing."""
        if not entity.is_request:
            return
        key = (entity.agency, entity.id)
        for event in events:
            if not isinstance(event, _EVENTS):
                continue
            state = tended(self._open.get(key, Aftercare()), event)
            if isinstance(event, CaseClosed) or (state.declined and not state.check_ins):
                self._open.pop(key, None)
            else:
                self._open[key] = state
