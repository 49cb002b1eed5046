"""Who may be asked: for each member yes, or every reason why not. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.candidates import Exclusion
from schemas.policy import FairPoints, LoadCaps
from services.dispatch.duty import Duty
from services.dispatch.load import FREE
from services.dispatch.roster import designated_on, exclusions, is_muted, plain_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date, datetime

    from services.dispatch.load import Load
    from services.dispatch.roster import Member
    from services.dispatch.roster_policy import RosterRules

_ORDER = {reason: place for place, reason in enumerate(Exclusion)}


@dataclass(frozen=True, slots=True)
class Asking:
    """For what somebody is asked, and what is known at that moment."""

    case_id: str
    now: datetime
    incident_on: date
    """The day of the incident, by the agency's clock."""
    today: date
    units: frozenset[str] = frozenset()
    """Units that were there."""
    disciplines: frozenset[str] = frozenset()
    """Of those who were there."""
    duty: Duty = field(default_factory=Duty)
    loads: Mapping[str, Load] = field(default_factory=dict)
    caps: LoadCaps = field(default_factory=LoadCaps)
    fairness: FairPoints = field(default_factory=FairPoints)
    rules: RosterRules | None = None
    """Of training and contact; those that ship where there are none."""
    emergency: bool = False
    """Nobody is left in peace: mute, hours, caps and rest count for nothing."""


def eligible(member_id: str, member: Member, asking: Asking) -> tuple[Exclusion, ...]:
    """Every reason not to ask this member, the gravest first; empty means that they may be asked."""
    kept_out = {
        *exclusions(member, (), asking.incident_on, asking.today, asking.rules),
        *touched(member, asking.units),
    }
    if Exclusion.NOT_DESIGNATED not in kept_out and not designated_on(member, asking.today):
        kept_out.add(Exclusion.DESIGNATION_ENDED)
    if not asking.emergency:
        kept_out.update(_left_in_peace(member_id, member, asking))
    return tuple(sorted(kept_out, key=_ORDER.__getitem__)) if kept_out else ()


def touched(member: Member, units: Collection[str]) -> tuple[Exclusion, ...]:
    """What ties a member to the crews that were there: they rode, supervise, or are close to them."""
    if not units:
        return ()
    there = plain_names(units)
    entry = member.entry
    ties = (
        (Exclusion.INVOLVED, entry.units),
        (Exclusion.SUPERVISOR, entry.supervises),
        (Exclusion.CLOSE_TO, entry.close_to),
    )
    return tuple(reason for reason, own in ties if own and not there.isdisjoint(plain_names(own)))


def _left_in_peace(member_id: str, member: Member, asking: Asking) -> Iterator[Exclusion]:
    if is_muted(member, asking.now):
        yield Exclusion.MUTED
    if member_id in asking.duty.away:
        yield Exclusion.AWAY
    load = asking.loads.get(member_id, FREE)
    if load.is_capped(asking.caps, asking.now):
        yield Exclusion.CAPPED
    if load.is_resting(asking.caps, asking.now):
        yield Exclusion.RESTING
