"""One-on-ones as clocks, legal holds, and each time the glass was broken: no peer's one-on-ones."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, String, Table

from services.audit.tables.columns import Utc, case_key, metadata

one_on_ones = Table(
    "one_on_ones",
    metadata,
    *case_key(),
    Column("kind", String),
    Column("opened_at", Utc),
    Column("overdue_at", Utc),
    Column("closed_at", Utc),
    Column("erase_at", Utc),
    Column("erased_at", Utc),
)
"""One row each; `case_id` is its own id, and no case's. Whose it is stays out of the views."""

holds = Table(
    "holds",
    metadata,
    Column("agency", String, primary_key=True),
    Column("hold_id", String, primary_key=True),
    Column("scope", String),
    Column("reason", String),
    Column("set_by", String),
    Column("set_at", Utc),
    Column("lift_reason", String),
    Column("lifted_by", String),
    Column("lifted_at", Utc),
)

glass = Table(
    "glass",
    metadata,
    Column("agency", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("broken_at", Utc),
    Column("reason", String),
    Column("broken_by", String),
    Column("on_behalf_of", String),
    Column("shown", Boolean),
)
"""Who opened what is not theirs, and who answers for it."""
