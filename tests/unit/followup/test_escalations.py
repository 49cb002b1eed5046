"""Whoever is down for something calls a coordinator, given/when/then; and who is down for what."""

from __future__ import annotations

from schemas.candidates import Candidate
from schemas.followup import TeamNoted
from schemas.policy import Role
from schemas.refusals import RefusalCode
from schemas.sessions import EscalationReason, InterventionScheduled, ItemEscalated
from schemas.subjects import derived_id
from services.followup.commands import EscalateItem
from services.followup.decider import FOLLOWUP
from services.followup.state import Planned
from tests.support.given import given
from tests.unit.followup.cases import DAY, HOUR, NOW, Case, close, fall_due, planned

ITEM, CHECK_IN = "defusing-responders", "check-in-1-responders"
DUE = NOW + 3 * DAY


def scheduled(hour: int = 5, sequence: int = 0) -> InterventionScheduled:
    return InterventionScheduled(
        item=ITEM,
        starts_at=NOW + hour * HOUR,
        ends_at=NOW + (hour + 1) * HOUR,
        facilitators=("p-1", "m-1"),
        sequence=sequence,
        by="key:test",
        scheduled_at=NOW,
    )


def cannot(
    member_id: str = "p-1",
    item: str = ITEM,
    reason: EscalationReason = EscalationReason.CANNOT_HOLD,
) -> EscalateItem:
    return EscalateItem(
        command_id=derived_id("escalate", member_id, item, reason),
        now=NOW + 2 * HOUR,
        actor=f"member:{member_id}",
        item=item,
        member_id=member_id,
        reason=reason,
    )


def with_a_time(*more: InterventionScheduled) -> Case:
    return given(FOLLOWUP, *planned().events, scheduled(), *more).when(cannot())


def holders(case: Case, item: str) -> tuple[str, ...]:
    state = case.after.state
    assert isinstance(state, Planned)
    return state.holders(item)


def test_who_holds_a_session_says_once_that_they_cannot() -> None:
    told = with_a_time()

    told.then(
        ItemEscalated(
            item=ITEM,
            member_id="p-1",
            reason=EscalationReason.CANNOT_HOLD,
            by="member:p-1",
        )
    )
    told.and_when(cannot()).then()
    told.and_when(cannot("m-1")).then_kinds(ItemEscalated)
    told.and_when(cannot(reason=EscalationReason.NEEDS_MHP)).then_kinds(ItemEscalated)
    assert holders(told, ITEM) == ("p-1", "m-1"), "until somebody else has it"


def test_another_time_is_told_again() -> None:
    moved = given(FOLLOWUP, *with_a_time().after.history, scheduled(8, 1)).when(cannot())

    moved.then_kinds(ItemEscalated)


def test_nobody_speaks_for_another_and_nobody_for_what_is_settled() -> None:
    case = with_a_time()

    case.and_when(cannot("p-2")).then_refused(RefusalCode.NOT_ON_TEAM)
    case.and_when(cannot(item="defusing-others")).then_refused(RefusalCode.UNKNOWN_ITEM)
    missed = case.and_when(close(ITEM, NOW + DAY))
    missed.and_when(cannot(reason=EscalationReason.OTHER)).then_refused(
        RefusalCode.ITEM_ALREADY_SETTLED
    )


def test_a_check_in_is_whose_turn_it_is_and_then_who_was_reminded() -> None:
    case = planned()
    assert holders(case, CHECK_IN) == ("p-1",)
    due = case.and_when(fall_due(CHECK_IN, DUE))
    assert holders(due, CHECK_IN) == ("p-1",)
    due.and_when(cannot(item=CHECK_IN)).then_kinds(ItemEscalated)

    stayed = (
        Candidate(member_id="p-2", role=Role.PEER),
        Candidate(member_id="p-3", role=Role.PEER),
    )
    left = given(FOLLOWUP, *due.after.history, TeamNoted(members=stayed))
    assert isinstance(left.state, Planned)
    assert left.state.holders(CHECK_IN) == ("p-2", "p-3"), "dispatch reminds one of them by lot"
