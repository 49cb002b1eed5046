"""Who is on call and who is away at one moment, as pure data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.dispatch.rota import on_call
from services.dispatch.rota_time import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from services.dispatch.roster import Member
    from services.dispatch.rota import Rota
    from services.dispatch.rota_time import Span


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


def is_away(member: Member, busy: Iterable[Span], at: datetime) -> bool:
    """Whether a member is outside their own hours, or busy by their calendar."""
    hours = member.hours
    if hours is not None and not within(hours.times, hours.time_zone, at):
        return True
    return any(starts <= at < ends for starts, ends in busy)
