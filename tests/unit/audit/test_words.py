"""Codes and lengths read as people say them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.audit.words import counted, item_name, listed, span


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=45), "45 s"),
        (timedelta(seconds=-45), "45 s"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(minutes=59, seconds=40), "1 h"),
        (timedelta(hours=7, minutes=54), "7 h 54 min"),
        (timedelta(hours=8), "8 h"),
        (timedelta(hours=23, minutes=59, seconds=50), "1 d"),
        (timedelta(days=3, hours=22, minutes=12), "3 d 22 h"),
        (timedelta(days=28), "28 d"),
    ],
)
def test_a_length_reads_in_at_most_two_units(length: timedelta, words: str) -> None:
    assert span(length) == words


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ("defusing-responders", "Defusing for responders"),
        ("one-on-one-dispatchers", "One-on-one support for dispatchers"),
        ("check-in-12-responders", "Check-in 12 for responders"),
        ("odd", "Odd"),
    ],
)
def test_an_item_reads_as_a_name(item: str, name: str) -> None:
    assert item_name(item) == name


def test_numbers_of_members_read_with_their_role() -> None:
    assert counted(1, "mhp") == "1 mental health professional"
    assert counted(2, "mhp") == "2 mental health professionals"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""
