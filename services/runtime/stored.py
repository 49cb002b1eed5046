"""From a message of a stream to the event that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.catalogue import decode
from schemas.envelope import Recorded
from schemas.subjects import parse_event_subject
from services.runtime.errors import Poison
from services.runtime.telemetry import UNREADABLE, log

if TYPE_CHECKING:
    from nats.aio.msg import Msg

    from schemas.envelope import Event
    from schemas.subjects import Stream


def stored(message: Msg) -> Recorded[Event]:
    """The event of a message that was read directly. Raises Poison."""
    headers = message.headers or {}
    return recorded(headers["Nats-Subject"], headers, message.data, int(headers["Nats-Sequence"]))


def readable(stream: Stream, message: Msg) -> Recorded[Event] | None:
    """An event that only a newer version can read stays in its stream for that version's rebuild."""
    sequence = message.metadata.sequence.stream
    try:
        return recorded(message.subject, message.headers or {}, message.data, sequence)
    except Poison as poison:
        UNREADABLE.labels(str(stream)).inc()
        log.error("unreadable_event", stream=str(stream), sequence=sequence, reason=str(poison))
        return None


def recorded(subject: str, headers: dict[str, str], body: bytes, seq: int) -> Recorded[Event]:
    """The event that these make. Raises Poison where they make none of this version."""
    try:
        entity, _name = parse_event_subject(subject)
        meta, event = decode(headers, body)
    except (ValueError, KeyError) as unreadable:
        raise Poison(f"event {seq} cannot be read: {type(unreadable).__name__}") from unreadable
    return Recorded(entity, meta, event, seq)
