"""One service asks another something that no event tells, and goes on without an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nats.errors import Error as NatsError

from services.runtime.errors import Transient

if TYPE_CHECKING:
    from nats.aio.client import Client


class Ask(Protocol):
    """Asks on a subject; somebody's responder answers (`services.runtime.broker.Responder`)."""

    async def __call__(self, subject: str, body: bytes, seconds: float) -> bytes:
        """The answer. Raises Transient when nobody answers within so many seconds: whoever asks
        must be able to do without, since the other service may be down."""
        ...


@dataclass(frozen=True, slots=True)
class AskOverNats:
    """Asks on a connection of the asking service's own."""

    client: Client

    async def __call__(self, subject: str, body: bytes, seconds: float) -> bytes:
        """See Ask."""
        try:
            answer = await self.client.request(subject, body, timeout=seconds)
        except (NatsError, OSError) as error:
            raise Transient(f"nobody answers on {subject}") from error
        return bytes(answer.data)


async def nobody_answers(subject: str, body: bytes, seconds: float) -> bytes:  # noqa: ARG001 - the port's shape
    """Where there is nobody to ask: a service alone on memory ports."""
    raise Transient(f"nobody answers on {subject}")
