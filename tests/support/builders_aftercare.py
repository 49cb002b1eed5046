"""Valid events of what follows a request for a peer, and of feedback; part of the builders' table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas import aftercare
from schemas.aftercare import AftercareContact
from schemas.jurisdiction import ContactKind
from tests.support.builders_followup import TEAM

if TYPE_CHECKING:
    from schemas.envelope import Event

_NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def aftercare_given() -> dict[type[Event], dict[str, Any]]:
    """Rows of the builders' table."""
    return {
        aftercare.AftercarePlanned: {
            "kind": ContactKind.COMPREHENSIVE,
            "emergency": True,
            "takers": TEAM,
            "check_ins": (
                AftercareContact(
                    item="check-in-1d",
                    due_at=_NOW + timedelta(days=1),
                    closes_at=_NOW + timedelta(days=3),
                    source="PROPOSAL: the next day",
                ),
            ),
        },
        aftercare.AftercareTakenOver: {"takers": TEAM[:1]},
        aftercare.AftercareDeclined: {},
    }
