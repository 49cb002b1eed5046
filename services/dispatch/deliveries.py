"""From dispatch's own events to messages on phones: claim, look again, send, record."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from schemas.deliveries import DeliveryFailed, DeliveryStarted, DeliveryUnanswered
from schemas.dispatch import (
    AlarmEscalated,
    CoordinatorAlarmed,
    MemberNotified,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    ReviewersAsked,
    TeamActivated,
)
from schemas.refusals import RefusalCode
from schemas.requests import EmergencyPaged
from schemas.subjects import lender_of
from services.dispatch.carriers import messages
from services.dispatch.carriers.expected import Expected
from services.dispatch.carriers.port import Contact, NotDelivered
from services.dispatch.carriers.short_forms import LINK, in_short
from services.dispatch.commands import DispatchCommand, RecordFailure, RecordSent, StartDelivery
from services.dispatch.decide.claims import to_claim
from services.dispatch.decider import DISPATCH
from services.dispatch.delivery_state import DeliveryStatus
from services.dispatch.state import Active
from services.runtime.broker import Listener, on_event
from services.runtime.clock import new_id
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import DELIVERIES, log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine, Iterable

    from schemas.envelope import Event, Recorded
    from schemas.subjects import Entity
    from services.dispatch.carriers.desk import CarrierDesk
    from services.dispatch.carriers.port import PhoneMessage
    from services.dispatch.links import DeliverySigner
    from services.dispatch.own_pages import PageLinks
    from services.dispatch.parcels import Parcel, Parcels
    from services.dispatch.state import DispatchState
    from services.runtime.bucket import Bucket
    from services.runtime.host import Ports

_WORKERS = 32
_RETRY_SECONDS = 2.0
_HEAD_START_SECONDS = 0.02
"""PROPOSAL: twice what a message takes on its way out. A slow provider holds up nobody for longer."""

Moved = DeliveryFailed | DeliveryUnanswered


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A parcel for a member's channels, claimed with the case as it was then."""

    parcel: Parcel
    contact: Contact
    channels: tuple[str, ...]
    state: DispatchState
    own_page: str
    """The address of the member's own page, where the message leads there; else empty."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The sending side of dispatch. `send_seconds` bounds each half of one attempt of a carrier."""

    ports: Ports
    desk: CarrierDesk
    contacts: Bucket
    parcels: Parcels
    links: DeliverySigner
    send_seconds: float
    pages: PageLinks

    def listeners(self) -> tuple[Listener, ...]:
        """One durable consumer per kind of event that puts something on a phone."""
        told, moved, first = self.on_told, self.on_moved, self.on_activated
        return (
            on_event("dispatch-send-emergencies", EmergencyPaged, told, _WORKERS, prompt=True),
            on_event("dispatch-send-first-offers", TeamActivated, first, _WORKERS, prompt=True),
            on_event("dispatch-send-offers", OfferExtended, told, _WORKERS, prompt=True),
            on_event("dispatch-send-stand-downs", OfferWithdrawn, told, _WORKERS),
            on_event("dispatch-send-alarms", CoordinatorAlarmed, told, _WORKERS),
            on_event("dispatch-send-escalations", AlarmEscalated, told, _WORKERS),
            on_event("dispatch-send-notices", MemberNotified, told, _WORKERS),
            on_event("dispatch-send-reviews", ReviewersAsked, told, _WORKERS),
            on_event("dispatch-next-after-failure", DeliveryFailed, moved, _WORKERS),
            on_event("dispatch-next-after-silence", DeliveryUnanswered, moved, _WORKERS),
        )

    async def on_told(self, told: Recorded[Event]) -> None:
        """Send what this event leads to, to everybody whom it names at once."""
        await _all(self._deliver(parcel) for parcel in self.parcels.of(told))

    async def on_activated(self, told: Recorded[TeamActivated]) -> None:
        """Ask the first members of a team, one after the other."""
        await _in_turn(self._deliver(parcel) for parcel in self.parcels.of(told))

    async def on_moved(self, told: Recorded[Moved]) -> None:
        """Send the same message on the member's next channel."""
        event = told.event
        if isinstance(event, DeliveryFailed) and not event.left:
            return
        history = await self.ports.journal.load(told.entity)
        if history.version < told.sequence:
            raise Transient("the case is not read to its end yet")
        if parcel := self.parcels.behind(history.events, event.delivery_id, event.channel):
            await self._deliver(parcel)

    async def _deliver(self, parcel: Parcel) -> None:
        contact = await self.contact_of(parcel.told.entity, parcel.member_id)
        channels = self.desk.carriers.channels_for(contact)
        command = StartDelivery(
            **self._shared(parcel),
            parcel_id=parcel.parcel_id,
            offer_id=parcel.offer_id,
            member_id=parcel.member_id,
            purpose=parcel.purpose,
            channels=channels,
            all_channels=parcel.all_channels,
            give_up_at=self.ports.clock.after(2 * self.send_seconds + 1),
        )
        if not parcel.urgent:
            await self._wait_for_a_turn(parcel, command)
        own_page = await self._own_page(parcel) if parcel.write_with and channels else ""
        if claimed := await self._claim(parcel, command):
            state, started = claimed
            outgoing = Outgoing(parcel, contact, channels, state, own_page)
            await _all(self._send(outgoing, each) for each in started)

    async def _wait_for_a_turn(self, parcel: Parcel, command: StartDelivery) -> None:
        """Hold up what can wait. Nothing is claimed yet, so nothing can be lost by waiting."""
        if quiet := self.desk.quiet_seconds(parcel.purpose, command.now):
            raise Transient("quiet hours", retry_after=self._on_the_wall(quiet))
        state = DISPATCH.fold(await self.ports.journal.load(parcel.told.entity))
        for channel in to_claim(command, state):
            if wait := self.desk.take_turn(channel, parcel.member_id, urgent=False):
                raise Transient("throttled", retry_after=self._on_the_wall(wait))

    async def _send(self, outgoing: Outgoing, started: DeliveryStarted) -> None:
        parcel, channel = outgoing.parcel, started.channel
        if parcel.urgent:
            self.desk.take_turn(channel, parcel.member_id, urgent=True)
        try:
            message = await self._worded(outgoing, started)
            await self.desk.send(channel, message, outgoing.contact)
        except NotDelivered as failure:
            await self._failed(outgoing, started, failure)
        else:
            await self._record(outgoing, started, None)
            DELIVERIES.labels(parcel.purpose.value, "sent").inc()

    async def _worded(self, outgoing: Outgoing, started: DeliveryStarted) -> PhoneMessage:
        """The message as this channel takes it, with a short link and a code for an answer."""
        parcel, entity = outgoing.parcel, outgoing.parcel.told.entity
        token = self.links.sign(entity, started.delivery_id)
        asks, code = parcel.purpose is Purpose.OFFER, ""
        if asks and parcel.offer_id and isinstance(outgoing.state, Active):
            offer = outgoing.state.offers[parcel.offer_id]
            expected = Expected(
                code="",
                agency=entity.agency,
                case_id=entity.id,
                offer_id=offer.offer_id,
                member_id=parcel.member_id,
                until=max(offer.expires_at, outgoing.state.form_by),
            )
            now = self.ports.clock.now()
            code = await self.desk.code_for(started.channel, outgoing.contact, expected, now)
        if parcel.write_with and outgoing.own_page:
            written = parcel.write_with(started.delivery_id, outgoing.own_page)
        else:
            written = parcel.write(outgoing.state, started.delivery_id)
        if outgoing.state.drill:
            written = messages.as_exercise(written)
        marked = written.model_copy(update={"reference": token, "asks": asks})
        return in_short(marked, self._short_link(token, marked, outgoing.own_page), code)

    def _short_link(self, token: str, message: PhoneMessage, own_page: str) -> str:
        """Empty where the first link is that of the member's own page: a fresh one closes it, and a
        short link of ours would lead to the fresh one."""
        first = LINK.search(message.text)
        is_own = own_page and first and first[0].startswith(own_page)
        return "" if is_own else f"{self.ports.settings.base_url}/s/{token}"

    async def _own_page(self, parcel: Parcel) -> str:
        """The address of a member's own page; of one who is lent, with the agency that lends them."""
        lender, own_id = lender_of(parcel.member_id)
        token = await self.pages.of(lender or parcel.told.entity.agency, own_id)
        return f"{self.ports.settings.base_url}/f/{token}"

    async def contact_of(self, entity: Entity, member_id: str) -> Contact:
        """How to reach a member; one who is lent is looked up with the agency that lends them."""
        lender, own_id = lender_of(member_id)
        stored = await self.contacts.get(f"{lender or entity.agency}.{own_id}")
        return Contact.model_validate_json(stored) if stored else Contact()

    async def _claim(
        self, parcel: Parcel, command: StartDelivery
    ) -> tuple[DispatchState, tuple[DeliveryStarted, ...]] | None:
        """The case as it is now and what is ours to send; None when there is nothing to send."""
        handled = await handle(self.ports.journal, DISPATCH, parcel.told.entity, command)
        if handled.refusal and handled.refusal.code is RefusalCode.DELIVERY_ALREADY_STARTED:
            raise Transient("this message is being sent", retry_after=self.send_seconds / 2)
        started = tuple(each for each in handled.events if isinstance(each, DeliveryStarted))
        if started:
            return handled.state, started
        if handled.events:
            log.warning("delivery_uncertain", member=parcel.member_id)
            DELIVERIES.labels(parcel.purpose.value, "uncertain").inc()
        return None

    async def _failed(
        self, outgoing: Outgoing, started: DeliveryStarted, failure: NotDelivered
    ) -> None:
        member, purpose = outgoing.parcel.member_id, outgoing.parcel.purpose
        log.warning("not_delivered", member=member, channel=started.channel, reason=str(failure))
        DELIVERIES.labels(purpose.value, failure.failure.value).inc()
        state = await self._record(outgoing, started, failure)
        delivery = state.deliveries[started.delivery_id]
        if delivery.status is DeliveryStatus.FAILED_FOR_NOW:
            wait = max(_RETRY_SECONDS * delivery.attempt, failure.retry_after or 0)
            raise Transient("the carrier will be asked again", retry_after=wait)

    async def _record(
        self, outgoing: Outgoing, started: DeliveryStarted, failure: NotDelivered | None
    ) -> DispatchState:
        """Record the result, trying for as long as nobody may call the sending uncertain."""
        parcel = outgoing.parcel
        shared = self._shared(parcel) | {
            "delivery_id": started.delivery_id,
            "channels": outgoing.channels,
        }
        command: DispatchCommand = RecordSent.model_validate(shared)
        if failure:
            pause = failure.retry_after
            retry_at = self.ports.clock.after(pause) if pause else None
            why = {"failure": failure.failure, "retry_at": retry_at}
            command = RecordFailure.model_validate(shared | why)
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

    def _on_the_wall(self, seconds: float) -> float:
        """Real seconds in which so many seconds of the cases pass."""
        now = self.ports.clock.now()
        passed = self.ports.clock.wall(now + timedelta(seconds=seconds)) - self.ports.clock.wall(
            now
        )
        return passed.total_seconds()

    def _shared(self, parcel: Parcel) -> dict[str, Any]:
        return {
            "command_id": new_id(),
            "now": self.ports.clock.now(),
            "actor": "delivery",
            "trace": parcel.told.meta.trace,
            "case_id": parcel.told.entity.id,
        }


async def _in_turn(jobs: Iterable[Coroutine[Any, Any, None]]) -> None:
    """As `_all`, but each begins when the one before has ended, or takes longer than it should: side
    by side on one processor the first would be done when nearly all are."""
    begun: list[asyncio.Task[None]] = []
    try:
        for job in jobs:
            begun.append(asyncio.create_task(job))
            await asyncio.wait(begun[-1:], timeout=_HEAD_START_SECONDS)
        await _all(begun)
    finally:
        for each in begun:
            each.cancel()


async def _all(jobs: Iterable[Awaitable[None]]) -> None:
    """Do all of them at once; the first trouble is told when every one has ended."""
    for trouble in await asyncio.gather(*jobs, return_exceptions=True):
        if isinstance(trouble, BaseException):
            raise trouble
