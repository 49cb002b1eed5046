"""What keeps members from being asked, now or soon, and which roles have too few. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from schemas.candidates import Exclusion
from schemas.policy import Role
from services.dispatch.roster import exclusions, is_muted
from services.dispatch.training import training_ends

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from services.dispatch.roster import Member
    from services.dispatch.roster_policy import RosterRules

_LAPSES = frozenset(
    {
        Exclusion.UNTRAINED,
        Exclusion.TRAINING_LAPSED,
        Exclusion.CONTACT_STALE,
        Exclusion.DESIGNATION_ENDED,
    }
)
"""What somebody should mend; standing down and muting are wished."""
_CALLED_ONLY = frozenset({Role.COORDINATOR, Role.PROGRAM_LEAD})
"""They are called in alarms: training and dates do not keep an alarm from them."""


class WarningKind(StrEnum):
    """What ends soon."""

    TRAINING_ENDS = "training_ends"
    CONTACT_GOES_STALE = "contact_goes_stale"
    DESIGNATION_ENDS = "designation_ends"


@dataclass(frozen=True, slots=True)
class RosterWarning:
    """Something ends in so many days; `on` is its last good day."""

    kind: WarningKind
    on: date
    days: int


@dataclass(frozen=True, slots=True)
class TooFew:
    """A role with fewer members who can be asked than the policy wants."""

    role: Role
    pageable: int
    wanted: int


def not_pageable(
    member: Member, now: datetime, today: date, rules: RosterRules
) -> tuple[Exclusion, ...]:
    """Every reason why a page would not reach for this member now, whatever happened."""
    reasons = exclusions(member, (), today, today, rules)
    return (*reasons, Exclusion.MUTED) if is_muted(member, now) else reasons


def lapses(member: Member, today: date, rules: RosterRules) -> tuple[Exclusion, ...]:
    """The reasons that somebody should mend; none for a member who left the team."""
    if has_left(member, today):
        return ()
    found = exclusions(member, (), today, today, rules)
    return tuple(reason for reason in found if reason in _LAPSES)


def has_left(member: Member, today: date) -> bool:
    """Whether the member left and has not come back: nothing of theirs needs mending."""
    return member.left_on is not None and member.left_on < today


def warnings(member: Member, today: date, rules: RosterRules) -> tuple[RosterWarning, ...]:
    """What still holds and ends within the policy's days, the soonest first."""
    found = (
        RosterWarning(kind, last, (last - today).days)
        for kind, last in _ends(member, today, rules)
        if today <= last <= today + rules.warn_ahead
    )
    return tuple(sorted(found, key=lambda each: (each.on, each.kind)))


def _ends(member: Member, today: date, rules: RosterRules) -> Iterator[tuple[WarningKind, date]]:
    training = training_ends(member.entry, today, rules)
    if training is not None:
        yield WarningKind.TRAINING_ENDS, training
    yield WarningKind.CONTACT_GOES_STALE, fresh_until(member, rules)
    if member.designated_until is not None:
        yield WarningKind.DESIGNATION_ENDS, member.designated_until


def fresh_until(member: Member, rules: RosterRules) -> date:
    """The last day on which the contact counts as confirmed."""
    left = date.max - member.contact_confirmed_on
    return member.contact_confirmed_on + min(left, rules.contact_fresh_for)


def too_few(
    members: Iterable[Member], now: datetime, today: date, rules: RosterRules
) -> tuple[TooFew, ...]:
    """Roles that the policy wants more of, in the order of roles."""
    pageable: dict[Role, int] = {}
    for member in members:
        role = member.entry.role
        reasons = not_pageable(member, now, today, rules)
        able = not member.stood_down if role in _CALLED_ONLY else not reasons
        pageable[role] = pageable.get(role, 0) + (able and not has_left(member, today))
    return tuple(_short(pageable, rules.least_pageable))


def _short(pageable: Mapping[Role, int], wanted: Mapping[Role, int]) -> Iterator[TooFew]:
    for role in Role:
        count = pageable.get(role, 0)
        if count < wanted.get(role, 0):
            yield TooFew(role, count, wanted[role])
