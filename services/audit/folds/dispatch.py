"""Dispatch's events as rows: who was asked, what they answered, what reached a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import (
    CoordinatorAlarmed,
    DeliveryFailed,
    DeliverySent,
    DeliveryStarted,
    Failure,
    MemberExcluded,
    MemberNotified,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    RosterExhausted,
    TeamActivated,
    TeamFormed,
)
from services.audit import tables
from services.audit.folds import dispatch_decisions
from services.audit.folds.entry import case_row, entries, line
from services.audit.steps import RowState, Step
from services.audit.store import Change
from services.audit.words import counted, item_name, listed, member, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from schemas.candidates import Candidate
    from schemas.envelope import Event, Recorded
    from schemas.policy import Place

_ANSWERS: dict[type[Event], tuple[Step, str]] = {
    OfferAccepted: (Step.ACCEPTED, "accepted"),
    OfferDeclined: (Step.DECLINED, "declined"),
    OfferExpired: (Step.EXPIRED, "expired"),
    OfferWithdrawn: (Step.WITHDRAWN, "withdrawn"),
}
_SAID = {
    Step.ACCEPTED: "{} said yes",
    Step.DECLINED: "{} said no",
    Step.EXPIRED: "No answer from {} in time",
    Step.WITHDRAWN: "{} is stood down with thanks: {}",
}
_FAILURES = {
    Failure.TEMPORARY: "did not go out, and is tried again",
    Failure.PERMANENT: "cannot be delivered",
    Failure.UNCERTAIN: "may not have arrived, and is not sent twice",
}


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of DISPATCH."""
    match recorded.event:
        case TeamActivated() | TeamFormed() | RosterExhausted():
            yield from _team(recorded)
        case OfferExtended() as event:
            yield _offer(recorded, event, "open", expires_at=event.expires_at)
            who = member(event.role, event.member_id)
            yield from entries(recorded, line(Step.OFFERED, f"Asked {who}", key=event.offer_id))
        case OfferAccepted() | OfferDeclined() | OfferExpired() | OfferWithdrawn() as event:
            step, status = _ANSWERS[type(event)]
            yield _offer(recorded, event, status)
            reason = plain(event.reason) if isinstance(event, OfferWithdrawn) else ""
            detail = _SAID[step].format(member(event.role, event.member_id), reason)
            yield from entries(recorded, line(step, _sentence(detail), key=event.offer_id))
        case MemberExcluded() as event:
            reasons = listed(plain(reason) for reason in event.reasons)
            detail = f"{event.member_id} may not be asked after all ({reasons})"
            yield from entries(recorded, line(Step.EXCLUDED, detail, key=event.member_id))
        case CoordinatorAlarmed() | MemberNotified():
            yield from _called(recorded)
        case DeliveryStarted() | DeliverySent() | DeliveryFailed():
            yield from _delivered(recorded)
        case _:
            yield from dispatch_decisions.changes(recorded)


def _team(recorded: Recorded[Event]) -> Iterator[Change]:
    match recorded.event:
        case TeamActivated() as event:
            yield case_row(
                recorded.entity,
                activated_at=recorded.meta.time,
                form_by=event.form_by,
                no_coordinator=not event.coordinators,
            )
            yield from entries(recorded, _activated(event))
        case TeamFormed() as event:
            yield case_row(recorded.entity, formed_at=recorded.meta.time)
            detail = f"Complete: {_members(event.members)}"
            yield from entries(recorded, line(Step.FORMED, detail))
        case RosterExhausted() as event:
            missing = _places(event.missing)
            yield case_row(recorded.entity, exhausted_at=recorded.meta.time, missing=missing)
            detail = f"Nobody is left to ask; still missing: {missing}"
            found = f"On the team: {_members(event.members) or 'nobody yet'}"
            yield from entries(
                recorded, line(Step.EXHAUSTED, detail, lines=[found], state=RowState.MISSED)
            )
        case _:
            return


def _activated(event: TeamActivated) -> dict[str, object]:
    lines = [f"May be asked, in this order: {_members(event.candidates) or 'nobody'}"]
    lines += [
        f"Not asked: {out.member_id} ({listed(plain(reason) for reason in out.reasons)})"
        for out in event.excluded
    ]
    if not event.coordinators:
        lines.append("No coordinator is on the roster: alarms of this case reach nobody")
    return line(Step.ACTIVATED, f"Looking for {_places(event.brief.policy.places)}", lines=lines)


def _called(recorded: Recorded[Event]) -> Iterator[Change]:
    match recorded.event:
        case CoordinatorAlarmed() as event:
            about = f": {item_name(event.item)}" if event.item else ""
            whom = ", ".join(event.member_ids)
            detail = f"{whom or 'Nobody to call: no coordinator is on the roster'} "
            detail += f"({plain(event.reason)}{about})"
            state = RowState.INFO if event.member_ids else RowState.MISSED
            yield from entries(
                recorded, line(Step.ALARMED, detail, key=event.alarm_id, state=state)
            )
        case MemberNotified() as event:
            about = f": {item_name(event.item)}" if event.item else ""
            detail = f"{_sentence(plain(event.purpose))} to {event.member_id}{about}"
            yield from entries(recorded, line(Step.NOTIFIED, detail, key=event.notice_id))
        case _:
            return


def _delivered(recorded: Recorded[Event]) -> Iterator[Change]:
    match recorded.event:
        case DeliveryStarted() as event:
            yield _delivery(recorded, event, "sending")
        case DeliverySent() as event:
            yield _delivery(recorded, event, "sent")
            detail = f"{_sentence(plain(event.purpose))} to {event.member_id} by {event.channel}"
            yield from entries(recorded, line(Step.SENT, detail, key=event.delivery_id))
        case DeliveryFailed() as event:
            yield _delivery(recorded, event, "failed" if event.final else "retrying")
            detail = f"{_sentence(plain(event.purpose))} to {event.member_id} by {event.channel} "
            detail += "did not go out" if _gave_up(event) else _FAILURES[event.failure]
            state = RowState.MISSED if event.final else RowState.LATE
            yield from entries(
                recorded, line(Step.NOT_SENT, detail, key=event.delivery_id, state=state)
            )
        case _:
            return


def _gave_up(event: DeliveryFailed) -> bool:
    return event.final and event.failure is Failure.TEMPORARY


def _offer(
    recorded: Recorded[Event],
    event: OfferExtended | OfferAccepted | OfferDeclined | OfferExpired | OfferWithdrawn,
    status: str,
    **columns: object,
) -> Change:
    about = {"member_id": event.member_id, "role": event.role.value, "status": status, **columns}
    return Change(tables.offers, {**_key(recorded, "offer_id", event.offer_id), **about})


def _delivery(
    recorded: Recorded[Event], event: DeliveryStarted | DeliverySent | DeliveryFailed, status: str
) -> Change:
    about = {"member_id": event.member_id, "purpose": event.purpose.value, "status": status}
    return Change(tables.deliveries, {**_key(recorded, "delivery_id", event.delivery_id), **about})


def _key(recorded: Recorded[Event], name: str, value: UUID) -> dict[str, str]:
    entity = recorded.entity
    return {"agency": entity.agency, "case_id": entity.id, name: str(value)}


def _places(places: Sequence[Place]) -> str:
    return listed(counted(place.count, place.role) for place in places)


def _members(candidates: Iterable[Candidate]) -> str:
    return ", ".join(member(found.role, found.member_id) for found in candidates)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
