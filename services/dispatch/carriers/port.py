"""The carrier port: take one message to one phone, or say exactly how it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from schemas.dispatch import Failure


class Contact(BaseModel):
    """How to reach a member. Lives in the contacts bucket and in memory, nowhere else."""

    model_config = ConfigDict(frozen=True)

    label: str = ""
    email: str | None = None
    phone: str | None = None


class Callback(BaseModel):
    """How to reach one who asked for a peer. Lives in the contacts bucket and in memory, too."""

    model_config = ConfigDict(frozen=True)

    callback: str


class PhoneMessage(BaseModel):
    """A message: role, urgency and link; never what happened, never a name."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    """The same for every attempt at one delivery, so that a provider can drop a repeat."""
    subject: str
    text: str


class NotDelivered(Exception):
    """The message did not go out, and why: temporary, permanent, or we cannot know."""

    def __init__(self, failure: Failure, reason: str) -> None:
        super().__init__(reason)
        self.failure = failure


class Carrier(Protocol):
    """Every carrier passes tests/contract/test_carriers.py."""

    @property
    def channel(self) -> str:
        """The channel's short name, as events record it."""
        ...

    async def send(self, message: PhoneMessage, contact: Contact) -> None:
        """Hand over one message; returns when the provider has taken it.

        Raises NotDelivered. Must end within the send deadline that it was built with.
        """
        ...
