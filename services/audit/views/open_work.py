"""The open cases by urgency, how many there are of each kind, and the roster's strength."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select

from schemas.envelope import Frozen
from schemas.intake import Outcome
from schemas.policy import Role
from services.audit import tables
from services.audit.views import case_file
from services.audit.views.drills import is_drill
from services.audit.views.standing import (
    LABELS,
    CaseState,
    marks,
    next_of,
    state_of,
)
from services.audit.words import span, title

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from services.audit.views.case_file import CaseFile
    from services.audit.views.coming import Next

_C = tables.cases.c
_LATEST = datetime.max.replace(tzinfo=UTC)


class Which(StrEnum):
    """Which cases to list."""

    OPEN = "open"
    ROUTINE = "routine"
    ALL = "all"


class NextStep(Frozen):
    """What happens next by itself. `distance` is such as `in 12 min`."""

    at: datetime
    what: str
    distance: str


class CaseSummary(Frozen):
    """How one case stands. `marks` are what a person should look at."""

    case_id: str
    state: CaseState
    state_label: str
    outcome: str | None
    trigger_class: str | None
    trigger: str
    tier: int | None
    source: str | None
    number: str | None
    incident_type: str | None
    exercise: bool
    occurred_at: datetime | None
    reported_at: datetime | None
    form_by: datetime | None
    formed_at: datetime | None
    next: NextStep | None
    marks: tuple[str, ...]
    merged_into: str | None = None
    """The case that this one turned out to be."""


class Counts(Frozen):
    """How many cases of an agency there are of each kind; a merged one counts as the other."""

    open: int
    routine: int
    set_aside: int
    complete: int


class Strength(Frozen):
    """How many members of one role can be asked."""

    role: Role
    available: int


def summary(file: CaseFile, now: datetime) -> CaseSummary:
    """How a case stands at `now`."""
    row = file.case
    trigger = row.wanted_trigger or row.trigger_class
    state = state_of(file, now)
    coming = next_of(file, now)
    return CaseSummary(
        case_id=row.case_id,
        state=state,
        state_label=LABELS[state],
        outcome=row.outcome,
        trigger_class=trigger,
        trigger=title(trigger) if trigger else "No trigger",
        tier=row.wanted_tier or row.tier,
        source=row.source,
        number=row.number,
        incident_type=row.incident_type,
        exercise=bool(row.exercise),
        occurred_at=row.occurred_at,
        reported_at=row.reported_at,
        form_by=row.form_by,
        formed_at=row.formed_at,
        next=_next_step(coming, now) if coming else None,
        marks=marks(file, now),
        merged_into=row.merged_into,
    )


def _next_step(coming: Next, now: datetime) -> NextStep:
    return NextStep(at=coming.at, what=coming.what, distance=f"in {span(coming.at - now)}")


def listed(
    connection: Connection, agency: str, which: Which, limit: int, now: datetime
) -> list[CaseSummary]:
    """The newest cases of a kind; the open ones by urgency."""
    query = select(tables.cases).where(_known(agency))
    match which:
        case Which.OPEN:
            query = query.where(_is_open())
        case Which.ROUTINE:
            query = query.where(_is_routine())
        case Which.ALL:
            pass
    newest = case_file.cases(connection, query.order_by(_C.reported_at.desc()).limit(limit))
    found = [summary(file, now) for file in case_file.files(connection, agency, newest)]
    return sorted(found, key=_urgency) if which is Which.OPEN else found


def counts(connection: Connection, agency: str) -> Counts:
    """How many cases there are of each kind."""
    kind = case(
        (_is_complete(), "complete"),
        (or_(_is_active(), _C.review_open.is_(True)), "open"),
        (or_(_C.stood_down_at.is_not(None), _C.ended_at.is_not(None)), "complete"),
        (_C.outcome == Outcome.ROUTINE.value, "routine"),
        else_="set_aside",
    ).label("kind")
    counted = (_known(agency), _is_own())
    rows = connection.execute(select(kind, func.count()).where(*counted).group_by(kind))
    found: dict[str, int] = {name: count for name, count in rows}
    names = ("open", "routine", "set_aside", "complete")
    return Counts(**{name: found.get(name, 0) for name in names})


def strength(connection: Connection, agency: str) -> tuple[Strength, ...]:
    """How many members can be asked, for every role that the roster has, and coordinators always."""
    m = tables.members.c
    able = func.sum(case((m.available.is_(True), 1), else_=0))
    query = select(m.role, able).where(m.agency == agency, m.role.is_not(None)).group_by(m.role)
    found: dict[str, Any] = {role: count for role, count in connection.execute(query)}
    if not found:
        return ()
    found.setdefault(Role.COORDINATOR.value, 0)
    return tuple(
        Strength(role=role, available=int(found[role.value])) for role in Role if role in found
    )


def _urgency(each: CaseSummary) -> tuple[int, bool, int, datetime]:
    place = tuple(CaseState).index(each.state)
    when = each.next.at if each.next else each.reported_at or _LATEST
    return place, not each.marks, each.tier or 9, when


def _known(agency: str) -> ColumnElement[bool]:
    """A case that only another stream has spoken of is shown once intake's report has come. An
    exercise is none: it has a list of its own (views/drills.py)."""
    return and_(_C.agency == agency, _C.reported_at.is_not(None), ~is_drill(tables.cases))


def _is_active() -> ColumnElement[bool]:
    ended = and_(_C.ended_at.is_not(None), _C.ended_at >= _C.requested_at)
    wanted = and_(_C.requested_at.is_not(None), not_(ended))
    return or_(wanted, _C.activated_at.is_not(None), _C.planned_at.is_not(None))


def _is_complete() -> ColumnElement[bool]:
    p = tables.planned.c
    unsettled = (
        select(p.item)
        .where(p.agency == _C.agency, p.case_id == _C.case_id)
        .where(p.done_at.is_(None), p.missed_at.is_(None))
        .where(p.declined_at.is_(None), p.dropped_at.is_(None))
        .where(p.since > func.coalesce(_C.cancelled_through, 0))
        .correlate(tables.cases)
        .exists()
    )
    return and_(_C.planned_at.is_not(None), ~unsettled)


def _is_routine() -> ColumnElement[bool]:
    never = and_(_C.stood_down_at.is_(None), _C.ended_at.is_(None))
    settled = and_(_C.review_open.is_not(True), never)
    return and_(~_is_active(), settled, _C.outcome == Outcome.ROUTINE.value, _is_own())


def _is_open() -> ColumnElement[bool]:
    working = and_(_is_active(), ~_is_complete())
    return and_(or_(working, and_(~_is_active(), _C.review_open.is_(True))), _is_own())


def _is_own() -> ColumnElement[bool]:
    """Not merged: a merged case is handled as the other one."""
    return _C.merged_into.is_(None)
