"""Commands about a team: who is asked, who answers, who is told."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.candidates import Candidate, Excluded, Lent
from schemas.dispatch import AlarmReason, Purpose
from schemas.envelope import By, Code, Frozen, MemberId, Slug, UtcDatetime
from schemas.policy import Card, CaseBrief, InterventionKind
from schemas.sessions import Appointment, Coverage
from services.dispatch.commands.case import CaseCommand


class ActivateTeam(CaseCommand):
    """Put a team together from these candidates, in this order."""

    brief: CaseBrief
    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    coordinators: tuple[MemberId, ...]
    program_leads: tuple[MemberId, ...] = ()
    neighbours: tuple[Lent, ...] = ()


class StandTeamDown(CaseCommand):
    """The team is not wanted any more."""

    reason: Code
    decided_at: UtcDatetime
    by: By | None = None
    """Given when a coordinator says so on the case itself."""


class ExcludeMembers(CaseCommand):
    """These members took part: do not ask them, and take back what they were asked."""

    excluded: tuple[Excluded, ...]


class AcceptOffer(CaseCommand):
    """A member takes a place."""

    offer_id: UUID


class DeclineOffer(CaseCommand):
    """A member says no, and may name a colleague to ask."""

    offer_id: UUID
    colleague: MemberId | None = None


class CannotServe(CaseCommand):
    """A member who took a place, or stands by, cannot after all."""

    offer_id: UUID


class EstimateArrival(CaseCommand):
    """A member who took a place says when they can be there."""

    offer_id: UUID
    minutes: Annotated[int, Field(ge=1, le=600)]


class DecideSessions(CaseCommand):
    """The mental health professional on the team approves kinds of group intervention, or not now."""

    offer_id: UUID
    kinds: tuple[InterventionKind, ...]
    approved: bool


class ExpireOffer(CaseCommand):
    """An offer's time ran out, and that of those which were made with it."""

    offer_id: UUID
    also: tuple[UUID, ...] = ()


class ReportTeamOverdue(CaseCommand):
    """The time to form the team ran out."""

    due_at: UtcDatetime | None = None


class EscalateAlarm(CaseCommand):
    """The time to answer an alarm ran out."""

    alarm_id: UUID


class AlarmCoordinator(CaseCommand):
    """Something needs a human."""

    reason: AlarmReason
    item: Slug | None
    detail: str = ""
    """What tells it from an earlier call for the same, such as when the window closes now."""


class NotifyMember(CaseCommand):
    """Remind a member of the team."""

    member_id: MemberId
    purpose: Purpose
    item: Slug | None
    card: Card | None = None


class Notice(Frozen):
    """What one member is told; without a name it is for every coordinator of the case."""

    member_id: MemberId | None
    purpose: Purpose
    about: MemberId | None = None
    appointment: Appointment | None = None
    coverage: Coverage | None = None


class TellMembers(CaseCommand):
    """Tell members when they hold a session, or a dispatch center whom to cover."""

    item: Slug
    about: str
    """The news that it comes from: nobody hears of the same twice."""
    notices: tuple[Notice, ...]


TeamCommand = (
    ActivateTeam
    | StandTeamDown
    | ExcludeMembers
    | AcceptOffer
    | DeclineOffer
    | CannotServe
    | EstimateArrival
    | DecideSessions
    | ExpireOffer
    | ReportTeamOverdue
    | EscalateAlarm
    | AlarmCoordinator
    | NotifyMember
    | TellMembers
)
