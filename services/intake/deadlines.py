"""From intake's own events to the timers that they need; a timer's key makes a repeat harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.envelope import Timer
from schemas.intake import ReviewOpened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event

REVIEW_BACKUP = "review-backup"
REVIEW_OVERDUE = "review-overdue"


def deadlines(event: Event) -> Sequence[Timer]:
    """The timers that one event sets."""
    if not isinstance(event, ReviewOpened):
        return ()
    key = str(event.review_id)
    return (
        Timer(kind=REVIEW_BACKUP, key=key, due_at=event.backup_at),
        Timer(kind=REVIEW_OVERDUE, key=key, due_at=event.answer_by),
    )
