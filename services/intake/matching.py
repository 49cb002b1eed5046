"""Whether a report of one feed is an incident that another feed told already: pure and explained.

Only reports of different sources are matched: a source numbers its own incidents. A wrong match
would hide an incident and a missed one would page twice, so all of time, place and kind must agree,
and with several candidates none is taken: a person merges or splits.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.intake import MatchedBy
from services.intake.commands import Match

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from services.intake.commands import Place

WITHIN = timedelta(minutes=20)
"""How far apart two feeds' times of one incident may be: PROPOSAL, calls are entered within
minutes and clocks differ by less."""
CELL_METERS = 400.0
"""Two places at most half of this apart always agree, and never ones 566 m apart: PROPOSAL, a block
is about 100 m and a caller's position is good to 50-300 m (FCC E911 location accuracy)."""
_METERS_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Sighting:
    """What matching needs to know of a case or a report."""

    case_id: str
    source: str
    occurred_at: datetime
    kind: str | None
    whereabouts: frozenset[str]
    units: frozenset[str]
    exercise: bool = False


def match(report: Sighting, known: Iterable[Sighting]) -> Match | None:
    """The one case of another source that agrees in time, place and kind; None when none does or
    several do."""
    found = [(other, why) for other in known if (why := agreement(report, other))]
    if len({other.case_id for other, _ in found}) != 1:
        return None
    other, why = found[0]
    return Match(case_id=other.case_id, matched_by=MatchedBy.TIME_PLACE_TYPE, why=why)


def agreement(report: Sighting, other: Sighting) -> tuple[str, ...]:
    """What agrees between two reports of one incident; empty when they are not one."""
    if report.source == other.source or report.case_id == other.case_id:
        return ()
    if report.exercise != other.exercise:
        return ()
    near_in_time = abs(report.occurred_at - other.occurred_at) <= WITHIN
    same_place = bool(report.whereabouts & other.whereabouts)
    if not near_in_time or not same_place:
        return ()
    shared = report.units & other.units
    if not shared and not may_be_one(report.kind, other.kind):
        return ()
    why = ["within_20_minutes", "same_place"]
    why += ["same_kind"] if may_be_one(report.kind, other.kind) else []
    why += ["same_unit"] if shared else []
    return tuple(why)


def cells(place: Place) -> tuple[str, ...]:
    """Names of the four grid cells around a place; the grids are half a cell apart, so that two
    near places share one whatever side of a line they are on."""
    return tuple(_cell(place, dy, dx) for dy in (0, 1) for dx in (0, 1))


def _cell(place: Place, dy: int, dx: int) -> str:
    """A row is as long everywhere as at its own latitude: all that is in it is divided alike."""
    row = math.floor(place.latitude * _METERS_PER_DEGREE / CELL_METERS + dy / 2)
    latitude = (row - dy / 2) * CELL_METERS / _METERS_PER_DEGREE
    narrowing = max(math.cos(math.radians(latitude)), 0.01)
    east = place.longitude * _METERS_PER_DEGREE * narrowing / CELL_METERS
    return f"{dy}{dx}:{row}:{math.floor(east + dx / 2)}"


_MAY_BE_ONE = frozenset(
    {
        frozenset({"traffic", "medical"}),
        frozenset({"traffic", "fire"}),
        frozenset({"traffic", "rescue"}),
        frozenset({"water", "medical"}),
        frozenset({"water", "rescue"}),
        frozenset({"violence", "medical"}),
        frozenset({"hazard", "fire"}),
        frozenset({"fire", "medical"}),
        frozenset({"fire", "rescue"}),
        frozenset({"rescue", "medical"}),
        frozenset({"hazard", "medical"}),
    }
)
"""Kinds that police, fire and medical centers often give to one and the same incident."""


def may_be_one(one: str | None, other: str | None) -> bool:
    """Whether two kinds can be one incident; what is not known cannot be held to agree."""
    if one is None or other is None:
        return False
    return one == other or frozenset({one, other}) in _MAY_BE_ONE


_SUFFIXES = {
    "street": "st",
    "avenue": "ave",
    "av": "ave",
    "boulevard": "blvd",
    "road": "rd",
    "drive": "dr",
    "lane": "ln",
    "court": "ct",
    "place": "pl",
    "highway": "hwy",
    "parkway": "pkwy",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
}
"""USPS Publication 28, appendix C1: the short forms."""
_NOISE = frozenset(
    {"blk", "block", "of", "the", "apt", "unit", "nb", "sb", "eb", "wb", "near", "at"}
)
_CROSSING = re.compile(r"\s*(?:/|&|\band\b|@)\s*")
_WORD = re.compile(r"[a-z0-9]+")


def block(address: str) -> str:
    """An address as its block, or its crossing in either order: `1123 Spring Street` and `1100 blk
    SPRING ST` are one. Empty when there is no street."""
    streets = [_street(part) for part in _CROSSING.split(address.partition(",")[0].lower())]
    named = sorted(street for street in streets if street)
    if len(named) == 1 and not named[0][0].isdigit():
        return ""
    return " / ".join(named)


def _street(text: str) -> str:
    words = [_SUFFIXES.get(word, word) for word in _WORD.findall(text) if word not in _NOISE]
    if words and words[0].isdigit():
        words[0] = f"{int(words[0][:9]) // 100 * 100}"
    return " ".join(words) if any(not word.isdigit() for word in words) else ""
