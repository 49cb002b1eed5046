"""What each member has carried over the last months, for the mental health lead. Pure.

Plain loads: how often asked, what they took on, nights, rest, and whether somebody looked after them.
Nobody is scored or ranked, and nobody's no is in it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from schemas.dispatch import TeamActivated
from schemas.followup import FollowupPlanned, InterventionAdded, InterventionHeld
from schemas.policy import InterventionKind, LoadCaps
from schemas.scheduling import SchedulingRules
from schemas.subjects import lender_of
from services.dispatch.case_load import CaseLoad, evolve, parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from schemas.envelope import Event, Recorded
    from services.dispatch.load import Part

LOOK_BACK = timedelta(days=90)
"""PROPOSAL: a quarter, as long as people remember a hard one."""


@dataclass(slots=True)
class Cared:
    """Whether those who held a group session of one case were offered support, and whether it was held."""

    offered: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Told:
    """All cases of one agency and of those that borrow its members, as far as they are read."""

    agency: str
    cases: dict[tuple[str, str], CaseLoad] = field(default_factory=dict)
    cared: dict[tuple[str, str], Cared] = field(default_factory=lambda: defaultdict(Cared))
    caps: LoadCaps = field(default_factory=LoadCaps)
    waking: SchedulingRules = field(default_factory=SchedulingRules)

    def note(self, told: Recorded[Event]) -> None:
        """Take in one more event."""
        entity, event = told.entity, told.event
        key = (entity.agency, entity.id)
        at = told.meta.time
        before = self.cases.get(key) or CaseLoad(newest=at, is_request=entity.is_request)
        self.cases[key] = evolve(before, event, at)
        match event:
            case TeamActivated(brief=brief) if entity.agency == self.agency and not brief.emergency:
                self.caps, self.waking = brief.policy.caps, brief.policy.scheduling
            case InterventionAdded(intervention=added):
                if added.kind is InterventionKind.STAFF_SUPPORT:
                    self.cared[key].offered.add(added.item)
            case FollowupPlanned(interventions=planned):
                items = (e.item for e in planned if e.kind is InterventionKind.STAFF_SUPPORT)
                self.cared[key].offered.update(items)
            case InterventionHeld(item=item) if item in self.cared[key].offered:
                self.cared[key].held.add(item)
            case _:
                pass


class MemberLoad(NamedTuple):
    """One member's loads over the time that is looked at."""

    member_id: str
    offers: int
    places: int
    nights: int
    """Places that they took outside of waking hours, by the agency's clock."""
    group_talks: int
    """Defusings and debriefings of their responses."""
    group_talks_lately: int
    """Those of them within the cap's time."""
    one_on_ones: int
    """Talks, check-ins and requests that are still to be done."""
    grave: int
    """Tier 1 responses in which they had a place."""
    rest_cut_short: int
    """How often they took another place before the rest after such a response was over."""
    rests_until: datetime | None
    support_offered: int
    """Responses in which support for those who held a group session was planned."""
    support_held: int

    def at_cap(self, caps: LoadCaps) -> bool:
        """Whether they carry as much as the policy lets one member carry."""
        return (
            self.one_on_ones >= caps.open_one_on_ones
            or self.group_talks_lately >= caps.group_sessions
        )


def loads(
    told: Told, members: Iterable[str], now: datetime, zone: ZoneInfo
) -> tuple[MemberLoad, ...]:
    """Every member's, in the order of their roster numbers."""
    by_member: dict[str, dict[tuple[str, str], Part]] = defaultdict(dict)
    for key, case in told.cases.items():
        for member_id, part in parts(case).items():
            lender, own = lender_of(member_id)
            if (lender or key[0]) == told.agency:
                by_member[own][key] = part
    return tuple(_load(told, each, by_member[each], now, zone) for each in sorted(members))


def _load(
    told: Told,
    member_id: str,
    own: Mapping[tuple[str, str], Part],
    now: datetime,
    zone: ZoneInfo,
) -> MemberLoad:
    since, caps = now - LOOK_BACK, told.caps
    taken = {k: p.taken_at for k, p in own.items() if p.taken_at and since <= p.taken_at <= now}
    talks = [at for part in own.values() for at in part.sessions if since <= at <= now]
    grave = {k: p.tier1_at for k, p in own.items() if p.tier1_at and since <= p.tier1_at <= now}
    cared = [told.cared[key] for key, part in own.items() if part.sessions and key in told.cared]
    rests = max((at + caps.rest_after_tier1 for at in grave.values()), default=None)
    return MemberLoad(
        member_id=member_id,
        offers=sum(since <= at <= now for part in own.values() for at in part.asked),
        places=len(taken),
        nights=sum(_is_night(at, told.waking, zone) for at in taken.values()),
        group_talks=len(talks),
        group_talks_lately=sum(now - caps.group_within < at for at in talks),
        one_on_ones=sum(part.one_on_ones for part in own.values()),
        grave=len(grave),
        rest_cut_short=sum(
            any(k != key and at < other < at + caps.rest_after_tier1 for k, other in taken.items())
            for key, at in grave.items()
        ),
        rests_until=rests if rests and now < rests else None,
        support_offered=sum(bool(each.offered) for each in cared),
        support_held=sum(bool(each.held) for each in cared),
    )


def _is_night(at: datetime, waking: SchedulingRules, zone: ZoneInfo) -> bool:
    return not waking.waking_from <= at.astimezone(zone).hour < waking.waking_until
