"""The professional's word: a debriefing is not held without it, and a defusing needs none."""

from __future__ import annotations

from datetime import timedelta

from schemas.followup import (
    ApprovalGiven,
    ApprovalWithdrawn,
    FollowupCancelled,
    InterventionHeld,
    InterventionMissed,
    InterventionOverdue,
)
from schemas.policy import InterventionKind
from schemas.refusals import RefusalCode
from services.followup.commands import CancelFollowup
from services.followup.decider import FOLLOWUP
from tests.support.given import given
from tests.unit.followup.cases import (
    COMMAND,
    DAY,
    HOUR,
    NOW,
    approval,
    close,
    done,
    pass_target,
    planned,
    planning,
)

DEBRIEFING, DEFUSING = "debriefing-responders", "defusing-responders"
LATER = NOW + 2 * DAY


def test_a_debriefing_without_approval_is_refused_with_what_to_do() -> None:
    refused = planned().and_when(done(DEBRIEFING, LATER))

    refused.then_refused(RefusalCode.NEEDS_APPROVAL)
    assert refused.refusal
    assert "the page of their own offer" in refused.refusal.detail


def test_a_debriefing_is_held_once_it_is_approved() -> None:
    approved = planned().and_when(approval())

    kinds = (InterventionKind.DEBRIEFING,)
    approved.then(ApprovalGiven(kinds=kinds, in_force=kinds))
    assert approved.and_when(done(DEBRIEFING, LATER)).all(InterventionHeld)


def test_peers_hold_a_defusing_by_themselves() -> None:
    assert planned().and_when(done(DEFUSING, NOW + HOUR)).all(InterventionHeld)


def test_not_now_takes_the_approval_back() -> None:
    case = planned().and_when(approval())
    case.and_when(approval()).then_nothing()

    back = case.and_when(approval(approved=False)).then_kinds(ApprovalWithdrawn)

    back.and_when(done(DEBRIEFING, LATER)).then_refused(RefusalCode.NEEDS_APPROVAL)
    back.and_when(approval(approved=False)).then_nothing()


def test_an_approval_from_before_the_plan_is_remembered_for_it() -> None:
    case = given(FOLLOWUP).when(approval()).and_when(planning())

    assert case.and_when(done(DEBRIEFING, LATER)).all(InterventionHeld)


def test_another_team_is_asked_anew() -> None:
    cancel = CancelFollowup(command_id=COMMAND, now=NOW, actor="intake", decided_at=LATER)
    case = planned().and_when(approval()).and_when(cancel).then_kinds(FollowupCancelled)
    anew = planning()
    brief = anew.brief.model_copy(update={"reported_at": LATER + HOUR})

    again = case.and_when(anew.model_copy(update={"brief": brief}))

    again.and_when(done(DEBRIEFING, LATER)).then_refused(RefusalCode.NEEDS_APPROVAL)


def test_the_windows_stay_where_they_are_and_the_alarm_says_what_is_missing() -> None:
    target = NOW + timedelta(days=3)
    late = planned().and_when(pass_target(DEBRIEFING, target))
    assert late.only(InterventionOverdue).awaits_approval
    in_hand = planned().and_when(approval()).and_when(pass_target(DEBRIEFING, target))
    assert not in_hand.only(InterventionOverdue).awaits_approval
    assert (
        not planned()
        .and_when(pass_target(DEFUSING, NOW + 8 * HOUR))
        .only(InterventionOverdue)
        .awaits_approval
    )
    closed = late.and_when(close(DEBRIEFING, NOW + 10 * DAY))
    assert closed.all(InterventionMissed)
    closed.and_when(done(DEBRIEFING, NOW + 11 * DAY)).then_refused(RefusalCode.NEEDS_APPROVAL)
