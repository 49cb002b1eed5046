"""Cases for followup's unit tests, on the windows of the shipped policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.candidates import Candidate
from schemas.policy import CaseBrief, InterventionKind, Role
from schemas.subjects import derived_id
from services.followup.commands import (
    CloseWindow,
    FallDue,
    FollowupCommand,
    MarkDone,
    MissCheckIn,
    NoteApproval,
    OpenGroupWindows,
    PassTarget,
    PlanFollowup,
)
from services.followup.decider import FOLLOWUP
from services.followup.state import FollowupState
from tests.support.given import Outcome, given
from tests.unit.intake.reports import pack

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
COMMAND = derived_id("a command")
Case = Outcome[FollowupState, FollowupCommand]


def brief(trigger: str = "child_death", **fields: Any) -> CaseBrief:
    base = {
        "tier": pack().triggers[trigger].tier,
        "trigger_class": trigger,
        "urgency": "now",
        "occurred_at": NOW,
        "reported_at": NOW,
        "operations_ongoing": False,
        "policy": pack().snapshot(trigger),
    }
    return CaseBrief.model_validate(base | fields)


def planning(
    trigger: str = "child_death", peers: int = 2, *, complete: bool = True, **fields: Any
) -> PlanFollowup:
    members = [Candidate(member_id=f"p-{n}", role=Role.PEER) for n in range(1, peers + 1)]
    return PlanFollowup(
        command_id=COMMAND,
        now=NOW + HOUR,
        actor="dispatch",
        brief=brief(trigger, **fields),
        members=(*members, Candidate(member_id="m-1", role=Role.MHP)),
        team_complete=complete,
    )


def planned(trigger: str = "child_death", peers: int = 2, **fields: Any) -> Case:
    return given(FOLLOWUP).when(planning(trigger, peers, **fields))


def operations_end(at: datetime) -> OpenGroupWindows:
    return OpenGroupWindows(command_id=COMMAND, now=at, actor="intake", ended_at=at)


def done(item: str, at: datetime = NOW + HOUR) -> MarkDone:
    return MarkDone(command_id=COMMAND, now=at, actor="key:test", item=item)


def approval(*, approved: bool = True, at: datetime = NOW) -> NoteApproval:
    """The professional's word on debriefings."""
    kinds = (InterventionKind.DEBRIEFING,)
    return NoteApproval(
        command_id=COMMAND, now=at, actor="dispatch", kinds=kinds, approved=approved
    )


def pass_target(item: str, at: datetime) -> PassTarget:
    return PassTarget(command_id=COMMAND, now=at, actor="timer", item=item)


def close(item: str, at: datetime) -> CloseWindow:
    return CloseWindow(command_id=COMMAND, now=at, actor="timer", item=item)


def fall_due(item: str, at: datetime) -> FallDue:
    return FallDue(command_id=COMMAND, now=at, actor="timer", item=item)


def miss(item: str, at: datetime) -> MissCheckIn:
    return MissCheckIn(command_id=COMMAND, now=at, actor="timer", item=item)
