"""Anonymous feedback as counters of whole weeks: no id of a person, a case or a member."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table

from services.audit.tables.columns import Utc, metadata

feedback = Table(
    "feedback",
    metadata,
    Column("agency", String, primary_key=True),
    Column("quarter", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("batch", String, primary_key=True),
    Column("answered", Integer),
    Column("tallies", JSON),
    Column("shown_from", Utc),
)
"""One row per week, quarter and kind of support."""
