"""When something had to be told: which law says so, who was told, whether the person was in writing."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from schemas.exceptions import (
    ExceptionNotified,
    ExceptionRecorded,
    WrittenNoticeOverdue,
    WrittenNoticeReminded,
    WrittenNoticeSent,
)
from schemas.refusals import Refusal, RefusalCode
from services.followup.support_commands import (
    ExceptionCommand,
    MissNotice,
    NoteNoticeSent,
    NoteNotified,
    RecordException,
    RemindOfNotice,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.followup.support_state import Told

_UNKNOWN = Refusal(RefusalCode.UNKNOWN_ITEM, "Nothing of this reference was recorded.")
_NONE_HERE = Refusal(
    RefusalCode.UNKNOWN_ITEM, "This is no exception under the law that is in force here."
)
_NO_NOTICE = Refusal(RefusalCode.NOT_OPTIONAL, "The law in force asks for no written notice here.")
_SENT = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "The notice was sent, or none is asked for.")
_NOT_DUE = Refusal(RefusalCode.TIMER_NOT_DUE, "The written notice still has time.")
_LATER = Refusal(RefusalCode.NOT_YET, "sent_at lies ahead: mark it once it was sent.")


def handle_exception(command: ExceptionCommand, state: Told) -> Sequence[Event] | Refusal:
    """What follows from a command about one exception."""
    match command:
        case RecordException():
            return _record(command, state)
        case NoteNotified() | NoteNoticeSent():
            return _note(command, state)
        case RemindOfNotice() | MissNotice():
            return _in_time(command, state)
        case _:
            assert_never(command)


def _record(command: RecordException, state: Told) -> Sequence[Event] | Refusal:
    if state.recorded is not None:
        return ()
    if command.says is None:
        return _NONE_HERE
    wanted = command.says.written_notice_required
    due_at = command.now + command.written_notice_within
    return (
        ExceptionRecorded(
            category=command.category,
            recorded_at=command.now,
            jurisdiction=command.jurisdiction,
            jurisdiction_version=command.jurisdiction_version,
            notified=tuple(dict.fromkeys(command.notified)),
            written_notice_required=wanted,
            remind_at=due_at - command.remind_before if wanted else None,
            notice_due_at=due_at if wanted else None,
        ),
    )


def _note(command: NoteNotified | NoteNoticeSent, state: Told) -> Sequence[Event] | Refusal:
    if state.recorded is None:
        return _UNKNOWN
    if isinstance(command, NoteNotified):
        more = tuple(k for k in dict.fromkeys(command.notified) if k not in state.notified)
        return (ExceptionNotified(notified=more, notified_at=command.now),) if more else ()
    if not state.recorded.written_notice_required:
        return _NO_NOTICE
    if state.sent_at is not None:
        return ()
    sent_at = command.sent_at or command.now
    return _LATER if sent_at > command.now else (WrittenNoticeSent(sent_at=sent_at),)


def _in_time(command: RemindOfNotice | MissNotice, state: Told) -> Sequence[Event] | Refusal:
    due_at = state.recorded.notice_due_at if state.recorded else None
    if state.recorded is None or due_at is None or not state.notice_open:
        return _SENT
    if isinstance(command, MissNotice):
        if state.overdue:
            return _SENT
        late = command.now >= due_at
        return (WrittenNoticeOverdue(notice_due_at=due_at),) if late else _NOT_DUE
    if state.reminded:
        return _SENT
    soon = command.now >= (state.recorded.remind_at or due_at)
    return (WrittenNoticeReminded(notice_due_at=due_at),) if soon else _NOT_DUE
