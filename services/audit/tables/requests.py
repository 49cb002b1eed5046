"""Members' own requests for a peer: times and nothing else, never among the cases."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from services.audit.tables.columns import Utc, case_key, metadata

requests = Table(
    "requests",
    metadata,
    *case_key(),
    Column("asked_at", Utc),
    Column("alarmed_at", Utc),
    Column("is_taken", Boolean),
    Column("reached_at", Utc),
    Column("closed_at", Utc),
    Column("emergency_at", Utc),
    Column("category", String),
    Column("rounds", Integer),
    Index("requests_by_time", "agency", "asked_at"),
)
"""Requests for a peer, and never with a member. `rounds` is how often an emergency was paged again."""

answers = Table(
    "answers",
    metadata,
    *case_key(),
    Column("sequence", Integer, primary_key=True),
    Column("at", Utc),
)
"""When somebody took a request; never who."""
