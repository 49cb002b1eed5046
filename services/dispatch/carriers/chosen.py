"""The carriers that an agency has, in its order, and the ones that reach a member."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.deliveries import FIRST_CHANNEL
from services.dispatch.carriers.apprised import AppriseCarrier, warm
from services.dispatch.carriers.email import SmtpCarrier
from services.dispatch.carriers.port import Contact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.dispatch.carriers.port import Carrier

_SOMEBODY = Contact(email="somebody@example.invalid")


@dataclass(frozen=True, slots=True)
class Carriers:
    """At least one carrier, the preferred one first. Each has a channel of its own name."""

    all: tuple[Carrier, ...]
    region: str = "US"
    """Numbers without a + are read as numbers of this country."""
    inbound: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By channel, the secret that signs what its provider posts to us."""

    def on(self, channel: str) -> Carrier:
        """The carrier of a channel; KeyError for one that the agency does not have."""
        return {each.channel: each for each in self.all}[channel]

    def channels_for(self, contact: Contact) -> tuple[str, ...]:
        """A member's channels: in their own order, then in the agency's.

        One who is reached by none gets the agency's first, whose carrier says so: a silent gap
        would look like a message that is still on its way.
        """
        able = [each.channel for each in self.all if each.reaches(contact)]
        wished = [channel for channel in contact.order if channel in able]
        return tuple(dict.fromkeys((*wished, *able))) or (self.all[0].channel,)

    async def keep(self) -> None:
        """Load what the first message would have to wait for, and let go at the end of what is kept
        for the next: run as a background job."""
        if any(isinstance(each, AppriseCarrier) for each in self.all):
            await asyncio.to_thread(warm)
        try:
            await asyncio.Event().wait()
        finally:
            for each in self.all:
                if isinstance(each, SmtpCarrier):
                    each.kept.close()

    @property
    def mail(self) -> Carrier:
        """The carrier for those who left nothing but an address."""
        able = [each for each in self.all if each.reaches(_SOMEBODY)]
        named = [each for each in able if each.channel == FIRST_CHANNEL]
        return (*named, *able, self.all[0])[0]
