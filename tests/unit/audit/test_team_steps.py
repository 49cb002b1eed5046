"""What members and coordinators do is told with who and why, in words that name no one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from schemas.candidates import Exclusion
from schemas.dispatch import AlarmEscalated, OfferWithdrawn
from schemas.envelope import Recorded
from schemas.followup import ApprovalGiven, ApprovalWithdrawn
from schemas.policy import InterventionKind
from schemas.steps import (
    AlarmAnswered,
    ArrivalEstimated,
    AskingPaused,
    AskingResumed,
    CandidateAdded,
    CaseTakenOver,
    GroupSessionsApproved,
    GroupSessionsRefused,
    MembersAskedAgain,
    MemberSuggested,
    StandbyOffered,
    StepReason,
    TeamResized,
)
from services.audit import tables
from services.audit.folds import changes_of
from services.audit.steps import LABELS, RowState, Step
from tests.support.builders import NOW, a_draft, an

if TYPE_CHECKING:
    from schemas.envelope import Event
    from services.audit.store import Change


def changes(event: Event) -> list[Change]:
    draft = a_draft(event)
    return list(changes_of(Recorded(draft.entity, draft.meta, event, 7)))


def line(event: Event) -> dict[str, Any]:
    """The one line of an event in the timeline."""
    (told,) = (change.values for change in changes(event) if change.table is tables.entries)
    return dict(told)


def case_row(event: Event) -> dict[str, Any]:
    """What an event changes of the case's own row."""
    found: dict[str, Any] = {}
    for change in changes(event):
        if change.table is tables.cases:
            found |= change.values
    return found


@pytest.mark.parametrize(
    ("event", "step", "words"),
    [
        (an(StandbyOffered), Step.STANDING_BY, "Peer p-01 said yes when the team was complete"),
        (an(ArrivalEstimated), Step.ARRIVAL, "p-01 is 40 min out"),
        (an(MemberSuggested), Step.SUGGESTED, "p-01 suggests p-02"),
        (an(MemberSuggested, member_id=None), Step.SUGGESTED, "somebody who may not be asked"),
        (an(CandidateAdded), Step.ADDED, "Peer p-07 is to be asked, says operator"),
        (an(MembersAskedAgain), Step.ASKED_AGAIN, "p-01, says operator (nobody answers)"),
        (
            an(MembersAskedAgain, by="rule:standby", reason=StepReason.PLACE_REOPENED),
            Step.ASKED_AGAIN,
            "says the rule for standby (place reopened)",
        ),
        (an(TeamResized), Step.RESIZED, "The team is to be 2 peers and 1 mental health"),
        (an(AlarmAnswered), Step.ALARM_ANSWERED, "c-01 has it (alarm)"),
        (an(AlarmEscalated), Step.ALARM_ESCALATED, "l-01 (team overdue)"),
        (an(AlarmEscalated, member_ids=()), Step.ALARM_ESCALATED, "no program lead is on the"),
        (an(CaseTakenOver), Step.TAKEN_OVER, "operator has it (nobody answers)"),
        (an(AskingPaused), Step.PAUSED, "Nobody new is asked until it is resumed, says operator"),
        (an(AskingResumed), Step.RESUMED, "asked for again, says operator"),
        (an(GroupSessionsApproved), Step.SESSIONS_APPROVED, "m-01 approves: debriefing"),
        (an(GroupSessionsRefused), Step.SESSIONS_REFUSED, "m-01 says not now: debriefing"),
    ],
)
def test_each_step_is_one_line(event: Event, step: Step, words: str) -> None:
    told = line(event)

    assert told["step"] == step.value
    assert words in told["detail"]
    assert LABELS[step]


def test_what_was_overridden_is_told_with_what_it_may_cost() -> None:
    lines = line(an(CandidateAdded, overridden=(Exclusion.INVOLVED,)))["lines"]

    assert lines == ["In spite of: involved", "What is said to this member may not be privileged"]


def test_nobody_left_to_call_is_a_red_row() -> None:
    assert line(an(AlarmEscalated, member_ids=()))["state"] == RowState.MISSED.value
    assert line(an(AlarmEscalated))["state"] == RowState.LATE.value


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": "cannot_serve"}, "Peer p-01 cannot serve after all"),
        ({"reason": "team_complete"}, "Peer p-01 is stood down with thanks: team complete"),
        (
            {"reason": "replaced", "by": "key:desk", "why": StepReason.DID_NOT_COME},
            "Peer p-01 is replaced, with thanks, says desk (did not come)",
        ),
    ],
)
def test_why_a_member_is_off_the_team(fields: dict[str, Any], words: str) -> None:
    assert line(an(OfferWithdrawn, **fields))["detail"] == words


def test_a_place_that_is_open_again_is_told_and_its_clock_runs_anew() -> None:
    event = an(OfferWithdrawn, reason="cannot_serve", fill_by=NOW)

    assert line(event)["detail"].endswith("; the place is open again")
    row = case_row(event)
    assert (row["form_by"], row["formed_at"]) == (NOW, None)
    assert "formed_at" not in case_row(an(OfferWithdrawn))
    assert case_row(an(TeamResized))["formed_at"] is None


def test_what_is_approved_is_known_beside_the_plan() -> None:
    kinds = (InterventionKind.DEBRIEFING,)
    assert case_row(an(ApprovalGiven, kinds=kinds, in_force=kinds))["approved"] == ["debriefing"]
    assert case_row(an(ApprovalWithdrawn, kinds=kinds, in_force=()))["approved"] == []
