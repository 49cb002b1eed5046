"""Times and lengths as people read them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.cli.times import local, span


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_a_length_has_at_most_two_units(seconds: int, text: str) -> None:
    assert span(timedelta(seconds=seconds)) == text
    assert span(timedelta(seconds=-seconds)) == text


@pytest.mark.parametrize(("told", "text"), [(None, "-"), ("", "-"), ("later", "later")])
def test_what_is_no_time_is_shown_as_it_is(told: object, text: str) -> None:
    assert local(told) == text


def test_a_time_is_shown_with_its_zone() -> None:
    assert len(local("2026-03-02T03:00:00Z").split()) == 5
