"""Valid events of one-on-ones; part of the builders' table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from schemas import one_on_ones
from schemas.followup import SessionOutcome
from schemas.jurisdiction import ContactKind

if TYPE_CHECKING:
    from schemas.envelope import Event

_NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
_DAY = timedelta(days=1)
_PEER: dict[str, Any] = {"peer": "p-01"}
_HOLD = UUID("6b8e3d1c-0000-4000-8000-00000000000b")
_ONE = "o-6b8e3d1c-0000-4000-8000-00000000000a"
_CASE = "6b8e3d1c-0000-5000-8000-000000000001"


def one_on_ones_kept() -> dict[type[Event], dict[str, Any]]:
    """Rows of the builders' table."""
    return {
        one_on_ones.OneOnOneOpened: _PEER
        | {
            "kind": ContactKind.CISM,
            "designated": True,
            "cross_agency": False,
            "case_id": _CASE,
            "notice": "0123456789ab",
            "next_contact_at": _NOW + _DAY,
        },
        one_on_ones.OneOnOneContacted: _PEER | {"count": 2, "next_contact_at": _NOW + 7 * _DAY},
        one_on_ones.NextContactMoved: _PEER | {"next_contact_at": _NOW + 2 * _DAY},
        one_on_ones.ContactFellDue: _PEER | {"due_at": _NOW, "asked": 1, "again_at": _NOW + _DAY},
        one_on_ones.OneOnOneOverdue: _PEER | {"due_at": _NOW - 3 * _DAY, "again_at": _NOW + _DAY},
        one_on_ones.HandOverOffered: _PEER | {"to": "p-02", "by": "member:p-01"},
        one_on_ones.HandOverDeclined: _PEER | {"to": "p-02"},
        one_on_ones.OneOnOneTakenOver: {"peer": "p-02", "before": "p-01", "designated": True},
        one_on_ones.OneOnOneOrphaned: _PEER | {"again_at": _NOW + _DAY},
        one_on_ones.OneOnOneClosed: _PEER
        | {
            "outcome": SessionOutcome.NO_FURTHER,
            "closed_at": _NOW,
            "erase_at": _NOW + 30 * _DAY,
        },
        one_on_ones.OneOnOneErased: _PEER | {"due_at": _NOW},
        one_on_ones.LegalHoldSet: {
            "hold_id": _HOLD,
            "scope": one_on_ones.HoldScope.ONE_ON_ONE,
            "case_id": None,
            "one_on_one": _ONE,
            "reason": one_on_ones.HoldReason.SUBPOENA,
            "by": "key:operator",
        },
        one_on_ones.LegalHoldLifted: {
            "hold_id": _HOLD,
            "reason": one_on_ones.LiftReason.RELEASED,
            "by": "key:operator",
        },
        one_on_ones.GlassBroken: {
            "one_on_one": _ONE,
            "peer": "p-01",
            "on_behalf_of": "m-01",
            "reason": one_on_ones.GlassReason.SAFETY,
            "by": "key:operator",
            "broken_at": _NOW,
            "shown": True,
        },
    }
