"""Reports and commands for intake's unit tests: valid, with every field to override."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid5

from schemas.subjects import derived_id
from services.intake.commands import Report, ReportIncident
from services.intake.decider import intake_decider
from services.intake.policy import Pack, parse_pack

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
PACK_TEXT = (Path(__file__).parents[3] / "policy" / "cism.yaml").read_text(encoding="utf-8")


@lru_cache
def pack() -> Pack:
    return parse_pack(PACK_TEXT)


DECIDER = intake_decider(pack())
CHILD_DIED: dict[str, Any] = {
    "incident_type": "Pediatric cardiac arrest",
    "narrative": "3 y/o, pronounced on scene",
}
LOCKOUT: dict[str, Any] = {"incident_type": "Vehicle lockout"}


def report(**fields: Any) -> Report:
    base = {"source": "cad", "number": "26-1", "occurred_at": NOW, "units": ("E12",)}
    return Report.model_validate({**base, **LOCKOUT, **fields})


def telling(now: datetime = NOW, ignored_fields: int = 0, **fields: Any) -> ReportIncident:
    """A command; the fingerprint follows from the report, so the same report is a repeat."""
    told = report(**fields)
    digest = hashlib.sha256(told.model_dump_json().encode()).hexdigest()[:32]
    return ReportIncident(
        command_id=uuid5(derived_id("telling"), digest + now.isoformat()),
        now=now,
        actor="feed:cad",
        report=told,
        fingerprint=digest,
        ignored_fields=ignored_fields,
    )
