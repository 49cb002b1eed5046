"""From a plan to who is on call when. Pure; every time of day is of the plan's zone.

All layers are on call at once. A layer's members take turns of one length on the wall clock, so
that a handover at 08:00 stays at 08:00; over a clock change a shift is shorter or longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from math import gcd
from typing import TYPE_CHECKING

from services.dispatch.rota_time import Span, joined, moments, wall_time, weekly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from schemas.rota import RotaPlan, Rotation

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Stint:
    """An unbroken time for which one member is on call at one place of a rota."""

    member_id: str
    place: int
    """In the order of asking, 1 first."""
    starts: datetime
    ends: datetime
    shift: str
    """Names the shift that this is, or is a part of; it stays the same when parts change hands."""
    turn: Span
    """The whole turn that it belongs to."""

    def covers(self, at: datetime) -> bool:
        """Whether it is going on at a moment."""
        return self.starts <= at < self.ends

    def cut(self, start: datetime, end: datetime) -> Stint | None:
        """The part between two moments; None when there is none."""
        starts, ends = max(self.starts, start), min(self.ends, end)
        return replace(self, starts=starts, ends=ends) if starts < ends else None


def planned(plan: RotaPlan, start: datetime, end: datetime) -> Iterator[Stint]:
    """Every stint that a plan has between two moments, whole, layer by layer."""
    for place, layer in enumerate(plan.layers, start=1):
        yield from _of_layer(layer, place, plan.time_zone, start, end)


def _of_layer(
    layer: Rotation, place: int, zone: str, start: datetime, end: datetime
) -> Iterator[Stint]:
    span = layer.shift.span
    turn = max(0, (wall_time(start, zone) - layer.first_handover) // span - 1)
    begins = layer.first_handover + turn * span
    while begins <= wall_time(end, zone) + span:
        walls = _of_turn(layer, begins)
        whole = next(moments([(begins, begins + span)], zone), None)
        for opens, closes in walls if whole else ():
            for starts, ends in moments([(opens, closes)], zone):
                if starts < end and ends > start:
                    shift = f"{place}-{opens:%Y%m%dT%H%M}"
                    member_id = layer.members[_order(layer, turn) % len(layer.members)]
                    yield Stint(member_id, place, starts, ends, shift, whole or (starts, ends))
        turn, begins = turn + 1, begins + span


def _of_turn(layer: Rotation, begins: datetime) -> list[Span]:
    """The wall times of one turn at which somebody is on call."""
    ends = begins + layer.shift.span
    return list(joined(weekly(layer.only, begins, ends))) if layer.only else [(begins, ends)]


def _order(layer: Rotation, turn: int) -> int:
    """How many turns before this one were somebody's: an empty one uses nobody up."""
    if not layer.only:
        return turn
    taken = _pattern(layer)
    rounds, rest = divmod(turn, len(taken))
    return rounds * sum(taken) + sum(taken[:rest])


@lru_cache(maxsize=256)
def _pattern(layer: Rotation) -> tuple[bool, ...]:
    """Which turns have any time at all. The week repeats, so the pattern does: after 168 at most."""
    hours = int(layer.shift.span / timedelta(hours=1))
    count = 168 // gcd(hours, 168)
    starts = (layer.first_handover + turn * layer.shift.span for turn in range(count))
    return tuple(bool(_of_turn(layer, begins)) for begins in starts)


def merged(stints: Iterable[Stint]) -> tuple[Stint, ...]:
    """In the order of time, with what meets and is the same put together."""
    result: list[Stint] = []
    open_now: dict[tuple[str, int, str], int] = {}
    for stint in sorted(stints, key=lambda s: (s.starts, s.place, s.member_id)):
        key = stint.member_id, stint.place, stint.shift
        before = open_now.get(key)
        if before is not None and stint.starts <= result[before].ends:
            ends = max(stint.ends, result[before].ends)
            result[before] = replace(result[before], ends=ends)
            continue
        open_now[key] = len(result)
        result.append(stint)
    return tuple(result)
