"""Referrals and exceptions as kinds and times, which totals are made of; places as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.exceptions import ExceptionRecorded, WrittenNoticeSent
from schemas.feedback import FeedbackCounted
from schemas.referrals import (
    ReferralOffered,
    ResourceConfirmed,
    ResourceListed,
    ResourceRemoved,
)
from services.audit import tables
from services.audit.store import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The row of one event; none for an event of anything else."""
    match recorded.event:
        case ReferralOffered(category=category, offered_at=offered_at):
            row: dict[str, Any] = {"category": category.value, "offered_at": offered_at}
            yield Change(tables.referrals, {**_key(recorded), **row})
        case ExceptionRecorded() as event:
            row = {
                "category": event.category.value,
                "recorded_at": event.recorded_at,
                "notice_required": event.written_notice_required,
                "notice_due_at": event.notice_due_at,
            }
            yield Change(tables.exceptions, {**_key(recorded), **row})
        case WrittenNoticeSent(sent_at=sent_at):
            yield Change(tables.exceptions, {**_key(recorded), "notice_sent_at": sent_at})
        case FeedbackCounted() as event:
            yield _feedback(recorded, event)
        case _:
            yield from _places(recorded)


def _places(recorded: Recorded[Event]) -> Iterator[Change]:
    match recorded.event:
        case ResourceListed(resource=resource, stale_at=stale_at):
            row = resource.model_dump() | {"category": resource.category.value}
            row |= {"disciplines": list(resource.disciplines), "removed_at": None}
            yield _place(recorded, resource.resource_id, stale_at=stale_at, **row)
        case ResourceConfirmed(resource_id=name, confirmed_on=day, stale_at=stale_at):
            yield _place(recorded, name, confirmed_on=day, stale_at=stale_at)
        case ResourceRemoved(resource_id=name):
            yield _place(recorded, name, removed_at=recorded.meta.time)
        case _:
            return


def _feedback(recorded: Recorded[Event], event: FeedbackCounted) -> Change:
    row = event.model_dump(mode="json", include={"quarter", "kind", "batch", "tallies"})
    more = {"answered": event.count, "shown_from": event.shown_from}
    return Change(tables.feedback, {**row, **more, "agency": recorded.entity.agency})


def _place(recorded: Recorded[Event], name: str, **columns: Any) -> Change:
    key = {"agency": recorded.entity.agency, "resource_id": name}
    return Change(tables.places, {**columns, **key})


def _key(recorded: Recorded[Event]) -> dict[str, str]:
    return {"agency": recorded.entity.agency, "case_id": recorded.entity.id}
