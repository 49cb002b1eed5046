"""What is recorded when a peer had to tell somebody: the kind, the clock, the law. Nobody's name.

Neither the one whom it is about nor the peer has a field here, and no case either.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.envelope import Event, Slug, UtcDatetime
from schemas.jurisdiction import Digest, ExceptionCategory, Notified


class ExceptionRecorded(Event):
    """Something had to be told, under this pack of law."""

    NAME: ClassVar[str] = "exception_recorded"
    category: ExceptionCategory
    recorded_at: UtcDatetime
    jurisdiction: Slug
    jurisdiction_version: Digest
    notified: tuple[Notified, ...] = ()
    written_notice_required: bool
    remind_at: UtcDatetime | None = None
    notice_due_at: UtcDatetime | None = None
    """When the written notice should be sent; None when the law asks for none."""


class ExceptionNotified(Event):
    """Somebody else was told, too."""

    NAME: ClassVar[str] = "exception_notified"
    notified: Annotated[tuple[Notified, ...], Field(min_length=1)]
    notified_at: UtcDatetime


class WrittenNoticeSent(Event):
    """The person was told in writing that something was told."""

    NAME: ClassVar[str] = "written_notice_sent"
    sent_at: UtcDatetime


class WrittenNoticeReminded(Event):
    """The written notice is due soon, and not marked as sent."""

    NAME: ClassVar[str] = "written_notice_reminded"
    notice_due_at: UtcDatetime


class WrittenNoticeOverdue(Event):
    """The time for the written notice is over: the mental health lead is called."""

    NAME: ClassVar[str] = "written_notice_overdue"
    notice_due_at: UtcDatetime
