"""From dispatch's own events to messages on phones: claim, look again, send, record."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from schemas.dispatch import (
    CoordinatorAlarmed,
    DeliveryStarted,
    Failure,
    MemberNotified,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    ReviewersAsked,
)
from schemas.refusals import RefusalCode
from schemas.subjects import Entity, derived_id
from services.dispatch.carriers import messages
from services.dispatch.carriers.port import Carrier, Contact, NotDelivered, PhoneMessage
from services.dispatch.commands import DispatchCommand, RecordFailure, RecordSent, StartDelivery
from services.dispatch.decider import DISPATCH
from services.dispatch.delivery_state import DeliveryStatus
from services.dispatch.links import LinkSigner, OfferLink, ReviewLink
from services.dispatch.state import Active, DispatchState
from services.runtime.broker import Listener, on_event
from services.runtime.clock import new_id
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import DELIVERIES, log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event, Recorded
    from services.runtime.bucket import Bucket
    from services.runtime.host import Ports

_WORKERS = 32
_RETRY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to deliver; its text is made after the claim, from the case as it is then."""

    told: Recorded[Event]
    delivery_id: UUID
    member_id: str
    purpose: Purpose
    offer_id: UUID | None
    write: Callable[[DispatchState], PhoneMessage]


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The sending side of dispatch. `send_seconds` bounds one attempt of the carrier."""

    ports: Ports
    carrier: Carrier
    contacts: Bucket
    signer: LinkSigner
    send_seconds: float

    def listeners(self) -> tuple[Listener, ...]:
        """One durable consumer per kind of event that puts something on a phone."""
        return (
            on_event("dispatch-send-offers", OfferExtended, self.on_offer_extended, _WORKERS),
            on_event(
                "dispatch-send-stand-downs", OfferWithdrawn, self.on_offer_withdrawn, _WORKERS
            ),
            on_event("dispatch-send-alarms", CoordinatorAlarmed, self.on_alarmed, _WORKERS),
            on_event("dispatch-send-notices", MemberNotified, self.on_notified, _WORKERS),
            on_event("dispatch-send-reviews", ReviewersAsked, self.on_reviewers_asked, _WORKERS),
        )

    async def on_offer_extended(self, told: Recorded[OfferExtended]) -> None:
        """Send an offer to its member's phone."""
        event = told.event
        delivery_id = derived_id(event.offer_id, Purpose.OFFER)

        def write(state: DispatchState) -> PhoneMessage:
            assert isinstance(state, Active)  # noqa: S101 - an open offer is of an active case
            until = max(event.expires_at, state.form_by)
            url = self._offer_link(told.entity, event.offer_id, until)
            zone = ZoneInfo(self.ports.settings.time_zone)
            by = event.expires_at.astimezone(zone)
            return messages.offer(delivery_id, event.role, event.urgency, url, by)

        offer_id = event.offer_id
        await self._deliver(
            Parcel(told, delivery_id, event.member_id, Purpose.OFFER, offer_id, write)
        )

    async def on_offer_withdrawn(self, told: Recorded[OfferWithdrawn]) -> None:
        """Tell a member who was asked that the team is complete."""
        event = told.event
        delivery_id = derived_id(event.offer_id, Purpose.STAND_DOWN)
        message = messages.stand_down(delivery_id, event.reason)
        await self._deliver(
            Parcel(
                told,
                delivery_id,
                event.member_id,
                Purpose.STAND_DOWN,
                event.offer_id,
                _ready(message),
            )
        )

    async def on_alarmed(self, told: Recorded[CoordinatorAlarmed]) -> None:
        """Call every coordinator of the case at once: a busy phone holds up no other."""
        link = self._case_link(told.entity)  # a request has no page: the board says what is open
        parcels = []
        for member_id in told.event.member_ids:
            delivery_id = derived_id(told.event.alarm_id, member_id)
            write = _ready(messages.alarm(delivery_id, told.event.reason, link))
            parcels.append(Parcel(told, delivery_id, member_id, Purpose.ALARM, None, write))
        await self._all(parcels)

    async def on_reviewers_asked(self, told: Recorded[ReviewersAsked]) -> None:
        """Ask everybody of this stage at once."""
        event = told.event
        zone = ZoneInfo(self.ports.settings.time_zone)
        by = event.question.answer_by.astimezone(zone)
        parcels = []
        for member_id in event.member_ids:
            delivery_id = derived_id(event.review_id, event.stage, member_id)
            link = self.signer.sign_review(ReviewLink(told.entity, event.review_id, member_id))
            url = f"{self.ports.settings.base_url}/r/{link}"
            write = _ready(messages.review(delivery_id, event.stage, url, by))
            parcels.append(Parcel(told, delivery_id, member_id, Purpose.REVIEW, None, write))
        await self._all(parcels)

    async def _all(self, parcels: Sequence[Parcel]) -> None:
        ends = await asyncio.gather(*map(self._deliver, parcels), return_exceptions=True)
        for trouble in ends:
            if trouble is not None:
                raise trouble

    async def on_notified(self, told: Recorded[MemberNotified]) -> None:
        """Remind a member of the team."""
        event = told.event

        def write(state: DispatchState) -> PhoneMessage:
            if event.purpose is not Purpose.CALLBACK_DUE:
                return messages.check_in_due(event.notice_id, self._case_link(told.entity))
            assert isinstance(state, Active)  # noqa: S101 - somebody took it
            taken = state.taken_by(event.member_id)
            assert taken  # noqa: S101 - and the claim has looked again
            return messages.callback_due(
                event.notice_id, self._offer_link(told.entity, taken, state.form_by)
            )

        await self._deliver(
            Parcel(told, event.notice_id, event.member_id, event.purpose, None, write)
        )

    def _case_link(self, entity: Entity) -> str:
        place = "" if entity.is_request else f"cases/{entity.id}"
        return f"{self.ports.settings.base_url}/{place}"

    def _offer_link(self, entity: Entity, offer_id: UUID, until: datetime) -> str:
        link = OfferLink(entity=entity, offer_id=offer_id, valid_until=until)
        return f"{self.ports.settings.base_url}/o/{self.signer.sign(link)}"

    async def _deliver(self, parcel: Parcel) -> None:
        contact = await self._contact(parcel)
        state = await self._claim(parcel)
        if state is None:
            return
        try:
            await self.carrier.send(parcel.write(state), contact)
        except NotDelivered as failure:
            await self._failed(parcel, failure)
        else:
            await self._record(parcel, None)
            DELIVERIES.labels(parcel.purpose.value, "sent").inc()

    async def _contact(self, parcel: Parcel) -> Contact:
        stored = await self.contacts.get(f"{parcel.told.entity.agency}.{parcel.member_id}")
        return Contact.model_validate_json(stored) if stored else Contact()

    async def _claim(self, parcel: Parcel) -> DispatchState | None:
        """The case as it is now, if this sending is ours to do; None when there is nothing to do."""
        command = StartDelivery(
            command_id=new_id(),
            now=self.ports.clock.now(),
            actor="delivery",
            trace=parcel.told.meta.trace,
            case_id=parcel.told.entity.id,
            delivery_id=parcel.delivery_id,
            offer_id=parcel.offer_id,
            member_id=parcel.member_id,
            purpose=parcel.purpose,
            channel=self.carrier.channel,
            give_up_at=self.ports.clock.after(2 * self.send_seconds + 1),
        )
        handled = await handle(self.ports.journal, DISPATCH, parcel.told.entity, command)
        if handled.refusal and handled.refusal.code is RefusalCode.DELIVERY_ALREADY_STARTED:
            raise Transient("this message is being sent", retry_after=self.send_seconds / 2)
        if handled.events and isinstance(handled.events[0], DeliveryStarted):
            return handled.state
        if handled.events:
            log.warning("delivery_uncertain", member=parcel.member_id)
            DELIVERIES.labels(parcel.purpose.value, "uncertain").inc()
        return None

    async def _failed(self, parcel: Parcel, failure: NotDelivered) -> None:
        log.warning("not_delivered", member=parcel.member_id, reason=str(failure))
        DELIVERIES.labels(parcel.purpose.value, failure.failure.value).inc()
        state = await self._record(parcel, failure.failure)
        delivery = state.deliveries[parcel.delivery_id]
        if delivery.status is DeliveryStatus.FAILED_FOR_NOW:
            wait = _RETRY_SECONDS * delivery.attempt
            raise Transient("the carrier will be asked again", retry_after=wait)

    async def _record(self, parcel: Parcel, failure: Failure | None) -> DispatchState:
        """Record the result, trying for as long as nobody may call the sending uncertain."""
        shared = {
            "command_id": new_id(),
            "now": self.ports.clock.now(),
            "actor": "delivery",
            "trace": parcel.told.meta.trace,
            "case_id": parcel.told.entity.id,
            "delivery_id": parcel.delivery_id,
        }
        command: DispatchCommand = (
            RecordFailure.model_validate({**shared, "failure": failure})
            if failure
            else RecordSent.model_validate(shared)
        )
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Transient),
            stop=stop_after_delay(self.send_seconds),
            wait=wait_fixed(0.1),
            reraise=True,
        )
        async for attempt in retrying:
            with attempt:
                handled = await handle(self.ports.journal, DISPATCH, parcel.told.entity, command)
                return handled.state
        raise AssertionError("tenacity returns or raises")


def _ready(message: PhoneMessage) -> Callable[[DispatchState], PhoneMessage]:
    return lambda _state: message
