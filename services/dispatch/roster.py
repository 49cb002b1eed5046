"""The roster as pure data: members folded from their events, and who may be asked on a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.candidates import Exclusion
from schemas.refusals import Refusal, RefusalCode
from schemas.roster import MemberEnrolled, MemberReturned, MemberStoodDown
from services.dispatch.commands import EnrollMember, ReturnMember, RosterCommand, StandMemberDown

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from schemas.envelope import Event

CONTACT_FRESH_FOR = timedelta(days=90)
"""An unconfirmed contact is not pageable after this (PROPOSAL; docs/domain.md)."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Not on the roster."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the roster."""

    entry: MemberEnrolled
    stood_down: bool = False


MemberState = Stranger | Member


def evolve(state: MemberState, event: Event) -> MemberState:
    """The entry after one more event."""
    match state, event:
        case Member(), MemberEnrolled():
            return replace(state, entry=event)
        case Stranger(), MemberEnrolled():
            return Member(event)
        case Member(), MemberStoodDown():
            return replace(state, stood_down=True)
        case Member(), MemberReturned():
            return replace(state, stood_down=False)
        case _:
            return state


def decide(command: RosterCommand, state: MemberState) -> Sequence[Event] | Refusal:
    """What follows from a change of the roster; the same entry again is no event."""
    match command, state:
        case EnrollMember(), _:
            entry = MemberEnrolled.model_validate(command, from_attributes=True)
            same = isinstance(state, Member) and state.entry == entry
            return () if same else (entry,)
        case _, Stranger():
            return Refusal(RefusalCode.NOT_ENROLLED, "This member is not on the roster.")
        case StandMemberDown(), Member():
            return () if state.stood_down else (MemberStoodDown(reason=command.reason),)
        case ReturnMember(), Member():
            return (MemberReturned(),) if state.stood_down else ()


def exclusions(
    member: Member, units: Collection[str], incident_on: date, today: date
) -> tuple[Exclusion, ...]:
    """Every reason not to ask this member; empty means that they may be asked.

    Someone whose unit was there took part, and one designated after the incident has no privilege
    (Louisiana CE 518); lapsed training is a hard block (ICISF team terms).
    """
    entry = member.entry
    reasons = {
        Exclusion.INVOLVED: rode(member, units),
        Exclusion.NOT_DESIGNATED: entry.designated_from > incident_on,
        Exclusion.TRAINING_LAPSED: entry.training_valid_until < today,
        Exclusion.CONTACT_STALE: today - entry.contact_confirmed_on > CONTACT_FRESH_FOR,
        Exclusion.STOOD_DOWN: member.stood_down,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def rode(member: Member, units: Collection[str]) -> bool:
    """Whether one of these units is the member's own."""
    return bool(plain_names(member.entry.units) & plain_names(units))


def plain_names(units: Collection[str]) -> set[str]:
    """Two systems write one unit as `E12`, `e12` or `E 12`: a missed match would ask a witness."""
    return {"".join(unit.split()).casefold() for unit in units}
