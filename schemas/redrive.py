"""What the watchdog asks a service: react once more to what it should have reacted to long ago.

It is a request over NATS and no event: reacting twice changes nothing, so nothing of it is kept.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from schemas.envelope import Code, Frozen, Slug, UtcDatetime
from schemas.subjects import Stream


class DueAgain(Frozen):
    """A timer that should have fired."""

    kind: Slug
    key: Slug
    due_at: UtcDatetime


class Redrive(Frozen):
    """One reaction: a listener, whose event or timer, and of which entity."""

    listener: Slug
    stream: Stream
    agency: Slug
    entity_id: Annotated[str, Field(pattern=r"^[0-9a-z-]{1,80}$")]
    event: Code | None = None
    """The name of an event; the newest of it is reacted to."""
    timer: DueAgain | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Redrive:
        if (self.event is None) is (self.timer is None):
            raise ValueError("give an event or a timer, and not both")
        return self


class Redriven(StrEnum):
    """What became of it."""

    DONE = "done"
    """The service has reacted, or found that it had before."""
    LATER = "later"
    """It cannot at this moment."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It has no such listener, or the entity no such event."""


class RedriveAnswer(Frozen):
    """The service's answer."""

    became: Redriven
    at: datetime
