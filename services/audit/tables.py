"""The views' tables. Each column of a case is written by exactly one stream, so that it does not
matter how the streams interleave; nothing here can hold a name, a phone or a mail address.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)
from typing_extensions import override

from schemas.subjects import Stream

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

VERSION = 3
"""Raise it when a table or the meaning of a column changes: the views are then built anew."""

metadata = MetaData()


class Utc(TypeDecorator[datetime]):
    """An aware time as text in UTC, always with microseconds, so that it sorts as it should."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = String
    cache_ok: bool | None = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return value.astimezone(UTC).isoformat(timespec="microseconds") if value else None

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return datetime.fromisoformat(value) if value else None


def _of(stream: Stream, *columns: tuple[str, Any]) -> list[Column[Any]]:
    return [Column(name, kind, info={"stream": stream}) for name, kind in columns]


def _case_key() -> list[Column[Any]]:
    return [Column("agency", String, primary_key=True), Column("case_id", String, primary_key=True)]


positions = Table(
    "positions",
    metadata,
    Column("stream", String, primary_key=True),
    Column("sequence", Integer, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    *_case_key(),
    *_of(
        Stream.INTAKE,
        ("source", String),
        ("number", String),
        ("incident_type", String),
        ("status", String),
        ("exercise", Boolean),
        ("operations_ongoing", Boolean),
        ("occurred_at", Utc),
        ("reported_at", Utc),
        ("outcome", String),
        ("hold", String),
        ("trigger_class", String),
        ("tier", Integer),
        ("confidence", Float),
        ("requested_at", Utc),
        ("wanted_trigger", String),
        ("wanted_tier", Integer),
        ("stood_down_at", Utc),
        ("review_open", Boolean),
        ("merged_into", String),
        ("merged_by", String),
        ("merged_why", String),
    ),
    *_of(
        Stream.DISPATCH,
        ("activated_at", Utc),
        ("form_by", Utc),
        ("formed_at", Utc),
        ("exhausted_at", Utc),
        ("missing", String),
        ("no_coordinator", Boolean),
    ),
    *_of(Stream.FOLLOWUP, ("planned_at", Utc), ("cancelled_through", Integer)),
    Index("cases_by_report", "agency", "reported_at"),
    Index("cases_by_number", "agency", "number"),
    Index("cases_by_merge", "agency", "merged_into"),
    Index("cases_by_outcome", "agency", "outcome", "hold", "reported_at"),
)

"""`requested_at` is null while no team is wanted; what was planned up to the sequence
`cancelled_through` of FOLLOWUP is not needed any more."""

reviews = Table(
    "reviews",
    metadata,
    *_case_key(),
    Column("review_id", String, primary_key=True),
    Column("kind", String),
    Column("trigger_class", String),
    Column("tier", Integer),
    Column("incident_type", String),
    Column("occurred_at", Utc),
    Column("reasons", JSON),
    Column("opened_at", Utc),
    Column("backup_at", Utc),
    Column("answer_by", Utc),
    Column("escalated_at", Utc),
    Column("overdue_at", Utc),
    Column("answered_at", Utc),
    Column("answer", String),
    Index("reviews_open", "agency", "answered_at"),
)
"""Questions to a person, each until it is answered or moot."""

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("agency", String, nullable=False),
    Column("case_id", String, nullable=False),
    Column("stream", String, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("part", Integer, nullable=False),
    Column("at", Utc, nullable=False),
    Column("step", String, nullable=False),
    Column("state", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("lines", JSON, nullable=False),
    Column("key", String),
    UniqueConstraint("stream", "sequence", "part"),
    Index("entries_by_case", "agency", "case_id", "id"),
    sqlite_autoincrement=True,
)
"""What happened. `key` names the offer or the planned item that it is about."""

offers = Table(
    "offers",
    metadata,
    *_case_key(),
    Column("offer_id", String, primary_key=True),
    Column("member_id", String),
    Column("role", String),
    Column("expires_at", Utc),
    Column("status", String),
)

deliveries = Table(
    "deliveries",
    metadata,
    *_case_key(),
    Column("delivery_id", String, primary_key=True),
    Column("member_id", String),
    Column("purpose", String),
    Column("status", String),
)

planned = Table(
    "planned",
    metadata,
    *_case_key(),
    Column("item", String, primary_key=True),
    Column("since", Integer),
    Column("kind", String),
    Column("name", String),
    Column("number", Integer),
    Column("audience", String),
    Column("leads", String),
    Column("mhp_required", Boolean),
    Column("source", String),
    Column("opens_at", Utc),
    Column("target_at", Utc),
    Column("closes_at", Utc),
    Column("fell_due_at", Utc),
    Column("done_at", Utc),
    Column("missed_at", Utc),
)
"""Sessions and check-ins. A session without a window waits for the end of operations. `since` is the
sequence that planned it: a plan that was taken back and made anew begins at a new one."""

members = Table(
    "members",
    metadata,
    Column("agency", String, primary_key=True),
    Column("member_id", String, primary_key=True),
    Column("role", String),
    Column("available", Boolean),
)

requests = Table(
    "requests",
    metadata,
    *_case_key(),
    Column("asked_at", Utc),
    Column("alarmed_at", Utc),
    Column("is_taken", Boolean),
    Column("reached_at", Utc),
    Column("closed_at", Utc),
    Index("requests_by_time", "agency", "asked_at"),
)
"""Requests for a peer: never among the cases, and never with a member."""

answers = Table(
    "answers",
    metadata,
    *_case_key(),
    Column("sequence", Integer, primary_key=True),
    Column("at", Utc),
)
"""When somebody took a request; never who."""
