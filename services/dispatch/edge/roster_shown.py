"""Members as the roster's answers show them. Pure: the day and the rules are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from schemas.policy import Role
from services.dispatch.edge.roster_models import (
    Bitten,
    Check,
    Designated,
    DesignatedOn,
    Designation,
    Listed,
    Short,
    Warned,
)
from services.dispatch.roster import designated_on, trained
from services.dispatch.roster_check import (
    has_left,
    lapses,
    not_pageable,
    too_few,
    warnings,
)
from services.dispatch.training import training_ends

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from services.dispatch.roster import Member
    from services.dispatch.roster_check import RosterWarning
    from services.dispatch.roster_policy import RosterRules

NO_CONTACT = "no_contact"
"""Nothing is on file to reach the member by."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is shown, and by which rules. `today` is the day by the agency's clock."""

    now: datetime
    today: date
    rules: RosterRules


def listed(member_id: str, member: Member, at: Moment) -> Listed:
    """One member, with what would keep them from being asked now."""
    reasons = not_pageable(member, at.now, at.today, at.rules)
    ends = training_ends(member.entry, at.today, at.rules)
    muted = member.muted_until if member.muted_until and member.muted_until > at.now else None
    shown = {
        "contact_confirmed_on": member.contact_confirmed_on,
        "on_team_page": member.on_team_page,
        "member_id": member_id,
        "pageable": not reasons,
        "reasons": reasons,
        "warnings": _warned(warnings(member, at.today, at.rules)),
        "trained_until": None if ends == date.max else ends,
        "muted_until": muted,
        "stood_down_for": member.down_for or None,
        "left_on": member.left_on,
        "periods": tuple(
            Designation(role=each.role, begins=each.begins, ends=each.ends)
            for each in member.periods
        ),
    }
    return Listed.model_validate(member.entry.model_dump() | shown)


def designated(members: Mapping[str, Member], on: date, at: Moment) -> DesignatedOn:
    """Who was designated on a day, in the role that they had then."""
    return DesignatedOn(on=on, members=tuple(_designated(members, on, at)))


def _designated(members: Mapping[str, Member], on: date, at: Moment) -> Iterator[Designated]:
    for member_id, member in sorted(members.items()):
        period = next((each for each in member.periods if each.holds_on(on)), None)
        if period is not None:
            yield Designated(
                member_id=member_id,
                role=period.role,
                discipline=member.entry.discipline,
                languages=member.entry.languages,
                trained=trained(member, on, at.rules),
                since=period.begins,
                until=period.ends,
            )


def check(members: Mapping[str, Member], reachable: Collection[str], at: Moment) -> Check:
    """All that bites now or soon, per member and per role; `reachable` have a contact on file."""
    found = [
        Bitten(
            member_id=member_id,
            role=member.entry.role,
            now=_now(member_id, member, reachable, at),
            soon=()
            if has_left(member, at.today)
            else _warned(warnings(member, at.today, at.rules)),
        )
        for member_id, member in sorted(members.items())
    ]
    short = too_few(members.values(), at.now, at.today, at.rules)
    shown = tuple(each for each in found if each.now or each.soon)
    return Check(
        on=at.today,
        warn_days=at.rules.warn_ahead.days,
        bites=bool(short) or any(each.now for each in shown),
        members=shown,
        roles=tuple(Short(role=s.role, pageable=s.pageable, wanted=s.wanted) for s in short),
        not_nominated=tuple(
            member_id
            for member_id, member in sorted(members.items())
            if member.entry.role is Role.PEER
            and member.entry.peer_nominated is False
            and designated_on(member, at.today)
        ),
    )


def _now(member_id: str, member: Member, reachable: Collection[str], at: Moment) -> tuple[str, ...]:
    reasons = tuple(reason.value for reason in lapses(member, at.today, at.rules))
    unreachable = member_id not in reachable and not has_left(member, at.today)
    return (*reasons, NO_CONTACT) if unreachable else reasons


def _warned(found: Collection[RosterWarning]) -> tuple[Warned, ...]:
    return tuple(Warned(kind=each.kind, on=each.on, days=each.days) for each in found)
