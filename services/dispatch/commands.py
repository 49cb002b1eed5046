"""What dispatch is asked to do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.dispatch import (
    AlarmReason,
    Candidate,
    Excluded,
    Failure,
    Purpose,
    ReviewQuestion,
    ReviewStage,
)
from schemas.envelope import Code, Command, MemberId, Slug, UtcDatetime
from schemas.intake import ReviewAnswer, Unit
from schemas.policy import CaseBrief, ResponsePolicy, Role


class CaseCommand(Command):
    """A command about one case."""

    case_id: str


class ActivateTeam(CaseCommand):
    """Put a team together from these candidates, in this order."""

    brief: CaseBrief
    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    coordinators: tuple[MemberId, ...]


class StandTeamDown(CaseCommand):
    """The team is not wanted any more."""

    reason: Code
    decided_at: UtcDatetime


class AskReviewers(CaseCommand):
    """Ask these members to decide a review; the question comes with the first asking."""

    review_id: UUID
    stage: ReviewStage
    question: ReviewQuestion | None
    member_ids: tuple[MemberId, ...]


class GiveReviewAnswer(CaseCommand):
    """A member decides."""

    review_id: UUID
    answer: ReviewAnswer
    member_id: MemberId


class CloseReview(CaseCommand):
    """Nobody needs to answer any more."""

    review_id: UUID


class ExcludeMembers(CaseCommand):
    """These members took part: do not ask them, and take back what they were asked."""

    excluded: tuple[Excluded, ...]


class AcceptOffer(CaseCommand):
    """A member takes a place."""

    offer_id: UUID


class DeclineOffer(CaseCommand):
    """A member says no."""

    offer_id: UUID


class ExpireOffer(CaseCommand):
    """An offer's time ran out."""

    offer_id: UUID


class ReportTeamOverdue(CaseCommand):
    """The time to form the team ran out."""


class AlarmCoordinator(CaseCommand):
    """Something needs a human."""

    reason: AlarmReason
    item: Slug | None


class NotifyMember(CaseCommand):
    """Remind a member of the team."""

    member_id: MemberId
    purpose: Purpose
    item: Slug | None


class StartDelivery(CaseCommand):
    """Claim the sending of one message, right before it is handed over."""

    delivery_id: UUID
    offer_id: UUID | None
    member_id: MemberId
    purpose: Purpose
    channel: Slug
    give_up_at: UtcDatetime


class RecordSent(CaseCommand):
    """The carrier took it."""

    delivery_id: UUID


class RecordFailure(CaseCommand):
    """The carrier did not take it, or we cannot know."""

    delivery_id: UUID
    failure: Failure


DispatchCommand = (
    ActivateTeam
    | StandTeamDown
    | AskReviewers
    | GiveReviewAnswer
    | CloseReview
    | ExcludeMembers
    | AcceptOffer
    | DeclineOffer
    | ExpireOffer
    | ReportTeamOverdue
    | AlarmCoordinator
    | NotifyMember
    | StartDelivery
    | RecordSent
    | RecordFailure
)


class RequestPeer(CaseCommand):
    """A member asks for a peer. The first candidate is the chosen one, if there is one."""

    emergency: bool
    chosen: MemberId | None
    brief: CaseBrief
    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    coordinators: tuple[MemberId, ...]
    callback_within: timedelta
    keep_for: timedelta


class CancelRequest(CaseCommand):
    """The one who asked takes it back."""


class MarkReached(CaseCommand):
    """A member who took the request has reached the one who asked."""

    offer_id: UUID


class HandBack(CaseCommand):
    """A member who took the request cannot do it after all."""

    offer_id: UUID


class RaiseEmergency(CaseCommand):
    """A member who took the request wants a mental health professional at once."""

    offer_id: UUID
    response: ResponsePolicy
    candidates: tuple[Candidate, ...]
    callback_within: timedelta


class FinishRequest(CaseCommand):
    """A member who took the request has done their part."""

    offer_id: UUID


class CheckCallback(CaseCommand):
    """The time by which somebody should have called is over."""

    due_at: UtcDatetime
    page_again: Annotated[int, Field(ge=0)]
    """How often an emergency is paged again before only the coordinators are called."""


class StopKeeping(CaseCommand):
    """The time for which a request is kept is over."""

    due_at: UtcDatetime


RequestCommand = (
    RequestPeer
    | CancelRequest
    | MarkReached
    | HandBack
    | RaiseEmergency
    | FinishRequest
    | CheckCallback
    | StopKeeping
)


class EnrollMember(Command):
    """Add a member to the roster, or replace their entry."""

    role: Role
    discipline: Slug
    station: Slug
    units: tuple[Unit, ...]
    designated_from: date
    training_valid_until: date
    contact_confirmed_on: date


class StandMemberDown(Command):
    """Do not ask this member until they return."""

    reason: Code


class ReturnMember(Command):
    """Ask this member again."""


RosterCommand = EnrollMember | StandMemberDown | ReturnMember
