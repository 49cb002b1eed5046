"""What should have happened by itself and has not, whatever its age: of every agency, from the views.

Each row is what a durable timer, or a reaction to an event, should have settled. In order it is empty, as
all of that happens within a second; so whatever is found was lost, or waits behind something that is stuck.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from schemas.redrive import DueAgain, Redrive
from schemas.subjects import Stream
from services.audit import tables
from services.audit.folds.planned import SESSION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

_C, _O, _P = tables.cases.c, tables.offers.c, tables.planned.c
_A, _R = tables.alarms.c, tables.reviews.c
MOST = 200
"""Of one kind at a time: the rest follows in the next round."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """One thing that did not happen, and whom to ask to do it now."""

    what: str
    """As a person reads it, such as `an offer did not expire`."""
    service: str
    since: datetime
    redrive: Redrive

    @property
    def key(self) -> tuple[object, ...]:
        """The same each time that it is found."""
        asked = self.redrive
        named = asked.event or (asked.timer and (asked.timer.kind, asked.timer.key))
        return (asked.listener, asked.agency, asked.entity_id, named, self.since)


def overdue(connection: Connection, before: datetime) -> list[Overdue]:
    """Everything that should have happened before this moment."""
    return [
        *_activations(connection, before),
        *_offers(connection, before),
        *_alarms(connection, before),
        *_reviews(connection, before),
        *_plans(connection, before),
        *_items(connection, before),
    ]


def _activations(connection: Connection, before: datetime) -> Iterator[Overdue]:
    """A team is wanted and nobody was ever asked: the worst that can be lost."""
    not_begun = or_(_C.activated_at.is_(None), _C.activated_at < _C.requested_at)
    nobody = and_(not_begun, or_(_C.ended_at.is_(None), _C.ended_at < _C.requested_at))
    no_offers = ~(
        select(_O.offer_id)
        .where(_O.agency == _C.agency, _O.case_id == _C.case_id)
        .correlate(tables.cases)
        .exists()
    )
    query = _of_cases(_C.requested_at, before, and_(nobody, no_offers, _C.stood_down_at.is_(None)))
    for agency, case_id, at in connection.execute(query):
        asked = Redrive(
            listener="dispatch-activations",
            stream=Stream.INTAKE,
            agency=agency,
            entity_id=case_id,
            event="activation_requested",
        )
        yield Overdue("a team was wanted and nobody was asked", "dispatch", at, asked)


def _offers(connection: Connection, before: datetime) -> Iterator[Overdue]:
    query = (
        select(_O.agency, _O.case_id, _O.offer_id, _O.expires_at)
        .join(tables.cases, and_(_C.agency == _O.agency, _C.case_id == _O.case_id))
        .where(_O.status == "open", _O.expires_at < before, _in_force())
        .limit(MOST)
    )
    for agency, case_id, offer_id, at in connection.execute(query):
        timer = DueAgain(kind="offer-expiry", key=offer_id, due_at=at)
        yield _timer("an offer did not expire", "dispatch", (agency, case_id), timer)


def _alarms(connection: Connection, before: datetime) -> Iterator[Overdue]:
    query = (
        select(_A.agency, _A.case_id, _A.alarm_id, _A.answer_by)
        .join(tables.cases, and_(_C.agency == _A.agency, _C.case_id == _A.case_id))
        .where(_A.answer_by < before, _A.answered_at.is_(None), _A.escalated_at.is_(None))
        .where(_in_force())
        .limit(MOST)
    )
    for agency, case_id, alarm_id, at in connection.execute(query):
        timer = DueAgain(kind="alarm-unanswered", key=alarm_id, due_at=at)
        yield _timer("an alarm was not passed on", "dispatch", (agency, case_id), timer)


def _reviews(connection: Connection, before: datetime) -> Iterator[Overdue]:
    waits = and_(_R.answered_at.is_(None), _R.agency == _C.agency, _R.case_id == _C.case_id)
    for at, done, kind, what in (
        (_R.backup_at, _R.escalated_at, "review-backup", "a question was not passed on"),
        (_R.answer_by, _R.overdue_at, "review-overdue", "a question's time ran out unnoticed"),
    ):
        query = (
            select(_R.agency, _R.case_id, _R.review_id, at)
            .join(tables.cases, waits)
            .where(at < before, done.is_(None), _C.merged_into.is_(None))
            .limit(MOST)
        )
        for agency, case_id, review_id, due_at in connection.execute(query):
            timer = DueAgain(kind=kind, key=review_id, due_at=due_at)
            yield _timer(what, "intake", (agency, case_id), timer)


def _plans(connection: Connection, before: datetime) -> Iterator[Overdue]:
    """A team was formed, and nothing was planned."""
    query = _of_cases(_C.formed_at, before, and_(_C.planned_at.is_(None), _in_force()))
    for agency, case_id, at in connection.execute(query.where(_C.exercise.is_not(True))):
        asked = Redrive(
            listener="followup-teams-formed",
            stream=Stream.DISPATCH,
            agency=agency,
            entity_id=case_id,
            event="team_formed",
        )
        yield Overdue("a team was formed and nothing was planned", "followup", at, asked)


def _items(connection: Connection, before: datetime) -> Iterator[Overdue]:
    """Windows that closed, and check-ins that fell due, without a word."""
    unsettled = (
        _P.done_at.is_(None), _P.missed_at.is_(None), _P.declined_at.is_(None),
        _P.dropped_at.is_(None), _P.cancelled_at.is_(None),
        _P.since > func.coalesce(_C.cancelled_through, 0),
    )  # fmt: skip
    columns = (_P.agency, _P.case_id, _P.item, _P.kind, _P.target_at, _P.closes_at, _P.fell_due_at)
    check_in_due = and_(_P.kind != SESSION, _P.target_at < before, _P.fell_due_at.is_(None))
    query = (
        select(*columns)
        .join(tables.cases, and_(_C.agency == _P.agency, _C.case_id == _P.case_id))
        .where(*unsettled, or_(_P.closes_at < before, check_in_due))
        .limit(MOST)
    )
    for row in connection.execute(query):
        case = (row.agency, row.case_id)
        if row.kind != SESSION and row.fell_due_at is None:
            timer = DueAgain(kind="check-in-due", key=row.item, due_at=row.target_at)
            yield _timer("a check-in fell due and nobody was reminded", "followup", case, timer)
        if row.closes_at < before:
            kind = "session-closes" if row.kind == SESSION else "check-in-closes"
            timer = DueAgain(kind=kind, key=row.item, due_at=row.closes_at)
            yield _timer("a window closed unnoticed", "followup", case, timer)


def _of_cases(at: Any, before: datetime, holds: ColumnElement[bool]) -> Any:
    known = _C.reported_at.is_not(None)
    query = select(_C.agency, _C.case_id, at).where(at < before, holds, known)
    return query.where(_C.merged_into.is_(None)).limit(MOST)


def _in_force() -> ColumnElement[bool]:
    """The team was not stood down since it was put together."""
    return or_(_C.ended_at.is_(None), _C.ended_at < _C.activated_at)


def _timer(what: str, service: str, case: tuple[str, str], timer: DueAgain) -> Overdue:
    agency, case_id = case
    stream = Stream(service)
    asked = Redrive(
        listener=f"{service}-due", stream=stream, agency=agency, entity_id=case_id, timer=timer
    )
    return Overdue(what, service, timer.due_at, asked)
