"""What members and coordinators do beyond yes and no, as dispatch records it: by whom, when and why.

Why is a word of a closed list: there is no field for a sentence about anybody.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.candidates import Candidate, Exclusion
from schemas.envelope import By, Event, MemberId, UtcDatetime
from schemas.policy import InterventionKind, Place, Role

if TYPE_CHECKING:
    from collections.abc import Mapping


class TeamStep(StrEnum):
    """What a coordinator can do with a case's team."""

    TAKE_OVER = "take-over"
    PAUSE = "pause"
    RESUME = "resume"
    ANSWER_ALARM = "answer-alarm"
    ADD_MEMBER = "add-member"
    WITHDRAW_MEMBER = "withdraw-member"
    REPLACE_MEMBER = "replace-member"
    ASK_AGAIN = "ask-again"
    RESIZE = "resize"
    STAND_DOWN = "stand-down"


class StepReason(StrEnum):
    """Why a step was taken; nothing about anybody."""

    NOBODY_ANSWERS = "nobody_answers"
    ALARM = "alarm"
    """An alarm called for it."""
    BY_PHONE = "by_phone"
    """Settled in a call between people."""
    DIRECTED = "directed"
    """The clinical director, the mental health professional or the command wants it."""
    BETTER_FIT = "better_fit"
    """Discipline, language or station fit better."""
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    CANNOT_SERVE = "cannot_serve"
    NOT_REACHED = "not_reached"
    DID_NOT_COME = "did_not_come"
    MORE_EXPOSED = "more_exposed"
    """More people were there than was known."""
    FEWER_EXPOSED = "fewer_exposed"
    LONG_OPERATION = "long_operation"
    SENSITIVE = "sensitive"
    """A person's hand is better than the machine's here."""
    SETTLED = "settled"
    """What the step was for is over."""
    NOT_NEEDED = "not_needed"
    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"
    HANDLED_ELSEWHERE = "handled_elsewhere"
    PLACE_REOPENED = "place_reopened"
    """Somebody dropped out; the rule for those who stand by says it, never a person."""


_WHY = StepReason
REASONS: Mapping[TeamStep, tuple[StepReason, ...]] = MappingProxyType(
    {
        TeamStep.TAKE_OVER: (_WHY.ALARM, _WHY.NOBODY_ANSWERS, _WHY.SENSITIVE, _WHY.DIRECTED),
        TeamStep.PAUSE: (_WHY.BY_PHONE, _WHY.SENSITIVE, _WHY.DIRECTED, _WHY.FEWER_EXPOSED),
        TeamStep.RESUME: (_WHY.SETTLED, _WHY.NOBODY_ANSWERS, _WHY.DIRECTED, _WHY.MORE_EXPOSED),
        TeamStep.ANSWER_ALARM: (_WHY.ALARM, _WHY.BY_PHONE, _WHY.SETTLED),
        TeamStep.ADD_MEMBER: (
            _WHY.NOBODY_ANSWERS,
            _WHY.BETTER_FIT,
            _WHY.BY_PHONE,
            _WHY.MORE_EXPOSED,
            _WHY.DIRECTED,
        ),
        TeamStep.WITHDRAW_MEMBER: (
            _WHY.CANNOT_SERVE,
            _WHY.NOT_REACHED,
            _WHY.DID_NOT_COME,
            _WHY.CONFLICT_OF_INTEREST,
            _WHY.FEWER_EXPOSED,
            _WHY.DIRECTED,
        ),
        TeamStep.REPLACE_MEMBER: (
            _WHY.CANNOT_SERVE,
            _WHY.NOT_REACHED,
            _WHY.DID_NOT_COME,
            _WHY.CONFLICT_OF_INTEREST,
            _WHY.BETTER_FIT,
            _WHY.LONG_OPERATION,
            _WHY.DIRECTED,
        ),
        TeamStep.ASK_AGAIN: (_WHY.NOBODY_ANSWERS, _WHY.BY_PHONE, _WHY.ALARM),
        TeamStep.RESIZE: (
            _WHY.MORE_EXPOSED,
            _WHY.FEWER_EXPOSED,
            _WHY.LONG_OPERATION,
            _WHY.DIRECTED,
        ),
        TeamStep.STAND_DOWN: (
            _WHY.NOT_NEEDED,
            _WHY.FALSE_ALARM,
            _WHY.DUPLICATE,
            _WHY.HANDLED_ELSEWHERE,
        ),
    }
)
"""The reasons that fit each step, the likeliest first: forms offer these and no others are taken."""


class StandbyOffered(Event):
    """The member said yes when the team was complete: thanked, and first when a place opens again.

    Until `stands_until` their yes still holds and they are given the place; later they are asked.
    """

    NAME: ClassVar[str] = "standby_offered"
    offer_id: UUID
    member_id: MemberId
    role: Role
    stands_until: UtcDatetime


class ArrivalEstimated(Event):
    """A member who took a place says when they can be there."""

    NAME: ClassVar[str] = "arrival_estimated"
    offer_id: UUID
    member_id: MemberId
    minutes: Annotated[int, Field(ge=1, le=600)]
    expected_at: UtcDatetime


class MemberSuggested(Event):
    """A member who declined names a colleague to ask in their place.

    `member_id` is None when the one they named may not be asked, or was asked before.
    """

    NAME: ClassVar[str] = "member_suggested"
    offer_id: UUID
    by: MemberId
    member_id: MemberId | None


class CandidateAdded(Event):
    """A coordinator wants this member asked. `overridden` are the reasons against it."""

    NAME: ClassVar[str] = "candidate_added"
    candidate: Candidate
    by: By
    reason: StepReason
    overridden: tuple[Exclusion, ...] = ()
    privilege_at_risk: bool = False
    """What is said to them may not be privileged (Louisiana CE 518)."""


class MembersAskedAgain(Event):
    """These members get another offer for this team; their earlier ones are settled by it."""

    NAME: ClassVar[str] = "members_asked_again"
    member_ids: tuple[MemberId, ...]
    by: By
    reason: StepReason


class TeamResized(Event):
    """The team is to have these places; who has taken one keeps it."""

    NAME: ClassVar[str] = "team_resized"
    places: tuple[Place, ...]
    by: By
    reason: StepReason
    form_by: UtcDatetime


class AlarmAnswered(Event):
    """Somebody has it: nobody else is called about this alarm."""

    NAME: ClassVar[str] = "alarm_answered"
    alarm_id: UUID
    by: By
    reason: StepReason = StepReason.ALARM


class CaseTakenOver(Event):
    """A coordinator owns the case from now on. Asking goes on until they pause it."""

    NAME: ClassVar[str] = "case_taken_over"
    by: By
    reason: StepReason


class AskingPaused(Event):
    """Nobody new is asked until it is resumed; who was asked may still answer."""

    NAME: ClassVar[str] = "asking_paused"
    by: By
    reason: StepReason


class AskingResumed(Event):
    """The open places are asked for again."""

    NAME: ClassVar[str] = "asking_resumed"
    by: By
    reason: StepReason


class GroupSessionsApproved(Event):
    """The mental health professional on the team approves group interventions of these kinds."""

    NAME: ClassVar[str] = "group_sessions_approved"
    member_id: MemberId
    kinds: tuple[InterventionKind, ...]


class GroupSessionsRefused(Event):
    """Not now, says the mental health professional on the team; asked for no reason."""

    NAME: ClassVar[str] = "group_sessions_refused"
    member_id: MemberId
    kinds: tuple[InterventionKind, ...]
