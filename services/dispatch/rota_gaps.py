"""What rotas leave open in a time to come, and what is amiss with those who are on call. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from schemas.roster import CompetencyKind
from schemas.rota import Gap, GapKind
from services.dispatch.duty import is_away
from services.dispatch.roster import exclusions, is_muted
from services.dispatch.rota import Rota, stints
from services.dispatch.rota_time import Span, joined, moment, moments, wall_time, weekly, within
from services.dispatch.training import lapses_after

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from schemas.policy import Role
    from schemas.rota import WeeklyTime
    from services.dispatch.roster import Member
    from services.dispatch.roster_policy import RosterRules
    from services.dispatch.rota_policy import Need, RotaRules
    from services.dispatch.rota_shifts import Stint

_DAY = timedelta(days=1)
_BEYOND = timedelta(days=35)
"""How far one looks beyond both ends for the whole of a long time on call."""

_GRAVEST = frozenset({GapKind.NOBODY, GapKind.NOBODY_PAGEABLE})
_LESSER = frozenset({GapKind.NO_ROLE, GapKind.NO_GROUP_TRAINING})

What = tuple[GapKind, "Role | None", "str | None"]
"""A kind, and the role or the member that it is about."""


@dataclass(frozen=True, slots=True)
class Team:
    """All that is known of who could serve: the rotas, the members, and the rules for both."""

    rotas: Mapping[str, Rota]
    members: Mapping[str, Member]
    busy: Mapping[str, Sequence[Span]]
    rules: RotaRules
    roster_rules: RosterRules
    zone: str
    """The agency's, for the times of the rules."""


def gaps(team: Team, start: datetime, end: datetime) -> tuple[Gap, ...]:
    """Every gap between two moments, the earliest first; none where no rota holds."""
    serving = [s for rota in team.rotas.values() for s in stints(rota, start, end)]
    held = _held(team.rotas.values(), start, end)
    edges = sorted({*_edges(team, serving, start, end), *(edge for span in held for edge in span)})
    found: dict[What, list[Span]] = {}
    for opens, closes in pairwise(edges):
        if any(begins <= opens < ends for begins, ends in held):
            for what in _amiss(team, [s for s in serving if s.covers(opens)], opens):
                found.setdefault(what, []).append((opens, closes))
    open_ones = [
        Gap(kind=kind, role=role, member_id=member_id, starts=opens, ends=closes)
        for (kind, role, member_id), spans in found.items()
        for opens, closes in joined(spans)
    ]
    told = (gap for gap in open_ones if not any(_says_it_all(more, gap) for more in open_ones))
    return tuple(sorted((*told, *_too_long(team, start, end)), key=_in_order))


def _says_it_all(more: Gap, gap: Gap) -> bool:
    """Whether a gap is but a part of another: where nobody is, nobody of any role is."""
    graver = more.kind in _GRAVEST and gap.kind in _LESSER
    same = more.kind is GapKind.NO_ROLE and gap.kind is GapKind.NO_GROUP_TRAINING
    if not graver and not (same and more.role is gap.role):
        return False
    return more.starts <= gap.starts and gap.ends <= more.ends


def _in_order(gap: Gap) -> tuple[datetime, int, str, str]:
    kinds = list(GapKind)
    return gap.starts, kinds.index(gap.kind), gap.role or "", gap.member_id or ""


def _held(rotas: Iterable[Rota], start: datetime, end: datetime) -> list[Span]:
    """When any rota holds: from its first handover to its end."""
    found = []
    for rota in rotas:
        ends = [later.since for later in rota.versions[1:]] + [end]
        for version, until in zip(rota.versions, ends, strict=True):
            if version.plan:
                zone = version.plan.time_zone
                first = min(moment(x.first_handover, zone) for x in version.plan.layers)
                found.append((max(start, version.since, first), min(until, end)))
    return list(joined(found))


def _edges(
    team: Team, serving: Sequence[Stint], start: datetime, end: datetime
) -> Iterator[datetime]:
    """Every moment at which an answer may change."""
    edges = {start, end}
    for stint in serving:
        edges |= {stint.starts, stint.ends}
    for need in team.rules.must_have:
        edges.update(_weekly_edges(need.only, team.zone, start, end))
    for member_id in {stint.member_id for stint in serving}:
        edges.update(_of_member(team, member_id, start, end))
    midnight = datetime.combine(start.astimezone(UTC).date(), time(0), UTC)
    edges.update(midnight + _DAY * day for day in range((end - start).days + 2))
    return (edge for edge in edges if start <= edge <= end)


