"""Messages to phones as rows: on their way, gone out, arrived, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.deliveries import (
    DeliveryConfirmed,
    DeliveryFailed,
    DeliverySent,
    DeliveryStarted,
    DeliveryUnanswered,
)
from schemas.dispatch import Failure
from services.audit import tables
from services.audit.folds.entry import case_key, entries, line
from services.audit.steps import RowState, Step
from services.audit.store import Change
from services.audit.words import plain, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from schemas.envelope import Event, Recorded

SENDING, SENT, CONFIRMED = "sending", "sent", "delivered"
RETRYING, FAILED = "retrying", "failed"
_FAILURES = {
    Failure.TEMPORARY: "did not go out, and is tried again",
    Failure.PERMANENT: "cannot be delivered",
    Failure.UNCERTAIN: "may not have arrived, and is not sent twice",
}


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of DISPATCH that is about a message."""
    match recorded.event:
        case DeliveryStarted() as event:
            about = {"parcel_id": _text(event.parcel_id), "offer_id": _text(event.offer_id)}
            first = {"started_at": recorded.meta.time}
            yield _delivery(recorded, event, SENDING, first, **about)
        case DeliverySent() as event:
            yield _delivery(recorded, event, SENT, next_at=event.next_at)
            detail = f"{sentence(plain(event.purpose))} to {event.member_id} by {event.channel}"
            yield from entries(recorded, line(Step.SENT, detail, key=event.delivery_id))
        case DeliveryConfirmed() as event:
            yield _delivery(recorded, event, CONFIRMED, next_at=None)
            detail = f"{sentence(plain(event.purpose))} is on {event.member_id}'s phone"
            yield from entries(recorded, line(Step.ARRIVED, detail, key=event.delivery_id))
        case DeliveryUnanswered() as event:
            detail = f"No answer from {event.member_id} by {event.channel}: the next way is tried"
            yield from entries(recorded, line(Step.NEXT_CHANNEL, detail, key=event.delivery_id))
        case DeliveryFailed() as event:
            status = FAILED if event.final else RETRYING
            why = event.failure.value
            yield _delivery(recorded, event, status, left=len(event.left), failure=why)
            detail = f"{sentence(plain(event.purpose))} to {event.member_id} by {event.channel} "
            detail += "did not go out" if _gave_up(event) else _FAILURES[event.failure]
            if event.left:
                detail += f"; {event.left[0]} is tried next"
            state = RowState.MISSED if event.final else RowState.LATE
            yield from entries(
                recorded, line(Step.NOT_SENT, detail, key=event.delivery_id, state=state)
            )
        case _:
            return


def _text(named: UUID | None) -> str | None:
    return None if named is None else str(named)


def _gave_up(event: DeliveryFailed) -> bool:
    return event.final and event.failure is Failure.TEMPORARY


def _delivery(
    recorded: Recorded[Event],
    event: DeliveryStarted | DeliverySent | DeliveryConfirmed | DeliveryFailed,
    status: str,
    first: dict[str, Any] | None = None,
    **columns: object,
) -> Change:
    about = {
        "member_id": event.member_id,
        "purpose": event.purpose.value,
        "channel": event.channel,
        "status": status,
        "changed_at": recorded.meta.time,
        **columns,
    }
    key = case_key(recorded, delivery_id=event.delivery_id)
    return Change(tables.deliveries, {**key, **about}, first or {})
