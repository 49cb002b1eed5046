"""The rules of a rota: plans that change, stand-ins, swaps; what has been is never rewritten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from schemas.refusals import RefusalCode
from schemas.rota import OverrideRemoved, RotaEnded, RotaSet, ShiftOverridden, ShiftsSwapped
from schemas.subjects import derived_id
from services.dispatch.commands.rota import (
    EndRota,
    OverrideShift,
    RemoveOverride,
    SetRota,
    SwapShifts,
)
from services.dispatch.decide.rota import faults
from services.dispatch.decider import ROTA
from services.dispatch.rota import Rota, evolve, on_call, stints
from tests.support.builders_rota import a_plan, a_rotation
from tests.support.given import Given, given

DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
"""Sunday 22:00 in New York; the first handover is ten hours later."""
KNOWN = ("p-1", "p-2", "p-3", "p-4")
WEEKLY = a_plan(a_rotation("p-1", "p-2", first="2026-03-02T08:00", weeks=1))
ONE, TWO = derived_id("override", 1), derived_id("override", 2)
SET = RotaSet(plan=WEEKLY, effective_from=MONDAY)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def command(model: Any, at: datetime = MONDAY, **fields: Any) -> Any:
    meant = {"command_id": derived_id(model.__name__, at, fields), "now": at, "actor": "key:test"}
    if "known" in model.model_fields:
        meant["known"] = KNOWN
    return model.model_validate(meant | fields)


def override(at: datetime = MONDAY, **fields: Any) -> OverrideShift:
    usual = {
        "override_id": ONE,
        "member_id": "p-3",
        "instead_of": "p-1",
        "starts": "2026-03-07T08:00",
        "ends": "2026-03-08T08:00",
    }
    made: OverrideShift = command(OverrideShift, at, **usual | fields)
    return made


def swap(at: datetime = MONDAY, **fields: Any) -> SwapShifts:
    usual = {
        "override_id": ONE,
        "first": "p-1",
        "first_at": "2026-03-04T12:00",
        "second": "p-2",
        "second_at": "2026-03-11T12:00",
    }
    made: SwapShifts = command(SwapShifts, at, **usual | fields)
    return made


def who(history: Given[Rota, Any] | Rota, at: str) -> dict[str, int]:
    return on_call(history if isinstance(history, Rota) else history.state, utc(at))


def test_a_rota_is_set_and_says_who_is_on_call() -> None:
    after = given(ROTA).when(command(SetRota, plan=WEEKLY)).then(SET).after
    assert who(after, "2026-03-02T12:59") == {}  # before the first handover
    assert who(after, "2026-03-02T13:00") == {"p-1": 1}
    assert who(after, "2026-03-09T11:59") == {"p-1": 1}  # the clocks have changed by then
    assert who(after, "2026-03-09T12:00") == {"p-2": 1}


def test_the_same_plan_again_is_no_event() -> None:
    given(ROTA, SET).when(command(SetRota, MONDAY + DAY, plan=WEEKLY)).then_nothing()


def test_every_member_must_be_on_the_roster_in_that_role() -> None:
    plan = a_plan(a_rotation("p-1", "p-9", first="2026-03-02T08:00", weeks=1), *WEEKLY.layers)
    outcome = given(ROTA).when(command(SetRota, plan=plan))
    assert outcome.then_refused(RefusalCode.UNKNOWN_MEMBER).refusal
    [fault] = faults(plan, KNOWN)
    assert (fault.field, fault.problem) == ("layers.0.members.1", "the roster has no peer p-9")


def test_layers_are_on_call_together_in_the_order_of_asking() -> None:
    second = a_rotation("p-3", "p-1", first="2026-03-02T08:00", days=1)
    state = evolve(Rota(), RotaSet(plan=a_plan(*WEEKLY.layers, second), effective_from=MONDAY))
    assert who(state, "2026-03-02T14:00") == {"p-1": 1, "p-3": 2}
    assert who(state, "2026-03-03T14:00") == {"p-1": 1}  # on both layers: the better place


def test_a_new_plan_holds_from_its_time_on_and_the_past_stays() -> None:
    plan = a_plan(a_rotation("p-4", first="2026-03-02T08:00", weeks=1))
    later = command(SetRota, MONDAY + 2 * DAY, plan=plan, effective_from="2026-03-06T08:00")
    after = given(ROTA, SET).when(later).then_kinds(RotaSet).after
    assert who(after, "2026-03-06T12:59") == {"p-1": 1}
    assert who(after, "2026-03-06T13:00") == {"p-4": 1}

    parts = [(s.member_id, s.starts, s.ends) for s in stints(after.state, MONDAY, MONDAY + 6 * DAY)]
    change, monday = utc("2026-03-06T13:00"), utc("2026-03-02T13:00")
    assert parts == [("p-1", monday, change), ("p-4", change, utc("2026-03-09T12:00"))]

    backdated = command(SetRota, MONDAY + 2 * DAY, plan=plan, effective_from="2026-03-01T08:00")
    assert given(ROTA, SET).when(backdated).only(RotaSet).effective_from == MONDAY + 2 * DAY


def test_a_plan_takes_the_place_of_one_that_was_set_for_later() -> None:
    four = a_plan(a_rotation("p-4", first="2026-03-02T08:00", weeks=1))
    later = RotaSet(plan=four, effective_from=MONDAY + 5 * DAY)
    three = a_plan(a_rotation("p-3", first="2026-03-02T08:00", weeks=1))
    sooner = command(SetRota, MONDAY + DAY, plan=three)
    after = given(ROTA, SET, later).when(sooner).then_kinds(RotaSet).after
    assert who(after, "2026-03-02T14:00") == {"p-1": 1}
    assert who(after, "2026-03-05T14:00") == {"p-3": 1}
    assert who(after, "2026-03-08T14:00") == {"p-3": 1}


def test_a_stand_in_is_on_call_for_that_time_at_that_place() -> None:
    after = given(ROTA, SET).when(override()).then_kinds(ShiftOverridden).after
    assert who(after, "2026-03-07T12:59") == {"p-1": 1}
    assert who(after, "2026-03-07T13:00") == {"p-3": 1}
    assert who(after, "2026-03-08T11:59") == {"p-3": 1}  # the shortest day: 23 hours
    assert who(after, "2026-03-08T12:00") == {"p-1": 1}
    shifts = stints(after.state, MONDAY, MONDAY + 7 * DAY)
    assert [(s.member_id, (s.ends - s.starts) / timedelta(hours=1)) for s in shifts] == [
        ("p-1", 5 * 24), ("p-3", 23), ("p-1", 24)
    ]  # fmt: skip
    assert len({shift.shift for shift in shifts}) == 1


def test_one_more_may_be_on_call_behind_all_layers() -> None:
    after = given(ROTA, SET).when(override(instead_of=None)).then_kinds(ShiftOverridden).after
    assert who(after, "2026-03-07T14:00") == {"p-1": 1, "p-3": 2}


def test_a_stand_in_may_be_stood_in_for() -> None:
    again = override(override_id=TWO, member_id="p-4", instead_of="p-3", ends="2026-03-07T20:00")
    after = given(ROTA, SET).when(override()).and_when(again).then_kinds(ShiftOverridden).after
    assert who(after, "2026-03-07T14:00") == {"p-4": 1}
    assert who(after, "2026-03-08T02:00") == {"p-3": 1}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"member_id": "p-9"}, RefusalCode.UNKNOWN_MEMBER),
        ({"member_id": "p-1"}, RefusalCode.ALREADY_ON_CALL),
        ({"instead_of": None, "member_id": "p-1"}, RefusalCode.ALREADY_ON_CALL),
        ({"instead_of": "p-2"}, RefusalCode.NOT_ON_CALL_THEN),
        ({"ends": "2026-03-07T08:00"}, RefusalCode.DATES_REVERSED),
        ({"ends": "2027-06-07T08:00"}, RefusalCode.PERIOD_TOO_LONG),
        ({"at": MONDAY + 10 * DAY}, RefusalCode.ALREADY_PAST),
        ({"starts": "2026-03-08T02:00", "ends": "2026-03-08T02:45"}, RefusalCode.EMPTY_PERIOD),
    ],
)
def test_an_override_that_cannot_be(fields: dict[str, Any], code: RefusalCode) -> None:
    given(ROTA, SET).when(override(**fields)).then_refused(code)


def test_nobody_is_stood_in_for_twice() -> None:
    again = override(override_id=TWO, member_id="p-4", starts="2026-03-06T08:00")
    outcome = given(ROTA, SET).when(override()).and_when(again)
    assert outcome.then_refused(RefusalCode.OVERRIDES_OVERLAP).refusal
    beside = override(override_id=TWO, starts="2026-03-08T08:00", ends="2026-03-09T08:00")
    given(ROTA, SET).when(override()).and_when(beside).then_kinds(ShiftOverridden)


def test_what_has_begun_is_overridden_from_now_on() -> None:
    at = utc("2026-03-07T15:20:30")
    after = given(ROTA, SET).when(override(at)).then_kinds(ShiftOverridden).after
    assert who(after, "2026-03-07T15:20") == {"p-1": 1}
    assert who(after, "2026-03-07T15:21") == {"p-3": 1}


def test_an_override_is_taken_back_from_now_on() -> None:
    at = utc("2026-03-07T15:00")
    removed = OverrideRemoved(override_id=ONE, effective_from=at)
    made = given(ROTA, SET).when(override())
    after = made.and_when(command(RemoveOverride, at, override_id=ONE)).then(removed).after
    assert who(after, "2026-03-07T14:00") == {"p-3": 1}  # it was so
    assert who(after, "2026-03-07T15:00") == {"p-1": 1}
    late = command(RemoveOverride, at + 9 * DAY, override_id=ONE)
    made.and_when(late).then_refused(RefusalCode.ALREADY_PAST)
    made.and_when(command(RemoveOverride, at, override_id=TWO)).then_refused(
        RefusalCode.UNKNOWN_OVERRIDE
    )


def test_an_override_that_is_taken_back_before_it_begins_leaves_nothing() -> None:
    after = given(ROTA, SET).when(override()).after.when(command(RemoveOverride, override_id=ONE))
    state = after.then_kinds(OverrideRemoved).after.state
    assert state.overrides == ()
    given(ROTA, *after.before, *after.events).when(override(override_id=TWO)).then_kinds(
        ShiftOverridden
    )


def test_two_members_swap_their_shifts() -> None:
    after = given(ROTA, SET).when(swap()).then_kinds(ShiftsSwapped).after
    assert who(after, "2026-03-05T12:00") == {"p-2": 1}
    assert who(after, "2026-03-12T12:00") == {"p-1": 1}
    assert who(after, "2026-03-17T12:00") == {"p-1": 1}
    back = after.when(command(RemoveOverride, override_id=ONE)).then_kinds(OverrideRemoved).after
    assert who(back, "2026-03-05T12:00") == {"p-1": 1}
    assert who(back, "2026-03-12T12:00") == {"p-2": 1}


def test_a_swap_takes_whole_shifts_with_all_their_nights() -> None:
    from tests.support.builders_rota import weekly

    nights = weekly("mon tue wed thu fri sat sun", "18:00", "06:00")
    layer = a_rotation("p-1", "p-2", first="2026-03-02T08:00", weeks=1, only=(nights,))
    history = given(ROTA, RotaSet(plan=a_plan(layer), effective_from=MONDAY))
    at = {"first_at": "2026-03-04T20:00", "second_at": "2026-03-11T20:00"}
    swapped = history.when(swap(**at)).then_kinds(ShiftsSwapped).after
    mondays = utc("2026-03-02T13:00"), utc("2026-03-09T13:00")
    weeks = [stints(swapped.state, monday, monday + 6 * DAY) for monday in mondays]
    assert [{stint.member_id for stint in week} for week in weeks] == [{"p-2"}, {"p-1"}]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"second": "p-3"}, RefusalCode.NOT_ON_CALL_THEN),
        ({"second": "p-9"}, RefusalCode.UNKNOWN_MEMBER),
        ({"first_at": "2026-03-11T12:00"}, RefusalCode.NOT_ON_CALL_THEN),
        ({"second": "p-1", "second_at": "2026-03-18T12:00"}, RefusalCode.ALREADY_ON_CALL),
        ({"at": MONDAY + 20 * DAY}, RefusalCode.ALREADY_PAST),
    ],
)
def test_a_swap_that_cannot_be(fields: dict[str, Any], code: RefusalCode) -> None:
    given(ROTA, SET).when(swap(**fields)).then_refused(code)


def test_what_was_given_away_cannot_be_swapped() -> None:
    whole = override(starts="2026-03-04T08:00", ends="2026-03-05T08:00")
    outcome = (
        given(ROTA, SET).when(whole).and_when(swap(override_id=TWO, first_at="2026-03-06T08:00"))
    )
    outcome.then_refused(RefusalCode.OVERRIDES_OVERLAP)


def test_an_ended_rota_has_nobody_on_call_until_it_is_set_again() -> None:
    at = MONDAY + 4 * DAY
    after = given(ROTA, SET).when(command(EndRota, at)).then(RotaEnded(ends_at=at)).after
    assert who(after, "2026-03-05T14:00") == {"p-1": 1}
    assert who(after, "2026-03-07T14:00") == {}
    after.when(override(at)).then_refused(RefusalCode.ROTA_ENDED)
    after.when(command(EndRota, at + DAY)).then_nothing()
    again = after.when(command(SetRota, at + 6 * DAY, plan=WEEKLY)).then_kinds(RotaSet).after
    assert who(again, "2026-03-11T14:00") == {}
    assert who(again, "2026-03-12T14:00") == {"p-2": 1}


def test_nothing_is_known_of_a_rota_that_was_never_set() -> None:
    for each in (override(), swap(), command(EndRota), command(RemoveOverride, override_id=ONE)):
        given(ROTA).when(each).then_refused(RefusalCode.UNKNOWN_ROTA)


members = some.sampled_from(KNOWN)
hours = some.integers(0, 24 * 60)
moves = some.tuples(members, some.one_of(some.none(), members), hours, some.integers(1, 200))


@settings(max_examples=150, deadline=None)
@for_all(asked=some.lists(moves, max_size=8), at=hours)
def test_whatever_is_overridden_each_place_of_the_plan_is_held_by_exactly_one(
    asked: list[tuple[str, str | None, int, int]], at: int
) -> None:
    daily = a_rotation("p-1", "p-2", "p-3", first="2026-03-02T08:00", days=1)
    history = given(ROTA, RotaSet(plan=a_plan(daily), effective_from=MONDAY))
    first = datetime(2026, 3, 2, 8)  # noqa: DTZ001 - a wall time
    for number, (member_id, instead_of, start, length) in enumerate(asked):
        starts = first + timedelta(hours=start)
        wish = override(
            override_id=derived_id(number),
            member_id=member_id,
            instead_of=instead_of,
            starts=starts,
            ends=starts + timedelta(hours=length),
        )
        history = history.when(wish).after
    moment = MONDAY + timedelta(hours=10 + at)
    found = [
        s for s in stints(history.state, moment, moment + timedelta(minutes=1)) if s.covers(moment)
    ]

    assert [stint.place for stint in found].count(1) == 1
    assert len({stint.member_id for stint in found}) == len(found)
