"""What a member is down for in a case: due now, coming, or waiting for their word. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from services.followup.session_state import Session
from services.followup.state import OPEN, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from schemas.policy import Card, Group, InterventionKind
    from schemas.sessions import Slot
    from schemas.subjects import Entity
    from services.followup.state import Planned


class Stage(StrEnum):
    """What an item wants of whoever is down for it."""

    WAS_IT_HELD = "was_it_held"
    """A session has begun, or should be over."""
    CHECK_IN_DUE = "check_in_due"
    MISSED = "missed"
    """Nobody has said why."""
    PROPOSED = "proposed"
    """Times wait for a choice."""
    SCHEDULED = "scheduled"
    COMING = "coming"
    """A check-in that is not due yet."""
    SETTLED = "settled"


DUE = frozenset({Stage.WAS_IT_HELD, Stage.CHECK_IN_DUE, Stage.MISSED})


@dataclass(frozen=True, slots=True)
class Holding:
    """One item as its holder sees it: when, for which group, and never a word of what happened."""

    case: Entity
    item: str
    stage: Stage
    group: Group
    opens_at: datetime
    closes_at: datetime
    kind: InterventionKind | None = None
    """None for a check-in."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: str | None = None
    held_by: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    awaits_approval: bool = False
    escalated: bool = False
    """They have called a coordinator about it."""
    drill: bool = False
    card: Card | None = None
    """What is handed over with a check-in."""

    @property
    def when(self) -> datetime:
        """What it is sorted by."""
        first = self.slots[0].starts_at if self.slots else self.opens_at
        return self.starts_at or (self.closes_at if self.stage is Stage.MISSED else first)


def held_by(
    member_id: str, case: Entity, state: Planned, now: datetime, *, settled: bool = False
) -> Iterator[Holding]:
    """What a member is down for in one case; with `settled` also what is done."""
    for item in state.status:
        if member_id in state.holders(item):
            found = holding(case, item, state, now, member_id)
            if settled or found.stage is not Stage.SETTLED:
                yield found


def holding(case: Entity, item: str, state: Planned, now: datetime, member_id: str) -> Holding:
    """One item of a plan. Raises KeyError for one that the plan does not have."""
    known = state.sessions.get(item, Session())
    has_called = any(name == member_id for name, _ in known.escalated)
    if check_in := state.check_ins.get(item):
        return Holding(
            case,
            item,
            _of_a_check_in(item, state),
            check_in.group,
            check_in.due_at,
            check_in.closes_at,
            held_by=state.holders(item),
            escalated=has_called,
            drill=state.brief.drill,
            card=check_in.card,
        )
    planned = state.interventions[item]
    return Holding(
        case,
        item,
        _of_a_session(item, state, known, now),
        planned.group,
        planned.opens_at,
        planned.closes_at,
        kind=planned.kind,
        starts_at=known.time.starts_at if known.time else None,
        ends_at=known.time.ends_at if known.time else None,
        place=known.time.place if known.time else None,
        held_by=known.time.facilitators if known.time else (),
        slots=known.slots if state.status[item] in OPEN else (),
        awaits_approval=state.awaits_approval(planned),
        escalated=has_called,
        drill=state.brief.drill,
    )


def _of_a_check_in(item: str, state: Planned) -> Stage:
    match state.status[item]:
        case Status.PLANNED:
            return Stage.COMING
        case Status.DUE:
            return Stage.CHECK_IN_DUE
        case Status.MISSED if item not in state.explained:
            return Stage.MISSED
        case _:
            return Stage.SETTLED


def _of_a_session(item: str, state: Planned, known: Session, now: datetime) -> Stage:
    if state.status[item] is Status.MISSED and item not in state.explained:
        return Stage.MISSED
    if state.status[item] not in OPEN:
        return Stage.SETTLED
    if known.time is None:
        return Stage.PROPOSED
    return Stage.WAS_IT_HELD if known.time.starts_at <= now else Stage.SCHEDULED
