"""What a service listens to: the reactions to events and timers, and the answers to requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from schemas.catalogue import row_of
from schemas.envelope import Event, Timer
from schemas.subjects import Stream, due_filter, event_filter

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from schemas.envelope import Recorded, TimerDue

EventT = TypeVar("EventT", bound=Event)


@dataclass(frozen=True, slots=True)
class Listener:
    """One durable reaction. `name` is its consumer on the server, kept for ever."""

    name: str
    stream: Stream
    subject: str
    payload: type[Event | Timer]
    react: Callable[[Any], Awaitable[None]]
    workers: int
    prompt: bool = False
    """Fetched one by one: with the first of several, the client may wait seconds for the others. What
    this very process records does not even wait for the server to hand it out."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request that came over NATS, with the header names in lower case."""

    subject: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Responder:
    """Answers requests on a subject: a body and headers. All that have the same name share them."""

    name: str
    subject: str
    answer: Callable[[Question], Awaitable[tuple[bytes, dict[str, str]]]]
    workers: int = 32


def on_event(
    name: str,
    model: type[EventT],
    react: Callable[[Recorded[EventT]], Awaitable[None]],
    workers: int = 1,
    prompt: bool = False,  # noqa: FBT001, FBT002 - named by all who give it
) -> Listener:
    """React to one kind of event. `workers` above one gives up the order; `prompt` never waits."""
    stream = row_of(model).stream
    return Listener(name, stream, event_filter(stream, model.NAME), model, react, workers, prompt)


def on_due(name: str, stream: Stream, react: Callable[[TimerDue], Awaitable[None]]) -> Listener:
    """React to the timers of one stream that fell due, each at once."""
    return Listener(name, stream, due_filter(stream), Timer, react, 1, prompt=True)