def _of_member(team: Team, member_id: str, start: datetime, end: datetime) -> Iterator[datetime]:
    yield from (edge for span in team.busy.get(member_id, ()) for edge in span)
    member = team.members.get(member_id)
    if member and member.muted_until:
        yield member.muted_until
    if member and member.hours:
        yield from _weekly_edges(member.hours.times, member.hours.time_zone, start, end)


def _weekly_edges(
    times: Sequence[WeeklyTime], zone: str, start: datetime, end: datetime
) -> Iterator[datetime]:
    if times:
        walls = weekly(times, wall_time(start, zone) - _DAY, wall_time(end, zone) + _DAY)
        yield from (edge for span in moments(walls, zone) for edge in span)


def _amiss(team: Team, serving: Sequence[Stint], at: datetime) -> Iterator[What]:
    """All that is amiss at one moment."""
    on_call = sorted({stint.member_id for stint in serving})
    for member_id in on_call:
        if sum(stint.member_id == member_id for stint in serving) > 1:
            yield GapKind.TWICE_ON_CALL, None, member_id
        kind = _unfit(team, member_id, at)
        if kind:
            yield kind, None, member_id
    fit = [team.members[each] for each in on_call if _unfit(team, each, at) is None]
    if not fit:
        yield (GapKind.NOBODY_PAGEABLE if on_call else GapKind.NOBODY), None, None
    yield from _not_met(team, fit, at)


def _not_met(team: Team, fit: Sequence[Member], at: datetime) -> Iterator[What]:
    missing: set[What] = set()
    for need in team.rules.must_have:
        if need.only and not within(need.only, team.zone, at):
            continue
        if any(_meets(member, need, at, team.roster_rules) for member in fit):
            continue
        if need.role and not any(member.entry.role is need.role for member in fit):
            missing.add((GapKind.NO_ROLE, need.role, None))
        else:
            missing.add((GapKind.NO_GROUP_TRAINING, need.role, None))
    yield from missing


def _meets(member: Member, need: Need, at: datetime, rules: RosterRules) -> bool:
    right_role = need.role is None or member.entry.role is need.role
    return right_role and (not need.group_training or _leads_groups(member, at, rules))


def _leads_groups(member: Member, at: datetime, rules: RosterRules) -> bool:
    """A roster without competencies is judged by its one date, as everywhere."""
    day = at.date()
    if not member.entry.competencies:
        return day <= member.entry.training_valid_until
    return any(
        each.kind is CompetencyKind.ICISF_GROUP
        and each.earned_on <= day <= lapses_after(each, rules)
        for each in member.entry.competencies
    )


def _unfit(team: Team, member_id: str, at: datetime) -> GapKind | None:
    """Why a member who is on call would not be asked at a moment."""
    member, day = team.members.get(member_id), at.date()
    if member is None or exclusions(member, (), day, day, team.roster_rules):
        return GapKind.MEMBER_UNFIT
    if is_muted(member, at):
        return GapKind.MEMBER_MUTED
    return GapKind.MEMBER_AWAY if is_away(member, team.busy.get(member_id, ()), at) else None


def _too_long(team: Team, start: datetime, end: datetime) -> Iterator[Gap]:
    """Members who are on call for too many days in a row; a free day in between ends a row."""
    rows: dict[str, list[Span]] = {}
    for rota in team.rotas.values():
        for stint in stints(rota, start - _BEYOND, end + _BEYOND):
            rows.setdefault(stint.member_id, []).append((stint.starts, stint.ends + _DAY))
    for member_id, spans in rows.items():
        for opens, closes in joined(spans):
            ends = closes - _DAY
            on_the_wall = wall_time(ends, team.zone) - wall_time(opens, team.zone)
            if on_the_wall > _DAY * team.rules.days_on_call and opens < end and ends > start:
                yield Gap(kind=GapKind.TOO_MANY_DAYS, member_id=member_id, starts=opens, ends=ends)
