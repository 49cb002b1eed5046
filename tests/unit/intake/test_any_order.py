"""Updates of one feed lead to the same recommendation in whatever order they arrive."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from schemas.intake import ActivationRequested
from services.intake.state import Seen
from tests.support.given import Given
from tests.unit.intake.reports import DECIDER, NOW, telling

TELLINGS = st.fixed_dictionaries(
    {},
    optional={
        "narrative": st.sampled_from(
            ["3 yo not breathing", "adult, refused", "FF down, mayday", "no injuries", "45 yom DOA"]
        ),
        "patients": st.sampled_from(
            [({"age_years": 4, "outcome": "died"},), ({"age_years": 40, "outcome": "unhurt"},)]
        ),
        "responders": st.sampled_from([("unhurt",), ("killed",)]),
        "status": st.sampled_from(["active", "closed", "cancelled"]),
        "flags": st.sampled_from([("mayday",), ("media_interest",)]),
    },
)


def _after(tellings: list[dict[str, Any]]) -> Seen:
    case = Given(DECIDER, ())
    for arrival, fields in enumerate(tellings):
        now = NOW + timedelta(hours=1, minutes=arrival)
        case = case.when(telling(now=now, **fields)).after
    assert isinstance(case.state, Seen)
    return case.state


@settings(max_examples=60, deadline=None)
@for_all(st.lists(TELLINGS, min_size=2, max_size=3))
def test_the_order_of_arrival_changes_nothing(tellings: list[dict[str, Any]]) -> None:
    dated = [
        {**fields, "told_at": NOW + timedelta(minutes=minute)}
        for minute, fields in enumerate(tellings)
    ]

    ends = [_after(list(order)) for order in permutations(dated)]

    told = {(end.recommended, end.rules, end.status) for end in ends}
    assert len(told) == 1


@settings(max_examples=60, deadline=None)
@for_all(st.lists(TELLINGS, min_size=1, max_size=5))
def test_nobody_is_asked_for_twice_at_one_tier(tellings: list[dict[str, Any]]) -> None:
    case = Given(DECIDER, ())
    tiers = []
    for arrival, fields in enumerate(tellings):
        outcome = case.when(telling(now=NOW + timedelta(minutes=arrival), **fields))
        tiers += [wish.brief.tier for wish in outcome.all(ActivationRequested)]
        case = outcome.after

    assert tiers == sorted(set(tiers), reverse=True), "each wish is graver than the one before"
