"""Valid events of what follows a request for a peer, and of feedback; part of the builders' table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas import aftercare, feedback
from schemas.aftercare import AftercareContact
from schemas.feedback import Answer, Question, SupportKind
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
        aftercare.AftercareEscalated: {"item": "check-in-1d", "peer": "p-1"},
        aftercare.AftercareDeclined: {},
        feedback.FeedbackCounted: {
            "kind": SupportKind.GROUP,
            "quarter": "2026-q1",
            "batch": "2026-w10",
            "count": 6,
            "tallies": {question: {Answer.YES: 5, Answer.NO: 1} for question in Question},
            "shown_from": _NOW + timedelta(days=50),
        },
    }
