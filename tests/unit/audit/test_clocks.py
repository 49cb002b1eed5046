"""How laps become numbers: percentiles, targets, months, reasons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from schemas.followup import MissReason
from services.audit.views.clocks import ResponseTimes, Times, months_of, response_times, times
from services.audit.views.laps import Clock, Lap, Late
from tests.unit.audit.story import START, hours, minutes

CHICAGO = ZoneInfo("America/Chicago")
SPAN = (datetime(2026, 3, 1, tzinfo=CHICAGO), datetime(2026, 5, 1, tzinfo=CHICAGO))
NOW = START + timedelta(days=40)
TARGET = hours(2)


def lap(
    took: timedelta | None,
    target: timedelta | None = TARGET,
    clock: str = Clock.TEAM,
    *,
    tier: int = 2,
    trigger: str = "child_death",
    at: datetime = START,
    because: str = Late.NO_ANSWER,
) -> Lap:
    ended = None if took is None else at + took
    aim = None if target is None else at + target
    return Lap(clock, tier, trigger, at, at, ended, aim, because)


def of(*laps: Lap, now: datetime = NOW) -> ResponseTimes:
    return response_times(laps, SPAN, CHICAGO, now)


def test_without_a_lap_there_is_nothing_to_tell() -> None:
    assert of().clocks == ()
    assert times((), NOW) == Times(
        count=0, p50=None, p90=None, p99=None, target=None, within=0, late=0, running=0
    )


@pytest.mark.parametrize(
    ("count", "middle", "slow", "slowest"),
    [(1, 1, 1, 1), (2, 1, 2, 2), (10, 5, 9, 10), (100, 50, 90, 99), (200, 100, 180, 198)],
)
def test_a_percentile_is_the_time_that_so_many_of_a_hundred_do_not_exceed(
    count: int, middle: int, slow: int, slowest: int
) -> None:
    some = [lap(minutes(number)) for number in range(count, 0, -1)]
    told = times(some, NOW)
    assert (told.p50, told.p90, told.p99) == (middle * 60, slow * 60, slowest * 60)


def test_what_ended_on_its_target_was_in_time_and_a_moment_later_it_was_late() -> None:
    just, over = lap(hours(2)), lap(hours(2) + timedelta(microseconds=1))
    assert (times([just], NOW).within, times([just], NOW).late) == (1, 0)
    assert (times([over], NOW).within, times([over], NOW).late) == (0, 1)


def test_what_still_runs_counts_as_late_from_its_target_on_and_has_no_time() -> None:
    open_ = lap(None)
    before, after = times([open_], START + hours(2)), times([open_], START + hours(2.1))
    assert (before.running, before.late, before.share) == (1, 0, None)
    assert (after.running, after.late, after.share) == (0, 1, 0.0)
    assert after.p50 is None


def test_without_a_target_nothing_is_in_time_or_late() -> None:
    told = times([lap(minutes(1), None), lap(None, None)], NOW)
    assert (told.within, told.late, told.running, told.share) == (0, 0, 1, None)
    assert told.target is None


def test_the_share_counts_what_is_decided() -> None:
    told = times([lap(minutes(5)), lap(hours(3)), lap(None, hours(24 * 50))], NOW)
    assert (told.within, told.late, told.running, told.share) == (1, 1, 1, 0.5)


def test_reasons_are_those_of_late_laps_only_the_most_frequent_first() -> None:
    (clock,) = of(
        lap(minutes(5), because=Late.SAID_NO),
        lap(hours(3), because=Late.NO_ANSWER),
        lap(hours(4), because=Late.NOBODY_LEFT),
        lap(None, because=Late.NOBODY_LEFT),
        lap(None, because=str(MissReason.NO_MHP)),
    ).clocks
    assert clock.reasons == {"nobody_left": 2, "no_answer": 1, "no_mhp": 1}
    assert next(iter(clock.reasons)) == "nobody_left"


def test_clocks_come_in_the_order_in_which_they_run() -> None:
    clocks = of(
        lap(hours(1), hours(24), Clock.CHECK_IN),
        lap(hours(50), hours(72), "debriefing"),
        lap(hours(5), hours(8), "defusing"),
        lap(hours(1), clock=Clock.TEAM),
        lap(minutes(1), clock=Clock.DECISION),
        lap(minutes(1), None, Clock.FIRST_OFFER),
    ).clocks
    assert [each.clock for each in clocks] == [
        "decision", "first_offer", "team", "defusing", "debriefing", "check_in",
    ]  # fmt: skip
    assert clocks[3].name == "Defusing held"


def test_a_lap_belongs_to_the_month_of_the_report_on_the_agencys_calendar() -> None:
    last_evening_of_march = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)  # 22:00 in Chicago
    (clock,) = of(lap(minutes(5), at=last_evening_of_march)).clocks
    assert [(m.month, m.count) for m in clock.months] == [("2026-03", 1), ("2026-04", 0)]


def test_tiers_and_triggers_add_up_to_the_total() -> None:
    some = [lap(minutes(n), tier=n % 3 + 1, trigger=f"t{n % 2}") for n in range(1, 20)]
    (clock,) = of(*some).clocks
    assert sum(part.count for part in clock.by_tier.values()) == clock.total.count == 19
    assert sum(part.count for part in clock.by_trigger.values()) == 19
    assert list(clock.by_tier) == ["Tier 1", "Tier 2", "Tier 3"]


def test_a_span_names_each_month_that_it_touches() -> None:
    assert months_of(SPAN, CHICAGO) == ("2026-03", "2026-04")
    year = (datetime(2025, 12, 1, tzinfo=CHICAGO), datetime(2026, 2, 10, tzinfo=CHICAGO))
    assert months_of(year, CHICAGO) == ("2025-12", "2026-01", "2026-02")
