"""Wall time and real time: no clock change makes a hole, an overlap or a doubt."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, settings
from hypothesis import given as for_all
from hypothesis import strategies as some

from services.dispatch.rota_shifts import planned
from services.dispatch.rota_time import joined, moment, wall_time, weekly, within
from tests.support.builders_rota import a_plan, a_rotation
from tests.support.builders_rota import weekly as at_times

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZONES = [
    "America/New_York",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/St_Johns",  # changed its clocks at 00:01
    "Europe/Dublin",  # negative summer time
    "Europe/Lisbon",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Tehran",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # by half an hour
    "Antarctica/Troll",  # by two hours
    "Pacific/Apia",  # left a whole day out
    "Pacific/Chatham",
    "UTC",
]
zones = some.sampled_from(ZONES)
walls = some.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(minute=at.minute // 5 * 5, second=0, microsecond=0, fold=0)
)
instants = walls.map(lambda at: at.replace(tzinfo=UTC))


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "told", "comes"),
    [
        ("America/New_York", "2026-03-08T01:59", "2026-03-08T06:59"),
        ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),  # left out: the change
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),  # twice: the first
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),
        ("Asia/Kathmandu", "2026-03-02T08:00", "2026-03-02T02:15"),
    ],
)
def test_a_wall_time_is_the_first_moment_at_which_the_clock_has_got_there(
    zone: str, told: str, comes: str
) -> None:
    assert moment(wall(told), zone) == utc(comes)


@settings(max_examples=300, deadline=None)
@for_all(zone=zones, at=walls)
@example(zone="Pacific/Apia", at=datetime(2011, 12, 30, 12))  # noqa: DTZ001
@example(zone="America/St_Johns", at=datetime(2010, 3, 14, 0, 30))  # noqa: DTZ001
def test_before_that_moment_the_clock_has_not_got_there(zone: str, at: datetime) -> None:
    comes = moment(at, zone)
    assert wall_time(comes, zone) >= at
    back = [wall_time(comes - MINUTE * minutes, zone) for minutes in range(1, 26 * 60, 7)]
    assert all(shown < at for shown in [*back, wall_time(comes - timedelta(seconds=1), zone)])


@settings(max_examples=200, deadline=None)
@for_all(zone=zones, at=walls, minutes=some.integers(0, 3 * 24 * 60))
def test_the_order_on_the_wall_is_the_order_in_time(zone: str, at: datetime, minutes: int) -> None:
    assert moment(at, zone) <= moment(at + MINUTE * minutes, zone)


def furthest(at: datetime, zone: str) -> datetime:
    """The latest wall time that the clock has shown up to a moment, found by looking."""
    return max(wall_time(at - MINUTE * 5 * back, zone) for backs in [range(37)] for back in backs)


lengths = some.one_of(
    some.integers(1, 100).map(lambda count: {"hours": count}),
    some.integers(1, 40).map(lambda count: {"days": count}),
    some.integers(1, 5).map(lambda count: {"weeks": count}),
)


@settings(max_examples=250, deadline=None)
@for_all(
    zone=zones,
    first=walls,
    ahead=some.integers(0, 40 * 365 * 24 * 12),
    length=lengths,
    count=some.integers(1, 5),
)
@example("America/New_York", datetime(2026, 10, 31, 8), 12 * 22, {"hours": 1}, 3)  # noqa: DTZ001
@example("America/New_York", datetime(2026, 3, 7, 8), 12 * 18, {"hours": 1}, 3)  # noqa: DTZ001
def test_at_every_moment_exactly_the_member_whose_turn_it_is(
    zone: str, first: datetime, ahead: int, length: dict[str, int], count: int
) -> None:
    """Told in another way: whose turn it is follows from how many handovers the clock has passed."""
    members = [f"p-{number}" for number in range(count)]
    plan = a_plan(a_rotation(*members, first=first.isoformat(), **length), zone=zone)
    start = moment(first, zone)
    at = start + MINUTE * 5 * ahead
    passed = (furthest(at, zone) - first) // plan.layers[0].shift.span

    found = [stint for stint in planned(plan, at, at + MINUTE) if stint.covers(at)]

    assert [stint.member_id for stint in found] == [members[passed % count]]


@settings(max_examples=60, deadline=None)
@for_all(zone=zones, first=walls, length=lengths)
def test_shifts_fill_the_time_without_a_hole_or_an_overlap(
    zone: str, first: datetime, length: dict[str, int]
) -> None:
    plan = a_plan(a_rotation("p-1", "p-2", "p-3", first=first.isoformat(), **length), zone=zone)
    start = moment(first, zone)
    year = min(366 * DAY, plan.layers[0].shift.span * 400)

    shifts = list(planned(plan, start - year, start + year))

    assert shifts[0].starts == start
    assert shifts[-1].ends >= start + year
    assert all(one.ends == other.starts for one, other in pairwise(shifts))


@pytest.mark.parametrize(("first", "hours"), [("2026-03-07T08:00", 23), ("2026-10-31T08:00", 25)])
def test_the_shift_over_the_clock_change_is_an_hour_shorter_or_longer(
    first: str, hours: int
) -> None:
    plan = a_plan(a_rotation("p-1", "p-2", first=first, days=1))
    shifts = list(planned(plan, utc(first), utc(first) + 4 * DAY))
    assert [shift.ends - shift.starts for shift in shifts[:2]] == [hours * HOUR, 24 * HOUR]


def test_a_weekly_handover_stays_at_its_hour_for_years() -> None:
    plan = a_plan(a_rotation("p-1", "p-2", first="2026-03-02T08:00", weeks=1))
    shifts = planned(plan, utc("2026-03-02T08:00"), utc("2036-03-02T08:00"))
    shown = {wall_time(shift.starts, plan.time_zone).strftime("%a %H:%M") for shift in shifts}
    assert shown == {"Mon 08:00"}


def test_who_is_on_call_does_not_depend_on_the_zone_of_the_process() -> None:
    plan = a_plan(a_rotation("p-1", "p-2", first="2026-10-31T20:00", hours=12))
    told = []
    before = os.environ.get("TZ")
    try:
        for zone in ("UTC", "Asia/Tokyo", "America/New_York"):
            os.environ["TZ"] = zone
            time.tzset()
            told.append(list(planned(plan, utc("2026-10-31T00:00"), utc("2026-11-03T00:00"))))
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()
    assert told[0] == told[1] == told[2]
    assert [shift.member_id[-1] for shift in told[0]] == list("1212")


NIGHTS = at_times("mon tue wed thu fri", "18:00", "06:00")


def test_times_of_the_week_reach_into_the_next_day() -> None:
    week = list(weekly([NIGHTS], wall("2026-03-02T00:00"), wall("2026-03-09T00:00")))
    shown = [f"{opens:%a %H}-{closes:%a %H}" for opens, closes in week]
    assert shown == [f"{d} 18-{n} 06" for d, n in zip(
        ["Mon", "Tue", "Wed", "Thu", "Fri"], ["Tue", "Wed", "Thu", "Fri", "Sat"], strict=True
    )]  # fmt: skip


def test_the_same_time_twice_is_a_whole_day_and_overlaps_are_one() -> None:
    day, late = at_times("sat", "08:00", "08:00"), at_times("sat", "20:00", "23:00")
    [span] = weekly([late, day], wall("2026-03-06T00:00"), wall("2026-03-12T00:00"))
    assert span == (wall("2026-03-07T08:00"), wall("2026-03-08T08:00"))


def test_a_turn_without_any_time_uses_nobody_up() -> None:
    """By the day, on working days only: after Friday's comes the next one on Monday."""
    days = at_times("mon tue wed thu fri", "08:00", "18:00")
    rotation = a_rotation("p-1", "p-2", "p-3", first="2026-03-02T00:00", days=1, only=(days,))
    shifts = planned(a_plan(rotation), utc("2026-03-02T00:00"), utc("2026-03-17T00:00"))
    assert [shift.member_id[-1] for shift in shifts] == list("12312312312")


