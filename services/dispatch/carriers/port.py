"""The carrier port: take one message to one phone, or say exactly how it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from schemas.envelope import Slug, UtcDatetime

if TYPE_CHECKING:
    from schemas.dispatch import Failure


class Contact(BaseModel):
    """How to reach a member. Lives in the contacts bucket and in memory, nowhere else.

    Its values are kept out of its repr, so that no traceback and no log line can show them.
    """

    model_config = ConfigDict(frozen=True)

    label: str = Field(default="", repr=False)
    email: str | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)
    """For texts and calls, as people write it; +14155550100 is understood everywhere."""
    sms: str | None = Field(default=None, repr=False)
    """A number for texts when it is not `phone`."""
    voice: str | None = Field(default=None, repr=False)
    """A number for calls when it is not `phone`."""
    apprise: tuple[str, ...] = Field(default=(), repr=False)
    """Apprise URLs of the member's own services; each is a secret."""
    order: tuple[Slug, ...] = ()
    """Channels in the member's order; those that are not named follow in the agency's order."""

    @property
    def texts_to(self) -> str | None:
        """The number for texts."""
        return self.sms or self.phone

    @property
    def calls_to(self) -> str | None:
        """The number for calls."""
        return self.voice or self.phone


class Callback(BaseModel):
    """How to reach one who asked for a peer. Lives in the contacts bucket and in memory, too."""

    model_config = ConfigDict(frozen=True)

    callback: str


class Invitation(BaseModel):
    """A session's time for the calendar of whoever holds it; what it is about is not in it."""

    model_config = ConfigDict(frozen=True)

    uid: str
    method: Literal["REQUEST", "CANCEL"]
    sequence: int
    starts_at: UtcDatetime
    ends_at: UtcDatetime
    zone: str
    """The IANA zone whose wall clock people read."""
    sent_at: UtcDatetime
    place: str = ""


class PhoneMessage(BaseModel):
    """A message: role, urgency and link; never what happened, never a name."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    """The same for every attempt at one delivery, so that a provider can drop a repeat."""
    subject: str
    text: str
    """For mail and push services."""
    sms: str = ""
    """One text, at best of 160 GSM-7 characters; made of the mail's words when it is empty."""
    spoken: str = ""
    """What a voice says; made of the mail's words when it is empty."""
    reference: str = ""
    """Signed and naming nobody: a provider sends it back with a status or an answer."""
    asks: bool = False
    """Whether a yes or a no answers it: a call then takes the digits 1 and 2."""
    answer_by: str = ""
    """On the wall clock that people read, such as `23:15 CDT`."""
    invitation: Invitation | None = None
    """For mail alone: other carriers have no calendar."""


class NotDelivered(Exception):
    """The message did not go out, and why: temporary, permanent, or we cannot know."""

    def __init__(self, failure: Failure, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.failure = failure
        self.retry_after = retry_after
        """In seconds, when the provider named a time to come again."""


Form = Literal["mail", "page", "push", "sms", "voice"]
"""Which words of a message a carrier takes: the whole text, one short text, or what is spoken."""


class Carrier(Protocol):
    """Every carrier passes tests/contract/test_carriers.py."""

    @property
    def channel(self) -> str:
        """The channel's short name, as events record it."""
        ...

    @property
    def form(self) -> Form:
        """What it makes of a message."""
        ...

    def reaches(self, contact: Contact) -> bool:
        """Whether this contact has what the carrier needs."""
        ...

    async def send(self, message: PhoneMessage, contact: Contact) -> None:
        """Hand over one message; returns when the provider has taken it.

        Raises NotDelivered. Must end within the send deadline that it was built with.
        """
        ...

    async def probe(self) -> None:
        """Look whether a message could go out now, without sending one. Raises NotDelivered."""
        ...
