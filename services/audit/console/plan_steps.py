"""What the case's page needs so that a coordinator can settle a plan: which items, and what with them.

It does nothing itself: the forms post to followup, which takes a pass of ours for who is looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from schemas.followup import MissReason, SessionOutcome
from schemas.policy import Role
from schemas.sessions import CancelReason, ExtendReason
from services.audit.console.steps import Option
from services.audit.folds.planned import SESSION
from services.audit.views.standing import item_name
from services.audit.words import listed, plain, sentence
from services.runtime.clock import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from enum import StrEnum

    from services.audit.views.activations import Activation
    from services.audit.views.case_file import CaseFile, Planned

_MHPS = frozenset({Role.MHP.value, Role.CLINICAL_DIRECTOR.value})
_ON_TEAM = "accepted"


@dataclass(frozen=True, slots=True)
class Time:
    """A proposed time, and who would hold it."""

    number: int
    starts_at: datetime
    ends_at: datetime
    held_by: str


@dataclass(frozen=True, slots=True)
class Item:
    """One session or check-in that is not settled, or was missed without a reason."""

    item: str
    name: str
    is_session: bool
    missed: bool
    opens_at: datetime | None
    """None while it waits for the end of operations: it can be called off, and nothing else."""
    closes_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    held_by: str
    times: tuple[Time, ...]


@dataclass(frozen=True, slots=True)
class Planning:
    """Everything that the forms of one plan offer."""

    leave: str
    once: str
    items: tuple[Item, ...]
    mhps: tuple[Option, ...]
    """Who of the team may keep a window open."""
    cancel: tuple[Option, ...]
    extend: tuple[Option, ...]
    missed: tuple[Option, ...]
    outcomes: tuple[Option, ...]

    @classmethod
    def on(cls, leave: str, file: CaseFile, team: Activation | None) -> Planning | None:
        """The forms for this plan, to be sent once each; None when nothing is left to settle."""
        items = tuple(_items(file.planned.values()))
        if not items:
            return None
        asked = team.asked if team else ()
        mhps = (e.member_id for e in asked if e.status == _ON_TEAM and e.role in _MHPS)
        return cls(
            leave=leave,
            once=new_id().hex,
            items=items,
            mhps=tuple(Option(each, each) for each in mhps),
            cancel=_options(CancelReason),
            extend=_options(ExtendReason),
            missed=_options(MissReason),
            outcomes=_options(SessionOutcome),
        )


def _items(planned: Iterable[Planned]) -> list[Item]:
    """What was missed first, then by when its window closes; what waits for a window last."""
    wanted = [each for each in planned if not each.settled or _unexplained(each)]
    return [_item(each) for each in sorted(wanted, key=_order)]


def _order(planned: Planned) -> tuple[bool, bool, float, str]:
    closes = planned.closes_at.timestamp() if planned.closes_at else 0.0
    return not _unexplained(planned), planned.closes_at is None, closes, planned.item


def _unexplained(planned: Planned) -> bool:
    gone = planned.cancelled or planned.dropped_at or planned.declined_at or planned.cancelled_at
    return bool(planned.missed_at and not (planned.miss_reason or planned.done_at or gone))


def _item(planned: Planned) -> Item:
    times = tuple(
        Time(
            number,
            datetime.fromisoformat(slot["starts_at"]),
            datetime.fromisoformat(slot["ends_at"]),
            listed(slot["facilitators"]),
        )
        for number, slot in enumerate(planned.slots or (), start=1)
    )
    return Item(
        planned.item,
        item_name(planned),
        planned.kind == SESSION,
        _unexplained(planned),
        planned.opens_at,
        planned.closes_at,
        planned.starts_at,
        planned.ends_at,
        listed(planned.held_by or ()),
        times,
    )


def _options(reasons: type[StrEnum]) -> tuple[Option, ...]:
    return tuple(Option(each.value, sentence(plain(each.value))) for each in reasons)
