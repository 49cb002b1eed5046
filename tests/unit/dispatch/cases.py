"""Cases for dispatch's unit tests: a small policy, a roster in order, and every command."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas.candidates import Candidate, Excluded, Exclusion
from schemas.deliveries import delivery_id_for
from schemas.dispatch import AlarmReason, Failure, Purpose
from schemas.policy import CaseBrief, Group, Place, ResponsePolicy, Role, Urgency
from schemas.subjects import derived_id
from services.dispatch.commands import (
    AcceptOffer,
    ActivateTeam,
    AlarmCoordinator,
    ConfirmDelivery,
    DeclineOffer,
    DispatchCommand,
    ExcludeMembers,
    ExpireOffer,
    NotifyMember,
    RecordBounce,
    RecordFailure,
    RecordSent,
    ReportTeamOverdue,
    StartDelivery,
    TryNextChannel,
)
from services.dispatch.decide.asking import offer_id_for
from services.dispatch.decider import DISPATCH
from services.dispatch.state import DispatchState
from tests.support.given import Outcome, given

if TYPE_CHECKING:
    from uuid import UUID


CASE = "6b8e3d1c-0000-5000-8000-000000000001"
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
REPLY_WITHIN = timedelta(minutes=15)
COMMAND = derived_id("a command")
Case = Outcome[DispatchState, DispatchCommand]


def policy(peers: int = 2, mhps: int = 1, surplus: int = 1) -> ResponsePolicy:
    wanted = ((Role.PEER, peers), (Role.MHP, mhps))
    return ResponsePolicy(
        policy="test",
        version=1,
        places=tuple(Place(role=role, count=count) for role, count in wanted if count),
        surplus=surplus,
        reply_within=REPLY_WITHIN,
        form_team_within=timedelta(hours=2),
        interventions=(),
        check_ins=(),
        check_in_groups=tuple(Group),
        check_in_grace=timedelta(days=1),
    )


def brief(own: ResponsePolicy | None = None) -> CaseBrief:
    return CaseBrief(
        tier=2,
        trigger_class="child_death",
        urgency=Urgency.NOW,
        occurred_at=NOW,
        reported_at=NOW,
        operations_ongoing=False,
        policy=own or policy(),
    )


def roster(peers: int = 5, mhps: int = 3) -> tuple[Candidate, ...]:
    """p-1, p-2 ... and m-1, m-2 ... in the order of asking."""
    ranks = ((Role.PEER, "p", peers), (Role.MHP, "m", mhps))
    return tuple(
        Candidate(member_id=f"{letter}-{number}", role=role)
        for role, letter, count in ranks
        for number in range(1, count + 1)
    )


def activation(
    candidates: tuple[Candidate, ...] | None = None,
    own: ResponsePolicy | None = None,
    coordinators: tuple[str, ...] = ("c-1",),
    program_leads: tuple[str, ...] = (),
) -> ActivateTeam:
    return ActivateTeam(
        command_id=COMMAND,
        now=NOW,
        actor="intake",
        case_id=CASE,
        brief=brief(own),
        candidates=roster() if candidates is None else candidates,
        excluded=(),
        coordinators=coordinators,
        program_leads=program_leads,
    )


def activated(
    candidates: tuple[Candidate, ...] | None = None,
    own: ResponsePolicy | None = None,
    coordinators: tuple[str, ...] = ("c-1",),
    program_leads: tuple[str, ...] = (),
) -> Case:
    return given(DISPATCH).when(activation(candidates, own, coordinators, program_leads))


def offer_of(member_id: str, turn: int = 0) -> UUID:
    return offer_id_for(CASE, member_id, turn=turn)


def accept(member_id: str, now: datetime = NOW) -> AcceptOffer:
    return AcceptOffer(
        command_id=COMMAND, now=now, actor="link", case_id=CASE, offer_id=offer_of(member_id)
    )


def decline(member_id: str, now: datetime = NOW) -> DeclineOffer:
    return DeclineOffer(
        command_id=COMMAND, now=now, actor="link", case_id=CASE, offer_id=offer_of(member_id)
    )


def expire(member_id: str, now: datetime = NOW + REPLY_WITHIN) -> ExpireOffer:
    return ExpireOffer(
        command_id=COMMAND, now=now, actor="timer", case_id=CASE, offer_id=offer_of(member_id)
    )


def exclude(*member_ids: str) -> ExcludeMembers:
    return ExcludeMembers(
        command_id=COMMAND,
        now=NOW,
        actor="intake",
        case_id=CASE,
        excluded=tuple(
            Excluded(member_id=member_id, reasons=(Exclusion.INVOLVED,)) for member_id in member_ids
        ),
    )


def overdue() -> ReportTeamOverdue:
    late = NOW + timedelta(hours=2)
    return ReportTeamOverdue(command_id=COMMAND, now=late, actor="timer", case_id=CASE)


def alarm(reason: AlarmReason, item: str | None = None) -> AlarmCoordinator:
    return AlarmCoordinator(
        command_id=COMMAND, now=NOW, actor="followup", case_id=CASE, reason=reason, item=item
    )


def remind(member_id: str, item: str) -> NotifyMember:
    return NotifyMember(
        command_id=COMMAND,
        now=NOW,
        actor="followup",
        case_id=CASE,
        member_id=member_id,
        purpose=Purpose.CHECK_IN_DUE,
        item=item,
    )


def parcel_of(member_id: str, purpose: Purpose = Purpose.OFFER) -> UUID:
    return derived_id(offer_of(member_id), purpose)


def delivery_of(member_id: str, purpose: Purpose = Purpose.OFFER, channel: str = "phones") -> UUID:
    return delivery_id_for(parcel_of(member_id, purpose), channel)


def start(
    member_id: str,
    purpose: Purpose = Purpose.OFFER,
    now: datetime = NOW,
    channels: tuple[str, ...] = ("phones",),
    *,
    all_channels: bool = False,
) -> StartDelivery:
    return StartDelivery(
        command_id=COMMAND,
        now=now,
        actor="delivery",
        case_id=CASE,
        parcel_id=parcel_of(member_id, purpose),
        offer_id=offer_of(member_id),
        member_id=member_id,
        purpose=purpose,
        channels=channels,
        all_channels=all_channels,
        give_up_at=now + timedelta(seconds=11),
    )


def sent(
    member_id: str,
    purpose: Purpose = Purpose.OFFER,
    channels: tuple[str, ...] = ("phones",),
    on: int = 0,
) -> RecordSent:
    """Taken on the channel at place `on`."""
    return RecordSent(
        command_id=COMMAND,
        now=NOW,
        actor="delivery",
        case_id=CASE,
        delivery_id=delivery_of(member_id, purpose, channels[on]),
        channels=channels,
    )


def failed(
    member_id: str,
    failure: Failure,
    purpose: Purpose = Purpose.OFFER,
    channels: tuple[str, ...] = ("phones",),
    on: int = 0,
) -> RecordFailure:
    """Not taken on the channel at place `on`."""
    return RecordFailure(
        command_id=COMMAND,
        now=NOW,
        actor="delivery",
        case_id=CASE,
        delivery_id=delivery_of(member_id, purpose, channels[on]),
        failure=failure,
        channels=channels,
    )


def delivered(case: Case, *member_ids: str) -> Case:
    """The offers of these members went out."""
    for member_id in member_ids:
        case = case.and_when(start(member_id)).and_when(sent(member_id))
    return case


def _about(member_id: str, channels: tuple[str, ...], on: int) -> dict[str, Any]:
    return {
        "command_id": COMMAND,
        "now": NOW,
        "actor": "carrier",
        "case_id": CASE,
        "delivery_id": delivery_of(member_id, Purpose.OFFER, channels[on]),
    }


def bounced(member_id: str, channels: tuple[str, ...] = ("phones",), on: int = 0) -> RecordBounce:
    return RecordBounce(**_about(member_id, channels, on), channels=channels)


def confirmed(
    member_id: str, channels: tuple[str, ...] = ("phones",), on: int = 0
) -> ConfirmDelivery:
    return ConfirmDelivery(**_about(member_id, channels, on))


def try_next(
    member_id: str, channels: tuple[str, ...], now: datetime, on: int = 0
) -> TryNextChannel:
    return TryNextChannel(**{**_about(member_id, channels, on), "now": now})
