"""Members as counts and dates need them: numbers and roles, never names or contacts."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, String, Table

from services.audit.tables.columns import Utc, metadata

members = Table(
    "members",
    metadata,
    Column("agency", String, primary_key=True),
    Column("member_id", String, primary_key=True),
    Column("role", String),
    Column("available", Boolean),
    Column("discipline", String),
    Column("station", String),
    Column("designated_from", Date),
    Column("designated_until", Date),
    Column("left_on", Date),
    Column("training_valid_until", Date),
    Column("contact_confirmed_on", Date),
    Column("confirmed_on", Date),
    Column("competencies", JSON),
    Column("muted_until", Utc),
    Column("down_for", String),
    Column("has_hours", Boolean),
)
"""`competencies` are the trainings as they were told: kind, `earned_on`, and `valid_until` where the
certificate names a day. The designation ends on `left_on` where that lies on or after
`designated_from`, else on `designated_until`; the contact was confirmed on the later of its two days.
"""

coverage = Table(
    "coverage",
    metadata,
    Column("agency", String, primary_key=True),
    Column("checked_at", Utc),
    Column("gaps", JSON),
)
"""What the last look at the rotas found open."""
