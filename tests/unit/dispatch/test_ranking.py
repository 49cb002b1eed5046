"""The order of asking: near circles first, fair points, who waited longest, the lot; each with why."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from benchmarks.shares import gini
from schemas.candidates import Circle, Exclusion, Lent
from schemas.policy import FairPoints, Place, Role
from schemas.subjects import case_id_for
from services.dispatch.duty import Duty
from services.dispatch.load import FREE, Load
from services.dispatch.ranking import first_wave, rank, rank_for_emergency, rank_for_request
from tests.unit.dispatch.cases import NOW
from tests.unit.dispatch.members import DAY, HOUR, a_lender, asking, member, peers

if TYPE_CHECKING:
    from schemas.candidates import Candidate
    from services.dispatch.eligibility import Asking
    from services.dispatch.roster import Member

UNTIL = NOW + 15 * timedelta(minutes=1)


def order(roster: dict[str, Member], known: Asking, **more: Any) -> list[str]:
    return [each.member_id for each in rank(roster, known, **more).candidates]


def why(roster: dict[str, Member], known: Asking, member_id: str) -> tuple[str, ...]:
    (found,) = [c for c in rank(roster, known).candidates if c.member_id == member_id]
    return found.because


def circles(candidates: tuple[Candidate, ...]) -> dict[str, Circle]:
    return {each.member_id: each.circle for each in candidates}


def test_members_on_call_come_first_in_their_order() -> None:
    duty = Duty(on_call={"p-4": 1, "p-2": 2})

    assert order(peers(6), asking(duty=duty))[:2] == ["p-4", "p-2"]
    ranked = circles(rank(peers(6), asking(duty=duty)).candidates)
    assert (ranked["p-4"], ranked["p-1"]) == (Circle.ON_CALL, Circle.AVAILABLE)
    assert why(peers(6), asking(duty=duty), "p-2")[0] == "on_call_2"


def test_nobody_on_call_is_an_empty_circle_that_is_skipped() -> None:
    assert set(circles(rank(peers(3), asking()).candidates).values()) == {Circle.AVAILABLE}


def test_the_discipline_of_those_who_were_there_comes_first() -> None:
    roster = peers(4) | {"p-5": member(units=("X5",), discipline="ems")}

    assert order(roster, asking(disciplines=frozenset({"ems"})))[0] == "p-5"
    assert "same_discipline" in why(roster, asking(disciplines=frozenset({"ems"})), "p-5")


def test_without_word_of_the_feed_the_crews_disciplines_are_those_of_their_members() -> None:
    roster = peers(4) | {
        "p-5": member(units=("X5",), discipline="ems", station="st-1"),
        "p-6": member(units=("M9",), discipline="ems", station="st-1"),
    }

    assert order(roster, asking(units=frozenset({"M9"})))[0] == "p-5"


def test_a_station_other_than_the_crews_comes_first() -> None:
    roster = peers(4) | {
        "p-5": member(units=("X5",), station="st-2"),
        "p-6": member(units=("E9",), station="st-1"),
    }
    known = asking(units=frozenset({"E9"}))

    assert order(roster, known)[0] == "p-5"
    assert why(roster, known, "p-5") == (
        "same_discipline",
        "other_station",
        "light_load",
        "not_asked_lately",
    )
    assert "other_station" not in why(roster, known, "p-1")


def test_a_station_is_no_reason_where_nobody_knows_that_of_the_crews() -> None:
    roster = peers(2) | {"p-5": member(units=("X5",), station="st-2")}

    assert not any("other_station" in c.because for c in rank(roster, asking()).candidates)


@pytest.mark.parametrize(
    "heavier",
    [
        Load(taken=(NOW - DAY,)),
        Load(one_on_ones=1),
        Load(asked=(NOW - DAY,)),
    ],
)
def test_who_carries_less_or_was_not_asked_comes_first(heavier: Load) -> None:
    roster = {name: member(units=(name,)) for name in ("p-1", "p-2")}

    for laden, free in (("p-1", "p-2"), ("p-2", "p-1")):
        known = asking(loads={laden: heavier})
        assert order(roster, known) == [free, laden]
        assert why(roster, known, free) == ("light_load", "not_asked_lately")


def test_who_was_asked_longest_ago_comes_first_among_equals() -> None:
    roster = peers(3)
    asked = {f"p-{n}": Load(asked=(NOW - n * DAY,)) for n in (1, 2, 3)}

    assert order(roster, asking(loads=asked)) == ["p-3", "p-2", "p-1"]
    assert why(roster, asking(loads=asked), "p-3") == ("light_load",)


def test_a_load_of_long_ago_is_forgotten() -> None:
    long_ago = Load(asked=(NOW - 31 * DAY,), taken=(NOW - 31 * DAY,))

    assert why(peers(2), asking(loads={"p-1": long_ago}), "p-1") == (
        "light_load",
        "not_asked_lately",
        "lot",
    )


def test_a_shared_discipline_outweighs_so_many_places_as_the_policy_says() -> None:
    roster = {
        "p-1": member(units=("X1",), discipline="ems"),
        "p-2": member(units=("X2",), discipline="fire"),
    }
    known = asking(disciplines=frozenset({"ems"}))

    def first(places: int, fairness: FairPoints | None = None) -> str:
        load = Load(taken=tuple(NOW - n * DAY for n in range(1, places + 1)))
        own = fairness or FairPoints()
        return order(roster, replace(known, loads={"p-1": load}, fairness=own))[0]

    assert first(3) == "p-1"
    assert first(5) == "p-2"
    assert first(1, FairPoints(same_discipline=0)) == "p-2"


def test_one_whom_another_case_asks_right_now_comes_behind_all_who_are_free() -> None:
    """On call or not: two cases at once do not both begin with the same member."""
    duty = Duty(on_call={"p-1": 1})
    waits = Load(open_until={"other-case": UNTIL})

    known = asking(duty=duty, loads={"p-1": waits})
    assert order(peers(4), known)[-1] == "p-1"
    assert why(peers(4), known, "p-1")[:2] == ("on_call_1", "asked_elsewhere")
    same_case = asking("other-case", duty=duty, loads={"p-1": waits})
    assert order(peers(4), same_case)[0] == "p-1"


def test_two_cases_of_one_moment_begin_with_different_members() -> None:
    """As the book shows them to each other: a first wave is seen before it is recorded."""
    roster, places = peers(8), (Place(role=Role.PEER, count=2),)
    first = first_wave(places, 1, rank(roster, asking("case-1")).candidates)
    held = {member_id: Load(open_until={"case-1": UNTIL}) for member_id in first}

    second = first_wave(places, 1, rank(roster, asking("case-2", loads=held)).candidates)

    assert len(first) == len(second) == 3
    assert not set(first) & set(second)


def test_neighbours_come_last_few_of_each_role_and_by_their_own_duty() -> None:
    theirs = peers(4) | {"m-1": member(Role.MHP, units=()), "ch-1": member(Role.CHAPLAIN, units=())}
    north = a_lender(theirs, most=2, duty=Duty(on_call={"p-3": 1}, away=frozenset({"p-4"})))

    ranked = rank(peers(2), asking(), [north])

    names = [each.member_id for each in ranked.candidates]
    assert set(names[:2]) == {"p-1", "p-2"}
    assert names[2] == "north--p-3", "on call at home"
    assert set(names[3:]) < {"north--p-1", "north--p-2", "north--m-1"}
    assert [n for n in names if n.startswith("north--m")] == ["north--m-1"]
    assert len(names) == 2 + 2 + 1, "two of each role that they lend"
    assert {circles(ranked.candidates)[name] for name in names[2:]} == {Circle.MUTUAL_AID}


def test_of_neighbours_only_counts_are_told() -> None:
    theirs = peers(3) | {"p-4": member(units=("E9",)), "p-5": member(stood_down=True)}

    ranked = rank(peers(1), asking(units=frozenset({"E9"})), [a_lender(theirs)])

    assert ranked.neighbours == (Lent(agency="north", able=3, left_out=2),)
    assert ranked.excluded == (), "why they cannot is their own affair"


def test_a_neighbour_whose_id_would_be_too_long_to_record_is_left_out() -> None:
    ranked = rank({}, asking(), [a_lender({"p" * 60: member(units=())})])

    assert ranked.candidates == ()
    assert ranked.neighbours == (Lent(agency="north", able=0, left_out=1),)


def test_several_neighbours_stand_in_one_order() -> None:
    asked = {f"p-{n}": Load(asked=(NOW - n * DAY,)) for n in (1, 2)}
    north = a_lender(peers(2), loads=asked)
    south = a_lender(peers(1), agency="south")

    assert order({}, asking(), lenders=[north, south]) == ["south--p-1", "north--p-2", "north--p-1"]


def test_coordinators_and_program_leads_are_called_and_never_asked_to_serve() -> None:
    roster = peers(2) | {
        "c-1": member(Role.COORDINATOR, units=()),
        "c-2": member(Role.COORDINATOR, stood_down=True),
        "l-1": member(Role.PROGRAM_LEAD, units=()),
    }

    ranked = rank(roster, asking(units=frozenset({"X1"})))

    assert ranked.coordinators == ("c-1",)
    assert ranked.program_leads == ("l-1",)
    assert [each.member_id for each in ranked.candidates] == ["p-2"]
    assert [(e.member_id, e.reasons) for e in ranked.excluded] == [("p-1", (Exclusion.INVOLVED,))]


def test_a_request_goes_to_the_chosen_one_then_the_wished_discipline_then_professionals() -> None:
    roster = peers(3) | {
        "p-4": member(units=(), discipline="ems"),
        "m-1": member(Role.MHP, units=()),
    }

    ranked = rank_for_request(roster, asking(), "p-2", "ems")

    names = [each.member_id for each in ranked.candidates]
    assert names[:2] == ["p-2", "p-4"]
    assert names[-1] == "m-1"
    assert {each.role for each in ranked.candidates} == {Role.PEER}


def test_a_request_leaves_in_peace_who_asked_for_it_unless_it_is_an_emergency() -> None:
    roster = peers(2) | {"p-3": member(units=(), muted_until=NOW + HOUR)}
    away = asking(duty=Duty(away=frozenset({"p-2"})))

    assert [c.member_id for c in rank_for_request(roster, away, None, "").candidates] == ["p-1"]
    urgent = rank_for_emergency(roster, away).candidates
    assert {c.member_id for c in urgent} == {"p-1", "p-2", "p-3"}


def test_an_emergency_goes_to_professionals_with_directors_behind_and_peers_beside() -> None:
    roster = peers(1) | {
        "d-1": member(Role.CLINICAL_DIRECTOR, units=()),
        "m-1": member(Role.MHP, units=()),
        "ch-1": member(Role.CHAPLAIN, units=()),
    }

    ranked = rank_for_emergency(roster, asking())

    assert [(c.member_id, c.role) for c in ranked.candidates] == [
        ("m-1", Role.MHP),
        ("d-1", Role.MHP),
        ("p-1", Role.PEER),
    ]


MOMENTS = st.sampled_from([NOW - n * DAY for n in (0, 1, 2, 40)])
LOADS = st.builds(
    Load,
    asked=st.lists(MOMENTS, max_size=3).map(lambda times: tuple(sorted(times))),
    taken=st.lists(MOMENTS, max_size=3).map(lambda times: tuple(sorted(times))),
    one_on_ones=st.integers(0, 3),
    open_until=st.sampled_from([{}, {"another": UNTIL}]),
)
ENTRIES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "discipline": st.sampled_from(["fire", "ems"]),
        "station": st.sampled_from(["st-1", "st-2"]),
        "units": st.sampled_from([("X1",), ("E9",), ()]),
    }
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[dict[str, Member], Asking]:
    count = draw(st.integers(1, 7))
    names = [f"p-{n}" for n in range(count)]
    roles = st.sampled_from([Role.PEER, Role.MHP])
    roster = {name: member(draw(roles), **draw(ENTRIES)) for name in names}
    on_call = draw(st.permutations(names))[: draw(st.integers(0, 2))]
    known = asking(
        units=frozenset(draw(st.sampled_from([(), ("E9",)]))),
        disciplines=frozenset(draw(st.sampled_from([(), ("ems",)]))),
        duty=Duty(on_call={name: n for n, name in enumerate(on_call, start=1)}),
        loads={name: draw(LOADS) for name in names},
    )
    return roster, known


@settings(deadline=None)
@for_all(situations(), st.randoms(use_true_random=False))
def test_the_order_of_the_roster_changes_nothing(
    situation: tuple[dict[str, Member], Asking], chance: Any
) -> None:
    roster, known = situation
    names = list(roster)
    chance.shuffle(names)
    shuffled = {name: roster[name] for name in names}

    assert rank(shuffled, known) == rank(roster, known)


@settings(deadline=None)
@for_all(situations())
def test_everybody_is_either_asked_or_told_why_not(
    situation: tuple[dict[str, Member], Asking],
) -> None:
    roster, known = situation
    ranked = rank(roster, known)

    asked = [each.member_id for each in ranked.candidates]
    left = [each.member_id for each in ranked.excluded]
    assert sorted([*asked, *left]) == sorted(roster)
    assert all(each.reasons for each in ranked.excluded)


@settings(deadline=None)
@for_all(situations())
def test_free_members_on_call_then_free_members_then_those_who_are_asked_elsewhere(
    situation: tuple[dict[str, Member], Asking],
) -> None:
    roster, known = situation

    def step(candidate: Candidate) -> tuple[int, int]:
        load = known.loads.get(candidate.member_id, FREE)
        waits = load.waits_elsewhere(known.case_id, known.now)
        place = known.duty.on_call.get(candidate.member_id, 99)
        return (2 if waits else 1 if place == 99 else 0, place)

    steps = [step(each) for each in rank(roster, known).candidates]
    assert steps == sorted(steps)


CASES, TEAM, ASKED = 10_000, 12, 3
BY_LOT_ALONE = 0.03
"""The bound on how unevenly 10,000 cases ask a uniform team whose loads nobody knows."""
BY_TURNS = 0.001
"""The same where it is known who was asked when, as it is while Tailboard runs."""


def test_over_ten_thousand_cases_a_lot_asks_everybody_alike() -> None:
    roster, counts, firsts = peers(TEAM), Counter[str](), Counter[str]()
    for number in range(CASES):
        names = order(roster, asking(case_id_for("metro", "cad", str(number))))
        counts.update(names[:ASKED])
        firsts[names[0]] += 1

    assert set(counts) == set(roster)
    assert gini(counts.values()) < BY_LOT_ALONE
    assert gini(firsts.values()) < BY_LOT_ALONE, "nobody is always first"


def test_over_a_thousand_cases_everybody_takes_turns() -> None:
    roster, loads, counts = peers(TEAM), dict[str, Load](), Counter[str]()
    for number in range(CASES // 10):
        now = NOW + number * HOUR
        names = order(roster, asking(f"case-{number}", now=now, loads=loads))[:ASKED]
        counts.update(names)
        loads |= {name: Load(asked=(now,)) for name in names}

    assert gini(counts.values()) < BY_TURNS
