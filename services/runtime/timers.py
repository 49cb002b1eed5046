"""Timers on the wire: a message that the server holds until it is due, then moves to `due`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from schemas.envelope import Frozen, Slug, Timer, TimerDue, UtcDatetime
from schemas.subjects import Entity, parse_due_subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.runtime.clock import Clock

TIMER_TYPE = "tailboard.timer.v1"


class _Held(Frozen):
    """The body of the message: the timer that names it, and the keys that fall due with it."""

    kind: Slug
    key: Slug
    due_at: UtcDatetime
    also: tuple[Slug, ...] = ()


def together(timers: Iterable[Timer]) -> Sequence[tuple[Timer, ...]]:
    """What one message holds each: each is a write on disk, and a wave asks many until one moment.

    Only those that are never set again, as a message that replaces another would lose what else it
    held.
    """
    held: dict[object, list[Timer]] = defaultdict(list)
    for timer in timers:
        shared = (timer.kind, timer.due_at) if timer.once else (timer.kind, timer.due_at, timer.key)
        held[shared].append(timer)
    return [tuple(each) for each in held.values()]


def encode_timers(
    entity: Entity, timers: Sequence[Timer], clock: Clock, trace: str
) -> tuple[str, dict[str, str], bytes]:
    """Subject, headers and body of a scheduled message (server 2.12 and later, ADR-51 of NATS)."""
    timer, *others = timers
    due = clock.wall(timer.due_at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    headers = {
        "Nats-Schedule": f"@at {due}",
        "Nats-Schedule-Target": entity.due_subject(timer.kind, timer.key),
        "ce-type": TIMER_TYPE,
        "traceparent": trace,
    }
    also = tuple(other.key for other in others)
    held = _Held(kind=timer.kind, key=timer.key, due_at=timer.due_at, also=also)
    body = held.model_dump_json(exclude_defaults=True).encode()
    return entity.timer_subject(timer.kind, timer.key), headers, body


def decode_due(subject: str, headers: dict[str, str], body: bytes) -> TimerDue:
    """A fired timer, and the keys of those that one message held with it. Raises ValueError when
    subject or body are not a timer's."""
    entity, _kind, _key = parse_due_subject(subject)
    held = _Held.model_validate_json(body)
    timer = Timer(kind=held.kind, key=held.key, due_at=held.due_at)
    return TimerDue(entity, timer, headers.get("traceparent", ""), held.also)
