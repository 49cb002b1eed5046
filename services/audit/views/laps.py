"""What a case's clocks measured, one lap each: from when, until when, by when it should have been, and
why it took longer. Pure but for the reading; exercises and merged cases are left out.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, case, func, select

from schemas.followup import MissReason
from schemas.policy import Role
from services.audit import tables
from services.audit.folds.planned import SESSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

_PROFESSIONALS = (Role.MHP, Role.CLINICAL_DIRECTOR)
_COUNTED = ("expired", "declined", "withdrawn")
_REASONS = frozenset(str(reason) for reason in MissReason)
_C, _R, _O, _P = tables.cases.c, tables.reviews.c, tables.offers.c, tables.planned.c


class Clock(StrEnum):
    """What is timed beside the kinds of session, which go by their own names."""

    DECISION = "decision"
    """From a question to a person until their answer."""
    FIRST_OFFER = "first_offer"
    """From the wish for a team until the first member is asked."""
    TEAM = "team"
    """From the wish for a team until every place is filled."""
    PROFESSIONAL = "professional"
    """From the wish for a team until a mental health professional said yes."""
    CHECK_IN = "check_in"
    """From the day a check-in falls due until it is done."""


class Late(StrEnum):
    """Why a lap took longer than its target, as far as the record tells."""

    NOBODY_LEFT = "nobody_left"
    """Everybody who may be asked was asked."""
    NO_ANSWER = "no_answer"
    """Offers ran out without an answer."""
    SAID_NO = "said_no"
    HANDED_BACK = "handed_back"
    """Somebody who had said yes could not come after all."""
    NOT_DECIDED = "not_decided"
    HELD_LATE = "held_late"
    NOT_MARKED = "not_marked"
    """Nobody marked it done in time."""
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True)
class Lap:
    """One clock of one case."""

    clock: str
    """A `Clock`, or a kind of session."""
    tier: int | None
    trigger_class: str | None
    reported_at: datetime
    began_at: datetime
    ended_at: datetime | None
    target_at: datetime | None
    late_because: str
    """A `Late` or a `MissReason`; it counts only when the lap was late."""

    def is_late(self, now: datetime) -> bool:
        """Whether it ended, or still runs, behind its target."""
        return self.target_at is not None and (self.ended_at or now) > self.target_at


class Asked(NamedTuple):
    """What became of the offers of one case to some roles."""

    first_at: datetime | None = None
    yes_at: datetime | None = None
    """The first yes that still stands."""
    expired: int = 0
    declined: int = 0
    withdrawn: int = 0


def laps(connection: Connection, agency: str, since: datetime, until: datetime) -> list[Lap]:
    """The laps of the cases that were reported in a span of time, in no order."""
    wanted = (
        (_C.agency == agency)
        & (_C.reported_at >= since)
        & (_C.reported_at < until)
        & _C.exercise.is_not(True)
        & _C.merged_into.is_(None)
    )
    columns = (
        _C.case_id, _C.tier, _C.wanted_tier, _C.trigger_class, _C.wanted_trigger, _C.reported_at,
        _C.occurred_at, _C.requested_at, _C.activated_at, _C.form_by, _C.formed_at,
        _C.exhausted_at, _C.stood_down_at, _C.ended_at, _C.cancelled_through,
    )  # fmt: skip
    active = select(*columns).where(wanted, _C.activated_at.is_not(None))
    found = {row.case_id: row for row in connection.execute(active)}
    offers = _asked(connection, agency, wanted)
    told: list[Lap] = list(_decisions(connection, agency, wanted))
    for case_id, row in found.items():
        told += _of_team(row, *offers.get(case_id, (Asked(), Asked())))
    told += _of_plans(connection, agency, wanted, found)
    return told


def _asked(connection: Connection, agency: str, wanted: Any) -> Mapping[str, tuple[Asked, Asked]]:
    """By case, what became of all offers, and of those to mental health professionals."""
    is_mhp = _O.role.in_([str(role) for role in _PROFESSIONALS])
    query = (
        select(
            _O.case_id,
            is_mhp.label("mhp"),
            func.min(_O.offered_at, type_=tables.Utc()).label("first_at"),
            func.min(
                case((_O.status == "accepted", _O.answered_at)), type_=tables.Utc()
            ).label("yes_at"),
            *(func.sum(case((_O.status == status, 1), else_=0)).label(status) for status in _COUNTED),
        )
        .join(tables.cases, (_C.agency == _O.agency) & (_C.case_id == _O.case_id))
        .where(_O.agency == agency, wanted, _O.offered_at >= _C.activated_at)
        .group_by(_O.case_id, is_mhp)
    )  # fmt: skip
    found: dict[str, dict[bool, Asked]] = defaultdict(dict)
    for row in connection.execute(query):
        counts = (int(row.expired), int(row.declined), int(row.withdrawn))
        found[row.case_id][bool(row.mhp)] = Asked(row.first_at, row.yes_at, *counts)
    return {
        case_id: (_together(parts.values()), parts.get(True, Asked()))
        for case_id, parts in found.items()
    }


def _together(parts: Iterable[Asked]) -> Asked:
    every = list(parts)
    firsts = [each.first_at for each in every if each.first_at]
    return Asked(
        first_at=min(firsts, default=None),
        expired=sum(each.expired for each in every),
        declined=sum(each.declined for each in every),
        withdrawn=sum(each.withdrawn for each in every),
    )


def _decisions(connection: Connection, agency: str, wanted: Any) -> Iterator[Lap]:
    query = (
        select(
            _R.tier, _R.trigger_class, _C.reported_at, _R.opened_at, _R.answered_at, _R.answer_by
        )
        .join(tables.cases, (_C.agency == _R.agency) & (_C.case_id == _R.case_id))
        .where(_R.agency == agency, wanted)
    )
    for row in connection.execute(query):
        yield Lap(Clock.DECISION, *row, late_because=Late.NOT_DECIDED)


def _of_team(row: Any, asked: Asked, professional: Asked) -> Iterator[Lap]:
    """The clocks of putting a team together. One that was stood down in time has nothing to measure."""
    began = min(filter(None, (row.requested_at, row.activated_at)))  # an upgrade asks once more
    gone_at = row.stood_down_at or row.ended_at
    gone = gone_at is not None and row.formed_at is None
    of_case = (row.wanted_tier or row.tier, row.wanted_trigger or row.trigger_class)
    if asked.first_at or not gone:
        why = Late.NOBODY_LEFT if row.exhausted_at else Late.UNEXPLAINED
        yield Lap(Clock.FIRST_OFFER, *of_case, row.reported_at, began, asked.first_at, None, why)
    if gone and (row.form_by is None or gone_at <= row.form_by):
        return
    reason = _why_late(row, asked)
    yield Lap(Clock.TEAM, *of_case, row.reported_at, began, row.formed_at, row.form_by, reason)
    if professional.first_at:
        why = _why_late(row, professional)
        yes_at = professional.yes_at
        yield Lap(Clock.PROFESSIONAL, *of_case, row.reported_at, began, yes_at, row.form_by, why)


def _why_late(row: Any, asked: Asked) -> Late:
    if row.exhausted_at:
        return Late.NOBODY_LEFT
    if asked.expired:
        return Late.NO_ANSWER
    if asked.declined:
        return Late.SAID_NO
    return Late.HANDED_BACK if asked.withdrawn else Late.UNEXPLAINED


def _of_plans(
    connection: Connection, agency: str, wanted: Any, found: Mapping[str, Any]
) -> Iterator[Lap]:
    """Sessions and check-ins that had a window and were still wanted in it."""
    for row in connection.execute(_plans(agency, wanted)):
        about = found.get(row.case_id)
        if about is None or (row.since or 0) <= (about.cancelled_through or 0):
            continue
        of_case = (about.wanted_tier or about.tier, about.wanted_trigger or about.trigger_class)
        if row.kind == SESSION:
            began, target, clock = about.occurred_at or about.reported_at, row.target_at, row.name
            usual = Late.HELD_LATE if row.done_at else Late.NOT_MARKED
        else:
            began, target, clock = row.opens_at, row.closes_at, Clock.CHECK_IN
            usual = Late.NOT_MARKED
        known = row.miss_reason if row.miss_reason in _REASONS else None
        ended = max(row.done_at, began) if row.done_at else None
        yield Lap(clock, *of_case, about.reported_at, began, ended, target, known or usual)


def _plans(agency: str, wanted: Any) -> Select[Any]:
    columns: Sequence[Any] = (
        _P.case_id, _P.since, _P.kind, _P.name, _P.opens_at, _P.target_at, _P.closes_at,
        _P.done_at, _P.miss_reason,
    )  # fmt: skip
    settled = (_P.declined_at, _P.dropped_at, _P.cancelled_at)
    return (
        select(*columns)
        .join(tables.cases, (_C.agency == _P.agency) & (_C.case_id == _P.case_id))
        .where(_P.agency == agency, wanted, _P.target_at.is_not(None))
        .where(*(column.is_(None) for column in settled))
    )
