"""Who was called, who has taken a case over, and how the search was changed by hand, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.dispatch import AlarmEscalated, CoordinatorAlarmed, MemberNotified
from schemas.steps import (
    AlarmAnswered,
    ArrivalEstimated,
    AskingPaused,
    AskingResumed,
    CandidateAdded,
    CaseTakenOver,
    StandbyOffered,
    TeamResized,
)
from services.audit import tables
from services.audit.folds.entry import case_key, entries, line
from services.audit.folds.orders import counts
from services.audit.steps import RowState, Step
from services.audit.store import Change
from services.audit.words import item_name, plain, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.envelope import Event, Recorded


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of DISPATCH that calls somebody, or that a person caused."""
    match recorded.event:
        case CoordinatorAlarmed() | AlarmAnswered() | AlarmEscalated() as event:
            yield _alarm(recorded, event)
            if isinstance(event, CoordinatorAlarmed):
                yield from entries(recorded, _called(event))
        case MemberNotified() as event:
            about = f": {item_name(event.item)}" if event.item else ""
            detail = f"{sentence(plain(event.purpose))} to {event.member_id}{about}"
            yield from entries(recorded, line(Step.NOTIFIED, detail, key=event.notice_id))
        case StandbyOffered() as event:
            yield _offer(recorded, event.offer_id, status="standby")
        case ArrivalEstimated() as event:
            yield _offer(recorded, event.offer_id, arrives_at=event.expected_at)
        case CandidateAdded() as event:
            key = case_key(recorded, member_id=event.candidate.member_id)
            role = event.candidate.role.value
            added = {"added_since": recorded.sequence, "excluded_since": None, "role": role}
            yield Change(tables.amendments, {**key, **added})
        case _:
            if columns := _search(recorded):
                yield Change(tables.searches, {**case_key(recorded), **columns})


def _alarm(
    recorded: Recorded[Event], event: CoordinatorAlarmed | AlarmAnswered | AlarmEscalated
) -> Change:
    now = recorded.meta.time
    told: dict[str, Any]
    match event:
        case CoordinatorAlarmed():
            told = {
                "since": recorded.sequence,
                "reason": event.reason.value,
                "item": event.item,
                "called": list(event.member_ids),
                "called_at": now,
                "answer_by": event.answer_by,
            }
        case AlarmAnswered():
            told = {"answered_at": now, "answered_by": event.by}
        case AlarmEscalated():
            told = {"escalated_at": now, "escalated_to": list(event.member_ids)}
    return Change(tables.alarms, {**case_key(recorded, alarm_id=event.alarm_id), **told})


def _called(event: CoordinatorAlarmed) -> dict[str, object]:
    about = f": {item_name(event.item)}" if event.item else ""
    whom = ", ".join(event.member_ids)
    detail = f"{whom or 'Nobody to call: no coordinator is on the roster'} "
    detail += f"({plain(event.reason)}{about})"
    state = RowState.INFO if event.member_ids else RowState.MISSED
    return line(Step.ALARMED, detail, key=event.alarm_id, state=state)


def _offer(recorded: Recorded[Event], offer_id: object, **columns: object) -> Change:
    return Change(tables.offers, {**case_key(recorded, offer_id=offer_id), **columns})


def _search(recorded: Recorded[Event]) -> dict[str, Any]:
    """What a coordinator changes about the search as a whole."""
    now = recorded.meta.time
    match recorded.event:
        case CaseTakenOver() as event:
            return {"owner": event.by, "owned_at": now, "owned_why": event.reason.value}
        case AskingPaused():
            return {"paused_at": now}
        case AskingResumed():
            return {"paused_at": None}
        case TeamResized() as event:
            return {"places": counts(event.places)}
        case _:
            return {}
