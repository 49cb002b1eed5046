"""The three kinds of trouble, which say whether and when to try again; there is no fourth."""

from __future__ import annotations


class Conflict(Exception):
    """Somebody else wrote to this entity first: load and decide again."""


class Transient(Exception):
    """It will work later. `retry_after` is in seconds."""

    def __init__(self, reason: str, retry_after: float = 1.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Poison(Exception):
    """It will never work as it is: to the dead letters, with this reason."""
