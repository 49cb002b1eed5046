"""What one case is to each of its members, folded from its events in DISPATCH and FOLLOWUP. Pure.

The two streams come side by side, and what this process decided itself is told at once and read
again later: so each fact is kept by its id, and an older telling never takes back a newer one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from schemas import one_on_ones
from schemas.dispatch import (
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    TeamActivated,
    TeamWidened,
)
from schemas.followup import (
    CaseClosed,
    CheckInCompleted,
    CheckInFellDue,
    CheckInMissed,
    CrewsSet,
    FollowupCancelled,
    FollowupPlanned,
    FollowupWidened,
    GroupWindowsOpened,
    InterventionAdded,
    InterventionDeclined,
    InterventionHeld,
    InterventionMissed,
)
from schemas.policy import GROUP_TALKS, InterventionKind, Role
from schemas.requests import MemberFinished, RequestClosed
from schemas.steps import MembersAskedAgain, StandbyOffered
from services.dispatch.load import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from schemas.followup import PlannedIntervention

_GRAVE = 1


class Standing(Enum):
    """What became of an offer, as far as it is a load."""

    OPEN = auto()
    TAKEN = auto()
    OVER = auto()


@dataclass(frozen=True, slots=True)
class Ask:
    """One offer to one member."""

    member_id: str
    role: Role
    asked_at: datetime
    expires_at: datetime
    standing: Standing = Standing.OPEN
    since: datetime | None = None
    finished: bool = False
    """Of a request for a peer: they have done their part."""


@dataclass(frozen=True, slots=True)
class Session:
    """A defusing or debriefing that was held, and by whom where somebody said so."""

    kind: InterventionKind
    at: datetime
    by: frozenset[str]


@dataclass(frozen=True, slots=True)
class CaseLoad:
    """A case as a load. `newest` is when anything was last recorded of it."""

    newest: datetime
    is_request: bool = False
    is_drill: bool = False
    """An exercise is no load, and keeps nobody from a real case."""
    is_over: bool = False
    """A request or a one-on-one that is closed."""
    grave_since: datetime | None = None
    """Since when it is a tier 1 response."""
    asks: Mapping[UUID, Ask] = field(default_factory=dict)
    sessions: Mapping[str, InterventionKind] = field(default_factory=dict)
    """The planned defusings and debriefings, by item."""
    held: Mapping[str, Session] = field(default_factory=dict)
    """Those of them that were held, by item."""
    talks: Mapping[str, Role] = field(default_factory=dict)
    """One-on-one items that are still to be done, and whose they are to lead."""
    settled: frozenset[str] = frozenset()
    """Items that were held, made or missed."""
    due: Mapping[str, str] = field(default_factory=dict)
    """Check-ins that fell due, and the peer whose they are."""
    looked_after_by: str | None = None
    """Of a one-on-one that is open: its peer."""


_SETTLES = {
    OfferAccepted: Standing.TAKEN,
    OfferDeclined: Standing.OVER,
    OfferExpired: Standing.OVER,
    OfferWithdrawn: Standing.OVER,
    StandbyOffered: Standing.OVER,
}


def evolve(case: CaseLoad, event: Event, at: datetime) -> CaseLoad:
    """The case after one more event that was recorded at `at`."""
    case = replace(case, newest=max(case.newest, at))
    match event:
        case OfferExtended():
            return _extended(case, event, at)
        case (
            OfferAccepted() | OfferDeclined() | OfferExpired() | OfferWithdrawn() | StandbyOffered()
        ):
            return _settled(case, (event.offer_id,), _SETTLES[type(event)], at)
        case MembersAskedAgain():
            again = [i for i, ask in case.asks.items() if ask.member_id in event.member_ids]
            old = (i for i in again if case.asks[i].asked_at < at and not _is_taken(case, i))
            return _settled(case, old, Standing.OVER, at)
        case TeamActivated() | TeamWidened():
            since = case.grave_since or (at if event.brief.tier == _GRAVE else None)
            return replace(case, grave_since=since, is_drill=event.brief.drill)
        case MemberFinished() | RequestClosed():
            return _finished(case, event)
        case _:
            return _followed_up(case, event)


def parts(case: CaseLoad) -> dict[str, Part]:
    """What the case is to each member whom it has to do with."""
    if case.is_drill:
        return {}
    by_member: dict[str, list[Ask]] = defaultdict(list)
    for ask in case.asks.values():
        by_member[ask.member_id].append(ask)
    others = {*case.due.values(), *(who for held in case.held.values() for who in held.by)}
    others |= {case.looked_after_by} if case.looked_after_by else set()
    for member_id in others:
        by_member.setdefault(member_id, [])
    return {member_id: _part(case, member_id, asks) for member_id, asks in by_member.items()}


def _part(case: CaseLoad, member_id: str, asks: list[Ask]) -> Part:
    is_open = max((a.expires_at for a in asks if a.standing is Standing.OPEN), default=None)
    asked = tuple(sorted(ask.asked_at for ask in asks))
    own = [ask for ask in asks if ask.standing is Standing.TAKEN]
    calls = sum(peer == member_id for peer in (*case.due.values(), case.looked_after_by))
    served = _served(case, member_id, has_a_place=bool(own))
    if not own:
        return Part(asked, open_until=is_open, sessions=served, one_on_ones=calls)
    taken_at = min(ask.since or ask.asked_at for ask in own)
    grave = case.grave_since
    return Part(
        asked=asked,
        taken_at=taken_at,
        tier1_at=max(taken_at, grave) if grave else None,
        open_until=is_open,
        sessions=served,
        one_on_ones=calls + _talks(case, own),
    )


def _served(case: CaseLoad, member_id: str, *, has_a_place: bool) -> tuple[datetime, ...]:
    """The sessions that this member held; where nobody said who did, one of each kind for everybody
    with a place: of several groups of one kind, a member sits in one."""
    own = [held.at for held in case.held.values() if member_id in held.by]
    if has_a_place:
        first: dict[InterventionKind, datetime] = {}
        for held in case.held.values():
            if not held.by:
                first[held.kind] = min(held.at, first.get(held.kind, held.at))
        own += first.values()
    return tuple(sorted(own))


def _talks(case: CaseLoad, own: list[Ask]) -> int:
    """A request that they took is one talk; a response whose talks they lead is one too."""
    if case.is_request:
        return int(not case.is_over and not all(ask.finished for ask in own))
    roles = {ask.role for ask in own}
    return int(any(leads in roles for leads in case.talks.values()))


def _is_taken(case: CaseLoad, offer_id: UUID) -> bool:
    return case.asks[offer_id].standing is Standing.TAKEN


def _extended(case: CaseLoad, event: OfferExtended, at: datetime) -> CaseLoad:
    if event.offer_id in case.asks:
        return case
    ask = Ask(event.member_id, event.role, at, event.expires_at)
    return replace(case, asks={**case.asks, event.offer_id: ask})


def _settled(
    case: CaseLoad, offer_ids: Iterable[UUID], standing: Standing, at: datetime
) -> CaseLoad:
    asks = dict(case.asks)
    for offer_id in offer_ids:
        ask = asks.get(offer_id)
        if ask is not None and (ask.since is None or at >= ask.since):
            asks[offer_id] = replace(ask, standing=standing, since=at)
    return replace(case, asks=asks)


def _finished(case: CaseLoad, event: MemberFinished | RequestClosed) -> CaseLoad:
    if isinstance(event, RequestClosed):
        return replace(case, is_over=True)
    ask = case.asks.get(event.offer_id)
    if ask is None:
        return case
    return replace(case, asks={**case.asks, event.offer_id: replace(ask, finished=True)})


def _followed_up(case: CaseLoad, event: Event) -> CaseLoad:
    match event:
        case FollowupPlanned() | FollowupWidened() | GroupWindowsOpened():
            return _planned(case, event.interventions)
        case InterventionAdded():
            return _planned(case, (event.intervention,))
        case CrewsSet():
            left = {item: kind for item, kind in case.sessions.items() if item not in event.dropped}
            return _planned(replace(case, sessions=left), event.interventions)
        case InterventionHeld(item=item) if item in case.sessions:
            session = Session(case.sessions[item], event.held_at, frozenset(event.facilitators))
            return _done(replace(case, held={**case.held, item: session}), item)
        case _:
            return _ended(case, event)


def _ended(case: CaseLoad, event: Event) -> CaseLoad:
    match event:
        case (
            InterventionHeld()
            | InterventionMissed()
            | InterventionDeclined()
            | CheckInCompleted()
            | CheckInMissed()
        ):
            return _done(case, event.item)
        case CheckInFellDue(peer=str() as peer) if event.item not in case.settled:
            return replace(case, due={**case.due, event.item: peer})
        case FollowupCancelled() | CaseClosed():
            return replace(case, talks={}, due={})
        case _:
            return _looked_after(case, event)


def _looked_after(case: CaseLoad, event: Event) -> CaseLoad:
    """Each event of a one-on-one says whose it is, so that a late reader needs no first one."""
    match event:
        case (
            one_on_ones.OneOnOneOpened(peer=peer)
            | one_on_ones.OneOnOneContacted(peer=peer)
            | one_on_ones.ContactFellDue(peer=peer)
            | one_on_ones.OneOnOneOverdue(peer=peer)
            | one_on_ones.OneOnOneTakenOver(peer=peer)
        ):
            return case if case.is_over else replace(case, looked_after_by=peer)
        case one_on_ones.OneOnOneClosed() | one_on_ones.OneOnOneErased():
            return replace(case, looked_after_by=None, is_over=True)
        case _:
            return case


def _planned(case: CaseLoad, planned: Iterable[PlannedIntervention]) -> CaseLoad:
    sessions, talks = dict(case.sessions), dict(case.talks)
    for each in planned:
        if each.kind in GROUP_TALKS:
            sessions[each.item] = each.kind
        elif each.kind is InterventionKind.ONE_ON_ONE and each.item not in case.settled:
            talks[each.item] = each.leads
    return replace(case, sessions=sessions, talks=talks)


def _done(case: CaseLoad, item: str) -> CaseLoad:
    talks = {name: leads for name, leads in case.talks.items() if name != item}
    due = {name: peer for name, peer in case.due.items() if name != item}
    return replace(case, talks=talks, due=due, settled=case.settled | {item})
