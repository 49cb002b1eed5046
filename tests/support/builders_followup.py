"""Valid events of how a plan changes and ends; part of the builders' table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas import followup
from schemas.candidates import Candidate, Circle
from schemas.followup import AddedBecause, MissReason, PlannedIntervention
from schemas.policy import Crew, Driver, Group, InterventionKind, Role

if TYPE_CHECKING:
    from schemas.envelope import Event

_NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
TEAM = (
    Candidate(member_id="p-01", role=Role.PEER, circle=Circle.ON_CALL, because=("on_call_1",)),
    Candidate(member_id="m-01", role=Role.MHP, circle=Circle.AVAILABLE, because=("lot",)),
)
_SESSION = PlannedIntervention(
    item="defusing-responders-metro-fire-2",
    kind=InterventionKind.DEFUSING,
    group=Group.RESPONDERS,
    agency="metro",
    discipline="fire",
    part=2,
    about=12,
    facilitators=2,
    driver=Driver.SYMPTOM,
    opens_at=_NOW,
    target_at=_NOW + timedelta(hours=8),
    closes_at=_NOW + timedelta(hours=12),
    leads=Role.PEER,
    mhp_required=False,
    source="US Coast Guard 1999",
)
_ITEM: dict[str, Any] = {"item": "defusing-responders"}
HELD: dict[str, Any] = _ITEM | {
    "minutes": 45,
    "head_count": 9,
    "facilitators": ("p-01", "m-01"),
    "outcome": followup.SessionOutcome.FOLLOW_UP,
}


def plans_changed() -> dict[type[Event], dict[str, Any]]:
    """Rows of the builders' table."""
    return {
        followup.TeamNoted: {"members": TEAM},
        followup.InterventionAdded: {
            "intervention": _SESSION,
            "after": "defusing-responders",
            "because": AddedBecause.SESSION_HELD,
        },
        followup.WindowsMoved: {"ended_at": _NOW, "interventions": (_SESSION,)},
        followup.CrewsSet: {
            "crews": (
                Crew(exposure=Group.RESPONDERS, agency="metro", discipline="fire", count=24),
            ),
            "by": "key:operator",
            "dropped": ("defusing-responders",),
            "interventions": (_SESSION,),
            "deferred": (),
        },
        followup.InterventionDeclined: _ITEM,
        followup.MissExplained: _ITEM | {"reason": MissReason.NOBODY_FREE, "by": "member:m-01"},
        followup.CaseClosed: {},
    }
