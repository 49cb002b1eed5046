"""What a coordinator sends with each step; why is a word of the step's own list."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.candidates import Exclusion
from schemas.envelope import MemberId
from schemas.policy import Place, Role
from schemas.steps import REASONS, StepReason, TeamStep

if TYPE_CHECKING:
    from collections.abc import Mapping


class Step(BaseModel):
    """What every step says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    STEP: ClassVar[TeamStep]
    reason: StepReason

    @model_validator(mode="after")
    def _fits(self) -> Step:
        allowed = REASONS[self.STEP]
        if self.reason not in allowed:
            words = ", ".join(each.value for each in allowed)
            raise ValueError(f"reason: for {self.STEP.value} it is one of: {words}")
        return self


class TakeOverBody(Step):
    """Own the case."""

    STEP = TeamStep.TAKE_OVER


class PauseBody(Step):
    """Ask nobody new."""

    STEP = TeamStep.PAUSE


class ResumeBody(Step):
    """Ask again for what is open."""

    STEP = TeamStep.RESUME


class AnswerAlarmBody(Step):
    """Have an alarm."""

    STEP = TeamStep.ANSWER_ALARM
    reason: StepReason = StepReason.ALARM
    alarm_id: UUID | None = None
    """None means all that are open."""


class AddMemberBody(Step):
    """Ask a member past the order."""

    STEP = TeamStep.ADD_MEMBER
    member_id: MemberId
    role: Role | None = None
    """None takes the member's own."""
    override: tuple[Exclusion, ...] = ()
    said_yes: bool = False
    """They said so in a call."""


class WithdrawMemberBody(Step):
    """Take a member off the team."""

    STEP = TeamStep.WITHDRAW_MEMBER
    member_id: MemberId


class ReplaceMemberBody(Step):
    """One goes, another is asked."""

    STEP = TeamStep.REPLACE_MEMBER
    member_id: MemberId
    replacement: MemberId | None = None
    """None asks whoever is next."""
    override: tuple[Exclusion, ...] = ()
    said_yes: bool = False


class AskAgainBody(Step):
    """Ask once more."""

    STEP = TeamStep.ASK_AGAIN
    member_ids: Annotated[tuple[MemberId, ...], Field(max_length=100)] = ()
    """Empty means everybody who has not answered."""


class ResizeBody(Step):
    """How many of each role."""

    STEP = TeamStep.RESIZE
    places: Annotated[tuple[Place, ...], Field(min_length=1, max_length=len(Role))]

    @model_validator(mode="after")
    def _once_each(self) -> ResizeBody:
        roles = [place.role for place in self.places]
        if len(roles) != len(set(roles)):
            raise ValueError("places: each role once")
        return self


class StandDownBody(Step):
    """No team."""

    STEP = TeamStep.STAND_DOWN


BODIES: Mapping[TeamStep, type[Step]] = MappingProxyType(
    {
        body.STEP: body
        for body in (
            TakeOverBody,
            PauseBody,
            ResumeBody,
            AnswerAlarmBody,
            AddMemberBody,
            WithdrawMemberBody,
            ReplaceMemberBody,
            AskAgainBody,
            ResizeBody,
            StandDownBody,
        )
    }
)
