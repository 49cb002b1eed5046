"""Commands of a coordinator about a team: each says who, and why in a word of a closed list."""

from __future__ import annotations

from uuid import UUID

from schemas.candidates import Exclusion
from schemas.envelope import By, MemberId
from schemas.policy import Place, Role
from schemas.steps import StepReason
from services.dispatch.commands.case import CaseCommand


class CoordinatorCommand(CaseCommand):
    """What every step of a coordinator carries."""

    by: By
    reason: StepReason


class TakeOver(CoordinatorCommand):
    """Own the case, and have its open alarms."""


class PauseAsking(CoordinatorCommand):
    """Ask nobody new by itself."""


class ResumeAsking(CoordinatorCommand):
    """Ask for the open places again."""


class AnswerAlarm(CoordinatorCommand):
    """Have one alarm, or all that are open."""

    alarm_id: UUID | None = None


class AddMember(CoordinatorCommand):
    """Ask this member, whatever their place in the order."""

    member_id: MemberId
    role: Role
    exclusions: tuple[Exclusion, ...] = ()
    """What the roster says against asking them now."""
    override: tuple[Exclusion, ...] = ()
    """What the coordinator knows of and asks them in spite of."""
    said_yes: bool = False
    """They said so in a call: they have the place."""


class WithdrawMember(CoordinatorCommand):
    """Take a member off the team, or take back what they were asked."""

    member_id: MemberId


class ReplaceMember(WithdrawMember):
    """Take a member off the team and ask another in their place."""

    replacement: MemberId | None = None
    """None asks whoever is next."""
    exclusions: tuple[Exclusion, ...] = ()
    override: tuple[Exclusion, ...] = ()
    said_yes: bool = False


class AskAgain(CoordinatorCommand):
    """Ask members once more who did not answer, or who declined before."""

    member_ids: tuple[MemberId, ...] = ()
    """Empty means everybody who has not answered."""


class ResizeTeam(CoordinatorCommand):
    """The team is to have these places."""

    places: tuple[Place, ...]


CoordinatorStep = (
    TakeOver
    | PauseAsking
    | ResumeAsking
    | AnswerAlarm
    | AddMember
    | WithdrawMember
    | ReplaceMember
    | AskAgain
    | ResizeTeam
)
