"""Who is on call and who is away at one moment, as pure data."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from services.dispatch.roster import is_muted
from services.dispatch.rota import on_call
from services.dispatch.rota_time import joined, moments, wall_time, weekly, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from services.dispatch.roster import Member
    from services.dispatch.rota import Rota
    from services.dispatch.rota_time import Span

_DAY = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Duty:
    """One agency's duty at one moment. Without any rota nobody is on call and everybody is there."""

    on_call: Mapping[str, int] = field(default_factory=dict)
    """Members on call and their places in the order, 1 first."""
    away: frozenset[str] = frozenset()
    """Members who are not available at that moment, by their own hours or calendar."""


def duty(
    rotas: Iterable[Rota],
    members: Mapping[str, Member],
    busy: Mapping[str, Sequence[Span]],
    at: datetime,
) -> Duty:
    """The duty that rotas, members' hours and calendars lead to. On two rotas, the better place."""
    places: dict[str, int] = {}
    for rota in rotas:
        for member_id, place in on_call(rota, at).items():
            places[member_id] = min(place, places.get(member_id, place))
    away = {name for name, member in members.items() if is_away(member, busy.get(name, ()), at)}
    return Duty(places, frozenset(away))


def is_away(member: Member, busy: Sequence[Span], at: datetime) -> bool:
    """Whether a member is outside their own hours, or busy by their calendar, which is in order."""
    hours = member.hours
    if hours is not None and not within(hours.times, hours.time_zone, at):
        return True
    begun = bisect_right(busy, (at, _NEVER))
    return begun > 0 and at < busy[begun - 1][1]


def not_free(
    member: Member | None,
    busy: Iterable[Span],
    open_offers: Iterable[datetime],
    start: datetime,
    end: datetime,
) -> tuple[Span, ...]:
    """When a member cannot hold a session, between two moments, joined and in order: outside their
    own hours, busy by their calendar, in peace, or while an offer waits for their answer. One who is
    no member any more, or is stood down, never can."""
    if member is None or member.stood_down or _gone(member, start):
        return ((start, end),)
    spans = [*busy, *_outside(member, start, end)]
    if member.muted_until is not None and is_muted(member, start):
        spans.append((start, member.muted_until))
    spans += [(start, until) for until in open_offers]
    return tuple(joined((max(opens, start), min(closes, end)) for opens, closes in spans))


def _gone(member: Member, at: datetime) -> bool:
    until = member.designated_until
    return until is not None and until < at.date()


def _outside(member: Member, start: datetime, end: datetime) -> list[Span]:
    """The time between a member's hours of the week."""
    hours = member.hours
    if hours is None:
        return []
    zone = hours.time_zone
    first, last = wall_time(start, zone), wall_time(end, zone)
    inside = list(moments(weekly(hours.times, first - _DAY, last + _DAY), zone))
    edges = [start, *(edge for span in inside for edge in span), end]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return [(opens, closes) for opens, closes in gaps if opens < closes]
