"""Where emergencies are raised from what somebody already holds: a request's page, an offer's page.

Nothing here writes a log line, a counter or an event that could tell one member from another.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from schemas.subjects import lender_of
from services.dispatch.carriers.port import Contact
from services.dispatch.decider import DISPATCH
from services.dispatch.requests import Wish
from services.dispatch.state import Active

if TYPE_CHECKING:
    from uuid import UUID

    from schemas.requests import EmergencyCategory
    from schemas.subjects import Entity
    from services.dispatch.requests import RequestDesk
    from services.dispatch.state import DispatchState


class NoOffer(Exception):
    """There is no such offer."""


@dataclass(frozen=True, slots=True)
class EmergencyDesk:
    """Emergencies on the desk that takes requests in."""

    requests: RequestDesk

    async def by_the_asker(self, entity: Entity, category: EmergencyCategory) -> Entity:
        """A request that cannot wait any more. Raises Transient."""
        await self.requests.raise_emergency(entity, None, category)
        return entity

    async def by_a_member(
        self, case: Entity, offer_id: UUID, category: EmergencyCategory
    ) -> Entity:
        """An emergency beside a case, whose team knows nothing of it: the case's id goes nowhere.

        The one who raises it is called back on the number that is on file, which is copied into the
        emergency's own erasable entry. While one is open, another tap is the same one. Raises
        NoOffer, Transient.
        """
        history = await self.requests.ports.journal.load(case)
        member_id = _whose(DISPATCH.fold(history), offer_id)
        callback = await self._number_of(case.agency, member_id)
        wish = Wish(callback, emergency=True, category=category)
        for turn in count():
            seed = ("emergency", str(offer_id), str(turn))
            standing = await self.requests.standing(self.requests.entity(case.agency, seed))
            if standing.request is None or standing.open_request is not None:
                return await self.requests.take(case.agency, wish, seed)
        raise AssertionError("counting never ends")

    async def _number_of(self, agency: str, member_id: str) -> str:
        lender, number = lender_of(member_id)
        stored = await self.requests.contacts.get(f"{lender or agency}.{number}")
        contact = Contact.model_validate_json(stored) if stored else Contact()
        return contact.calls_to or ""


def _whose(state: DispatchState, offer_id: UUID) -> str:
    """The member behind an offer; `-` for one of a team that was stood down since."""
    offer = state.offers.get(offer_id) if isinstance(state, Active) else None
    if offer is None and offer_id not in state.past:
        raise NoOffer
    return offer.member_id if offer else "-"
