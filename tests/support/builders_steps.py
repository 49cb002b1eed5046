"""Valid events of what members and coordinators do with a team; part of the builders' table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas import dispatch, followup, steps
from schemas.candidates import Candidate, Circle, Exclusion
from schemas.policy import InterventionKind, Role
from schemas.steps import StepReason
from schemas.subjects import derived_id

if TYPE_CHECKING:
    from schemas.envelope import Event

_NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
_OFFER: dict[str, Any] = {"offer_id": derived_id("builders", "offer"), "member_id": "p-01"}
_ALARM: dict[str, Any] = {"alarm_id": derived_id("builders", "alarm")}
_BY: dict[str, Any] = {"by": "key:operator", "reason": StepReason.NOBODY_ANSWERS}
_KINDS: dict[str, Any] = {"kinds": (InterventionKind.DEBRIEFING,)}
WITHDRAWN: dict[str, Any] = {"reason": "team_complete", "by": None, "why": None, "fill_by": None}


def steps_taken(places: Any) -> Any:
    """Rows of the builders' table."""
    added = Candidate(
        member_id="p-07",
        role=Role.PEER,
        circle=Circle.AVAILABLE,
        because=("added_by_hand",),
    )
    rows: dict[type[Event], dict[str, Any]] = {
        dispatch.AlarmEscalated: _ALARM
        | {
            "reason": dispatch.AlarmReason.TEAM_OVERDUE,
            "item": None,
            "member_ids": ("l-01",),
        },
        steps.StandbyOffered: _OFFER
        | {"role": Role.PEER, "stands_until": _NOW + timedelta(hours=1)},
        steps.ArrivalEstimated: _OFFER
        | {"minutes": 40, "expected_at": _NOW + timedelta(minutes=40)},
        steps.MemberSuggested: {
            "offer_id": _OFFER["offer_id"],
            "by": "p-01",
            "member_id": "p-02",
        },
        steps.CandidateAdded: _BY
        | {
            "candidate": added,
            "overridden": (Exclusion.INVOLVED,),
            "privilege_at_risk": True,
        },
        steps.MembersAskedAgain: _BY | {"member_ids": ("p-01",)},
        steps.TeamResized: _BY | {"places": places, "form_by": _NOW + timedelta(hours=1)},
        steps.AlarmAnswered: _ALARM | {"by": "member:c-01", "reason": StepReason.ALARM},
        steps.CaseTakenOver: _BY,
        steps.AskingPaused: _BY,
        steps.AskingResumed: _BY,
        steps.GroupSessionsApproved: _KINDS | {"member_id": "m-01"},
        steps.GroupSessionsRefused: _KINDS | {"member_id": "m-01"},
        followup.ApprovalGiven: _KINDS | {"in_force": _KINDS["kinds"]},
        followup.ApprovalWithdrawn: _KINDS | {"in_force": ()},
    }
    return rows
