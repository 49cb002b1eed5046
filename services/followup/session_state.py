"""When each session takes place, folded from followup's events. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemas.sessions import (
    CoverageReleased,
    CoverageRequested,
    InterventionProposed,
    InterventionScheduled,
    InterventionUnscheduled,
    ItemEscalated,
    OutcomeAsked,
    ProposalFailed,
    WindowClosingWarned,
)

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.sessions import Shortage, Slot


@dataclass(frozen=True, slots=True)
class Time:
    """The time that everybody was told."""

    starts_at: datetime
    ends_at: datetime
    facilitators: tuple[str, ...]
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """The units that a dispatch center was asked to cover."""

    units: tuple[str, ...]
    count: int | None


@dataclass(frozen=True, slots=True)
class Session:
    """How far the scheduling of one item is."""

    slots: tuple[Slot, ...] = ()
    confirm_at: datetime | None = None
    unsure: bool = False
    shortage: Shortage | None = None
    """Why no time could be proposed the last time."""
    time: Time | None = None
    sequence: int = -1
    """Of the last change; it rises for as long as the case lives, whatever becomes of the plan."""
    cover: Cover | None = None
    warned: bool = False
    asked: bool = False
    escalated: frozenset[tuple[str, str]] = frozenset()
    """Who has called a coordinator about it as it is now, and why."""


SessionEvent = (
    InterventionProposed
    | ProposalFailed
    | InterventionScheduled
    | InterventionUnscheduled
    | WindowClosingWarned
    | OutcomeAsked
    | CoverageRequested
    | CoverageReleased
    | ItemEscalated
)


def session_after(  # noqa: C901, PLR0911 - one line per event
    before: Session, event: SessionEvent
) -> Session:
    """One item's session after one more event."""
    match event:
        case InterventionProposed():
            return replace(
                before,
                slots=event.slots,
                confirm_at=event.confirm_at,
                unsure=event.unsure,
                shortage=None,
            )
        case ProposalFailed(why=why):
            return replace(before, slots=(), confirm_at=None, shortage=why)
        case InterventionScheduled() | InterventionUnscheduled():
            return _timed(before, event)
        case CoverageRequested():
            return replace(before, cover=Cover(event.units, event.count))
        case CoverageReleased():
            return replace(before, cover=None)
        case WindowClosingWarned():
            return replace(before, warned=True)
        case OutcomeAsked():
            return replace(before, asked=True)
        case ItemEscalated():
            known = before.escalated | {(event.member_id, event.reason.value)}
            return replace(before, escalated=known)


def _timed(before: Session, event: InterventionScheduled | InterventionUnscheduled) -> Session:
    over = replace(
        before,
        slots=(),
        confirm_at=None,
        shortage=None,
        sequence=event.sequence,
        escalated=frozenset(),
    )
    if isinstance(event, InterventionUnscheduled):
        return replace(over, time=None, asked=False)
    time = Time(event.starts_at, event.ends_at, event.facilitators, event.place)
    return replace(over, time=time, asked=False)
