"""Ids that are derived or drawn: the same from the same, and in one order."""

from __future__ import annotations

from schemas.subjects import derived_id, drawing


def test_lots_stand_in_the_order_of_the_ids_that_they_are_short_for() -> None:
    names = [f"p-{number:03}" for number in range(500)]
    draw = drawing("case-1", "again")

    by_lot = sorted(names, key=draw)

    assert by_lot == sorted(names, key=lambda name: derived_id("case-1", "again", name))
    assert draw("p-001") == draw("p-001") != drawing("case-2", "again")("p-001")
