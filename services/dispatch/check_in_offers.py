"""From hard calls to check-in offers: note, claim, send, record, in each person's own record.

It leaves no line, no count and no event that could tell who was offered one, or that anybody was.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.intake import ActivationRequested, DeactivationRequested, ExposureRecorded
from services.dispatch.carriers import messages
from services.dispatch.carriers.port import Contact, NotDelivered
from services.dispatch.cumulative import (
    HardCall,
    OfferStatus,
    after_call,
    claimed,
    hard_call,
    settled,
)
from services.runtime.broker import Listener, on_event
from services.runtime.clock import new_id
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from schemas.dispatch import Failure
    from schemas.envelope import Recorded
    from services.dispatch.carriers.port import Carrier
    from services.dispatch.cumulative import Enrolment
    from services.dispatch.enrolments import Enrolments, Place
    from services.runtime.host import Ports

_AT_ONCE = 8
_FIRST_RETRY_SECONDS, _LONGEST_RETRY_SECONDS = 30.0, 3600.0

News = ActivationRequested | ExposureRecorded | DeactivationRequested


@dataclass(frozen=True, slots=True)
class CheckInOffers:
    """The subscriber of enrolled people."""

    ports: Ports
    enrolments: Enrolments
    carrier: Carrier

    def listeners(self) -> tuple[Listener, ...]:
        """One durable consumer per kind of event that changes what a call counts for."""
        return (
            on_event("dispatch-counts-activations", ActivationRequested, self.on_news),
            on_event("dispatch-counts-exposures", ExposureRecorded, self.on_news),
            on_event("dispatch-counts-deactivations", DeactivationRequested, self.on_news),
        )

    async def on_news(self, told: Recorded[News]) -> None:
        """Bring every record up to the case as it is now, and offer a check-in to whom it is due.

        The whole history of the case is read, so that the order in which news comes is no matter.
        """
        history = await self.ports.journal.load(told.entity)
        if history.version < told.sequence:
            raise Transient("the case is not read to its end yet")
        call = hard_call(history.events)
        if call is None:
            return
        turns = asyncio.Semaphore(_AT_ONCE)

        async def tell(place: Place, record: Enrolment) -> None:
            async with turns:
                await self._tell(place, record, call)

        everybody = await self.enrolments.all(told.entity.agency)
        telling = (tell(place, record) for place, record in everybody.items())
        ends = await asyncio.gather(*telling, return_exceptions=True)
        for trouble in ends:
            if isinstance(trouble, BaseException):
                raise trouble

    async def _tell(self, place: Place, record: Enrolment, call: HardCall) -> None:
        """Note the call and claim the offer in one step, then send it if the claim is ours."""
        message_id = new_id()
        rule = self.enrolments.policy.rule
        ours: Enrolment | None = None

        def after(held: Enrolment) -> Enrolment:
            nonlocal ours
            now = self.ports.clock.now()
            noted = after_call(held, call, now, rule)
            was_there = any(each.case_id == call.case_id for each in noted.exposures)
            ours = claimed(noted, message_id, now, rule) if was_there else None
            return ours or noted

        if after(record) == record:
            return
        changed = await self.enrolments.change(place, after)
        if changed is not None and ours is not None:
            await self._send(place, changed)

    async def _send(self, place: Place, record: Enrolment) -> None:
        offer = record.offer
        assert offer is not None  # noqa: S101 - it has just been claimed
        ask = f"{self.ports.settings.base_url}/ask"
        message = messages.check_in_offer(offer.message_id, ask, self.enrolments.leaving(place))
        failure: Failure | None = None
        try:
            await self.carrier.send(message, Contact(email=record.contact))
        except NotDelivered as not_sent:
            failure = not_sent.failure
        after = await self.enrolments.change(
            place, lambda held: settled(held, offer.message_id, failure)
        )
        if after and after.offer and after.offer.status is OfferStatus.FAILED:
            wait = _FIRST_RETRY_SECONDS * 2 ** (offer.attempts - 1)
            raise Transient("not everything is done", retry_after=min(wait, _LONGEST_RETRY_SECONDS))
