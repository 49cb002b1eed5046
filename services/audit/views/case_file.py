"""Everything that the store knows of some cases, as one object each; judges nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select, select

from services.audit import tables
from services.audit.views.team_files import read_teams, searches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from services.audit.views.team_rows import Alarm, Amendment, Delivery, Offer, Search


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case's row. A None means that the owning stream has not said so (yet)."""

    agency: str
    case_id: str
    source: str | None
    number: str | None
    incident_type: str | None
    status: str | None
    exercise: bool | None
    operations_ongoing: bool | None
    occurred_at: datetime | None
    reported_at: datetime | None
    outcome: str | None
    hold: str | None
    trigger_class: str | None
    tier: int | None
    confidence: float | None
    requested_at: datetime | None
    wanted_trigger: str | None
    wanted_tier: int | None
    stood_down_at: datetime | None
    review_open: bool | None
    merged_into: str | None
    merged_by: str | None
    merged_why: str | None
    activated_at: datetime | None
    form_by: datetime | None
    formed_at: datetime | None
    exhausted_at: datetime | None
    missing: str | None
    no_coordinator: bool | None
    ended_at: datetime | None
    planned_at: datetime | None
    cancelled_through: int | None
    closed_at: datetime | None = None
    approved: list[str] | None = None
    """Kinds of session that a mental health professional of the team has approved."""

    @property
    def is_active(self) -> bool:
        """Whether a team is wanted, or on its way, or followed up."""
        return bool(self._is_wanted or self.activated_at or self.planned_at)

    @property
    def was_stood_down(self) -> bool:
        """Whether there was a team, and it is not wanted any more."""
        return bool(self.stood_down_at or self.ended_at)

    @property
    def _is_wanted(self) -> bool:
        """A coordinator may have stood the team down on the case itself, which intake does not say."""
        if self.requested_at is None:
            return False
        return self.ended_at is None or self.ended_at < self.requested_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A question to a person, with how it stands."""

    review_id: str
    kind: str
    trigger_class: str
    tier: int
    incident_type: str
    occurred_at: datetime
    reasons: list[str]
    opened_at: datetime
    backup_at: datetime
    answer_by: datetime
    escalated_at: datetime | None
    overdue_at: datetime | None
    answered_at: datetime | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A session or a check-in with its window; no window while operations go on."""

    item: str
    kind: str
    name: str
    number: int | None
    audience: str
    crew: str | None = None
    about: int | None = None
    facilitators: int | None = None
    leads: str | None
    mhp_required: bool | None
    source: str
    opens_at: datetime | None
    target_at: datetime | None
    closes_at: datetime | None
    fell_due_at: datetime | None
    done_at: datetime | None
    missed_at: datetime | None
    miss_reason: str | None = None
    declined_at: datetime | None = None
    dropped_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    held_by: list[str] | None = None
    slots: list[dict[str, Any]] | None = None
    """Times that wait for a coordinator's choice: `starts_at`, `ends_at` and `facilitators` each."""
    shortage: str | None = None
    cancelled: bool = False
    """Its plan was taken back: the team is not wanted any more."""

    @property
    def settled(self) -> bool:
        """Whether nothing more is expected of it: done, declined, missed, or not needed any more."""
        ends = (
            self.done_at,
            self.missed_at,
            self.declined_at,
            self.dropped_at,
            self.cancelled_at,
        )
        return self.cancelled or any(ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened."""

    id: int
    case_id: str
    stream: str
    sequence: int
    part: int
    at: datetime
    step: str
    state: str
    detail: str
    lines: list[str]
    key: str | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with its team, plan and reviews, by id."""

    case: Case
    search: Search | None = None
    offers: dict[str, Offer] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    told: dict[str, list[Delivery]] = field(default_factory=dict)
    """By offer, the messages that told its member, the newest last."""
    alarms: dict[str, Alarm] = field(default_factory=dict)
    amendments: dict[str, Amendment] = field(default_factory=dict)
    planned: dict[str, Planned] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)

    @property
    def review(self) -> Review | None:
        """The question that waits for an answer."""
        return next((each for each in self.reviews.values() if not each.answered_at), None)


_Case = tables.cases.c
_SEVERAL = 5
_Row = TypeVar("_Row")


def files(connection: Connection, agency: str, cases: Sequence[Case]) -> list[CaseFile]:
    """The files of these cases, in their order.

    A row without its beginning (its event is one that we cannot read) is left out.
    """
    ids = [case.case_id for case in cases]
    begun = searches(connection, agency, ids)
    found = {case.case_id: CaseFile(case, begun.get(case.case_id)) for case in cases}
    read_teams(connection, agency, found)
    for case_id, row in _parts(connection, tables.planned, agency, found):
        since = row.pop("since") or 0
        cancelled = since <= (found[case_id].case.cancelled_through or 0)
        if row["kind"]:
            found[case_id].planned[row["item"]] = Planned(**row, cancelled=cancelled)
    for case_id, row in _parts(connection, tables.reviews, agency, found):
        if row["opened_at"]:
            found[case_id].reviews[row["review_id"]] = Review(**row)
    return list(found.values())


def cases(connection: Connection, query: Select[Any]) -> list[Case]:
    """The cases that a query over the case table gives."""
    return [Case(**row) for row in connection.execute(query).mappings()]


def bare(agency: str, case_id: str) -> CaseFile:
    """The file of a case that no readable event has opened."""
    unknown = {column.name: None for column in tables.cases.c}
    row: dict[str, Any] = {**unknown, "agency": agency, "case_id": case_id}
    return CaseFile(Case(**row))


def by_prefix(connection: Connection, agency: str, prefix: str) -> list[CaseFile]:
    """The agency's cases whose id begins so: none, one, or at most two to show the ambiguity."""
    query = (
        select(tables.cases)
        .where(_Case.agency == agency, _Case.reported_at.is_not(None))
        .where(_Case.case_id >= prefix, _Case.case_id < prefix + "\U0010ffff")
        .limit(2)
    )
    return files(connection, agency, cases(connection, query))


def by_number(connection: Connection, agency: str, number: str) -> list[CaseFile]:
    """The agency's cases with this incident number: several sources may use the same."""
    known = (_Case.agency == agency, _Case.number == number, _Case.reported_at.is_not(None))
    query = select(tables.cases).where(*known).order_by(_Case.reported_at.desc()).limit(_SEVERAL)
    return files(connection, agency, cases(connection, query))


def absorbed(connection: Connection, agency: str, case_id: str) -> list[Case]:
    """The cases that turned out to be this one, the first that did so first."""
    query = select(tables.cases).where(_Case.agency == agency, _Case.merged_into == case_id)
    return cases(connection, query.order_by(_Case.reported_at, _Case.case_id))


def entries(connection: Connection, query: Select[Any]) -> list[Entry]:
    """The entries that a query over the entry table gives."""
    wanted = [column for column in tables.entries.c if column.name != "agency"]
    rows = connection.execute(query.with_only_columns(*wanted)).mappings()
    return [Entry(**row) for row in rows]


def _parts(
    connection: Connection, table: Table, agency: str, among: Iterable[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    wanted = [column for column in table.c if column.name != "agency"]
    query = select(*wanted).where(table.c.agency == agency, table.c.case_id.in_(list(among)))
    for row in connection.execute(query).mappings():
        values = dict(row)
        yield values.pop("case_id"), values
