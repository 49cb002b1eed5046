"""Exercises: their plans and how they ended, apart from the cases. INTAKE writes all of it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Index, Integer, String, Table

from services.audit.tables.columns import Utc, case_key, metadata

drills = Table(
    "drills",
    metadata,
    *case_key(),
    Column("trigger_class", String),
    Column("tier", Integer),
    Column("roles", JSON),
    Column("earliest", Utc),
    Column("latest", Utc),
    Column("reached_target", Float),
    Column("answered_target", Float),
    Column("reply_seconds", Float),
    Column("form_seconds", Float),
    Column("planned_at", Utc),
    Column("begun_at", Utc),
    Column("ended_at", Utc),
    Column("reason", String),
    Index("drills_by_plan", "agency", "planned_at"),
)
"""A case that has a row here is counted nowhere else. When one begins is not known before it has."""
