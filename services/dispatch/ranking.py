"""The order of asking: fair, and the same each time it is computed for a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import Candidate, Excluded
from schemas.policy import Role
from schemas.subjects import derived_id
from services.dispatch.roster import Member, exclusions

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date


def rank(
    roster: Mapping[str, Member],
    case_id: str,
    units: Collection[str],
    incident_on: date,
    today: date,
) -> tuple[tuple[Candidate, ...], tuple[Excluded, ...], tuple[str, ...]]:
    """Candidates in the order of asking, the excluded with their reasons, and the coordinators.

    The order is a lot drawn from case and member: nobody is always first, and a repeat of the same
    activation asks the same people. Coordinators are called in alarms and not asked to serve.
    """
    candidates: list[Candidate] = []
    excluded: list[Excluded] = []
    for member_id, member in sorted(roster.items(), key=lambda item: derived_id(case_id, item[0])):
        if member.entry.role is Role.COORDINATOR:
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
