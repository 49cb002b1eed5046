"""The order of asking: fair, and the same each time it is computed for a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.candidates import Candidate, Excluded
from schemas.policy import Role
from schemas.subjects import derived_id
from services.dispatch.roster import Member, exclusions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

_CALLED_ONLY = frozenset({Role.COORDINATOR, Role.PROGRAM_LEAD})
"""They are called in alarms and not asked to serve."""
_PROFESSIONALS = frozenset({Role.MHP, Role.CLINICAL_DIRECTOR})


def rank(
    roster: Mapping[str, Member],
    case_id: str,
    units: Collection[str],
    incident_on: date,
    today: date,
) -> tuple[tuple[Candidate, ...], tuple[Excluded, ...], tuple[str, ...]]:
    """Candidates in the order of asking, the excluded with their reasons, and the coordinators.

    The order is a lot drawn from case and member: nobody is always first, and a repeat of the same
    activation asks the same people.
    """
    candidates: list[Candidate] = []
    excluded: list[Excluded] = []
    for member_id, member in sorted(roster.items(), key=lambda item: derived_id(case_id, item[0])):
        if member.entry.role in _CALLED_ONLY:
            continue
        if reasons := exclusions(member, units, incident_on, today):
            excluded.append(Excluded(member_id=member_id, reasons=reasons))
        else:
            candidates.append(Candidate(member_id=member_id, role=member.entry.role))
    coordinators = tuple(
        member_id
        for member_id, member in sorted(roster.items())
        if member.entry.role is Role.COORDINATOR and not member.stood_down
    )
    return tuple(candidates), tuple(excluded), coordinators


def deciders(roster: Mapping[str, Member], roles: Collection[Role]) -> tuple[str, ...]:
    """Everybody of these roles who is not stood down: deciding needs no training on the phone."""
    return tuple(
        member_id
        for member_id, member in sorted(roster.items())
        if member.entry.role in roles and not member.stood_down
    )


def rank_for_request(
    roster: Mapping[str, Member], case_id: str, today: date, chosen: str | None, discipline: str
) -> tuple[tuple[Candidate, ...], tuple[Excluded, ...], tuple[str, ...]]:
    """As `rank` when nobody was at any incident: peers, those of the wished discipline first, then
    the mental health professionals in a peer's place. The chosen one leads them all."""
    able, excluded, coordinators = rank(roster, case_id, (), today, today)
    wished = [c for c in able if c.role is Role.PEER or c.member_id == chosen]
    wished.sort(
        key=lambda c: (c.member_id != chosen, roster[c.member_id].entry.discipline != discipline)
    )
    backup = [c for c in able if c.role in _PROFESSIONALS and c.member_id != chosen]
    in_place = (Candidate(member_id=c.member_id, role=Role.PEER) for c in (*wished, *backup))
    return tuple(in_place), excluded, coordinators


def rank_for_emergency(
    roster: Mapping[str, Member], case_id: str, today: date
) -> tuple[tuple[Candidate, ...], tuple[Excluded, ...], tuple[str, ...]]:
    """As `rank`: professionals, the clinical directors behind the others; and peers beside them."""
    able, excluded, coordinators = rank(roster, case_id, (), today, today)
    professionals = [c for c in able if c.role in _PROFESSIONALS]
    professionals.sort(key=lambda c: c.role is not Role.MHP)
    lead = (Candidate(member_id=c.member_id, role=Role.MHP) for c in professionals)
    return (*lead, *(c for c in able if c.role is Role.PEER)), excluded, coordinators
