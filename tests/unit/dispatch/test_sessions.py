"""The professional's word on group interventions: asked only of what the policy wants approved."""

from __future__ import annotations

from datetime import timedelta

from schemas.policy import InterventionKind, InterventionRule, Role
from schemas.refusals import RefusalCode
from schemas.steps import GroupSessionsApproved, GroupSessionsRefused
from tests.unit.dispatch.cases import Case, accept, activated, policy
from tests.unit.dispatch.steps import sessions

DEBRIEFING, DEFUSING = InterventionKind.DEBRIEFING, InterventionKind.DEFUSING


def rule(kind: InterventionKind, *, mhp_required: bool) -> InterventionRule:
    return InterventionRule(
        kind=kind,
        target_after=timedelta(hours=8),
        closes_after=timedelta(hours=12),
        leads=Role.PEER,
        mhp_required=mhp_required,
        waits_for_operations=True,
        source="TEST: a window",
    )


OWN = policy().model_copy(
    update={
        "interventions": (
            rule(DEFUSING, mhp_required=False),
            rule(DEBRIEFING, mhp_required=True),
            rule(DEBRIEFING, mhp_required=True),
        )
    }
)


def with_an_mhp() -> Case:
    return activated(own=OWN).and_when(accept("m-1")).and_when(accept("p-1"))


def test_only_what_the_policy_wants_approved_is_asked_about() -> None:
    assert OWN.kinds_to_approve() == (DEBRIEFING,)


def test_a_professional_approves_and_may_take_it_back() -> None:
    case = with_an_mhp().and_when(sessions("m-1", DEBRIEFING))
    case.then_kinds(GroupSessionsApproved)
    assert case.only(GroupSessionsApproved).kinds == (DEBRIEFING,)
    case.and_when(sessions("m-1", DEBRIEFING)).then_nothing()

    case = case.and_when(sessions("m-1", DEBRIEFING, approved=False))

    case.then_kinds(GroupSessionsRefused)
    case.and_when(sessions("m-1", DEBRIEFING, approved=False)).then_nothing()
    case.and_when(sessions("m-1", DEBRIEFING)).then_kinds(GroupSessionsApproved)


def test_the_peers_own_sessions_are_not_theirs_to_forbid() -> None:
    case = with_an_mhp().and_when(sessions("m-1", DEFUSING, approved=False))

    case.then_refused(RefusalCode.UNKNOWN_ITEM)


def test_nobody_else_approves() -> None:
    with_an_mhp().and_when(sessions("p-1", DEBRIEFING)).then_refused(RefusalCode.NOT_ON_TEAM)
    with_an_mhp().and_when(sessions("m-2", DEBRIEFING)).then_refused(RefusalCode.NOT_ON_TEAM)
    asked = activated(own=OWN).and_when(sessions("m-1", DEBRIEFING))
    asked.then_refused(RefusalCode.NOT_ON_TEAM)
