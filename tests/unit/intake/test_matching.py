"""Two reports, one incident: time, place and kind must agree, and only one case may fit."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.commands import Place
from services.intake.matching import CELL_METERS, WITHIN, Sighting, block, cells, match
from tests.unit.intake.reports import NOW

METERS_PER_DEGREE = 111_320.0
POLICE = Sighting(
    case_id="a" * 36,
    source="police",
    occurred_at=NOW,
    kind="traffic",
    whereabouts=frozenset({"here"}),
    units=frozenset({"P1"}),
)
FIRE = replace(
    POLICE,
    case_id="b" * 36,
    source="fire",
    occurred_at=NOW + timedelta(minutes=3),
    kind="medical",
    units=frozenset({"E12"}),
)


def test_one_crash_told_by_police_and_fire_is_one_incident() -> None:
    found = match(FIRE, [POLICE])

    assert found is not None
    assert found.case_id == POLICE.case_id
    assert found.why == ("within_20_minutes", "same_place", "same_kind")


@pytest.mark.parametrize(
    "other",
    [
        replace(POLICE, source="fire"),
        replace(POLICE, occurred_at=FIRE.occurred_at - WITHIN - timedelta(seconds=1)),
        replace(POLICE, whereabouts=frozenset({"elsewhere"})),
        replace(POLICE, kind="violence", whereabouts=frozenset({"here"}), case_id="c" * 36),
        replace(POLICE, kind=None),
        replace(POLICE, exercise=True),
    ],
    ids=["same feed", "too late", "elsewhere", "another kind", "no kind", "an exercise"],
)
def test_what_does_not_agree_stays_apart(other: Sighting) -> None:
    fire_alarm = replace(FIRE, kind="fire") if other.kind == "violence" else FIRE

    assert match(fire_alarm, [other]) is None


def test_a_unit_that_both_name_makes_up_for_a_kind_that_nobody_knows() -> None:
    found = match(replace(FIRE, kind=None, units=POLICE.units), [POLICE])

    assert found is not None
    assert "same_unit" in found.why


def test_with_two_candidates_a_person_decides() -> None:
    assert match(FIRE, [POLICE, replace(POLICE, case_id="c" * 36)]) is None


@given(
    st.floats(-60, 60),
    st.floats(-179, 179),
    st.floats(0, CELL_METERS / 2 * 0.95),
    st.floats(0, 2 * math.pi),
)
def test_places_within_half_a_cell_always_agree(
    latitude: float, longitude: float, meters: float, angle: float
) -> None:
    here = Place(latitude=latitude, longitude=longitude)

    assert set(cells(here)) & set(cells(_moved(here, meters, angle)))


@given(st.floats(-60, 60), st.floats(-179, 179), st.floats(0, 2 * math.pi))
def test_places_farther_apart_than_a_cell_is_wide_never_agree(
    latitude: float, longitude: float, angle: float
) -> None:
    here = Place(latitude=latitude, longitude=longitude)
    there = _moved(here, CELL_METERS * math.sqrt(2) * 1.05, angle)

    assert not set(cells(here)) & set(cells(there))


@given(st.integers(-600, 600), st.floats(-179, 179), st.floats(0, 2 * math.pi))
def test_near_places_agree_whatever_round_latitude_lies_between_them(
    tenth: int, longitude: float, angle: float
) -> None:
    here = Place(latitude=tenth / 10 + 0.05, longitude=longitude)

    assert set(cells(here)) & set(cells(_moved(here, 30, angle)))


def test_two_feeds_of_one_corner_agree() -> None:
    one = Place(latitude=44.05, longitude=-92.48)

    assert set(cells(one)) & set(cells(Place(latitude=44.0502, longitude=-92.4801)))


def _moved(place: Place, meters: float, angle: float) -> Place:
    north = meters * math.cos(angle) / METERS_PER_DEGREE
    narrowing = math.cos(math.radians(place.latitude))
    east = meters * math.sin(angle) / METERS_PER_DEGREE / narrowing
    return Place(latitude=place.latitude + north, longitude=place.longitude + east)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1123 Spring Street", "1100 blk SPRING ST"),
        ("1100 block of Spring St., Friday Harbor", "1199 spring st"),
        ("Aurora Av N / N 76th St", "N 76TH ST & AURORA AVE N"),
        ("Main Street and 2nd Avenue", "2nd Ave @ Main St"),
    ],
)
def test_one_block_written_in_two_ways_is_one(one: str, other: str) -> None:
    assert block(one) == block(other) != ""


@pytest.mark.parametrize("vague", ["", "Main Street", "12", "&", "at the"])
def test_a_street_without_a_block_matches_nothing(vague: str) -> None:
    assert block(vague) == ""


def test_two_blocks_of_one_street_are_two() -> None:
    assert block("1123 Spring St") != block("1223 Spring St")
