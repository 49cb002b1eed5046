"""The order of asking: near circles first, then fair points, then who waited longest, then a lot.

Pure, and the same each time that it is computed from the same (docs/explanation/fairness.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemas.candidates import Candidate, Excluded, Lent
from schemas.policy import Role
from schemas.subjects import lent_id
from services.dispatch.eligibility import Asking, eligible
from services.dispatch.fairness import crews_of, in_order, standing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from schemas.policy import Place
    from services.dispatch.fairness import Crews, Standing
    from services.dispatch.mutual_aid import Lender
    from services.dispatch.roster import Member

_CALLED_ONLY = frozenset({Role.COORDINATOR, Role.PROGRAM_LEAD})
"""They are called in alarms and not asked to serve."""
_PROFESSIONALS = frozenset({Role.MHP, Role.CLINICAL_DIRECTOR})
_LONGEST_ID = 63


@dataclass(frozen=True, slots=True)
class Ranking:
    """Whom to ask, in order, and whom not."""

    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    """One's own members who may not be asked, with every reason."""
    coordinators: tuple[str, ...]
    program_leads: tuple[str, ...]
    neighbours: tuple[Lent, ...] = ()
    """Of neighbours only counts: why one of theirs is not asked is their own affair."""


def rank(roster: Mapping[str, Member], asking: Asking, lenders: Sequence[Lender] = ()) -> Ranking:
    """Candidates in the order of asking, and the excluded with their reasons.

    Own members on call come in their order, then all who are available, then those whom another
    case is asking at this moment, then those whom neighbours lend.
    """
    crews = crews_of(roster, asking)
    able, excluded = _sorted_out(roster, asking)
    near = [standing(member_id, roster[member_id], asking, crews) for member_id in able]
    far, counts = _lent(asking, crews, lenders)
    return Ranking(
        candidates=(*in_order(near), *far),
        excluded=excluded,
        coordinators=deciders(roster, {Role.COORDINATOR}),
        program_leads=deciders(roster, {Role.PROGRAM_LEAD}),
        neighbours=counts,
    )


def deciders(roster: Mapping[str, Member], roles: Collection[Role]) -> tuple[str, ...]:
    """Everybody of these roles who is not stood down: deciding needs no training on the phone."""
    return tuple(
        sorted(
            member_id
            for member_id, member in roster.items()
            if member.entry.role in roles and not member.stood_down
        )
    )


def rank_for_request(
    roster: Mapping[str, Member], asking: Asking, chosen: str | None, discipline: str
) -> Ranking:
    """As `rank` when nobody was at any incident: peers, those of the wished discipline first, then
    the mental health professionals in a peer's place. The chosen one leads them all."""
    ranked = rank(roster, asking)
    able = ranked.candidates
    wished = [c for c in able if c.role is Role.PEER or c.member_id == chosen]
    wished.sort(
        key=lambda c: (c.member_id != chosen, roster[c.member_id].entry.discipline != discipline)
    )
    backup = [c for c in able if c.role in _PROFESSIONALS and c.member_id != chosen]
    in_place = (each.model_copy(update={"role": Role.PEER}) for each in (*wished, *backup))
    return replace(ranked, candidates=tuple(in_place))


def rank_for_emergency(roster: Mapping[str, Member], asking: Asking) -> Ranking:
    """As `rank`: professionals, the clinical directors behind the others; and peers beside them."""
    ranked = rank(roster, replace(asking, emergency=True))
    professionals = [c for c in ranked.candidates if c.role in _PROFESSIONALS]
    professionals.sort(key=lambda c: c.role is not Role.MHP)
    lead = (each.model_copy(update={"role": Role.MHP}) for each in professionals)
    peers = (each for each in ranked.candidates if each.role is Role.PEER)
    return replace(ranked, candidates=(*lead, *peers))


def first_wave(
    places: Iterable[Place], surplus: int, candidates: Iterable[Candidate]
) -> tuple[str, ...]:
    """Whom a new case asks first, so that others can look elsewhere in the meantime."""
    ranked = tuple(candidates)
    return tuple(
        candidate.member_id
        for place in places
        for candidate in [c for c in ranked if c.role is place.role][: place.count + surplus]
    )


def _sorted_out(
    roster: Mapping[str, Member], asking: Asking
) -> tuple[list[str], tuple[Excluded, ...]]:
    able: list[str] = []
    excluded: list[Excluded] = []
    for member_id, member in sorted(roster.items()):
        if member.entry.role in _CALLED_ONLY:
            continue
        if reasons := eligible(member_id, member, asking):
            excluded.append(Excluded(member_id=member_id, reasons=reasons))
        else:
            able.append(member_id)
    return able, tuple(excluded)


def _lent(
    asking: Asking, crews: Crews, lenders: Iterable[Lender]
) -> tuple[tuple[Candidate, ...], tuple[Lent, ...]]:
    """Of every neighbour the first few of each role, by the neighbour's own duty and load."""
    standings: list[Standing] = []
    counts: list[Lent] = []
    for lender in lenders:
        agency = lender.agreement.neighbour
        theirs = replace(asking, duty=lender.duty, loads=lender.loads)
        serving = {
            member_id: member
            for member_id, member in lender.roster.items()
            if member.entry.role in lender.agreement.lends
        }
        able = [
            standing(member_id, member, theirs, crews, agency)
            for member_id, member in sorted(serving.items())
            if len(lent_id(agency, member_id)) <= _LONGEST_ID
            and not eligible(member_id, member, theirs)
        ]
        standings += _few(able, lender)
        counts.append(Lent(agency=agency, able=len(able), left_out=len(serving) - len(able)))
    return tuple(in_order(standings)), tuple(counts)


def _few(able: list[Standing], lender: Lender) -> Iterable[Standing]:
    able.sort()
    for role in lender.agreement.lends:
        of_role = [each for each in able if each.role is role]
        yield from of_role[: lender.agreement.most]
