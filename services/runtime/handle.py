"""From a command to recorded events: load, fold, decide, append; again on a conflict."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakValueDictionary

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay
from tenacity import wait_random_exponential as jittered

from schemas.catalogue import as_one, row_of
from schemas.envelope import Command, Draft, Event, Meta, Timer
from schemas.refusals import Refusal
from schemas.subjects import Entity, Stream, derived_id
from services.runtime.errors import Conflict, Transient
from services.runtime.journal import History

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from services.runtime.journal import Journal

StateT = TypeVar("StateT")
CommandT = TypeVar("CommandT", bound=Command)

_GIVE_UP_AFTER_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 2.0
"""With 0.25 s, most of 200 writers to one entity still were in conflict after ten seconds."""
_turns: WeakValueDictionary[Entity, asyncio.Lock] = WeakValueDictionary()
"""Writers of this process to one entity wait for each other: a conflict would only be decided again,
later. Writers of other processes still meet in the streams."""


@dataclass(frozen=True, slots=True)
class Decider(Generic[StateT, CommandT]):
    """The rules of one kind of entity, as four pure functions."""

    stream: Stream
    initial: StateT
    evolve: Callable[[StateT, Event], StateT]
    decide: Callable[[CommandT, StateT], Sequence[Event] | Refusal]
    deadlines: Callable[[Event], Sequence[Timer]]

    def fold(self, history: History) -> StateT:
        """The state that a history leads to."""
        state = self.initial
        for recorded in history.events:
            state = self.evolve(state, recorded.event)
        return state


@dataclass(frozen=True, slots=True)
class Handled(Generic[StateT]):
    """What a command led to. `events` is empty for a refusal and for a command with no effect."""

    state: StateT
    events: tuple[Event, ...] = ()
    refusal: Refusal | None = None
    repeated: bool = False
    """True when this very command was recorded before; `events` are those of the first time."""


async def handle(
    journal: Journal,
    decider: Decider[StateT, CommandT],
    entity: Entity,
    command: CommandT,
    *,
    is_new: bool = False,
) -> Handled[StateT]:
    """Decide `command` on the entity's own history and record what follows from it.

    A command id that is already recorded gives the same answer again and changes nothing. With `is_new`
    the entity is taken to have no history yet: where it has one, the streams refuse what is appended,
    and it is read. Not for decisions whose timers could take the place of others. Raises
    Transient when the streams cannot be reached or the entity stays contended for ten seconds.
    """
    retrying = AsyncRetrying(
        retry=retry_if_exception_type(Conflict),
        stop=stop_after_delay(_GIVE_UP_AFTER_SECONDS),
        wait=jittered(multiplier=0.005, max=_LONGEST_PAUSE_SECONDS),
        reraise=True,
    )
    turn = _turns.get(entity) or _turns.setdefault(entity, asyncio.Lock())
    try:
        async with turn:
            guess = History((), 0) if is_new else None
            return await retrying(_attempt, journal, decider, entity, command, guess)
    except Conflict as conflict:
        raise Transient(f"{entity.stream} entity stays contended", retry_after=1.0) from conflict


async def _attempt(
    journal: Journal,
    decider: Decider[StateT, CommandT],
    entity: Entity,
    command: CommandT,
    guess: History | None,
) -> Handled[StateT]:
    """Decide on what is known already, and read first only when that leads to nothing or is old.

    What is appended must follow on the version that was decided on, so an old one does no harm.
    """
    known = journal.known(entity) or guess
    if known is not None:
        with contextlib.suppress(Conflict):
            handled = await _decided(journal, decider, entity, command, known)
            if handled.events:
                return handled
    history = await journal.load(entity)
    return await _decided(journal, decider, entity, command, history)


async def _decided(
    journal: Journal,
    decider: Decider[StateT, CommandT],
    entity: Entity,
    command: CommandT,
    history: History,
) -> Handled[StateT]:
    state = decider.fold(history)
    if before := history.recorded_by(command.command_id):
        return Handled(state, tuple(recorded.event for recorded in before), repeated=True)
    decision = decider.decide(command, state)
    if isinstance(decision, Refusal):
        return Handled(state, refusal=decision)
    events = tuple(decision)
    if not events:
        return Handled(state)
    one = as_one(events)
    stored = events if one is None else (one,)
    drafts = [_draft(entity, command, index, event) for index, event in enumerate(stored)]
    timers = [timer for event in events for timer in decider.deadlines(event)]
    await journal.append(drafts, timers, expected=history.version)
    for event in events:
        state = decider.evolve(state, event)
    return Handled(state, events)


def _draft(entity: Entity, command: Command, index: int, event: Event) -> Draft[Event]:
    row = row_of(type(event))
    meta = Meta(
        event_id=derived_id(entity.prefix, command.command_id, index),
        type=row.type,
        source=f"/tailboard/{row.stream}/{entity.agency}",
        time=command.now,
        command_id=command.command_id,
        actor=command.actor,
        trace=command.trace,
    )
    return Draft(entity, meta, event)
