"""Commands of members who are on a team and of coordinators, for dispatch's unit tests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas.dispatch import Purpose
from schemas.policy import InterventionKind, Place, Role
from schemas.steps import StepReason
from services.dispatch.commands import (
    AddMember,
    AnswerAlarm,
    AskAgain,
    CannotServe,
    DecideSessions,
    DeclineOffer,
    EscalateAlarm,
    EstimateArrival,
    PauseAsking,
    ReplaceMember,
    ResizeTeam,
    ResumeAsking,
    StandTeamDown,
    StartDelivery,
    TakeOver,
    WithdrawMember,
)
from services.dispatch.decide.claims import alarm_parcel
from tests.unit.dispatch.cases import CASE, COMMAND, NOW, offer_of

if TYPE_CHECKING:
    from uuid import UUID

BY = "member:c-1"
_CASE: dict[str, Any] = {"command_id": COMMAND, "now": NOW, "actor": "link", "case_id": CASE}
_STEP: dict[str, Any] = _CASE | {"by": BY, "actor": BY}


def cannot(member_id: str, now: datetime = NOW, turn: int = 0) -> CannotServe:
    return CannotServe(**_CASE | {"now": now}, offer_id=offer_of(member_id, turn))


def estimate(member_id: str, minutes: int) -> EstimateArrival:
    return EstimateArrival(**_CASE, offer_id=offer_of(member_id), minutes=minutes)


def suggest(member_id: str, colleague: str) -> DeclineOffer:
    return DeclineOffer(**_CASE, offer_id=offer_of(member_id), colleague=colleague)


def sessions(member_id: str, *kinds: InterventionKind, approved: bool = True) -> DecideSessions:
    return DecideSessions(**_CASE, offer_id=offer_of(member_id), kinds=kinds, approved=approved)


def escalate(alarm_id: UUID, after: timedelta = timedelta(minutes=30)) -> EscalateAlarm:
    return EscalateAlarm(**_CASE | {"now": NOW + after}, alarm_id=alarm_id)


def answer_alarm(alarm_id: UUID | None) -> AnswerAlarm:
    return AnswerAlarm(**_STEP, reason=StepReason.ALARM, alarm_id=alarm_id)


def call(alarm_id: UUID, member_id: str, *, escalated: bool = False) -> StartDelivery:
    """The claim of the message that calls somebody about an alarm."""
    return StartDelivery(
        **_CASE,
        parcel_id=alarm_parcel(alarm_id, member_id, escalated=escalated),
        offer_id=None,
        member_id=member_id,
        purpose=Purpose.ALARM,
        channels=("phones",),
        all_channels=True,
        give_up_at=NOW + timedelta(seconds=11),
    )


def take_over() -> TakeOver:
    return TakeOver(**_STEP, reason=StepReason.SENSITIVE)


def pause() -> PauseAsking:
    return PauseAsking(**_STEP, reason=StepReason.BY_PHONE)


def resume() -> ResumeAsking:
    return ResumeAsking(**_STEP, reason=StepReason.SETTLED)


def add(member_id: str, role: Role = Role.PEER, **fields: Any) -> AddMember:
    return AddMember(
        **_STEP, reason=StepReason.BETTER_FIT, member_id=member_id, role=role, **fields
    )


def withdraw(
    member_id: str, reason: StepReason = StepReason.CANNOT_SERVE, now: datetime = NOW
) -> WithdrawMember:
    return WithdrawMember(**_STEP | {"now": now}, reason=reason, member_id=member_id)


def replace(member_id: str, replacement: str | None = None, **fields: Any) -> ReplaceMember:
    why = StepReason.NOT_REACHED
    return ReplaceMember(
        **_STEP, reason=why, member_id=member_id, replacement=replacement, **fields
    )


def ask_again(*member_ids: str, now: datetime = NOW) -> AskAgain:
    why = StepReason.NOBODY_ANSWERS
    return AskAgain(**_STEP | {"now": now}, reason=why, member_ids=member_ids)


def resize(peers: int, mhps: int = 1) -> ResizeTeam:
    wanted = ((Role.PEER, peers), (Role.MHP, mhps))
    places = tuple(Place(role=role, count=count) for role, count in wanted if count)
    return ResizeTeam(**_STEP, reason=StepReason.MORE_EXPOSED, places=places)


def stand_down() -> StandTeamDown:
    return StandTeamDown(**_STEP, reason="not_needed", decided_at=NOW)
