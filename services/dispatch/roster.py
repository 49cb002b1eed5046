"""The roster as pure data: members folded from their events, and what holds of them on a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from schemas.candidates import Exclusion
from schemas.roster import (
    ContactConfirmed,
    HoursSet,
    MemberEnrolled,
    MemberLeft,
    MemberMuted,
    MemberReturned,
    MemberStoodDown,
    MemberUnmuted,
    TeamPageConsentChanged,
)
from services.dispatch.roster_policy import shipped_rules
from services.dispatch.training import training_ends

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from schemas.envelope import Event
    from schemas.policy import Role
    from schemas.rota import WeeklyHours
    from services.dispatch.roster_policy import RosterRules


@dataclass(frozen=True, slots=True)
class Stranger:
    """Not on the roster."""


@dataclass(frozen=True, slots=True)
class Period:
    """A designation, both days included; an open one has no end yet."""

    role: Role
    begins: date
    ends: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the member was designated on this day."""
        return self.begins <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the roster, with what the member or the team said since."""

    entry: MemberEnrolled
    stood_down: bool = False
    down_for: str = ""
    """Why the member is stood down; empty when they are not."""
    muted_until: datetime | None = None
    hours: WeeklyHours | None = None
    """The hours of the week at which the member can be asked; None for around the clock."""
    confirmed_on: date | None = None
    """When the contact was last confirmed apart from the entry."""
    left_on: date | None = None
    """The last day, where the member left; a correction of the entry does not bring them back."""
    shows: bool | None = None
    """The member's own word on the team page; it counts more than the entry's."""
    past: tuple[Period, ...] = ()
    """Earlier designations, oldest first; the present one is not among them."""

    @property
    def designated_until(self) -> date | None:
        """The last day of the present designation."""
        return self.left_on or self.entry.designated_until

    @property
    def contact_confirmed_on(self) -> date:
        """The newest day on which somebody said that the contact is right."""
        return max(self.entry.contact_confirmed_on, self.confirmed_on or date.min)

    @property
    def on_team_page(self) -> bool:
        """Whether the member agreed to be shown."""
        return self.entry.on_team_page if self.shows is None else self.shows

    @property
    def periods(self) -> tuple[Period, ...]:
        """Every designation, oldest first."""
        begins, ends = self.entry.designated_from, self.designated_until
        return (*self.past, Period(self.entry.role, begins, ends))


MemberState = Stranger | Member


def evolve(state: MemberState, event: Event) -> MemberState:
    """The entry after one more event."""
    if isinstance(event, MemberEnrolled):
        return _enrolled_again(state, event) if isinstance(state, Member) else Member(event)
    return _changed(state, event) if isinstance(state, Member) else state


def _changed(state: Member, event: Event) -> Member:
    match event:
        case MemberStoodDown():
            return replace(state, stood_down=True, down_for=event.reason)
        case MemberReturned():
            return replace(state, stood_down=False, down_for="", left_on=None)
        case MemberLeft():
            return replace(state, left_on=event.designated_until)
        case TeamPageConsentChanged():
            return replace(state, shows=event.agreed)
        case ContactConfirmed():
            return replace(state, confirmed_on=event.confirmed_on)
        case _:
            return _available(state, event)


def _available(state: Member, event: Event) -> Member:
    match event:
        case MemberMuted():
            return replace(state, muted_until=event.until)
        case MemberUnmuted():
            return replace(state, muted_until=None)
        case HoursSet():
            return replace(state, hours=event.hours)
        case _:
            return state


def _enrolled_again(state: Member, entry: MemberEnrolled) -> Member:
    """A designation that begins after the last one ended is a new one; any other entry corrects."""
    until = state.designated_until
    if until is None or entry.designated_from <= until:
        return replace(state, entry=entry)
    return replace(state, entry=entry, left_on=None, past=state.periods)


def designated_on(member: Member, day: date) -> bool:
    """Whether the member was designated on a day (privilege needs it: Louisiana CE 518)."""
    until = member.designated_until
    if member.entry.designated_from <= day and (until is None or day <= until):
        return True
    return any(period.holds_on(day) for period in member.past)


def trained(member: Member, on: date, rules: RosterRules) -> bool:
    """Whether what the role needs was learnt by this day and counts on it."""
    ends = training_ends(member.entry, on, rules)
    return ends is not None and on <= ends


def contact_fresh(member: Member, on: date, rules: RosterRules) -> bool:
    """Whether the contact was confirmed lately enough."""
    return on - member.contact_confirmed_on <= rules.contact_fresh_for


def is_muted(member: Member, now: datetime) -> bool:
    """Whether the member wants to be left in peace at this moment."""
    return member.muted_until is not None and now < member.muted_until


def exclusions(
    member: Member,
    units: Collection[str],
    incident_on: date,
    today: date,
    rules: RosterRules | None = None,
) -> tuple[Exclusion, ...]:
    """Every reason not to ask this member; empty means that they may be asked.

    Someone whose unit was there took part, and one designated after the incident has no privilege
    (Louisiana CE 518); lapsed training is a hard block (ICISF team terms).
    """
    rules = rules or shipped_rules()
    ends = training_ends(member.entry, today, rules)
    holds = designated_on(member, incident_on)
    begun = holds or any(period.begins <= incident_on for period in member.periods)
    reasons = (
        (rode(member, units), Exclusion.INVOLVED),
        (not begun, Exclusion.NOT_DESIGNATED),
        (begun and not holds, Exclusion.DESIGNATION_ENDED),
        (ends is None, Exclusion.UNTRAINED),
        (ends is not None and ends < today, Exclusion.TRAINING_LAPSED),
        (not contact_fresh(member, today, rules), Exclusion.CONTACT_STALE),
        (member.stood_down, Exclusion.STOOD_DOWN),
    )
    return tuple(reason for holds, reason in reasons if holds)


def rode(member: Member, units: Collection[str]) -> bool:
    """Whether one of these units is the member's own."""
    return bool(units) and not plain_names(member.entry.units).isdisjoint(plain_names(units))


def plain_names(units: Collection[str]) -> frozenset[str]:
    """Two systems write one unit as `E12`, `e12` or `E 12`: a missed match would ask a witness."""
    return _plain(tuple(units))


@lru_cache(maxsize=8192)
def _plain(units: tuple[str, ...]) -> frozenset[str]:
    """Kept, as every member's units are looked at for every case."""
    return frozenset("".join(unit.split()).casefold() for unit in units)
