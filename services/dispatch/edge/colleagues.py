"""Whom a member may name when they decline: colleagues of the same role whom nobody has asked yet.

Their labels come from the erasable bucket into this page and go nowhere else; what is posted back
is a roster number.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.subjects import lender_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.dispatch.book import RosterBook
    from services.dispatch.personal import PersonalRecords
    from services.dispatch.roster import Member
    from services.dispatch.state import Active, Offer

_MOST = 60
"""As many as fit into a page of 10 kB; the rest are named by their number."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """One whom they may name: a roster number, and how the roster calls them."""

    member_id: str
    label: str


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Reads the roster, and each one's label."""

    book: RosterBook
    personal: PersonalRecords

    async def of(self, agency: str, offer: Offer, state: Active) -> list[Colleague]:
        """Those who may be asked instead, by their labels. Raises Transient without the streams."""
        asked = {each.member_id for each in state.offers.values()}
        named = [
            candidate.member_id
            for candidate in state.candidates
            if candidate.role is offer.role
            and candidate.member_id not in asked
            and lender_of(candidate.member_id)[0] is None
        ]
        roster = await self.book.of(agency)
        found = await asyncio.gather(*(self._one(agency, who, roster) for who in named[:_MOST]))
        return sorted(found, key=lambda each: each.label.casefold())

    async def _one(self, agency: str, member_id: str, roster: Mapping[str, Member]) -> Colleague:
        contact = await self.personal.contact(agency, member_id)
        label = contact.label if contact and contact.label else member_id
        member = roster.get(member_id)
        place = f", {member.entry.station}" if member else ""
        return Colleague(member_id, f"{label}{place}")
