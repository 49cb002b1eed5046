"""Where messages are handed to carriers: what may wait, who wants no texts, and how each channel does."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.dispatch.carriers.expected import stopped
from services.dispatch.carriers.numbers import e164
from services.dispatch.carriers.port import NotDelivered
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from schemas.dispatch import Purpose
    from services.dispatch.carriers.chosen import Carriers
    from services.dispatch.carriers.expected import Expected, Texts
    from services.dispatch.carriers.health import Healths
    from services.dispatch.carriers.limits import Throttle
    from services.dispatch.carriers.port import Contact, PhoneMessage
    from services.dispatch.carriers.quiet import QuietHours

_LOOK_SECONDS = 1.0
"""The sending is claimed by then: what is looked up beside it must not use up its time."""
_NO_MATTER = (Transient, TimeoutError, ValueError)


@dataclass(frozen=True, slots=True)
class CarrierDesk:
    """An agency's carriers with all that is kept about them."""

    carriers: Carriers
    throttle: Throttle
    healths: Healths
    texts: Texts
    zone: ZoneInfo
    quiet: QuietHours | None = None

    def quiet_seconds(self, purpose: Purpose, now: datetime) -> float:
        """How long a message of this purpose waits for the morning; 0 when it need not."""
        if self.quiet is None:
            return 0.0
        return self.quiet.wait(purpose, now, self.zone).total_seconds()

    def take_turn(self, channel: str, member_id: str, *, urgent: bool) -> float:
        """Seconds to wait for a turn on this channel; 0 when it is taken. Urgent never waits."""
        wait = self.throttle.take(channel, member_id, urgent=urgent)
        if wait:
            self.healths.held_up(channel)
        return wait

    async def code_for(self, channel: str, contact: Contact, offer: Expected, now: datetime) -> str:
        """The digits that answer this offer by text; empty when an answer would reach nobody.

        A code that cannot be kept right now is left out: the link works without it.
        """
        number = self._texted(channel, contact)
        if number is None or channel not in self.carriers.inbound:
            return ""
        with contextlib.suppress(*_NO_MATTER):
            async with asyncio.timeout(_LOOK_SECONDS):
                return await self.texts.expect(number, offer, now)
        return ""

    async def send(self, channel: str, message: PhoneMessage, contact: Contact) -> None:
        """Hand over one message. Raises NotDelivered, and KeyError for a channel we do not have."""
        try:
            await self._check_wanted(channel, contact)
            await self.carriers.on(channel).send(message, contact)
        except NotDelivered as failure:
            self.healths.failed(channel, failure)
            raise
        self.healths.sent(channel)

    async def _check_wanted(self, channel: str, contact: Contact) -> None:
        number = self._texted(channel, contact)
        if number is None:
            return
        with contextlib.suppress(*_NO_MATTER):
            async with asyncio.timeout(_LOOK_SECONDS):
                if (await self.texts.known(number)).stopped:
                    raise stopped()

    def _texted(self, channel: str, contact: Contact) -> str | None:
        """The number that a message on this channel goes to as a text, if it does."""
        if self.carriers.on(channel).form != "sms":
            return None
        return e164(contact.texts_to, self.carriers.region)
