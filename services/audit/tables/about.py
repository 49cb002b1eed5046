"""What is known of the views themselves."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from services.audit.tables.columns import Utc, metadata

about = Table(
    "about",
    metadata,
    Column("name", String, primary_key=True),
    Column("at", Utc, nullable=False),
)
"""Moments by name: `filled`, when these views had first caught up with their streams."""
