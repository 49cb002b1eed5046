"""The bars of screening, on incidents that people have labelled; per source in `python -m benchmarks`."""

from __future__ import annotations

import pytest

from benchmarks.labelled import SHARED, Labelled, Score, default_pack, own, score, screened, shared

pytestmark = pytest.mark.filterwarnings("error")


def scored(rows: list[Labelled]) -> Score:
    pack = default_pack()
    return score((each, screened(each, pack).outcome) for each in rows)


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not there")
def test_the_shared_set_meets_the_bars() -> None:
    found = scored(shared())

    assert found.incidents >= 165
    assert found.critical_found is not None
    assert found.critical_found >= 0.98
    assert found.routine_called_critical is not None
    assert found.routine_called_critical <= 0.03
    assert found.review_seen is not None
    assert found.review_seen >= 0.8
    assert found.acceptable >= 0.98


@pytest.mark.parametrize(
    "part", ["develop", "held_out", "second", "second_held_out", "third", "fourth"]
)
def test_our_own_narratives_are_told_apart(part: str) -> None:
    found = scored([each for each in own() if each.part == part])

    assert found.incidents >= 50
    assert found.critical_found is not None
    assert found.critical_found >= 0.88
    assert found.critical_seen is not None
    assert found.critical_seen >= 0.95
    assert found.routine_called_critical is not None
    assert found.routine_called_critical <= 0.03


def test_harmless_words_that_sound_grave_page_nobody() -> None:
    found = scored([each for each in own() if each.part == "harmless"])

    assert found.incidents >= 80
    assert found.routine_called_critical == 0
    assert found.routine_called_review is not None
    assert found.routine_called_review <= 0.1