@settings(max_examples=60, deadline=None)
@for_all(zone=zones, at=instants)
def test_restricted_layers_are_on_call_within_their_hours_and_never_else(
    zone: str, at: datetime
) -> None:
    first = (wall_time(at, zone) - 10 * DAY).replace(hour=8, minute=0).isoformat()
    plan = a_plan(a_rotation("p-1", "p-2", first=first, weeks=1, only=(NIGHTS,)), zone=zone)
    serving = any(stint.covers(at) for stint in planned(plan, at, at + MINUTE))
    assert serving == within([NIGHTS], zone, at)
    shown = furthest(at, zone)
    weekday, hour = (shown - 6 * HOUR).weekday(), shown.hour
    assert serving == (weekday < 5 and (hour >= 18 or hour < 6))


@pytest.mark.parametrize(
    ("utc_time", "is_within"),
    [("05:10", True), ("05:40", False), ("06:10", False), ("06:40", False), ("07:10", True)],
)
def test_a_time_of_the_week_that_has_passed_does_not_come_again(
    utc_time: str, is_within: bool
) -> None:
    """Until 01:30 and from 02:00, on the night on which 01:00 to 02:00 comes twice."""
    early, late = at_times("sun", "00:00", "01:30"), at_times("sun", "02:00", "03:00")
    at = utc(f"2026-11-01T{utc_time}")
    assert within([early, late], "America/New_York", at) is is_within


@for_all(some.lists(some.tuples(walls, walls), max_size=8), walls)
def test_joining_keeps_the_same_time(spans: list[tuple[datetime, datetime]], at: datetime) -> None:
    before = any(opens <= at < closes for opens, closes in spans)
    after = list(joined(spans))
    assert any(opens <= at < closes for opens, closes in after) == before
    assert all(one[1] < other[0] for one, other in pairwise(after))
