"""The streams of a simulated year: a memory journal for each case, and news that arrive late, twice, and
each reaction's in an order of its own. During an outage nothing arrives; afterwards all of it at once.
"""

from __future__ import annotations

import bisect
import heapq
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from schemas.envelope import Timer
from schemas.subjects import Stream
from services.runtime.errors import Transient
from services.runtime.handle import Decider
from services.runtime.journal import History
from services.runtime.journal_memory import MemoryJournal

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

    from schemas.envelope import Draft, Event, Recorded
    from schemas.subjects import Entity
    from services.runtime.broker import Listener

Outage = tuple[datetime, datetime]
_STREAMS = (Stream.INTAKE, Stream.DISPATCH, Stream.FOLLOWUP)


@dataclass(frozen=True, slots=True)
class Trouble:
    """How badly news travels. Assumed, and worse than any real broker."""

    seconds: float = 2.0
    """Half of all news arrive sooner."""
    spread: float = 1.5
    again: float = 0.06
    """Of all news, this share arrives once more, up to two hours later."""
    outages: int = 40
    longest: timedelta = timedelta(hours=9)


class Moments:
    """What is still to happen, in order, and the clock that moves with it."""

    def __init__(self, begin: datetime, outages: Sequence[Outage]) -> None:
        self.at = begin
        self.outages = tuple(sorted(outages))
        self._begins = [begins for begins, _ in self.outages]
        self._turns = count()
        self._next: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []

    def now(self) -> datetime:
        """The simulated time."""
        return self.at

    def wall(self, at: datetime) -> datetime:
        """The same."""
        return at

    def after(self, seconds: float) -> datetime:
        """So many seconds from now."""
        return self.at + timedelta(seconds=seconds)

    def up_again(self, at: datetime) -> datetime:
        """This moment, or the end of the outage that it falls into."""
        number = bisect.bisect_right(self._begins, at) - 1
        return max(at, self.outages[number][1]) if number >= 0 else at

    def then(self, at: datetime, happens: Callable[[], Awaitable[None]]) -> None:
        """Let it happen then, or at once if that is past."""
        heapq.heappush(self._next, (max(at, self.at), next(self._turns), happens))

    async def run(self) -> None:
        """Until nothing more happens."""
        while self._next:
            self.at, _, happens = heapq.heappop(self._next)
            await happens()


class ByCase:
    """A journal that keeps each case in a memory journal of its own: a year in one would be slow."""

    def __init__(self) -> None:
        self.cases: defaultdict[str, MemoryJournal] = defaultdict(MemoryJournal)

    async def load(self, entity: Entity) -> History:
        """See Journal.load. A stream of one case holds nothing else."""
        told = self.cases[entity.id].all(entity.stream)
        return History(told, told[-1].sequence if told else 0)

    def known(self, entity: Entity) -> History | None:  # noqa: ARG002 - see Journal.known
        """See Journal.known."""
        return None

    async def append(
        self, drafts: Sequence[Draft[Event]], timers: Sequence[Timer], expected: int
    ) -> int:
        """See Journal.append."""
        return await self.cases[drafts[0].entity.id].append(drafts, timers, expected)

    async def last_sequence(self, stream: Stream) -> int:
        """See Journal.last_sequence: of no case."""
        raise NotImplementedError(stream)

    def follow(
        self, stream: Stream, after: int, since: datetime | None = None
    ) -> AsyncIterator[Sequence[Recorded[Event]]]:
        """See Journal.follow: of no case."""
        raise NotImplementedError(stream)

    def told(self, case_id: str) -> tuple[Recorded[Event], ...]:
        """Everything that is recorded of a case, stream by stream, oldest first."""
        return tuple(each for s in _STREAMS for each in self.cases[case_id].all(s))


@dataclass
class Post:
    """Brings the news of one case to its listeners."""

    case_id: str
    journal: ByCase
    moments: Moments
    listeners: Sequence[Listener]
    chance: random.Random
    hears: Callable[[Recorded[Event]], None]
    """People, who hear of what is recorded at once and act on it when they please."""
    trouble: Trouble = field(default_factory=Trouble)
    _read: dict[Stream, int] = field(default_factory=dict)
    _arrived: dict[str, datetime] = field(default_factory=dict)
    _fires_at: datetime | None = None

    def collect(self) -> None:
        """Send off whatever is new, and wait for the next timer."""
        own = self.journal.cases[self.case_id]
        for stream in _STREAMS:
            for told in own.all(stream)[self._read.get(stream, 0) :]:
                self._read[stream] = self._read.get(stream, 0) + 1
                self.hears(told)
                for listener in self.listeners:
                    if listener.payload is type(told.event):
                        self._send(listener, told)
        upcoming = own.next_due()
        if upcoming is not None and (self._fires_at is None or upcoming < self._fires_at):
            self._fires_at = upcoming
            self.moments.then(upcoming, self._fire)

    async def _fire(self) -> None:
        """Timers of an outage fire after it, all at once and in any order."""
        self._fires_at = None
        now = self.moments.at
        if (later := self.moments.up_again(now)) > now:
            self._fires_at = later
            self.moments.then(later, self._fire)
            return
        due = self.journal.cases[self.case_id].fire(now)
        self.chance.shuffle(due)
        for each in due:
            for listener in self.listeners:
                if listener.payload is Timer and listener.stream is each.entity.stream:
                    self._send(listener, each)
        self.collect()

    def _send(self, listener: Listener, told: Any) -> None:
        """In order to each listener, and without any order between them."""
        delay = self.chance.lognormvariate(0, self.trouble.spread) * self.trouble.seconds
        at = self.moments.up_again(self.moments.after(delay))
        at = max(at, self._arrived.get(listener.name, at))
        self._arrived[listener.name] = at
        self._bring(listener, told, at)
        if self.chance.random() < self.trouble.again:
            again = at + timedelta(seconds=self.chance.uniform(1, 7200))
            self._bring(listener, told, self.moments.up_again(again))

    def _bring(self, listener: Listener, told: Any, at: datetime) -> None:
        async def arrives() -> None:
            try:
                await listener.react(told)
            except Transient as trouble:
                later = self.moments.after(max(trouble.retry_after, 1.0))
                self._bring(listener, told, self.moments.up_again(later))
            self.collect()

        self.moments.then(at, arrives)


@contextmanager
def remembered_folds() -> Iterator[None]:
    """Go on folding a history from where it was: what a fold leads to is the same, and the whole run
    takes half the time."""
    states: dict[tuple[Entity, int], tuple[int, Any]] = {}
    whole = Decider.fold

    def fold(self: Decider[Any, Any], history: History) -> Any:
        if not history.events:
            return self.initial
        key = (history.events[0].entity, id(self))
        done, state = states.get(key, (0, self.initial))
        for recorded in history.events[done:]:
            state = self.evolve(state, recorded.event)
        states[key] = len(history.events), state
        return state

    Decider.fold = fold  # type: ignore[method-assign] # for as long as the simulation runs
    try:
        yield
    finally:
        Decider.fold = whole  # type: ignore[method-assign] # as it was
