"""Calling coordinators and what they do about it, as rows, in words that name no one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import CoordinatorAlarmed, MemberNotified
from services.audit import tables
from services.audit.folds.entry import case_key, entries, line
from services.audit.steps import RowState, Step
from services.audit.store import Change
from services.audit.words import item_name, plain, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of DISPATCH that calls somebody, or that a coordinator caused."""
    match recorded.event:
        case CoordinatorAlarmed() as event:
            yield _alarm(
                recorded,
                event.alarm_id,
                since=recorded.sequence,
                reason=event.reason.value,
                item=event.item,
                called=list(event.member_ids),
                called_at=recorded.meta.time,
            )
            yield from entries(recorded, _called(event))
        case MemberNotified() as event:
            about = f": {item_name(event.item)}" if event.item else ""
            detail = f"{sentence(plain(event.purpose))} to {event.member_id}{about}"
            yield from entries(recorded, line(Step.NOTIFIED, detail, key=event.notice_id))
        case _:
            return


def _called(event: CoordinatorAlarmed) -> dict[str, object]:
    about = f": {item_name(event.item)}" if event.item else ""
    whom = ", ".join(event.member_ids)
    detail = f"{whom or 'Nobody to call: no coordinator is on the roster'} "
    detail += f"({plain(event.reason)}{about})"
    state = RowState.INFO if event.member_ids else RowState.MISSED
    return line(Step.ALARMED, detail, key=event.alarm_id, state=state)


def _alarm(recorded: Recorded[Event], alarm_id: object, **columns: object) -> Change:
    return Change(tables.alarms, {**case_key(recorded, alarm_id=alarm_id), **columns})
