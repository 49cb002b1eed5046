"""Rules in the words of a case: `given(DISPATCH, *events).when(command).then(...)`.

Works on any decider, without a journal; the events that a test starts from are folded, not stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from schemas.catalogue import row_of
from schemas.envelope import Command, Event
from schemas.refusals import Refusal, RefusalCode

if TYPE_CHECKING:
    from services.runtime.handle import Decider

StateT = TypeVar("StateT")
CommandT = TypeVar("CommandT", bound=Command)
EventT = TypeVar("EventT", bound=Event)


@dataclass(frozen=True)
class Given(Generic[StateT, CommandT]):
    """A history."""

    decider: Decider[StateT, CommandT]
    history: tuple[Event, ...]

    @property
    def state(self) -> StateT:
        state = self.decider.initial
        for event in self.history:
            state = self.decider.evolve(state, event)
        return state

    def when(self, command: CommandT) -> Outcome[StateT, CommandT]:
        """Decide one command on this history."""
        decision = self.decider.decide(command, self.state)
        if isinstance(decision, Refusal):
            return Outcome(self.decider, self.history, (), decision)
        return Outcome(self.decider, self.history, tuple(decision), None)


@dataclass(frozen=True)
class Outcome(Generic[StateT, CommandT]):
    """What a command led to."""

    decider: Decider[StateT, CommandT]
    before: tuple[Event, ...]
    events: tuple[Event, ...]
    refusal: Refusal | None

    @property
    def after(self) -> Given[StateT, CommandT]:
        """The history with the new events, to go on from."""
        return Given(self.decider, (*self.before, *self.events))

    def and_when(self, command: CommandT) -> Outcome[StateT, CommandT]:
        """Decide one more command."""
        return self.after.when(command)

    def then(self, *events: Event) -> Outcome[StateT, CommandT]:
        """Exactly these events followed."""
        assert self.refusal is None, self.refusal
        assert self.events == events
        return self

    def then_kinds(self, *kinds: type[Event]) -> Outcome[StateT, CommandT]:
        """Exactly events of these kinds followed, in this order."""
        assert self.refusal is None, self.refusal
        assert [type(event) for event in self.events] == list(kinds)
        return self

    def then_nothing(self) -> Outcome[StateT, CommandT]:
        """It was taken and changed nothing."""
        return self.then()

    def then_refused(self, code: RefusalCode) -> Outcome[StateT, CommandT]:
        """It was refused, and nothing followed."""
        assert self.events == ()
        assert self.refusal is not None, "it was not refused"
        assert self.refusal.code is code
        return self

    def only(self, kind: type[EventT]) -> EventT:
        """The one event of this kind that followed."""
        found = self.all(kind)
        assert len(found) == 1, f"{len(found)} of {kind.__name__} in {self.events}"
        return found[0]

    def all(self, kind: type[EventT]) -> tuple[EventT, ...]:
        """The events of this kind that followed."""
        return tuple(event for event in self.events if isinstance(event, kind))


def given(decider: Decider[StateT, CommandT], *events: Event) -> Given[StateT, CommandT]:
    """Start from these events; from nothing when there are none.

    An event of another stream is an error: `handle` could never have loaded it for this decider.
    """
    for event in events:
        stream = row_of(type(event)).stream
        assert stream is decider.stream, f"{event.NAME} is in {stream}, not in {decider.stream}"
    return Given(decider, events)
