"""Intake's rules, one file per concern; this one only says which rule answers which command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.refusals import Refusal, RefusalCode
from services.intake.commands import (
    AbsorbCase,
    AnswerReview,
    EscalateReview,
    IntakeCommand,
    LowerCase,
    MergeCase,
    RaiseCase,
    ReportIncident,
    ReportReviewOverdue,
    SplitCase,
)
from services.intake.decide.merges import absorb, merge, split
from services.intake.decide.people import answer, escalate, lower_case, overdue, raise_case
from services.intake.decide.reports import again, aside, first
from services.intake.state import Exercise, IntakeState, Merged, Seen, Unseen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.intake.policy import Pack

_UNKNOWN = Refusal(RefusalCode.UNKNOWN_CASE, "There is no such case.")
_EXERCISE = Refusal(
    RefusalCode.EXERCISE,
    "This is an exercise: it is never raised, lowered or merged; cancel it as an exercise.",
)
_NOT_MERGED = Refusal(RefusalCode.NOT_MERGED, "This case is not merged into another.")


def decide(pack: Pack, command: IntakeCommand, state: IntakeState) -> Sequence[Event] | Refusal:
    """What follows from a command."""
    match state:
        case Unseen():
            return _unseen(pack, command, state)
        case Seen():
            return _seen(pack, command, state)
        case Merged():
            return _merged(pack, command, state)
        case Exercise():
            return _EXERCISE


def _unseen(pack: Pack, command: IntakeCommand, state: Unseen) -> Sequence[Event] | Refusal:
    match command:
        case ReportIncident():
            return first(pack, command)
        case RaiseCase():
            return raise_case(pack, command, state)
        case MergeCase():
            return merge(command, state)
        case _:
            return _UNKNOWN


def _seen(  # noqa: C901, PLR0911 - one line per command
    pack: Pack, command: IntakeCommand, state: Seen
) -> Sequence[Event] | Refusal:
    match command:
        case ReportIncident():
            return again(pack, command, state)
        case RaiseCase():
            return raise_case(pack, command, state)
        case LowerCase():
            return lower_case(command, state)
        case AnswerReview():
            return answer(pack, command, state)
        case EscalateReview():
            return escalate(command, state)
        case ReportReviewOverdue():
            return overdue(command, state)
        case MergeCase():
            return merge(command, state)
        case AbsorbCase():
            return absorb(command, state)
        case SplitCase():
            return _NOT_MERGED


def _merged(pack: Pack, command: IntakeCommand, state: Merged) -> Sequence[Event] | Refusal:
    """What is told of a merged case is kept here for a split, and told to the case that it is."""
    match command:
        case ReportIncident():
            return aside(pack, command, state.before)
        case MergeCase() if command.into.case_id == state.into:
            return ()
        case SplitCase():
            return split(pack, command, state)
        case EscalateReview() | ReportReviewOverdue():
            return Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "This case is another one now.")
        case _:
            return Refusal(
                RefusalCode.MERGED, f"This case was merged into {state.into}: decide there."
            )
