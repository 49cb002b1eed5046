"""Referrals and exceptions: kinds and times, without a case, a member, or an item."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Index, String, Table

from services.audit.tables.columns import Utc, case_key, metadata

referrals = Table(
    "referrals",
    metadata,
    *case_key(),
    Column("category", String),
    Column("offered_at", Utc),
    Index("referrals_by_time", "agency", "offered_at"),
)
"""One row per referral; `case_id` is its own id, and no case's."""

places = Table(
    "places",
    metadata,
    Column("agency", String, primary_key=True),
    Column("resource_id", String, primary_key=True),
    Column("organisation", String),
    Column("category", String),
    Column("public_line", String),
    Column("web", String),
    Column("hours", String),
    Column("disciplines", JSON),
    Column("confirmed_on", Date),
    Column("stale_at", Utc),
    Column("removed_at", Utc),
)
"""Places to turn to: organisations, never a private person."""

exceptions = Table(
    "exceptions",
    metadata,
    *case_key(),
    Column("category", String),
    Column("recorded_at", Utc),
    Column("notice_required", Boolean),
    Column("notice_due_at", Utc),
    Column("notice_sent_at", Utc),
    Index("exceptions_by_time", "agency", "recorded_at"),
)
"""One row per exception; `case_id` is its own id, and no case's."""
