"""One incident told under two numbers: merge, absorb, split. The graver case survives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.intake import (
    CaseAbsorbed,
    CaseMerged,
    CaseSplit,
    DeactivationRequested,
    ExposureRecorded,
)
from schemas.refusals import Refusal, RefusalCode
from services.intake.decide.follow import asks_a_person, follow, moot
from services.intake.screening.screen import wants_team
from services.intake.state import Merged, Seen, Unseen, evolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.envelope import Event
    from services.intake.commands import AbsorbCase, MergeCase, SplitCase
    from services.intake.policy import Pack


def merge(command: MergeCase, state: Seen | Unseen) -> Sequence[Event] | Refusal:
    """This case becomes the other one; its own team is stood down, as the other's goes on."""
    if isinstance(state, Seen) and state.wanted and _is_graver(state.wanted.tier, command):
        return Refusal(
            RefusalCode.MERGE_THE_OTHER_WAY,
            "This case is the graver one: merge the other into it, so that its team goes on.",
        )
    into = command.into
    merged = CaseMerged(into=into.case_id, matched_by=into.matched_by, why=into.why)
    if isinstance(state, Unseen):
        return (merged,)
    stood_down = (DeactivationRequested(reason="merged"),) if state.wanted else ()
    return (*moot(state), *stood_down, merged)


def _is_graver(tier: int, command: MergeCase) -> bool:
    return command.into_tier is None or tier < command.into_tier


def absorb(command: AbsorbCase, state: Seen) -> Sequence[Event]:
    """This case goes on for both: units of the other took part too."""
    other = command.other
    if other.case_id in state.absorbed:
        return ()
    absorbed = CaseAbsorbed(other=other.case_id, matched_by=other.matched_by, units=command.units)
    joined = tuple(unit for unit in command.units if unit not in state.units)
    if not joined or not state.activated:
        return (absorbed,)
    return (absorbed, ExposureRecorded(units=joined))


def split(pack: Pack, command: SplitCase, state: Merged) -> Sequence[Event] | Refusal:
    """An incident of its own after all: what its own reports showed counts again."""
    apart = CaseSplit(out_of=state.into)
    alone = evolve(state, apart)
    if not isinstance(alone, Seen) or alone.screening is None:
        return (apart,)
    if wants_team(alone.screening) or asks_a_person(alone.screening):
        return (apart, *follow(pack, command, alone, alone))
    return (apart,)
