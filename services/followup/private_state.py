"""What followup knows of a one-on-one, and of an agency's holds, folded from their own events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from schemas.one_on_ones import (
    ContactFellDue,
    GlassBroken,
    HandOverDeclined,
    HandOverOffered,
    HoldReason,
    HoldScope,
    LegalHoldLifted,
    LegalHoldSet,
    NextContactMoved,
    OneOnOneClosed,
    OneOnOneContacted,
    OneOnOneErased,
    OneOnOneOpened,
    OneOnOneOrphaned,
    OneOnOneOverdue,
    OneOnOneTakenOver,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from schemas.followup import SessionOutcome
    from schemas.jurisdiction import ContactKind


@dataclass(frozen=True, slots=True)
class Unopened:
    """There is no such one-on-one."""


@dataclass(frozen=True, slots=True)
class OneOnOne:
    """One of them: whose it is, when they speak next, and whether it is over."""

    peer: str
    kind: ContactKind
    case_id: str | None
    cross_agency: bool
    next_contact_at: datetime
    remind_at: datetime
    """When the timer is to fire next."""
    contacts: int = 0
    asked: int = 0
    """Reminders of the contact that is due now."""
    overdue: bool = False
    offered_to: str | None = None
    orphaned: bool = False
    outcome: SessionOutcome | None = None
    closed_at: datetime | None = None
    erase_at: datetime | None = None
    erased: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody is still being looked after."""
        return self.closed_at is None


OneOnOneState = Unopened | OneOnOne


def evolve_one(state: OneOnOneState, event: Event) -> OneOnOneState:
    """The state after one more event of the one-on-one."""
    match state:
        case Unopened():
            return _opened(event) if isinstance(event, OneOnOneOpened) else state
        case OneOnOne():
            return _moved(state, event)


def _opened(event: OneOnOneOpened) -> OneOnOne:
    return OneOnOne(
        peer=event.peer,
        kind=event.kind,
        case_id=event.case_id,
        cross_agency=event.cross_agency,
        next_contact_at=event.next_contact_at,
        remind_at=event.next_contact_at,
    )


def _moved(state: OneOnOne, event: Event) -> OneOnOne:
    match event:
        case OneOnOneContacted(count=count, next_contact_at=at):
            return _next(replace(state, contacts=count), at)
        case NextContactMoved(next_contact_at=at):
            return _next(state, at)
        case ContactFellDue(asked=asked, again_at=again_at):
            return replace(state, asked=asked, remind_at=again_at)
        case OneOnOneOverdue(again_at=again_at):
            return replace(state, overdue=True, remind_at=again_at)
        case OneOnOneClosed() | OneOnOneErased():
            return _over(state, event)
        case _:
            return _handed_over(state, event)


def _over(state: OneOnOne, event: OneOnOneClosed | OneOnOneErased) -> OneOnOne:
    if isinstance(event, OneOnOneErased):
        return replace(state, erased=True)
    over = replace(state, outcome=event.outcome, closed_at=event.closed_at, offered_to=None)
    return replace(over, erase_at=event.erase_at)


def _next(state: OneOnOne, at: datetime) -> OneOnOne:
    return replace(state, next_contact_at=at, remind_at=at, asked=0, overdue=False)


def _handed_over(state: OneOnOne, event: Event) -> OneOnOne:
    match event:
        case HandOverOffered(to=to):
            return replace(state, offered_to=to)
        case HandOverDeclined():
            return replace(state, offered_to=None)
        case OneOnOneTakenOver(peer=peer):
            fresh = replace(state, peer=peer, offered_to=None, orphaned=False)
            return replace(fresh, asked=0, overdue=False)
        case OneOnOneOrphaned(again_at=again_at):
            return replace(state, orphaned=True, remind_at=again_at)
        case _:
            return state


@dataclass(frozen=True, slots=True)
class Hold:
    """One legal hold that is in force."""

    scope: HoldScope
    about: str | None
    reason: HoldReason

    def covers(self, one_on_one: str, case_id: str | None) -> bool:
        """Whether nothing of this one-on-one may be erased."""
        match self.scope:
            case HoldScope.AGENCY:
                return True
            case HoldScope.CASE:
                return case_id is not None and case_id == self.about
            case HoldScope.ONE_ON_ONE:
                return one_on_one == self.about


@dataclass(frozen=True, slots=True)
class Ledger:
    """An agency's legal holds, and when records were shown to somebody else than their owner."""

    holds: dict[UUID, Hold] = field(default_factory=dict)
    lifted: frozenset[UUID] = frozenset()
    broken: tuple[datetime, ...] = ()

    def held(self, one_on_one: str, case_id: str | None) -> bool:
        """Whether a hold that is in force covers it."""
        return any(hold.covers(one_on_one, case_id) for hold in self.holds.values())


def evolve_ledger(state: Ledger, event: Event) -> Ledger:
    """The ledger after one more event."""
    match event:
        case LegalHoldSet(hold_id=hold_id):
            hold = Hold(event.scope, event.case_id or event.one_on_one, event.reason)
            return replace(state, holds=state.holds | {hold_id: hold})
        case LegalHoldLifted(hold_id=hold_id):
            left = {each: hold for each, hold in state.holds.items() if each != hold_id}
            return replace(state, holds=left, lifted=state.lifted | {hold_id})
        case GlassBroken(shown=True, broken_at=at):
            return replace(state, broken=(*state.broken, at))
        case _:
            return state
