"""Cases, the questions about them, what happened, what is planned, and how far each stream was read."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from schemas.subjects import Stream
from services.audit.tables.columns import Utc, case_key, metadata, of

positions = Table(
    "positions",
    metadata,
    Column("stream", String, primary_key=True),
    Column("sequence", Integer, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    *case_key(),
    *of(
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
    *of(
        Stream.DISPATCH,
        ("activated_at", Utc),
        ("form_by", Utc),
        ("formed_at", Utc),
        ("exhausted_at", Utc),
        ("missing", String),
        ("no_coordinator", Boolean),
        ("ended_at", Utc),
    ),
    *of(
        Stream.FOLLOWUP,
        ("planned_at", Utc),
        ("cancelled_through", Integer),
        ("approved", JSON),
        ("closed_at", Utc),
    ),
    Index("cases_by_report", "agency", "reported_at"),
    Index("cases_by_number", "agency", "number"),
    Index("cases_by_merge", "agency", "merged_into"),
    Index("cases_by_outcome", "agency", "outcome", "hold", "reported_at"),
)
"""`requested_at` is null while no team is wanted, and does not count from `ended_at` on, when dispatch
stood the team down; what was planned up to the sequence
`cancelled_through` of FOLLOWUP is not needed any more."""

reviews = Table(
    "reviews",
    metadata,
    *case_key(),
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

planned = Table(
    "planned",
    metadata,
    *case_key(),
    Column("item", String, primary_key=True),
    Column("since", Integer),
    Column("kind", String),
    Column("name", String),
    Column("number", Integer),
    Column("audience", String),
    Column("crew", String),
    Column("about", Integer),
    Column("facilitators", Integer),
    Column("leads", String),
    Column("mhp_required", Boolean),
    Column("source", String),
    Column("opens_at", Utc),
    Column("target_at", Utc),
    Column("closes_at", Utc),
    Column("fell_due_at", Utc),
    Column("done_at", Utc),
    Column("missed_at", Utc),
    Column("miss_reason", String),
    Column("declined_at", Utc),
    Column("dropped_at", Utc),
    Column("cancelled_at", Utc),
    Column("cancel_reason", String),
    Column("starts_at", Utc),
    Column("ends_at", Utc),
    Column("held_by", JSON),
    Column("slots", JSON),
    Column("shortage", String),
)
"""Sessions and check-ins. `starts_at` to `ends_at` is the time that everybody was told, `held_by` the
roster numbers of who holds it, `slots` the times that wait for a coordinator's choice. A session without a window waits for the end of operations. `since` is the
sequence that planned it: a plan that was taken back and made anew begins at a new one. `crew` tells
one of several homogeneous groups, such as `metro fire, 2`; a dropped item is planned for others now."""
