"""Timers on the wire: a message that the server holds until it is due, then moves to `due`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.envelope import Timer, TimerDue
from schemas.subjects import Entity, parse_due_subject

if TYPE_CHECKING:
    from services.runtime.clock import Clock

TIMER_TYPE = "tailboard.timer.v1"


def encode_timer(
    entity: Entity, timer: Timer, clock: Clock, trace: str
) -> tuple[str, dict[str, str], bytes]:
    """Subject, headers and body of a scheduled message (server 2.12 and later, ADR-51 of NATS)."""
    due = clock.wall(timer.due_at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    headers = {
        "Nats-Schedule": f"@at {due}",
        "Nats-Schedule-Target": entity.due_subject(timer.kind, timer.key),
        "ce-type": TIMER_TYPE,
        "traceparent": trace,
    }
    return entity.timer_subject(timer.kind, timer.key), headers, timer.model_dump_json().encode()


def decode_due(subject: str, headers: dict[str, str], body: bytes) -> TimerDue:
    """A fired timer. Raises ValueError when subject or body are not a timer's."""
    entity, _kind, _key = parse_due_subject(subject)
    timer = Timer.model_validate_json(body)
    return TimerDue(entity=entity, timer=timer, trace=headers.get("traceparent", ""))
