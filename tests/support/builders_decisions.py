"""Valid events of what people decide; part of the builders' table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas import dispatch, followup, intake
from schemas.dispatch import ReviewQuestion, ReviewStage
from schemas.intake import (
    ChangeReason,
    Evidence,
    MatchedBy,
    Outcome,
    ReviewAnswer,
    ReviewKind,
)
from schemas.subjects import case_id_for, derived_id
from tests.support.builders_followup import TEAM

if TYPE_CHECKING:
    from schemas.envelope import Event

_NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
_OTHER = case_id_for("metro", "police", "P26-0001")
_REVIEW: dict[str, Any] = {"review_id": derived_id("builders", "review")}
_QUESTION: dict[str, Any] = {
    "kind": ReviewKind.ACTIVATE,
    "trigger_class": "media_interest",
    "tier": 3,
    "incident_type": "Structure fire",
    "occurred_at": _NOW - timedelta(minutes=20),
    "evidence": (
        Evidence(
            rule="media",
            trigger_class="media_interest",
            field="flags",
            shown="flags: media_interest",
            source="TEST: a rule",
        ),
    ),
    "answer_by": _NOW + timedelta(minutes=30),
}


def decisions(brief: Any, candidates: Any, planned: Any, deferred: Any, check_in: Any) -> Any:
    """Rows of the builders' table."""
    rows: dict[type[Event], dict[str, Any]] = {
        intake.RecommendationChanged: {
            "before": Outcome.ROUTINE,
            "after": Outcome.CRITICAL,
            "trigger_class": "child_death",
            "reason": ChangeReason.NEW_REPORT,
        },
        intake.CaseRaised: {
            "trigger_class": "coworker_suicide",
            "occurred_at": _NOW,
            "units": ("E7",),
        },
        intake.CaseLowered: {"reason": "not_needed"},
        intake.DeactivationRequested: {"reason": "false_alarm"},
        intake.ReviewOpened: _REVIEW | _QUESTION | {"backup_at": _NOW + timedelta(minutes=10)},
        intake.ReviewEscalated: _REVIEW,
        intake.ReviewOverdue: _REVIEW,
        intake.ReviewAnswered: _REVIEW | {"answer": ReviewAnswer.RAISE},
        intake.CaseMerged: {
            "into": _OTHER,
            "matched_by": MatchedBy.TIME_PLACE_TYPE,
            "why": ("within_20_minutes", "same_place", "same_kind"),
        },
        intake.CaseAbsorbed: {
            "other": _OTHER,
            "matched_by": MatchedBy.PERSON,
            "units": ("P9",),
        },
        intake.CaseSplit: {"out_of": _OTHER},
        dispatch.TeamWidened: {
            "brief": brief,
            "candidates": candidates,
            "form_by": _NOW + timedelta(hours=1),
        },
        dispatch.TeamStoodDown: {"reason": "false_alarm", "decided_at": _NOW, "by": None},
        dispatch.ReviewersAsked: _REVIEW
        | {
            "stage": ReviewStage.COORDINATOR,
            "question": ReviewQuestion(**_QUESTION),
            "member_ids": ("c-01",),
        },
        dispatch.ReviewAnswerGiven: _REVIEW | {"answer": ReviewAnswer.DECLINE, "member_id": "c-01"},
        dispatch.ReviewClosed: _REVIEW,
        followup.FollowupWidened: {
            "brief": brief,
            "peers": ("p-01",),
            "members": TEAM,
            "interventions": (planned,),
            "deferred": (deferred,),
            "check_ins": (check_in,),
        },
        followup.FollowupCancelled: {"decided_at": _NOW},
    }
    return rows
