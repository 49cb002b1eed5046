"""Who of a team is there, who is still to be asked, and what the search does next by itself.

It foretells what dispatch's own rule does when an offer runs out, and decides nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.subjects import lender_of
from services.audit.views.coming import Next
from services.audit.words import counted, member, number, plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from services.audit.views.case_file import CaseFile
    from services.audit.views.team_rows import Delivery, Offer, Search

OPEN, ACCEPTED, STANDBY = "open", "accepted", "standby"
_AT_ONCE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Seats:
    """The places of one role: taken, asked for, and neither."""

    role: str
    wanted: int
    taken: int
    waiting: int
    """Members who were reached and may still say yes in time."""

    @property
    def open(self) -> int:
        """Places that nobody has taken."""
        return max(self.wanted - self.taken, 0)


def current(file: CaseFile) -> list[Offer]:
    """The offers of the team that is being put together, not of one that was stood down; of a member
    who was asked again, the newest."""
    since = file.search.since if file.search else 0
    newest: dict[str, Offer] = {}
    for offer in sorted(file.offers.values(), key=lambda each: each.since):
        if offer.since >= since:
            newest[offer.member_id] = offer
    return list(newest.values())


def seats(file: CaseFile) -> tuple[Seats, ...]:
    """The places of each role, in the policy's order."""
    if file.search is None:
        return ()
    asked, told = current(file), file.told
    now = Counter((offer.role, offer.status) for offer in asked)
    lost = Counter(o.role for o in asked if o.status == OPEN and not reached(told[o.offer_id]))
    return tuple(
        Seats(role, wanted, now[role, ACCEPTED], now[role, OPEN] - lost[role])
        for role, wanted in file.search.places.items()
    )


def reached(told: list[Delivery]) -> bool:
    """Whether a message went out, or still may; a member whom nothing reached is not waited for."""
    return not told or any(each.status != "failed" for each in told) or bool(told[-1].left)


def unasked(file: CaseFile, role: str) -> list[str]:
    """Who may still be asked for a role, in the order of asking."""
    if file.search is None:
        return []
    asked = {offer.member_id for offer in current(file)}
    return [
        member_id
        for member_id in file.search.queue.get(role, ())
        if member_id not in asked and not _is_out(file, file.search, member_id)
    ]


def _is_out(file: CaseFile, search: Search, member_id: str) -> bool:
    changed = file.amendments.get(member_id)
    return bool(changed and (changed.excluded_since or 0) >= search.since)


def coming(file: CaseFile, now: datetime) -> Iterator[Next]:
    """What the search does by itself, in no order. Nothing is foretold of what is overdue."""
    case = file.case
    if file.search is None or case.activated_at is None:
        return
    if case.form_by and not case.formed_at and case.form_by >= now:
        yield Next(case.form_by, "the coordinator is called if the team is not complete")
    lacking: dict[datetime, list[str]] = {}
    for place in seats(file):
        if place.open:
            yield from _waves(file, place, now, lacking)
        else:
            yield from _leftover(file, place.role)
    called = "" if case.exhausted_at else ": the coordinator is called"
    for at, roles in lacking.items():
        yield Next(at, f"no other {' or '.join(roles)} is left to ask{called}")


def _leftover(file: CaseFile, role: str) -> Iterator[Next]:
    for offer in _open(file, role):
        yield Next(offer.expires_at, f"the offer to {member(role, offer.member_id)} runs out")


def _open(file: CaseFile, role: str) -> list[Offer]:
    found = [each for each in current(file) if each.role == role and each.status == OPEN]
    return sorted(found, key=lambda each: each.expires_at)


def _waves(
    file: CaseFile, place: Seats, now: datetime, lacking: dict[datetime, list[str]]
) -> Iterator[Next]:
    """The first moment at which offers of this role run out, and what follows from it. A role that
    nobody is left for then is noted, so that it is said once for all of them."""
    asked = [offer for offer in _open(file, place.role) if reached(file.told[offer.offer_id])]
    asked = [offer for offer in asked if offer.expires_at >= now]
    if not asked or file.search is None:
        return
    first = asked[0].expires_at
    lapsing = [each for each in asked if each.expires_at - first <= _AT_ONCE]
    still = place.waiting - len(lapsing)
    fresh = unasked(file, place.role)
    wanted = max(place.open + file.search.surplus - still, 0)
    if file.search.paused_at:
        yield Next(first, f"{_who(lapsing)} out")
    elif fresh and wanted:
        yield Next(first, _next_ones(place.role, fresh[:wanted]))
    elif still >= place.open:
        yield Next(first, f"{_who(lapsing)} out")
    else:
        lacking.setdefault(first, []).append(plain(place.role))


def _who(lapsing: list[Offer]) -> str:
    if len(lapsing) == 1:
        return f"the offer to {member(lapsing[0].role, lapsing[0].member_id)} runs"
    return f"the offers to {counted(len(lapsing), lapsing[0].role)} run"


def _next_ones(role: str, members: list[str]) -> str:
    """Such as `the next two peers are asked`."""
    lent = " of a neighbour agency" if all(lender_of(each)[0] for each in members) else ""
    if len(members) == 1:
        return f"the next {counted(1, role).partition(' ')[2]}{lent} is asked"
    many = counted(len(members), role).partition(" ")[2]
    return f"the next {number(len(members))} {many}{lent} are asked"
