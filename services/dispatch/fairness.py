"""Who comes before whom: fair points, then who was asked longest ago, then a lot. Pure.

The points are the policy's (`fairness`); what they are for is in docs/explanation/fairness.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import compress, pairwise
from typing import TYPE_CHECKING, NamedTuple

from schemas.candidates import Candidate, Circle
from schemas.subjects import drawing, lent_id
from services.dispatch.load import FREE
from services.dispatch.roster import plain_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from schemas.policy import Role
    from services.dispatch.eligibility import Asking
    from services.dispatch.roster import Member

_NEVER = datetime.min.replace(tzinfo=UTC)
_LAST = 1_000_000


@dataclass(frozen=True, slots=True)
class Crews:
    """What is known of those who were there, without knowing who they are; and the case's lots."""

    disciplines: frozenset[str]
    stations: frozenset[str]
    lot: Callable[[str], bytes]


class Standing(NamedTuple):
    """One able member, and what decides their place: the smallest key comes first, then the lot."""

    key: tuple[int, int, int, datetime]
    lot: bytes
    """Drawn from case and member: nobody is always first, and a repeat asks the same people."""
    member_id: str
    role: Role
    circle: Circle
    because: tuple[str, ...]


def crews_of(roster: Mapping[str, Member], asking: Asking) -> Crews:
    """Disciplines as the feed tells them, and where it does not, of members whose units were there;
    stations of those members always, as no feed tells a unit's station."""
    units = plain_names(asking.units)
    there = [
        member.entry
        for member in roster.values()
        if not units.isdisjoint(plain_names(member.entry.units))
    ]
    disciplines = asking.disciplines or {entry.discipline for entry in there}
    stations = frozenset(entry.station for entry in there)
    return Crews(frozenset(disciplines), stations, drawing(asking.case_id))


def standing(
    member_id: str, member: Member, asking: Asking, crews: Crews, lender: str | None = None
) -> Standing:
    """The place of a member who may be asked; of one whom a neighbour lends, among those lent."""
    entry, fair = member.entry, asking.fairness
    load = asking.loads.get(member_id, FREE)
    order = asking.duty.on_call.get(member_id)
    places, asked, waits = 0, None, False
    if load is not FREE:
        since = asking.now - fair.lately
        places, asked = load.places_since(since), load.asked_since(since)
        waits = load.waits_elsewhere(asking.case_id, asking.now)
    same = entry.discipline in crews.disciplines
    other = bool(crews.stations) and (lender is not None or entry.station not in crews.stations)
    points = same * fair.same_discipline + other * fair.other_station
    points -= places * fair.per_place + load.one_on_ones * fair.per_talk
    light = not places and not load.one_on_ones
    name = lent_id(lender, member_id) if lender else member_id
    return Standing(
        key=(_step(order, waits=waits), order or _LAST, -points, asked or _NEVER),
        lot=crews.lot(name),
        member_id=name,
        role=entry.role,
        circle=_circle(order, lender),
        because=_because(order, (waits, same, other, light, asked is None)),
    )


_CODES = ("asked_elsewhere", "same_discipline", "other_station", "light_load", "not_asked_lately")


@lru_cache(maxsize=1024)
def _because(order: int | None, holds: tuple[bool, ...]) -> tuple[str, ...]:
    """Kept, as a roster of hundreds stands in a handful of ways."""
    on_call = () if order is None else (f"on_call_{order}",)
    return on_call + tuple(compress(_CODES, holds))


def in_order(standings: Iterable[Standing]) -> Iterator[Candidate]:
    """By key, and by lot where two of one role are equal, which is then said."""
    ordered = sorted(standings)
    drawn = _equals(ordered)
    for each in ordered:
        because = (*each.because, "lot") if each.member_id in drawn else each.because
        yield _candidate(each.member_id, each.role, each.circle, because)


@lru_cache(maxsize=8192)
def _candidate(member_id: str, role: Role, circle: Circle, because: tuple[str, ...]) -> Candidate:
    """Kept, as most members stand in the same way in case after case."""
    return Candidate(member_id=member_id, role=role, circle=circle, because=because)


def _equals(ordered: Iterable[Standing]) -> set[str]:
    by_role: dict[Role, list[Standing]] = defaultdict(list)
    for each in ordered:
        by_role[each.role].append(each)
    return {
        each.member_id
        for same in by_role.values()
        for pair in pairwise(same)
        for each in pair
        if pair[0].key == pair[1].key
    }


def _step(order: int | None, *, waits: bool) -> int:
    """On call, available, and last those whom another case asks right now: two cases at once do not
    both begin with the same member while others are free."""
    if waits:
        return 2
    return 1 if order is None else 0


def _circle(order: int | None, lender: str | None) -> Circle:
    if lender is not None:
        return Circle.MUTUAL_AID
    return Circle.AVAILABLE if order is None else Circle.ON_CALL
