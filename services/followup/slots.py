"""Pure: times at which a session could be held, and by whom. Wall times are those of one zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from schemas.policy import InterventionKind, Role
from schemas.sessions import Shortage, Slot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from schemas.candidates import Candidate
    from schemas.followup import PlannedIntervention
    from schemas.scheduling import SchedulingRules

Span = tuple[datetime, datetime]
"""From the first, up to and without the second."""
PROPOSED = frozenset(
    {
        InterventionKind.DEFUSING,
        InterventionKind.DEBRIEFING,
        InterventionKind.BRIEFING,
        InterventionKind.STAFF_SUPPORT,
    }
)
"""What has times proposed by itself: sessions of groups. What is between two people they settle."""
MHPS = frozenset({Role.MHP, Role.CLINICAL_DIRECTOR})
_CALLED_ONLY = frozenset({Role.COORDINATOR, Role.PROGRAM_LEAD})
"""They are on no team: what they lead, anybody of the team can hold beside them."""
_MOST = 3
_STEP = timedelta(minutes=15)
_DAY = timedelta(days=1)
_PARTS = 4
"""Proposed times lie about so many parts of the time until the target apart, so that they differ."""


@dataclass(frozen=True, slots=True)
class Team:
    """Who could hold it, and when they cannot."""

    members: Sequence[Candidate]
    busy: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    """Not free, for whatever reason."""
    sessions: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    """What they hold besides: the way and a rest lie before and after it."""


@dataclass(frozen=True, slots=True)
class Short:
    """Why there is no time."""

    why: Shortage
    wanted: int
    found: int


def slots(
    session: PlannedIntervention, team: Team, rules: SchedulingRules, zone: str, now: datetime
) -> tuple[Slot, ...] | Short:
    """Up to three times inside the window at which enough of the team are free, the soonest first.

    Waking hours come first; only a window that has no time in them has times at night.
    """
    length = rules.length_of(session.kind)
    start = _on_the_quarter(max(session.opens_at, now + rules.notice))
    last = session.closes_at - length
    if short := _too_few(session, team):
        return short
    if start > last:
        return Short(Shortage.WINDOW_TOO_SHORT, session.facilitators, len(team.members))
    apart = max(length, _apart(start, session))
    times = [(at, at + length) for at in _times(start, last)]
    waking = [time for time in times if is_waking(time, rules, zone)]
    for some in (waking, times):
        found = tuple(islice(_search(session, team, rules, some, apart), _MOST))
        if found:
            return found
    most = max(len(_free(session, team, rules, time)) for time in times)
    return Short(Shortage.NOBODY_FREE, session.facilitators, most)


def pick(
    session: PlannedIntervention, team: Team, rules: SchedulingRules, time: Span
) -> tuple[str, ...] | None:
    """Who holds it at this time: whoever leads, a professional where one is needed, then peers before
    others, and those with the fewest sessions first. None when they are not enough."""
    free = _free(session, team, rules, time)
    chosen: list[Candidate] = []
    if session.leads not in _CALLED_ONLY:
        leaders = [each for each in free if leads(each.role, session.leads)]
        if not leaders:
            return None
        chosen.append(leaders[0])
    if session.mhp_required and not any(each.role in MHPS for each in chosen):
        professionals = [each for each in free if each.role in MHPS]
        if not professionals:
            return None
        chosen.append(professionals[0])
    others = sorted((each for each in free if each not in chosen), key=_peers_first)
    chosen += others[: max(0, session.facilitators - len(chosen))]
    if len(chosen) < session.facilitators:
        return None
    return tuple(each.member_id for each in chosen)


def leads(role: Role, wanted: Role) -> bool:
    """Whether a member of one role can lead what another is to lead."""
    return role in MHPS if wanted in MHPS else role is wanted


def busy_at(member_id: str, team: Team, rules: SchedulingRules, time: Span) -> bool:
    """Whether a member is not free, or on the way, or resting after another session."""
    starts, ends = time
    between = rules.rest + rules.travel
    if any(opens < ends and starts < closes for opens, closes in team.busy.get(member_id, ())):
        return True
    others = team.sessions.get(member_id, ())
    return any(opens - between < ends and starts < closes + between for opens, closes in others)


def is_waking(time: Span, rules: SchedulingRules, zone: str) -> bool:
    """Whether a time lies in the waking hours of one day of this zone, by its wall clock."""
    place = ZoneInfo(zone)
    begins, ends = (at.astimezone(place) for at in time)
    minutes = ends.hour * 60 + ends.minute + (ends.date() - begins.date()).days * 24 * 60
    return begins.hour >= rules.waking_from and minutes <= rules.waking_until * 60


def _search(
    session: PlannedIntervention,
    team: Team,
    rules: SchedulingRules,
    times: Sequence[Span],
    apart: timedelta,
) -> Iterator[Slot]:
    earliest: datetime | None = None
    for time in times:
        if earliest and time[0] < earliest:
            continue
        if who := pick(session, team, rules, time):
            yield Slot(starts_at=time[0], ends_at=time[1], facilitators=who)
            earliest = time[0] + apart


def _too_few(session: PlannedIntervention, team: Team) -> Short | None:
    """Whether the team could never hold it, however free they are."""
    wanted, able = session.facilitators, _able(session, team)
    led = session.leads in _CALLED_ONLY or any(leads(m.role, session.leads) for m in able)
    if not led:
        return Short(Shortage.NO_LEADER, wanted, len(able))
    if session.mhp_required and not any(each.role in MHPS for each in able):
        return Short(Shortage.NO_MHP, wanted, len(able))
    return Short(Shortage.TEAM_TOO_SMALL, wanted, len(able)) if len(able) < wanted else None


def _able(session: PlannedIntervention, team: Team) -> list[Candidate]:
    """Those with the fewest other sessions first; what one person holds is for whoever leads it."""
    order = sorted(team.members, key=lambda each: len(team.sessions.get(each.member_id, ())))
    alone = session.facilitators == 1 and session.leads not in _CALLED_ONLY
    return [each for each in order if not alone or leads(each.role, session.leads)]


def _free(
    session: PlannedIntervention, team: Team, rules: SchedulingRules, time: Span
) -> list[Candidate]:
    able = _able(session, team)
    return [each for each in able if not busy_at(each.member_id, team, rules, time)]


def _peers_first(member: Candidate) -> bool:
    return member.role is not Role.PEER


def _apart(start: datetime, session: PlannedIntervention) -> timedelta:
    until = session.target_at if session.target_at > start else session.closes_at
    return min(_DAY, (until - start) / _PARTS)


def _times(first: datetime, last: datetime) -> Iterator[datetime]:
    at = first
    while at <= last:
        yield at
        at += _STEP


def _on_the_quarter(at: datetime) -> datetime:
    """The next full quarter of an hour: every zone of today differs from UTC by such quarters."""
    since = at - datetime(2000, 1, 1, tzinfo=UTC)
    return at + (-since % _STEP)
