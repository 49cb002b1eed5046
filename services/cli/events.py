"""Reads server-sent events (the WHATWG format) from lines; opens no connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event. `last_id` is where a later connection resumes; empty text when there is none."""

    data: str
    last_id: str | None


def server_events(lines: Iterable[str]) -> Iterator[ServerEvent]:
    """The events of a stream. One without data is given too: it may move the place to resume."""
    data: list[str] = []
    last_id: str | None = None
    fresh = False
    for line in lines:
        if not line:
            if data or fresh:
                yield ServerEvent("\n".join(data), last_id)
            data, fresh = [], False
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
        elif name == "id" and "\0" not in value:
            last_id, fresh = value, True
