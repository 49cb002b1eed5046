"""Dispatch's events as rows: who may be asked, who was asked, and what they answered."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from schemas.dispatch import (
    MemberExcluded,
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
from services.audit.folds import coordinating, deliveries, dispatch_decisions, orders, team_steps
from services.audit.folds.entry import case_key, case_row, entries, line
from services.audit.steps import RowState, Step
from services.audit.store import Change
from services.audit.words import counted, listed, member, plain, sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemas.candidates import Candidate
    from schemas.envelope import Event, Recorded
    from schemas.policy import Place

_ANSWERS: dict[type[Event], tuple[Step, str]] = {
    OfferAccepted: (Step.ACCEPTED, "accepted"),
    OfferDeclined: (Step.DECLINED, "declined"),
    OfferExpired: (Step.EXPIRED, "expired"),
    OfferWithdrawn: (Step.WITHDRAWN, "withdrawn"),
}
_FEW = 12
_SAID = {
    Step.ACCEPTED: "{} said yes",
    Step.DECLINED: "{} said no",
    Step.EXPIRED: "No answer from {} in time",
}


def changes(recorded: Recorded[Event]) -> Iterator[Change]:
    """The rows of one event of DISPATCH."""
    match recorded.event:
        case TeamActivated() | TeamFormed() | RosterExhausted():
            yield from _team(recorded)
        case OfferExtended() as event:
            yield _offer(
                recorded,
                event,
                "open",
                since=recorded.sequence,
                offered_at=recorded.meta.time,
                expires_at=event.expires_at,
            )
            who = member(event.role, event.member_id)
            yield from entries(recorded, line(Step.OFFERED, f"Asked {who}", key=event.offer_id))
        case OfferAccepted() | OfferDeclined() | OfferExpired() | OfferWithdrawn():
            yield from _answered(recorded, recorded.event)
        case MemberExcluded() as event:
            yield orders.excluded(recorded, event)
            reasons = listed(plain(reason) for reason in event.reasons)
            detail = f"{event.member_id} may not be asked after all ({reasons})"
            yield from entries(recorded, line(Step.EXCLUDED, detail, key=event.member_id))
        case _:
            yield from deliveries.changes(recorded)
            yield from coordinating.changes(recorded)
            yield from dispatch_decisions.changes(recorded)


def _answered(
    recorded: Recorded[Event],
    event: OfferAccepted | OfferDeclined | OfferExpired | OfferWithdrawn,
) -> Iterator[Change]:
    step, status = _ANSWERS[type(event)]
    reason = event.reason if isinstance(event, OfferWithdrawn) else None
    yield _offer(recorded, event, status, answered_at=recorded.meta.time, reason=reason)
    if isinstance(event, OfferWithdrawn):
        detail = team_steps.withdrawn(event)
    else:
        detail = _SAID[step].format(member(event.role, event.member_id))
    yield from entries(recorded, line(step, sentence(detail), key=event.offer_id))


def _team(recorded: Recorded[Event]) -> Iterator[Change]:
    match recorded.event:
        case TeamActivated() as event:
            yield case_row(
                recorded.entity,
                activated_at=recorded.meta.time,
                form_by=event.form_by,
                no_coordinator=not event.coordinators,
            )
            yield from orders.begun(recorded, event)
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
    more = len(event.candidates) - _FEW
    rest = f" and {more} more" if more > 0 else ""
    lines = [
        f"May be asked, in this order: {_members(event.candidates[:_FEW]) or 'nobody'}{rest}",
        *_left_out(event),
    ]
    if not event.coordinators:
        lines.append("No coordinator is on the roster: alarms of this case reach nobody")
    return line(Step.ACTIVATED, f"Looking for {_places(event.brief.policy.places)}", lines=lines)


def _left_out(event: TeamActivated) -> Iterable[str]:
    """Each who is not asked; of many only how many for each reason, as the case's page has them."""
    if len(event.excluded) <= _FEW:
        for out in event.excluded:
            yield f"Not asked: {out.member_id} ({listed(plain(reason) for reason in out.reasons)})"
        return
    tally = Counter(reason for out in event.excluded for reason in out.reasons)
    reasons = ", ".join(f"{plain(reason)} {count}" for reason, count in tally.most_common())
    yield f"Not asked: {len(event.excluded)} members ({reasons})"


def _offer(
    recorded: Recorded[Event],
    event: OfferExtended | OfferAccepted | OfferDeclined | OfferExpired | OfferWithdrawn,
    status: str,
    **columns: object,
) -> Change:
    about = {"member_id": event.member_id, "role": event.role.value, "status": status, **columns}
    return Change(tables.offers, {**case_key(recorded, offer_id=event.offer_id), **about})


def _places(places: Sequence[Place]) -> str:
    return listed(counted(place.count, place.role) for place in places)


def _members(candidates: Iterable[Candidate]) -> str:
    return ", ".join(member(found.role, found.member_id) for found in candidates)
