"""Valid events of when interventions take place; part of the builders' table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas import sessions
from schemas.sessions import Slot

if TYPE_CHECKING:
    from schemas.envelope import Event

_NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
_HOLD = ("p-01", "m-01")
_ITEM: dict[str, Any] = {"item": "defusing-responders"}
_TIME: dict[str, Any] = {
    "starts_at": _NOW + timedelta(hours=4),
    "ends_at": _NOW + timedelta(hours=4, minutes=45),
}
_HELD_BY: dict[str, Any] = _ITEM | _TIME | {"facilitators": _HOLD, "sequence": 1}
_COVER: dict[str, Any] = _ITEM | _TIME | {"units": ("E1", "M4"), "sequence": 1}


def sessions_scheduled() -> dict[type[Event], dict[str, Any]]:
    """Rows of the builders' table."""
    return {
        sessions.InterventionProposed: _ITEM
        | {
            "slots": (Slot(**_TIME, facilitators=_HOLD),),
            "facilitators": 2,
            "unsure": True,
            "awaits_approval": False,
            "confirm_at": _NOW + timedelta(hours=2),
            "late_seconds": 0,
        },
        sessions.ProposalFailed: _ITEM
        | {
            "why": sessions.Shortage.NOBODY_FREE,
            "wanted": 2,
            "found": 1,
            "late_seconds": 7200,
        },
        sessions.InterventionScheduled: _HELD_BY
        | {
            "by": "key:operator",
            "scheduled_at": _NOW,
            "place": "st-1",
            "released": ("p-02",),
            "unsure": False,
        },
        sessions.InterventionUnscheduled: _HELD_BY
        | {"because": sessions.UnscheduledBecause.PLAN_CHANGED, "place": "st-1"},
        sessions.InterventionCancelled: _ITEM
        | {
            "reason": sessions.CancelReason.NOBODY_WANTED_IT,
            "by": "key:operator",
            "sequence": 2,
        },
        sessions.WindowExtended: _ITEM
        | {
            "opens_at": _NOW + timedelta(hours=1),
            "closes_at": _NOW + timedelta(hours=24),
            "by": "member:m-01",
            "reason": sessions.ExtendReason.OFF_SHIFT,
        },
        sessions.WindowClosingWarned: _ITEM
        | {"closes_at": _NOW + timedelta(hours=12), "late_seconds": 0},
        sessions.FacilitatorsReminded: _HELD_BY
        | {
            "ahead": sessions.Ahead.HOUR,
            "place": "st-1",
            "skipped": False,
            "late_seconds": 0,
        },
        sessions.OutcomeAsked: _HELD_BY | {"late_seconds": 0},
        sessions.ItemEscalated: _ITEM
        | {
            "member_id": "p-01",
            "reason": sessions.EscalationReason.CANNOT_HOLD,
            "by": "member:p-01",
        },
        sessions.CoverageRequested: _COVER | {"count": 9},
        sessions.CoverageReleased: _COVER,
    }
