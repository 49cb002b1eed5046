"""Who may be asked: for each member yes, or every reason why not. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.candidates import Exclusion
from schemas.policy import FairPoints, LoadCaps
from services.dispatch.duty import Duty
from services.dispatch.roster import designated_on, exclusions, is_muted, plain_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date, datetime

    from services.dispatch.load import Load
    from services.dispatch.roster import Member
    from services.dispatch.roster_policy import RosterRules

_MOST = 10_000
_kept: dict[str, _Known] = {}
"""By member, what was found out about this very entry last."""
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


@dataclass(frozen=True, slots=True)
class _Known:
    """What is the same for all cases of such a day: it is looked at for every member at every case."""

    member: Member
    about: tuple[object, ...]
    reasons: tuple[Exclusion, ...]
    tied_to: frozenset[str]
    """Every unit that ties the member to a crew, by its plain name."""


def eligible(member_id: str, member: Member, asking: Asking) -> tuple[Exclusion, ...]:
    """Every reason not to ask this member, the gravest first; empty means that they may be asked."""
    known = _of_the_day(member_id, member, asking)
    kept_out = [*known.reasons]
    if asking.units and not known.tied_to.isdisjoint(plain_names(asking.units)):
        kept_out += touched(member, asking.units)
    if not asking.emergency:
        kept_out += _left_in_peace(member_id, member, asking)
    return tuple(sorted({*kept_out}, key=_ORDER.__getitem__)) if kept_out else ()


def _of_the_day(member_id: str, member: Member, asking: Asking) -> _Known:
    """What keeps a member from any case of such a day."""
    about = (asking.incident_on, asking.today, asking.rules)
    known = _kept.get(member_id)
    if known and known.member is member and known.about == about:
        return known
    reasons = exclusions(member, (), asking.incident_on, asking.today, asking.rules)
    if Exclusion.NOT_DESIGNATED not in reasons and not designated_on(member, asking.today):
        reasons = (*reasons, Exclusion.DESIGNATION_ENDED)
    if len(_kept) >= _MOST:
        _kept.clear()
    entry = member.entry
    tied_to = plain_names((*entry.units, *entry.supervises, *entry.close_to))
    known = _kept[member_id] = _Known(member, about, reasons, tied_to)
    return known


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
    load = asking.loads.get(member_id)
    if load is None:
        return
    if load.is_capped(asking.caps, asking.now):
        yield Exclusion.CAPPED
    if load.is_resting(asking.caps, asking.now):
        yield Exclusion.RESTING
