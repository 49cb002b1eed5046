"""Response times for command and auditors: nothing that fewer than five cases make, nor a way to it."""

from __future__ import annotations

from datetime import UTC, datetime

from services.audit.views.clocks import ClockTimes, Month, ResponseTimes, Times
from services.audit.views.clocks_shown import without_small_counts

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def times(count: int) -> Times:
    return Times(count=count, p50=60, p90=60, p99=60, target=90, within=count, late=0, running=0)


def clock(tiers: dict[str, int], reasons: dict[str, int] | None = None) -> ClockTimes:
    return ClockTimes(
        clock="team",
        name="Team complete",
        measured="from the wish",
        total=times(sum(tiers.values())),
        by_tier={name: times(count) for name, count in tiers.items()},
        by_trigger={name: times(count) for name, count in tiers.items()},
        months=tuple(
            Month(month=name, **times(count).model_dump()) for name, count in tiers.items()
        ),
        reasons=reasons or {},
    )


def seen(*clocks: ClockTimes) -> tuple[ClockTimes, ...]:
    told = ResponseTimes(as_of=NOW, since=NOW, until=NOW, clocks=clocks)
    return without_small_counts(told).clocks


def test_a_clock_of_few_cases_is_not_there() -> None:
    assert seen(clock({"Tier 1": 4})) == ()
    assert [each.total.count for each in seen(clock({"Tier 1": 5}))] == [5]


def test_a_small_part_takes_the_next_one_with_it_so_that_nobody_can_subtract() -> None:
    (shown,) = seen(clock({"Tier 1": 9, "Tier 2": 7, "Tier 3": 1}))
    assert set(shown.by_tier) == set(shown.by_trigger) == {"Tier 1"}
    assert [each.month for each in shown.months] == ["Tier 1"]
    assert shown.total.count - sum(each.count for each in shown.by_tier.values()) >= 5


def test_parts_that_hide_enough_together_take_nothing_with_them() -> None:
    (shown,) = seen(clock({"Tier 1": 9, "Tier 2": 3, "Tier 3": 2}))
    assert set(shown.by_tier) == {"Tier 1"}


def test_a_reason_that_few_cases_had_is_not_told() -> None:
    (shown,) = seen(clock({"Tier 1": 20}, {"no_answer": 8, "handed_back": 1, "said_no": 6}))
    assert shown.reasons == {"no_answer": 8}
