"""Commands about a team: who is asked, who answers, who is told."""

from __future__ import annotations

from uuid import UUID

from schemas.candidates import Candidate, Excluded
from schemas.dispatch import AlarmReason, Purpose
from schemas.envelope import Code, MemberId, Slug, UtcDatetime
from schemas.policy import CaseBrief
from services.dispatch.commands.case import CaseCommand


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


TeamCommand = (
    ActivateTeam
    | StandTeamDown
    | ExcludeMembers
    | AcceptOffer
    | DeclineOffer
    | ExpireOffer
    | ReportTeamOverdue
    | AlarmCoordinator
    | NotifyMember
)
